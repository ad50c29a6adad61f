"""A company's way out, from the outbox on a real file to a far system in memory."""

import itertools
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import anyio

from daemon.clock import Clock
from daemon.deciding import new_command
from daemon.delivery import CompanyDelivery
from daemon.gate import Gate
from daemon.logs import get_log
from daemon.looking import Looks
from daemon.memory import MemoryLinks
from daemon.outcomes import Outcomes
from daemon.retry import RetrySteps
from daemon.slots import Slots
from daemon.step import Step
from handlers.commands import BookInvoice, Command, EnsureCustomer, EnsureInvoice, EnsureNote
from handlers.values import Ref
from store import attempts, companies, handling, inbox
from store.db import Database, open_database
from store.handling import Handled
from store.inbox import Arrival
from store.migrate import migrate
from tests.fakes.target import FakeTarget

ARRIVED = datetime(2026, 11, 13, 10, 15, tzinfo=UTC)
COMPANY = "demo"
PATIENCE_SECONDS = 30.0
"""Far more than anything takes: other tests and a recorder share the processors."""
SETTLE = 0.05
STEPS = (0.01,) * 9


def customer(name: str, **fields: Any) -> EnsureCustomer:
    """A customer that the shop names."""
    return EnsureCustomer(thing=Ref(system="shop", kind="customer", id=name), name=name, **fields)


def invoice(number: str, buyer: str = "C-1") -> EnsureInvoice:
    """An invoice for a customer that the shop names."""
    return EnsureInvoice(
        thing=Ref(system="shop", kind="order_invoice", id=number),
        customer=Ref(system="shop", kind="customer", id=buyer),
        number=number,
        origin=f"shop {number}",
        made_from="order",
        invoice_date=date(2026, 11, 13),
        due_date=date(2026, 12, 13),
        currency="SEK",
        prices_include_vat=False,
        rows=(),
        total_excluding_vat=Decimal(100),
        total_vat=Decimal(25),
        total=Decimal(125),
    )


def booking(number: str) -> BookInvoice:
    """The same invoice, booked."""
    return BookInvoice(thing=Ref(system="shop", kind="order_invoice", id=number))


def note(response: str, buyer: str = "C-1") -> EnsureNote:
    """A line on a customer's card."""
    return EnsureNote(
        thing=Ref(system="shop", kind="response", id=response),
        customer=Ref(system="shop", kind="customer", id=buyer),
        dated=date(2026, 11, 13),
        core="score 9",
    )


@dataclass
class Pipe:
    """Everything a test touches: the file, the far systems, the loops, and short ways to look at rows."""

    database: Database
    targets: Mapping[str, FakeTarget]
    deliveries: Mapping[str, CompanyDelivery]
    looks: Mapping[str, Looks]
    slots: Slots
    paused_rules: set[str] = field(default_factory=set)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def target(self) -> FakeTarget:
        """The far system of the first company."""
        return self.targets[COMPANY]

    @property
    def delivery(self) -> CompanyDelivery:
        """The loop of the first company."""
        return self.deliveries[COMPANY]

    @property
    def gate(self) -> Gate:
        """The gate of the first company."""
        return self.delivery.gate

    async def add(
        self, *commands: Command, lane: str = "a", company: str = COMPANY, rule: str = "rule", priority: int = 1
    ) -> list[int]:
        """Store one event that made ``commands``; their outbox ids, of those that were new."""
        arrival = Arrival("shop", company, f"msg_{next(self._numbers)}", {}, b"{}", ARRIVED)
        row = await self.database.write(inbox.accept(arrival))
        made = [new_command(row.inbox_id, company, lane, rule, command) for command in commands]
        now = Clock().milliseconds()

        def job(connection: sqlite3.Connection) -> list[int]:
            handling.record(Handled(row.inbox_id, "handled", commands=made), now)(connection)
            connection.execute("UPDATE outbox SET priority = ? WHERE inbox_id = ?", (priority, row.inbox_id))
            connection.execute("UPDATE lane SET priority = ? WHERE lane = ?", (priority, lane))
            found = connection.execute("SELECT id FROM outbox WHERE inbox_id = ? ORDER BY id", (row.inbox_id,))
            return [entry["id"] for entry in found]

        ids = await self.database.write(job)
        self.deliveries[company].wake()
        return ids

    async def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """What a query finds."""

        def job(connection: sqlite3.Connection) -> list[dict[str, Any]]:
            return [dict(row) for row in connection.execute(query, values)]

        return await self.database.read(job)

    async def row(self, outbox_id: int) -> dict[str, Any]:
        """One command's narrow row."""
        return (await self.rows("SELECT * FROM outbox WHERE id = ?", outbox_id))[0]

    async def states(self, ids: Sequence[int]) -> list[str]:
        """The states of commands, in order of ``ids``."""
        return [(await self.row(outbox_id))["state"] for outbox_id in ids]

    async def until(self, state: str, *ids: int) -> None:
        """Wait until all ``ids`` are in ``state``; fails where patience ends."""
        with anyio.move_on_after(PATIENCE_SECONDS):
            while set(await self.states(ids)) != {state}:  # noqa: ASYNC110 - a file has no events
                await anyio.sleep(0.005)
        assert dict.fromkeys(ids, state) == dict(zip(ids, await self.states(ids), strict=True))

    async def until_true(self, condition: Callable[[], bool]) -> None:
        """Wait until ``condition`` holds; fails where patience ends."""
        with anyio.fail_after(PATIENCE_SECONDS):
            while not condition():  # noqa: ASYNC110 - any condition
                await anyio.sleep(0.005)

    async def attempts(self, outbox_id: int) -> list[str]:
        """How the attempts of a command ended."""
        return [
            row["end"] for row in await self.rows("SELECT end FROM attempt WHERE outbox_id = ? ORDER BY id", outbox_id)
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver while the body runs."""
        async with anyio.create_task_group() as tasks:
            for delivery in self.deliveries.values():
                tasks.start_soon(delivery.run)
            try:
                yield
            finally:
                tasks.cancel_scope.cancel()


@asynccontextmanager
async def pipe(
    path: Path,
    *,
    names: Sequence[str] = (COMPANY,),
    targets: Mapping[str, FakeTarget] | None = None,
    settle: float = SETTLE,
    steps: Sequence[float] = STEPS,
    probe_seconds: float = 0.02,
    slots: int = 64,
    clock: Clock | None = None,
) -> AsyncIterator[Pipe]:
    """Open (or open again) the file at ``path`` as a start of the daemon does, over ``targets`` or new ones."""
    file = path / "bridge.db"
    migrate(file)
    clock = clock or Clock()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(file))
        await database.write(lambda connection: attempts.take_over(connection, clock.milliseconds()))
        await database.write(companies.register(names))
        places = Slots(slots)
        targets = targets or {name: FakeTarget(file) for name in names}
        made = Pipe(database, targets, {}, {}, places)
        loops: dict[str, CompanyDelivery] = {}
        looks: dict[str, Looks] = {}
        for name in names:
            looks[name] = Looks(database, clock, settle)
            loops[name] = _delivery(made, name, looks[name], clock, settle, steps, probe_seconds)
        made.deliveries, made.looks = loops, looks
        yield made


def _delivery(
    made: Pipe, name: str, looks: Looks, clock: Clock, settle: float, steps: Sequence[float], probe_seconds: float
) -> CompanyDelivery:
    log = get_log()
    gate = Gate(name, made.targets[name], clock, log, probe_seconds)
    outcomes = Outcomes(
        database=made.database,
        looks=looks,
        gate=gate,
        steps=RetrySteps(steps, Random(1)),
        settle_seconds=settle,
        clock=clock,
        log=log,
    )
    step = Step(
        database=made.database,
        target=made.targets[name],
        looks=looks,
        outcomes=outcomes,
        clock=clock,
        looking=lambda: False,
        paused_rules=lambda: frozenset(made.paused_rules),
        links=MemoryLinks(made.database, clock),
    )
    return CompanyDelivery(
        name,
        database=made.database,
        target=made.targets[name],
        step=step,
        gate=gate,
        slots=made.slots.share(name),
        clock=clock,
        log=log,
    )
