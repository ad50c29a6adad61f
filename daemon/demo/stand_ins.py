"""Stand-ins of other senders, each a process of its own: started, asked for its address, stopped by its process id."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from yarl import URL

from daemon.demo.process import LAST_LINES, START_SECONDS, NotStarted, stopped

STOP_SECONDS = 5.0
_EXISTS = "import sys; from importlib.util import find_spec; sys.exit(find_spec(sys.argv[1]) is None)"


async def exists(module: str) -> bool:
    """Whether ``python -m MODULE`` would find it here: asked of a new interpreter, which also looks in this folder."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _EXISTS, module, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
    )
    return await process.wait() == 0


@asynccontextmanager
async def serving(
    module: str,
    senders: Sequence[str],
    folder: Path,
    *,
    start_seconds: float = START_SECONDS,
    stop_seconds: float = STOP_SECONDS,
) -> AsyncIterator[Mapping[str, str]]:
    """Run the stand-in of each sender for the length of the block; gives the address of each.

    ``python -m MODULE SENDER --port 0`` is started, whose first line is its address; what it says besides goes to
    ``folder``. Raises :class:`NotStarted` where one ends, or prints something else, or nothing in ``start_seconds``.
    After the block each is asked to end (SIGTERM), and killed where it has not after ``stop_seconds``.
    """
    ones = [_StandIn(module, sender, folder / f"stand-in-{sender}.log") for sender in senders]
    try:
        addresses = await asyncio.gather(*(one.start(start_seconds) for one in ones))
        yield dict(zip(senders, addresses, strict=True))
    finally:
        await asyncio.gather(*(one.stop(stop_seconds) for one in ones))


class _StandIn:
    """One of them."""

    def __init__(self, module: str, sender: str, log: Path) -> None:
        self._words = ("-m", module, sender, "--port", "0")
        self._log = log
        self._process: Process | None = None
        self._rest: asyncio.Task[None] | None = None

    async def start(self, seconds: float) -> str:
        """Start it; returns its first line, which is its address. Raises :class:`NotStarted`."""
        with self._log.open("ab") as errors:
            # A session of its own: Ctrl-C in the terminal reaches the demo only, which then ends all in order.
            process = self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self._words, stdin=DEVNULL, stdout=PIPE, stderr=errors, start_new_session=True
            )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                line = (await process.stdout.readline()).decode(errors="replace").strip()
                if not line:
                    raise self._failed(f"it ended with code {await process.wait()}")
        except TimeoutError:
            raise self._failed(f"it printed no address within {seconds:g} s") from None
        if not _is_address(line):
            raise self._failed(f"its first line is no address of this machine: {line[:100]}")
        self._rest = asyncio.create_task(self._drain(process.stdout))
        return line

    async def _drain(self, stream: asyncio.StreamReader) -> None:
        """Take what it prints later, so that it never waits for a reader."""
        while chunk := await stream.read(4096):
            with self._log.open("ab") as log:
                log.write(chunk)

    def _failed(self, reason: str) -> NotStarted:
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
        told = f"a stand-in did not start: {reason} (python {' '.join(self._words)})"
        return NotStarted("\n".join([told, *lines]))

    async def stop(self, seconds: float) -> None:
        """SIGTERM, and SIGKILL where that does not help in time."""
        if self._process is not None:
            await stopped(self._process, seconds)
        if self._rest is not None:
            await self._rest


def _is_address(line: str) -> bool:
    try:
        url = URL(line)
        return url.scheme == "http" and url.host in {"127.0.0.1", "localhost", "::1"} and bool(url.explicit_port)
    except ValueError:
        return False
