"""A listener on a free loopback port, with everything a test wants to see of it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.registry import SOURCES
from connectors.signing import sign
from daemon.http_server import Limits
from daemon.listener import Hook, Listener
from daemon.turnstile import Turnstile
from tests.fakes.inbox import DiskFull, FakeInbox
from tests.fakes.log import FakeLog

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PREVIOUS_SECRET = "whsec_" + "b2xkLXNlY3JldC1vZi0yNC1ieXRlcy1vci1tb3Jl"
NOW = datetime(2026, 11, 13, 10, 15, tzinfo=UTC)


def standard_hook(name: str = "shop", *, previous: bool = True) -> Hook:
    """A Standard Webhooks source of company ``demo``."""
    kind = SOURCES["standard"]
    settings = kind.settings.model_validate({"company": "demo", "secret": "generated:shop"})
    secrets = {"secret": SECRET} | ({"previous_secret": PREVIOUS_SECRET} if previous else {})
    return Hook(kind.make(name, settings, secrets), settings.company_for)


def signed(body: bytes, delivery_id: str = "msg_1", *, secret: str = SECRET, at: datetime = NOW) -> dict[str, str]:
    """The headers of a well-signed request."""
    seconds = int(at.timestamp())
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": sign(secret, delivery_id, seconds, body),
        "content-type": "application/json",
    }


@dataclass
class Doorway:
    """The listener, what it wrote, and two ways to talk to it."""

    listener: Listener
    inbox: FakeInbox
    log: FakeLog
    port: int
    seconds: list[float] = field(default_factory=lambda: [0.0])

    async def raw(self, sent: bytes, *, until_closed: bool = True, seconds: float = 5.0) -> bytes:
        """Send bytes as they are; everything that comes back until the server closes (or one read)."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(sent)
            async with asyncio.timeout(seconds):
                return await reader.read() if until_closed else await reader.read(65536)
        finally:
            writer.close()

    async def post(
        self, body: bytes, headers: Mapping[str, str], *, path: str = "/hooks/shop", method: str = "POST"
    ) -> tuple[int, bytes]:
        """One request on a connection of its own; status and body of the answer."""
        head = {"host": "localhost", "content-length": str(len(body)), "connection": "close", **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        answer = await self.raw(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
        return split(answer)[0], split(answer)[2]


def split(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower case) and body of one raw answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split(" ")[1]), headers, body


def order(number: str = "SO-1") -> bytes:
    """A small body; the listener looks only at whether it is a JSON object."""
    return json.dumps({"type": "order.won", "timestamp": "2026-11-13T10:15:00Z", "data": {"order_id": number}}).encode()


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something that the other side does has happened; fails after twenty seconds."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the condition belongs to code under test, which has no event for it
            await asyncio.sleep(0.001)


@asynccontextmanager
async def doorway(
    *,
    hooks: Mapping[str, Hook] | None = None,
    limits: Limits | None = None,
    saturated: Callable[[], bool] = lambda: False,
) -> AsyncIterator[Doorway]:
    """Open a listener on a free port; ``seconds[0]`` is its monotonic clock in seconds."""
    inbox, log, clock = FakeInbox(), FakeLog(), [0.0]
    listener = Listener(
        hooks=hooks if hooks is not None else {"shop": standard_hook()},
        inbox=inbox,
        unavailable=DiskFull,
        log=log,
        turnstile=Turnstile(saturated),
        clock=lambda: NOW,
        monotonic=lambda: clock[0],
        limits=limits,
    )
    bound = socket.create_server(("127.0.0.1", 0))
    port = bound.getsockname()[1]
    try:
        await listener.start([bound])
        yield Doorway(listener, inbox, log, port, clock)
    finally:
        inbox.gate.set()
        await listener.close()
