"""Intake: inbox rows become events, events become commands, each in one transaction, from disk."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

import anyio
from anyio.abc import TaskGroup

from daemon.clock import Clock
from daemon.deciding import Deciding, Heard, named
from daemon.logs import Log
from daemon.recalling import Recalling, decidable
from store import doubles, handling, inbox, together
from store.db import Database, StoreUnavailable
from store.handling import Handled
from store.inbox import Waiting
from store.together import Outcome

T = TypeVar("T")
R = TypeVar("R")

BATCH = 32
SLICE_SECONDS = 0.003
"""How long intake decides before the loop turns to others."""

REST_SLICES = 19
"""Slices that intake leaves to others after each of its own while somebody is at the door: its share is a twentieth."""

IDLE_SECONDS = 30.0
STORE_PAUSE_SECONDS = 1.0

CONSENT_CHANGED = "consent_changed"
"""The one event that no rule hears: it makes us ask Fortnox whether the connection stands."""

PLAIN = re.compile(r"[a-z_]{1,40}")
"""A source's reason that a log line may carry: a word, no sentence."""


def _nobody_watches() -> None:
    """The default where no watchdog asks (tests)."""


def _nobody_reads(_source: str) -> None:
    """The default where no source has a reader (commands of the CLI, tests)."""


def _nobody_knocks() -> bool:
    """The default where there is no door (commands of the CLI, tests)."""
    return False


def _nobody_proves(_company: str) -> None:
    """The default where no company's connection stands open (tests)."""


class Intake:
    """The loop from inbox to outbox. A row that cannot be understood is parked and can be replayed after the fix."""

    def __init__(
        self,
        *,
        database: Database,
        deciding: Deciding,
        clock: Clock,
        log: Log,
        wake: Callable[[str], None],
        beat: Callable[[], None] = _nobody_watches,
        idle: Callable[[], None] = _nobody_watches,
    ) -> None:
        """``beat`` and ``idle`` tell the watchdog that the loop works, or waits to be woken."""
        self.deciding = deciding
        self.recalling = Recalling(database, deciding)
        self._database = database
        self._events = database.gathering(together.record, together.record_all)
        self._clock = clock
        self._log = log
        self._wake_delivery = wake
        self._beat = beat
        self._idle = idle
        self.door_busy: Callable[[], bool] = _nobody_knocks
        self.prove_again: Callable[[str], None] = _nobody_proves
        self.shadowed: Callable[[], None] = _nobody_watches
        self.wake_reader: Callable[[str], None] = _nobody_reads
        self.workflow_began: Callable[[], None] = _nobody_watches
        self._stopping = False
        self._refused = False
        self._written = anyio.Event()
        self._written.set()
        self._under_way = frozenset[str]()
        self._wake = anyio.Event()

    def wake(self) -> None:
        """There may be a new row: a hint only."""
        self._wake.set()

    def stop(self) -> None:
        """Finish the batch in hand, then end."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Handle rows in order of arrival until :meth:`stop`.

        While one batch is being written, the next is already being decided; it is written only when that one is.
        """
        async with anyio.create_task_group() as tasks:
            after = 0
            while not self._stopping:
                after = await self._next_batch(after, tasks)

    async def _next_batch(self, after: int, tasks: TaskGroup) -> int:
        """Decide the rows behind ``after`` and begin to write that down; returns the row to go on behind."""
        self._beat()
        self._wake = anyio.Event()
        started = self._clock.monotonic()
        rows = [self.deciding.placed(row) for row in await self._database.read(inbox.waiting(BATCH, after))]
        handled, left = await self._handled(rows)
        rows = rows[: len(handled)]
        await self._written.wait()
        if self._refused:
            self._refused = False
            await self._clock.sleep(STORE_PAUSE_SECONDS)
            return 0
        if rows:
            self._written = anyio.Event()
            self._under_way = left
            tasks.start_soon(self._write, rows, handled, started)
            return rows[-1].id
        if not after:
            self._idle()
            with anyio.move_on_after(IDLE_SECONDS):
                await self._wake.wait()
        return 0

    async def _write(self, rows: Sequence[Waiting], handled: list[Handled], started: float) -> None:
        try:
            await self._record(rows, handled, started)
        except StoreUnavailable:
            self._refused = True
        finally:
            self._written.set()

    async def _record(self, rows: Sequence[Waiting], handled: list[Handled], started: float) -> None:
        states = await self._recorded(rows, handled, self._clock.milliseconds())
        took = round((self._clock.monotonic() - started) * 1000 / len(rows), 2)
        for row, outcome, state in zip(rows, handled, states, strict=True):
            self._say(row, outcome, state, took)
            if outcome.entries and state == "handled":
                await self._say_doubles(row)
            if state == "handled" and outcome.shadowed:
                self.shadowed()
            if state == "handled" and (outcome.workflows or outcome.tasks_done):
                self.workflow_began()
            if state == "handled" and outcome.kind == CONSENT_CHANGED:
                self.prove_again(row.company)
        written_to = {command.company for outcome in handled for command in outcome.commands}
        for company in {row.company for row in rows} | written_to:
            self._wake_delivery(company)

    async def _recorded(self, rows: Sequence[Waiting], handled: list[Handled], now: int) -> list[str]:
        try:
            return await self._events.write_all([Outcome(outcome, now) for outcome in handled])
        except StoreUnavailable:
            raise
        except Exception:  # noqa: BLE001 - one of them cannot be stored: each alone, so that only that one is parked
            return [await self._recorded_alone(row, outcome, now) for row, outcome in zip(rows, handled, strict=True)]

    async def _recorded_alone(self, row: Waiting, outcome: Handled, now: int) -> str:
        try:
            return await self._database.write(handling.record(outcome, now))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a bug of ours parks the row and shouts; the others go on
            self.deciding.shout(row, error)
            question = "an error in the program: see the log, replay after the fix"
            return await self._database.write(
                handling.record(Handled(row.id, "parked", reason="bug", question=question), now)
            )

    async def _handled(self, rows: Sequence[Waiting]) -> tuple[list[Handled], frozenset[str]]:
        """Read all rows, recall what is known of their events in one go, and decide row by row.

        Where one is to be told what another left (two responses of one person), the batch ends before it, and what is
        being written is waited for. Returns what became of each, and what they leave for others.

        The loop is given back after each slice, so that whoever knocks is answered meanwhile.

        The fair share: while requests are in hand, intake decides for a twentieth of the time (still over a hundred
        events a second, where Fortnox takes five calls from a company) and leaves the rest to the door and to delivery;
        otherwise it takes all that it needs. At the disk the same holds: who waits at the door comes first in each
        commit, the others have a bounded time in it (``store.commit``).
        """
        read = [one async for one in self._in_slices(rows, self.deciding.read)]
        count, left = decidable(read)
        read = read[:count]
        if left & self._under_way:
            await self._written.wait()
        heard = [one for one in read if isinstance(one, Heard)]
        known = dict(zip((one.row.id for one in heard), await self.recalling.facts(heard), strict=True))

        def decided(one: Heard | Handled) -> Handled:
            return self.deciding.decide(one, known[one.row.id]) if isinstance(one, Heard) else one

        return [one async for one in self._in_slices(read, decided)], left

    async def _in_slices(self, given: Sequence[T], work: Callable[[T], R]) -> AsyncIterator[R]:
        until = self._clock.monotonic() + SLICE_SECONDS
        for one in given:
            yield work(one)
            if self._clock.monotonic() >= until:
                await asyncio.sleep(REST_SLICES * SLICE_SECONDS if self.door_busy() else 0)
                until = self._clock.monotonic() + SLICE_SECONDS

    async def _say_doubles(self, row: Waiting) -> None:
        """Customers that somebody else made of a party of ours: numbers, no names."""
        for double in await self._database.read(lambda connection: doubles.told_by(connection, row.id)):
            self._log.warning("party.doubled", **named(row), customer=double.number, other=double.other)

    def _say(self, row: Waiting, outcome: Handled, state: str, took: float) -> None:
        if state == "handled":
            self._log.info(
                "event.handled",
                **named(row),
                kind=outcome.kind,
                commands=len(outcome.commands),
                ms=took,
            )
        elif state == "reading":
            self.wake_reader(row.source)
        elif state in {"parked", "held"}:
            if outcome.reason != "bug":
                self._log.error("event.parked", **named(row), reason=outcome.reason)
        else:
            plain = state == "ignored" and outcome.reason is not None and PLAIN.fullmatch(outcome.reason)
            self._log.info("event.ignored", **named(row), reason=outcome.reason if plain else state)
