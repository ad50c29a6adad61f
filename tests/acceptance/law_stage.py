"""What stands around the daemon of the retry laws, and what befalls it: a stop in order, a full house, a full disk."""

import asyncio
import resource
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from aiohttp import ClientSession, TCPConnector

from daemon.http_server import Limits
from tests.acceptance.law_senders import Model, Systems, models
from tests.acceptance.process import Service, free_port, service
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.stand_ins import highlevel, proxy, subscriptionflow, upsales
from tests.stand_ins.sending import Delivery, Sender
from tests.stand_ins.serving import serving

IN_HAND = Limits().in_hand
"""Requests that the door has in hand at most."""

MOST_KNOCKS = 100
"""Connections of those who ask whether a stop has come so far that it puts people off."""

PATIENCE_SECONDS = 60.0


@dataclass
class Stage:
    """The five senders, their systems, and the world around the daemon.

    ``kept`` are the senders on connections that stay open.
    """

    world: Scene
    configuration: Path
    systems: Systems
    models: Sequence[Model]
    random: Random
    kept: dict[str, Sender]
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _tasks: "list[asyncio.Task[Any]]" = field(default_factory=list)

    def daemon(self) -> AbstractAsyncContextManager[Service]:
        """The daemon as a process, ready."""
        return service(self.configuration, self.world.port, self.world.session)

    def model(self, name: str) -> Model:
        """One sender."""
        return next(model for model in self.models if model.name == name)

    def number(self) -> int:
        """A number that no record has."""
        return next(self._numbers)

    @staticmethod
    def record(number: str) -> str:
        """The record of an inbox row: a survey stands there as contact, survey and day."""
        return number.split(":")[1] if number.count(":") == 2 else number

    def scatter(self, each: int, seconds: float) -> None:
        """Each sender sends so many at random moments of the next ``seconds``, whatever becomes of the daemon."""
        for model in self.models:
            for _ in range(each):
                self._tasks.append(asyncio.create_task(self._later(model, self.random.uniform(0, seconds))))

    async def _later(self, model: Model, seconds: float) -> None:
        await asyncio.sleep(seconds)
        _, task = model.send(self.number())
        await task

    async def one(self, name: str, way: int = 0) -> Delivery:
        """One delivery of one sender by one of its ways, at least to its first answer."""
        model = self.model(name)
        return (await self._first_answers([(model, model.ways[way])]))[name]

    async def one_each(self, *, kept: bool = False) -> dict[str, Delivery]:
        """One delivery of each sender, at least to its first answer; ``kept`` on the connections that stay open."""
        return await self._first_answers(
            [(model, self.kept[model.name] if kept else model.ways[0]) for model in self.models]
        )

    async def _first_answers(self, ways: Sequence[tuple[Model, Sender]]) -> dict[str, Delivery]:
        begun: dict[str, Delivery] = {}
        for model, way in ways:
            begun[model.name], task = model.send(self.number(), way)
            self._tasks.append(task)
        await self.world.until(lambda: all(one.statuses for one in begun.values()))
        return begun

    async def ended(self) -> list[Delivery]:
        """Wait until the laws have ended all that was begun, and give it all."""
        async with asyncio.timeout(2 * PATIENCE_SECONDS):
            await asyncio.gather(*self._tasks)
        return [delivery for model in self.models for delivery in model.deliveries]


@asynccontextmanager
async def staged(folder: Path, seed: int) -> AsyncIterator[Stage]:
    """Simulated Fortnox, the stand-ins, a proxy before the daemon's address, and the senders; no daemon yet."""
    systems, random, port = Systems(), Random(seed), free_port()
    url = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as stack:
        fresh = await stack.enter_async_context(ClientSession(connector=TCPConnector(force_close=True)))
        addresses = {
            "ghl": await stack.enter_async_context(serving(highlevel.application(systems.ghl))),
            "crm": await stack.enter_async_context(serving(upsales.application(systems.crm))),
            "flow": await stack.enter_async_context(serving(subscriptionflow.served(systems.flow))),
        }
        proxied = await stack.enter_async_context(serving(proxy.application(url, fresh)))
        plan = CompanyPlan(sources=(), fortnox="window_calls = 0", proof=None)
        opened = scene(
            folder, plan, simulator={"rate_limit": 0}, run=False, port=port, more=systems.sections(addresses)
        )
        world = await stack.enter_async_context(opened)
        senders = models(systems, url, proxied, fresh, random)
        kept = {
            model.name: model.keeping(await stack.enter_async_context(ClientSession(connector=TCPConnector(limit=1))))
            for model in senders
        }
        yield Stage(world, world.write_configuration(), systems, senders, random, kept)


# --- what befalls the daemon ------------------------------------------------------------------------------------------


@dataclass
class Connection:
    """A connection to the door that sends as slowly as it likes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, port: int) -> "Connection":
        """Connect, and say nothing yet."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def begin(self, length: int, headers: Mapping[str, str]) -> None:
        """The head of a webhook of the shop, whose body has so many bytes."""
        fields = {"host": "door", "content-length": str(length), **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.writer.write(f"POST /hooks/shop HTTP/1.1\r\n{lines}\r\n".encode())

    async def end(self, body: bytes) -> int:
        """The body, and the last of the connection; the status of the answer."""
        self.writer.write(body)
        async with asyncio.timeout(PATIENCE_SECONDS):
            status = int((await self.reader.readuntil(b"\r\n")).split()[1])
        self.writer.close()
        return status

    async def knock(self) -> int:
        """An unsigned webhook: 401 where there is room for it, 503 where it is put off before anybody looks at it."""
        self.begin(2, {})
        return await self.end(b"{}")


async def stopped_in_order(stage: Stage, daemon: Service) -> dict[str, Delivery]:
    """SIGTERM while a body is still on its way: whoever comes on a kept connection meanwhile is told to come again.

    Returns those deliveries; the request in hand ends with 200, and the process with 0.
    """
    slow = stage.model("standard").make(stage.number())
    assert callable(slow.headers)
    primed = await stage.one_each(kept=True)
    assert {one.statuses[0] for one in primed.values()} == {200}
    async with _open(stage.world.port, 1 + MOST_KNOCKS) as (in_hand, *knocking):
        in_hand.begin(len(slow.body), slow.headers())
        # Who knocks on a new connection comes behind the head, so that is in hand.
        assert await (await Connection.open(stage.world.port)).knock() == 401
        daemon.process.terminate()
        await _nobody_listens(stage.world.port)
        await _put_off(knocking)
        told = await stage.one_each(kept=True)
        assert await in_hand.end(slow.body) == 200
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await daemon.process.wait() == 0, daemon.log.read_text(encoding="utf-8")[-3000:]
    return told


@asynccontextmanager
async def _open(port: int, connections: int) -> AsyncIterator[list[Connection]]:
    opened = await asyncio.gather(*(Connection.open(port) for _ in range(connections)))
    try:
        yield opened
    finally:
        for one in opened:
            one.writer.close()


async def _put_off(knocking: Iterable[Connection]) -> None:
    """Until the grace for those who are connected is over; each may knock once."""
    for one in knocking:
        if await one.knock() == 503:
            return
        await asyncio.sleep(0.03)
    raise TimeoutError("a daemon that stops still lets everybody in")


async def _nobody_listens(port: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
            except ConnectionRefusedError:
                return
            except ConnectionResetError:
                pass  # it went while we came: ask again
            await asyncio.sleep(0.02)


@asynccontextmanager
async def full_house(stage: Stage) -> AsyncIterator[None]:
    """So many bodies on their way that the door takes no more, until the block ends."""
    async with _open(stage.world.port, IN_HAND) as slow:
        for one in slow:
            one.begin(100, {})
        await _knocked(stage.world.port, 503)
        yield
    await _knocked(stage.world.port, 401)


async def _knocked(port: int, wanted: int) -> None:
    """Knock until the answer is the one that is wanted."""
    until = monotonic() + PATIENCE_SECONDS
    while await (await Connection.open(port)).knock() != wanted:
        if monotonic() > until:
            raise TimeoutError(f"never {wanted} at the door")
        await asyncio.sleep(0.02)


@contextmanager
def full_disk(daemon: Service) -> Iterator[None]:
    """No file of the daemon takes another byte, its database and its log among them, until the block ends."""
    assert daemon.process.returncode is None
    soft, hard = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


async def told_to_wait(stage: Stage) -> None:
    """Each sender's API asks for a second with 429; what happens there meanwhile nobody tells us.

    Asserts that no call comes within that second, although polling is due twice.
    """
    apis = stage.systems.refuse_once(1)
    before = [len(api.calls) for api in apis]
    for model in stage.models:
        if model.name != "standard":
            model.make(stage.number())
    await asyncio.gather(*(_quiet_after(api.calls, calls, stage) for api, calls in zip(apis, before, strict=True)))


async def _quiet_after(calls: Sequence[object], before: int, stage: Stage) -> None:
    await stage.world.until(lambda: len(calls) > before)
    refused = len(calls)
    await asyncio.sleep(0.8)
    assert len(calls) == refused == before + 1
