"""The command `fortnox-bridge` as a process of its own."""

import asyncio
import functools
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientConnectionError, ClientSession

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; from daemon.cli import main; sys.argv[0] = 'fortnox-bridge'; main()"
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What it printed with ``--json``."""
        return json.loads(self.out)


async def command(*arguments: str, user: int | None = None) -> Ended:
    """Run one command to its end, as another user where one is named."""
    started = functools.partial(
        asyncio.create_subprocess_exec,
        sys.executable, "-c", START, *arguments,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    process = await (started() if user is None else started(user=user, group=user, extra_groups=[]))
    async with asyncio.timeout(PATIENCE_SECONDS):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        return int(bound.getsockname()[1])


@dataclass
class Service:
    """A running daemon; its log goes to ``log``."""

    process: asyncio.subprocess.Process
    url: str
    log: Path

    async def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.process.wait()


@asynccontextmanager
async def service(configuration: Path, port: int, session: ClientSession, start: str = START) -> AsyncIterator[Service]:
    """`fortnox-bridge run`, ready for requests; killed at the end where it still runs. ``start`` is its program."""
    log = configuration.with_suffix(f".{port}.log")
    with log.open("ab") as lines:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", start, "run", "--config", str(configuration), cwd=ROOT, stdout=lines, stderr=lines
        )
    started = Service(process, f"http://127.0.0.1:{port}", log)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await _answers(session, started.url):
                assert process.returncode is None, log.read_text(encoding="utf-8")
                await asyncio.sleep(0.05)
        yield started
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _answers(session: ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/healthz") as answer:
            return answer.status == 200
    except ClientConnectionError:
        return False
