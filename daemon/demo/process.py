"""The daemon as a process of its own: started, waited for, killed, stopped, always by its own process id."""

import asyncio
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from pathlib import Path

import aiohttp

COMMAND = "from daemon.cli import main; main()"
START_SECONDS = 45.0
STOP_SECONDS = 15.0
POLL_SECONDS = 0.03
LAST_LINES = 20


class NotStarted(Exception):
    """The daemon, or a command, did not do what it should; the text says what it wrote last."""


def free_port() -> int:
    """A loopback port that nobody listens on now; the daemon comes back to it after the kill."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def run_command(config: Path, *words: str) -> str:
    """Run ``fortnox-bridge`` with these words; returns what it printed. Raises :class:`NotStarted` where it failed."""
    arguments = [sys.executable, "-c", COMMAND, *words, "--config", str(config)]
    process = await asyncio.create_subprocess_exec(*arguments, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT)
    try:
        async with asyncio.timeout(START_SECONDS):
            printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    text = printed.decode(errors="replace").strip()
    if process.returncode:
        raise NotStarted(f"fortnox-bridge {' '.join(words)} ended with code {process.returncode}: {text}")
    return text


async def stopped(process: Process, seconds: float) -> int:
    """SIGTERM, and SIGKILL where it has not ended after ``seconds``; returns the exit code."""
    if process.returncode is None:
        process.terminate()
        try:
            async with asyncio.timeout(seconds):
                return await process.wait()
        except TimeoutError:
            process.kill()
        except asyncio.CancelledError:
            # A second Ctrl-C: nothing may outlive the demo.
            process.kill()
            raise
    return await process.wait()


class Daemon:
    """``fortnox-bridge run`` on the demo's configuration; its log goes to one file."""

    def __init__(self, config: Path, url: str, session: aiohttp.ClientSession) -> None:
        self.log = config.with_name("daemon.log")
        self._command = [sys.executable, "-c", COMMAND, "run", "--config", str(config)]
        self._url = url
        self._session = session
        self._process: Process | None = None
        self.before: tuple[int, int | None] | None = None
        """Process id and exit code of the process before this one."""

    @property
    def pid(self) -> int:
        """The process id of the running daemon, 0 where none runs."""
        return 0 if self._process is None else self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended, negative for a signal; ``None`` while it runs, and before its first start."""
        return None if self._process is None else self._process.returncode

    async def start(self) -> None:
        """Start it and wait until it answers. Raises :class:`NotStarted`."""
        if self._process is not None:
            self.before = (self._process.pid, self._process.returncode)
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal reaches the demo only, which then ends the daemon in order.
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await self._answers():
                    if self._process.returncode is not None:
                        raise NotStarted(self._last_lines(f"it ended with code {self._process.returncode}"))
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise NotStarted(self._last_lines(f"no answer within {START_SECONDS:g} s")) from None

    async def _answers(self) -> bool:
        try:
            async with self._session.get(f"{self._url}/healthz", timeout=aiohttp.ClientTimeout(total=1)) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    def _last_lines(self, why: str) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
        return "\n".join([f"the daemon did not start: {why}", *lines])

    async def kill(self) -> int:
        """SIGKILL, as ``kill -9`` does it; returns the exit code."""
        assert self._process is not None
        self._process.kill()
        return await self._process.wait()

    async def stop(self) -> int:
        """SIGTERM and wait; returns the exit code, 0 where none runs."""
        return 0 if self._process is None else await stopped(self._process, STOP_SECONDS)

    async def ended(self) -> int:
        """Wait until it ends by itself; returns the exit code."""
        assert self._process is not None
        return await self._process.wait()
