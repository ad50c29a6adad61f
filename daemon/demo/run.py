"""The whole demo: simulator, daemon, temporary folder, the scenes one after another, and everything ended in order."""

import asyncio
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from connectors.fortnox.simulator import CompanySettings, SimulatorSettings, running
from daemon.demo import (
    configuration,
    crash_scene,
    others_scene,
    refusals_scene,
    stand_ins,
    staying,
    summary,
    webhooks_scene,
)
from daemon.demo.configuration import TENANTS, Configuration
from daemon.demo.far_side import FarSide
from daemon.demo.other_senders import SECTIONS, misfit
from daemon.demo.other_side import OtherSide
from daemon.demo.process import Daemon, NotStarted, free_port, run_command
from daemon.demo.screen import Screen
from daemon.demo.senders import Senders
from daemon.demo.stage import Stage
from daemon.demo.stories import StillBusy, reading
from daemon.demo.viewing import View, chosen

DEADLINE_SECONDS = 180.0
"""The scenes take a fifth of this; whatever hangs is ended."""
FAILED = 1


async def demonstrate(*, once: bool, module: str | None) -> int:
    """Run everything; ``module`` holds the stand-ins of other senders. Returns the exit code.

    Ctrl-C, SIGTERM and a closed terminal end it in order.
    """
    screen = Screen()
    view = chosen(screen, once=once)
    with _signals_cancel(), _temporary_folder() as folder:
        try:
            async with _stage(screen, folder, module) as stage:
                return await _play(stage, view, once=once)
        except (NotStarted, StillBusy, TimeoutError) as error:
            screen.line()
            screen.say(f"the demo failed: {str(error) or 'it took too long'}")
            return FAILED


async def _play(stage: Stage, view: View, *, once: bool) -> int:
    began = time.monotonic()
    async with view.scenes(stage), asyncio.timeout(DEADLINE_SECONDS):
        now = datetime.now(UTC)
        await webhooks_scene.play(stage, now)
        await refusals_scene.play(stage, now)
        await crash_scene.play(stage, now)
        await others_scene.play(stage, now)
    kept = await summary.show(stage)
    stage.screen.line()
    stage.screen.say(f"{time.monotonic() - began:.0f} s in all. Nothing of this left your machine.")
    if not once:
        staying.show(stage)
        kept = await staying.until_interrupted(stage, view) and kept
    return 0 if kept else FAILED


async def _declare_empty(screen: Screen, written: Configuration) -> None:
    """A person's word before the first start: no company holds anything that would have to be looked for first."""
    lines = []
    for company in written.companies:
        words = ("company", "declare-empty", company)
        printed = await run_command(written.path, *words)
        lines += [f"$ fortnox-bridge {' '.join(words)}", *printed.splitlines()]
    screen.labelled("companies", lines)


@asynccontextmanager
async def _stage(screen: Screen, folder: Path, module: str | None) -> AsyncIterator[Stage]:
    """Start the simulator in this process, so that it outlives the daemon, and all others in their own."""
    companies = tuple(CompanySettings(tenant_id=tenant) for tenant in TENANTS.values())
    async with running(SimulatorSettings(companies=companies)) as simulator, aiohttp.ClientSession() as session:
        _introduce(screen, simulator.url)
        async with _others(screen, folder, module) as others:
            written = configuration.write(folder, simulator.url, free_port(), datetime.now(UTC).date(), others)
            daemon = Daemon(written.path, written.url, session)
            try:
                await _declare_empty(screen, written)
                await daemon.start()
                screen.labelled("daemon", [f"{written.url}   process {daemon.pid}, data folder {written.data_dir}"])
                async with reading(written.data_dir) as (read, stories):
                    fortnox, senders = FarSide(simulator.url, session), Senders(written, session)
                    sides = {sender: OtherSide(url, session) for sender, url in others.items()}
                    yield Stage(screen, written, daemon, senders, fortnox, stories, read, sides)
            finally:
                await daemon.stop()


@asynccontextmanager
async def _others(screen: Screen, folder: Path, module: str | None) -> AsyncIterator[Mapping[str, str]]:
    """The stand-ins of other senders, as far as there are any; who runs, or why none does, is said."""
    if module is None or not await stand_ins.exists(module):
        why = "none were named (--stand-ins)" if module is None else f"there is no module {module} here"
        screen.labelled("stand-ins", [f"{why}; the demo runs without those of {', '.join(SECTIONS)}"])
        yield {}
        return
    misfits = {sender: misfit(sender) for sender in SECTIONS}
    fitting = [sender for sender, why in misfits.items() if why is None]
    async with stand_ins.serving(module, fitting, folder) as addresses:
        screen.labelled("stand-ins", [f"{sender:<16} {addresses.get(sender, why)}" for sender, why in misfits.items()])
        yield addresses


def _introduce(screen: Screen, simulator: str) -> None:
    screen.chapter("fortnox-bridge demo   (SIMULATOR: no real Fortnox, no network but this machine's loopback)")
    screen.line()
    screen.labelled("simulator", [f"{simulator}   a simulated Fortnox: its own code, its own opinion"])
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
