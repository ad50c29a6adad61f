"""Intake: inbox rows become events, events become commands, each in one transaction, from disk."""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import anyio
from anyio.abc import TaskGroup

from connectors.sources import Ignored, Needs, Source, Stored, Unreadable
from daemon.bus import Bus, RuleFailed
from daemon.clock import Clock
from daemon.door import ACCOUNT
from daemon.logs import Log
from handlers.commands import Command, EnsureCustomer, EnsureInvoice, EnsureOrder
from handlers.events import Event, InvoiceChanged, OrderChanged
from handlers.settings import CompanySettings
from handlers.values import Question
from store import handling, heads, inbox
from store.db import Database, StoreUnavailable
from store.handling import Handled, Sale
from store.inbox import Waiting
from store.outbox import NewCommand

BATCH = 32
SLICE_SECONDS = 0.003
"""How long intake decides before the loop turns to others."""

REST_SLICES = 19
"""Slices that intake leaves to others after each of its own while somebody is at the door: its share is a twentieth."""

IDLE_SECONDS = 30.0
STORE_PAUSE_SECONDS = 1.0

PLAIN = re.compile(r"[a-z_]{1,40}")
"""A source's reason that a log line may carry: a word, no sentence."""

Unseal = Callable[[bytes], bytes]


def _nobody_watches() -> None:
    """The default where no watchdog asks (tests)."""


def _nobody_knocks() -> bool:
    """The default where there is no door (commands of the CLI, tests)."""
    return False


class Intake:
    """The loop from inbox to outbox. A row that cannot be understood is parked and can be replayed after the fix."""

    def __init__(
        self,
        *,
        database: Database,
        sources: Mapping[str, Source],
        companies: Mapping[str, CompanySettings],
        bus: Bus,
        clock: Clock,
        log: Log,
        unseal: Unseal,
        wake: Callable[[str], None],
        beat: Callable[[], None] = _nobody_watches,
        idle: Callable[[], None] = _nobody_watches,
    ) -> None:
        """``beat`` and ``idle`` tell the watchdog that the loop works, or waits to be woken."""
        self.sources = sources
        self.companies = companies
        self._database = database
        self._bus = bus
        self._clock = clock
        self._log = log
        self._unseal = unseal
        self._wake_delivery = wake
        self._beat = beat
        self._idle = idle
        self.door_busy: Callable[[], bool] = _nobody_knocks
        self.company_of: Mapping[str, Callable[[str | None], str | None]] = {}
        self._stopping = False
        self._refused = False
        self._written = anyio.Event()
        self._written.set()
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
        rows = [self._placed(row) for row in await self._database.read(inbox.waiting(BATCH, after))]
        handled = await self._handled(rows)
        await self._written.wait()
        if self._refused:
            self._refused = False
            await self._clock.sleep(STORE_PAUSE_SECONDS)
            return 0
        if rows:
            self._written = anyio.Event()
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
        for company in {row.company for row in rows}:
            self._wake_delivery(company)

    async def _recorded(self, rows: Sequence[Waiting], handled: list[Handled], now: int) -> list[str]:
        try:
            return await self._database.write_all([handling.record(outcome, now) for outcome in handled])
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
            self._shout(row, error)
            question = "an error in the program: see the log, replay after the fix"
            return await self._database.write(
                handling.record(Handled(row.id, "parked", reason="bug", question=question), now)
            )

    async def _handled(self, rows: Sequence[Waiting]) -> list[Handled]:
        """Decide row by row, giving the loop back after each slice, so that whoever knocks is answered meanwhile.

        The fair share: while requests are in hand, intake decides for a twentieth of the time (still over a hundred
        events a second, where Fortnox takes five calls from a company) and leaves the rest to the door and to delivery;
        otherwise it takes all that it needs. At the disk the same holds: who waits at the door comes first in each
        commit, the others have a bounded time in it (``store.commit``).
        """
        handled: list[Handled] = []
        until = self._clock.monotonic() + SLICE_SECONDS
        for row in rows:
            handled.append(self.handle(row))
            if self._clock.monotonic() >= until:
                await asyncio.sleep(REST_SLICES * SLICE_SECONDS if self.door_busy() else 0)
                until = self._clock.monotonic() + SLICE_SECONDS
        return handled

    def handle(self, row: Waiting) -> Handled:
        """What becomes of one row: pure but for the log line of a bug; nothing is stored."""
        row = self._placed(row)
        park = partial(Handled, row.id, "parked")
        if not row.company:
            return park(reason="unknown_account", question="the sender's account is in no table: add it, then retry")
        source, settings = self.sources.get(row.source), self.companies.get(row.company)
        if source is None or settings is None:
            gone = "source" if source is None else "company"
            return park(reason="not_configured", question=f"the {gone} is no longer in the configuration")
        try:
            body = self._unseal(row.body) if row.sealed else row.body
            read = source.events(Stored(row.id, row.dedupe_key, row.received_at, row.headers, body))
            if isinstance(read, Ignored):
                return Handled(row.id, "ignored", reason=read.reason)
            if isinstance(read, Needs):
                return park(reason="no_reader", question="the source has no access to its sender's API: add it, retry")
            return self._decide(row, read, settings)
        except Unreadable as error:
            return park(reason="unreadable", question=str(error))
        except Question as error:
            return Handled(row.id, "held", reason="question", question=str(error))
        except Exception as error:  # noqa: BLE001 - a bug of ours parks the row and shouts; the others go on
            self._shout(row, error)
            return park(reason="bug", question="an error in the program: see the log, replay after the fix")

    def _placed(self, row: Waiting) -> Waiting:
        """The row with its company: one whose account was in no table when it came is looked up again."""
        if row.company or row.source not in self.company_of:
            return row
        return replace(row, company=self.company_of[row.source](row.headers.get(ACCOUNT)) or "")

    def _decide(self, row: Waiting, events: Sequence[Event], settings: CompanySettings) -> Handled:
        if not events:
            return Handled(row.id, "ignored", reason="the delivery says nothing")
        first = events[0]
        mark = partial(
            Handled,
            row.id,
            kind=first.kind,
            thing=first.thing.thing(row.company),
            number=_number(first),
            version=str(first.version),
            company=row.company,
        )
        timely = [event for event in events if event.dated >= settings.start]
        if not timely:
            return mark(
                state="before_start", reason=f"dated {first.dated}, before the company's start {settings.start}"
            )
        try:
            made = [(event, rule, command) for event in timely for rule, command in self._bus.commands(event, settings)]
        except Question as error:
            return mark(state="held", reason="question", question=str(error))
        except RuleFailed as error:
            self._shout(row, error)
            return mark(state="parked", reason="bug", question=f"{error}: see the log, replay after the fix")
        return mark(
            state="handled",
            commands=[new_command(row.id, row.company, event.lane, rule, command) for event, rule, command in made],
            sales=list(_sales(row.company, [command for _, _, command in made])),
        )

    def _shout(self, row: Waiting, error: Exception) -> None:
        self._log.error("event.parked", **_named(row), reason="bug", exc_info=error)

    def _say(self, row: Waiting, outcome: Handled, state: str, took: float) -> None:
        if state == "handled":
            self._log.info(
                "event.handled",
                **_named(row),
                kind=outcome.kind,
                commands=len(outcome.commands),
                ms=took,
            )
        elif state in {"parked", "held"}:
            if outcome.reason != "bug":
                self._log.error("event.parked", **_named(row), reason=outcome.reason)
        else:
            plain = state == "ignored" and outcome.reason is not None and PLAIN.fullmatch(outcome.reason)
            self._log.info("event.ignored", **_named(row), reason=outcome.reason if plain else state)


def _named(row: Waiting) -> dict[str, str | int]:
    """Which row a line speaks of; ``trace`` goes on with everything that the row causes."""
    return {"trace": f"in-{row.id}", "inbox_id": row.id, "source": row.source, "company": row.company}


def new_command(inbox_id: int, company: str, lane: str, rule: str, command: Command) -> NewCommand:
    """The outbox row of a command; its key is the same whenever the same rule runs on the same row again."""
    thing = command.thing.thing(company)
    return NewCommand(
        key=f"{inbox_id}/{rule}/{command.kind}/{thing}",
        company=company,
        lane=lane,
        inbox_id=inbox_id,
        rule=rule,
        kind=command.kind,
        thing=thing,
        refs=[
            *(ref.thing(company) for ref in command.refs),
            *(heads.OPTIONAL + ref.thing(company) for ref in command.optional_refs),
        ],
        text=command.model_dump_json(),
        supersedes=[(kind, ref.thing(company)) for kind, ref in command.supersedes],
        replaces=command.replaces_older,
    )


def _number(event: Event) -> str:
    """The number that people know the thing by at its source."""
    return event.document.number if isinstance(event, OrderChanged | InvoiceChanged) else event.thing.id


def _sales(company: str, commands: Sequence[Command]) -> Iterator[Sale]:
    keys = {
        command.thing: [f"{name}:{value}" for name, value in command.match_keys]
        for command in commands
        if isinstance(command, EnsureCustomer)
    }
    for command in commands:
        # Without a stated VAT the total is known only when Fortnox has made the invoice: nothing to compare by.
        if isinstance(command, EnsureInvoice | EnsureOrder) and command.total is not None:
            yield Sale(
                thing=command.thing.thing(company),
                customer=command.customer.thing(company),
                made_from=command.made_from if isinstance(command, EnsureInvoice) else "order",
                total=f"{command.total:f}",
                currency=command.currency,
                keys=keys.get(command.customer, ()),
                number=command.number,
            )
