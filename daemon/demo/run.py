"""The whole demo: simulator, daemon, temporary folder, the scenes one after another, and everything ended in order."""

import asyncio
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from connectors.fortnox.simulator import running
from daemon.demo import configuration, crash_scene, refusals_scene, staying, summary, webhooks_scene
from daemon.demo.configuration import COMPANY, Configuration
from daemon.demo.far_side import FarSide
from daemon.demo.process import Daemon, NotStarted, free_port, run_command
from daemon.demo.screen import Screen
from daemon.demo.senders import Senders
from daemon.demo.stage import Stage
from daemon.demo.stories import StillBusy, reading

DEADLINE_SECONDS = 120.0
"""The scenes take a quarter of this; whatever hangs is ended."""
FAILED = 1


async def demonstrate(*, once: bool) -> int:
    """Run everything; returns the exit code. Ctrl-C, SIGTERM and a closed terminal end it in order."""
    screen = Screen()
    with _signals_cancel(), _temporary_folder() as folder:
        try:
            async with _stage(screen, folder) as stage:
                return await _play(stage, once=once)
        except (NotStarted, StillBusy, TimeoutError) as error:
            screen.line()
            screen.say(f"the demo failed: {error or 'it took too long'}")
            return FAILED


async def _play(stage: Stage, *, once: bool) -> int:
    began = time.monotonic()
    async with asyncio.timeout(DEADLINE_SECONDS):
        now = datetime.now(UTC)
        await webhooks_scene.play(stage, now)
        await refusals_scene.play(stage, now)
        await crash_scene.play(stage, now)
        kept = await summary.show(stage)
    stage.screen.line()
    stage.screen.say(f"{time.monotonic() - began:.0f} s in all. Nothing of this left your machine.")
    if not once:
        staying.show(stage)
        kept = await staying.until_interrupted(stage) and kept
    return 0 if kept else FAILED


async def _declare_empty(screen: Screen, written: Configuration) -> None:
    """A person's word before the first start: the company holds nothing that would have to be looked for first."""
    words = ("company", "declare-empty", COMPANY)
    printed = await run_command(written.path, *words)
    screen.labelled("company", [f"$ fortnox-bridge {' '.join(words)}", *printed.splitlines()])


@asynccontextmanager
async def _stage(screen: Screen, folder: Path) -> AsyncIterator[Stage]:
    """Start the simulator in this process, so that it outlives the daemon, and the daemon in its own."""
    async with running() as simulator, aiohttp.ClientSession() as session:
        written = configuration.write(folder, simulator.url, free_port(), datetime.now(UTC).date())
        daemon = Daemon(written.path, written.url, session)
        try:
            _introduce(screen, written)
            await _declare_empty(screen, written)
            await daemon.start()
            screen.labelled("daemon", [f"{written.url}   process {daemon.pid}, data folder {written.data_dir}"])
            async with reading(written.data_dir) as stories:
                fortnox, senders = FarSide(simulator.url, session), Senders(written, session)
                yield Stage(screen, written, daemon, senders, fortnox, stories)
        finally:
            await daemon.stop()


def _introduce(screen: Screen, written: Configuration) -> None:
    screen.chapter("fortnox-bridge demo   (SIMULATOR: no real Fortnox, no network but this machine's loopback)")
    screen.line()
    screen.labelled("simulator", [f"{written.simulator}   a simulated Fortnox: its own code, its own opinion"])
    screen.labelled("scaled", [configuration.SCALED])
    screen.labelled("not scaled", ["the rate window: 25 calls in any 5 seconds, as at Fortnox"])


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="fortnox-bridge-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _signals_cancel() -> Iterator[None]:
    """Turn signals that end a program into the cancellation of the demo, so that its ``finally`` blocks run."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
