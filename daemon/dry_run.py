"""Dry runs: a delivery goes the whole way, from its body to Fortnox's answers, and nothing is stored or sent."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from connectors.base import Json, Link, OutsideError, Target
from connectors.fortnox.rehearsal import Rehearsal
from connectors.fortnox.rounding import ENOUGH, learned_rounding
from connectors.json_body import write_object
from connectors.sources import Reader, Wanted
from daemon.clock import Clock
from daemon.memory import DAY_MS, MemoryLinks
from daemon.recalling import Recalling
from daemon.register import CompanyRegister, Pushing, nobody_pushes
from daemon.rehearsing import Carried, Ground, Rehearses, Rehearsing
from daemon.requests import Misused
from daemon.settings import Company
from store import companies, lanes, links, sales
from store.db import Database
from store.handling import Handled
from store.inbox import Answer, Waiting
from store.sales import Sale

ALL_MODES = frozenset({"live", "shadow"})
"""A person wants to see what every rule would do that is not off."""

MOST_ROUNDS = 6
"""How often a source may ask for more of its sender's records; each round brings what the last one hinted at."""

PERSON, BACKFILL = 0, 9
"""Priorities in the rate window (``connectors.base.Task``)."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a dry run came to: what the rules decided, how each command would end, and what was heard and made.

    ``behind`` are stopped commands (outbox ids) that the delivery's own would wait behind.
    """

    row: Waiting
    handled: Handled
    carried: Sequence[Carried]
    rehearsal: Rehearsal
    behind: Sequence[int] = ()

    @property
    def unasked(self) -> str | None:
        """Why Fortnox could not be asked, where that kept a command from being told."""
        return next((one.reason for one in self.carried if one.state == "untold"), None)


class _WithSale(MemoryLinks):
    """Memory as if the event's own sales, and what the run ``made``, were in it; nothing is reserved anywhere."""

    def __init__(
        self, database: Database, clock: Clock, company: str, sales: Sequence[Sale], made: Mapping[str, Link]
    ) -> None:
        super().__init__(database, clock)
        self._company = company
        self._made = made
        self._sales: Mapping[str, Sale] = {sale.thing: sale for sale in sales}

    async def payments_on(self, company: str, invoice: str, thing: str) -> Mapping[str, Json]:
        """The payments that are linked on the invoice, on disk or by this run, but the thing's own."""
        ours = {
            link.number: link.state
            for other, link in self._made.items()
            if link.kind == "payment" and link.state.get("invoice") == invoice and other != thing
        }
        return {**await super().payments_on(company, invoice, thing), **ours}

    async def same_sale(self, thing: str, days: int) -> tuple[str, str | None] | None:
        """A sale of the same buyer and sum that came the other way before this one."""
        now = self._clock.milliseconds()
        if thing not in self._sales:
            return None
        job = sales.same_sale_as(self._sales[thing], self._company, now=now, since=now - days * DAY_MS)
        return await self._database.read(job)


def _nobody(_name: str) -> Target | None:
    """Where no sender may be read."""
    return None


class DryRuns:
    """Runs deliveries dry on today's configuration, memory and registers."""

    def __init__(
        self,
        *,
        companies: Callable[[], Mapping[str, Company]],
        database: Database,
        clock: Clock,
        recalling: Recalling,
        target: Callable[[str], AbstractAsyncContextManager[Target]],
        reader: Callable[[str], Reader | None],
        pushing: Pushing = nobody_pushes,
        sender: Callable[[str], Target | None] = _nobody,
    ) -> None:
        """``target`` opens a company's far system or gives the open one; ``reader`` reads at a source's sender.

        ``sender`` gives the open target of a sender that is written back to.
        """
        self._companies = companies
        self._database = database
        self._clock = clock
        self._recalling = recalling
        self._target = target
        self._reader = reader
        self._pushing = pushing
        self._sender = sender

    async def run(
        self,
        row: Waiting,
        *,
        modes: Collection[str] = ALL_MODES,
        rules: Collection[str] | None = None,
        offline: bool = False,
        priority: int = PERSON,
    ) -> Told:
        """What the delivery would do now; of ``rules`` alone, where they are named.

        Raises :class:`Misused` where the company has no Fortnox that can be rehearsed, and ``StoreUnavailable``.
        """
        row = self._recalling.deciding.placed(row)
        row, handled = await self._handled(row, modes, read=not offline)
        if rules is not None:
            handled = replace(handled, commands=[one for one in handled.commands if one.rule in rules])
        learned = learned_rounding(await self._database.read(links.some_states(row.company, "invoice", ENOUGH)))
        rehearsal = Rehearsal(offline=offline, rounding_known=learned is not None)
        rehearsal.supposed.whole_kronor = learned is None or learned.whole_kronor
        carried = await self._carried(row.company, handled, rehearsal, priority) if handled.commands else []
        behind = await self._database.read(
            lanes.stopped_heads(row.company, sorted({one.lane for one in handled.commands}))
        )
        return Told(row, handled, carried, rehearsal, behind)

    async def _handled(self, row: Waiting, modes: Collection[str], *, read: bool) -> tuple[Waiting, Handled]:
        """What the rules make of it, after what their source needs was read at its sender."""
        handled = await self._recalling.handle(row, modes)
        reader = self._reader(row.source) if read else None
        for _ in range(MOST_ROUNDS):
            if handled.state != "reading" or reader is None:
                break
            try:
                answers = {record[0]: _answer(await reader.read(Wanted(*record))) for record in handled.wanted}
            except OutsideError as error:
                question = error.remedy or "its sender gave no answer that can be read: try again later"
                return row, Handled(row.id, "reading", error.reason, question, wanted=handled.wanted)
            row = replace(row, reads={**row.reads, **answers})
            handled = await self._recalling.handle(row, modes)
        return row, handled

    async def _carried(self, company: str, handled: Handled, rehearsal: Rehearsal, priority: int) -> list[Carried]:
        about = self._companies().get(company)
        if about is None:
            raise Misused(f"there is no company {company} in the configuration")
        async with self._target(company) as target:
            if not isinstance(target, Rehearses):
                raise Misused(f"company {company} has no Fortnox that can be rehearsed")
            made: dict[str, Link] = {}
            ground = Ground(
                target=target.rehearsed(rehearsal),
                database=self._database,
                links=_WithSale(self._database, self._clock, company, handled.sales, made),
                register=CompanyRegister(company, about.fortnox, self._database, self._clock, self._pushing),
                looking=await self._looking(company),
                approve=about.approve,
                priority=priority,
                sender=_nobody if rehearsal.offline else self._sender,
            )
            return await Rehearsing(ground, rehearsal, made).carry(handled.commands)

    async def _looking(self, company: str) -> bool:
        row = await self._database.read(lambda connection: companies.registered(connection).get(company))
        return row is None or row.looking


def _answer(record: Json | None) -> Answer:
    return Answer(sealed=False, body=None if record is None else write_object(record))
