"""What is remembered for events before their rules run: read from disk in one go for a whole batch."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Protocol, TypeVar

from daemon.bus import LIVE
from daemon.deciding import Deciding, Heard
from handlers.events import (
    CommentsAdded,
    DocumentChanged,
    EntryChanged,
    Event,
    OrderChanged,
    Refunded,
    SurveySubmitted,
)
from handlers.facts import EarlierResponse, Facts
from handlers.order import RULE as BOOK_ORDER
from handlers.order import things_of
from handlers.party import person
from handlers.skipping import passes_by
from store import facts
from store.db import Job, milliseconds, moment
from store.handling import Handled
from store.inbox import Waiting
from store.own_writes import OwnWrite
from store.responses import Asker

T = TypeVar("T")


class Memory(Protocol):
    """What facts are read from: the daemon's database, or a reader beside it."""

    async def read(self, job: Job[T]) -> T:
        """A reading job's answer."""
        ...


class Recalling:
    """Reads the facts of events, and decides with them."""

    def __init__(self, database: Memory, deciding: Deciding) -> None:
        self._database = database
        self.deciding = deciding

    async def facts(self, heard: Sequence[Heard]) -> list[list[Facts]]:
        """The facts of each event of each delivery. Raises :class:`store.db.StoreUnavailable`."""
        asked = [_asked(one, event) for one in heard for event in one.events]
        known = iter(await self._database.read(facts.remembered(asked)) if asked else [])
        return [[_facts(next(known), one.row) for _ in one.events] for one in heard]

    async def handle(self, row: Waiting, modes: Collection[str] = LIVE) -> Handled:
        """What becomes of one row by today's rules in one of ``modes``, and memory; nothing is stored."""
        heard = self.deciding.read(row)
        if isinstance(heard, Handled):
            return heard
        (known,) = await self.facts([heard])
        return self.deciding.decide(heard, known, modes)


def told_of(heard: Heard) -> frozenset[str]:
    """The things of which a delivery is told what others left, and leaves something itself for those behind it.

    Whoever answers surveys, and their responses, where rules of the company ask what went before; sales and refunds of
    them, where the company passes sales by; sales in the comments of whose documents somebody wrote.
    """
    company = heard.settings.name
    sales = frozenset[str]()
    if passes_by(heard.settings.rule(BOOK_ORDER)):
        of_sales = [event for event in heard.events if isinstance(event, OrderChanged | Refunded)]
        sales = frozenset(event.remembered_by.thing(company) for event in of_sales)
    sales |= {f"{company}/{event.sale}" for event in heard.events if isinstance(event, CommentsAdded) and event.sale}
    return sales | (_told_of_surveys(heard, company) if heard.settings.survey.rules else frozenset())


def _told_of_surveys(heard: Heard, company: str) -> frozenset[str]:
    surveys = [event for event in heard.events if isinstance(event, SurveySubmitted)]
    return frozenset(
        ref.thing(company)
        for event in surveys
        for ref in (event.thing, person(event.thing, event.respondent, heard.settings.customers))
    )


def decidable(read: Sequence[Heard | Handled]) -> tuple[int, frozenset[str]]:
    """How many of these may be decided side by side, and what they leave behind: none is told of by one before it."""
    left = frozenset[str]()
    for place, one in enumerate(read):
        own = told_of(one) if isinstance(one, Heard) else frozenset[str]()
        if own & left:
            return place, left
        left |= own
    return len(read), left


def _asked(heard: Heard, event: Event) -> facts.Asked:
    company = heard.settings.name
    asker = None
    if isinstance(event, SurveySubmitted):
        who = person(event.thing, event.respondent, heard.settings.customers).thing(company)
        asker = Asker(who, event.survey, milliseconds(event.occurred_at), heard.row.id)
    thing = event.remembered_by
    named = things_of(thing).others(thing).values() if isinstance(event, Refunded) else ()
    documents = [ref.thing(company) for ref in (thing, *named)] if named else []
    written = None
    if isinstance(event, CommentsAdded) and event.document is not None:
        written = ((event.document, event.number), event.sale)
    return facts.Asked(company, thing.thing(company), asker, documents, _own(event, company), written)


def _own(event: Event, company: str) -> OwnWrite | None:
    """What would show that a change in the company's Fortnox was ours.

    A new object with the mark of a thing of ours is ours, also while the end of the call that made it is unknown. What
    an offer became is ours where we mean to make an order or invoice of that sale: its source says by itself how it
    stands.
    """
    if isinstance(event, EntryChanged):
        mark = event.mark if event.new else None
        return OwnWrite(event.thing.kind, event.thing.id, event.fingerprints, mark, new=event.new)
    if not isinstance(event, DocumentChanged):
        return None
    things = things_of(event.order)
    if event.status == "cancelled":
        thing = {"invoice": things.invoice, "order": things.order, "offer": things.offer}[event.document]
        means = [("ensure_cancelled", thing)]
    else:
        means = [("ensure_order", things.order), ("ensure_invoice", things.invoice)]
    commands = tuple((kind, thing.thing(company)) for kind, thing in means if thing is not None)
    return OwnWrite(event.document, event.thing.id, commands=commands)


def _facts(found: facts.Remembered, row: Waiting) -> Facts:
    before = found.before
    return Facts(
        generation=found.generation,
        answers=found.answers,
        delivery=f"in-{row.id} ({row.dedupe_key})" if row.id else "",
        earlier=tuple(
            EarlierResponse(survey=one.survey, score=_score(one.score), at=moment(one.at)) for one in before.earlier
        ),
        met=frozenset(before.met),
        overtaken=before.overtaken,
        passed_by=found.passed_by,
        own_write=found.own_write,
        known_lines=found.known_lines,
    )


def _score(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
