"""Processes of a run: the simulator, and the daemon that is killed and started again."""

import asyncio
import json
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.crash.companies import COMPANIES
from tests.crash.options import Pace

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0
STOP_SECONDS = 20.0
PERSON = ("person", "of-the-person")
"""Client id and secret at the simulator of the person who books by hand: not those of the daemon."""

COMMAND = (sys.executable, "-c", "from daemon.cli import main; main()")
"""`fortnox-bridge`, from the tree that this file stands in."""


def free_port() -> int:
    """A loopback port that nobody listens on now; the daemon comes back to it after every kill."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def declare_empty(config: Path) -> None:
    """Say, as a person does before the first start, that the companies hold nothing yet.

    Then no create is preceded by a look, and only the handling of unknown ends stands between a lost answer and a
    second document. Raises ``RuntimeError`` with what the command said.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crash.declaring", str(config), *COMPANIES, cwd=ROOT, stdout=PIPE, stderr=STDOUT
    )
    said, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(said.decode())


@asynccontextmanager
async def simulator(pace: Pace) -> AsyncIterator[str]:
    """Run the simulator; gives its address."""
    settings = {
        "tenants": [company.tenant for company in COMPANIES.values()],
        "person": PERSON,
        "window_calls": pace.window_calls,
        "window_seconds": pace.window_seconds,
        "token_seconds": pace.token_seconds,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crash.simulator_process", json.dumps(settings), cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            line = await process.stdout.readline()
        if not line:
            raise RuntimeError("the simulator did not start")
        yield line.decode().strip()
    finally:
        await ended(process)


async def ended(process: Process) -> None:
    """End a process that was started here, with a bound."""
    if process.returncode is None:
        process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


class Daemon:
    """The daemon under test. ``exits`` holds the codes with which it ended by itself: it never should."""

    def __init__(self, config: Path, url: str, *, broken: bool) -> None:
        whole = (*COMMAND, "run", "--config", str(config))
        self._command = (sys.executable, "-m", "tests.crash.broken_build", str(config)) if broken else whole
        self._log = config.with_name("daemon.log")
        self._url = url
        self._process: Process | None = None
        self._stopping = False
        self.exits: list[int] = []

    async def start(self) -> None:
        """Start it; its log lines are appended to one file."""
        self._stopping = False
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, cwd=ROOT, stdin=DEVNULL, stdout=log, stderr=log
            )

    async def ready(self, session: aiohttp.ClientSession) -> bool:
        """Wait until it answers; false where it ended by itself or did not answer in time."""
        try:
            async with asyncio.timeout(START_SECONDS):
                while not self._gone():
                    if await self._answers(session):
                        return True
                    await asyncio.sleep(0.03)
        except TimeoutError:
            return False
        return False

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self._url}/healthz", timeout=aiohttp.ClientTimeout(total=1)) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    def _gone(self) -> bool:
        return self._process is None or self._process.returncode is not None

    def interrupt(self) -> None:
        """SIGTERM: it begins to stop in order."""
        self._stopping = True
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()

    async def kill(self) -> bool:
        """SIGKILL, by its own process id; false where it was gone already."""
        if self._process is None:
            return False
        if self._process.returncode is None:
            self._process.kill()
        code = await self._process.wait()
        killed = code == -signal.SIGKILL
        if not killed and not (self._stopping and code == 0):
            self.exits.append(code)
        self._process = None
        return killed

    async def stop(self) -> None:
        """SIGTERM, as systemd does it, with a bound."""
        if self._process is None:
            return
        running = self._process.returncode is None
        await ended(self._process)
        if not running or self._process.returncode:
            self.exits.append(self._process.returncode or 0)
        self._process = None
