"""Rules for what people change in Fortnox: senders that take it back are told, but never of our own writes."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal, InvalidOperation

from handlers.commands import Command, EnsureSenderRecord, SetSenderFields
from handlers.commands.base import MatchKey
from handlers.events import DocumentChanged, EntryChanged
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.order import things_of
from handlers.settings import CompanySettings
from handlers.settings.write_back import WriteBack
from handlers.values import Ref, Skipped

CUSTOMERS, ARTICLES, PRICES, DOCUMENTS = "customers", "articles", "prices", "documents"
COMMENTS, DOCUMENT_COMMENTS = "comments", "document_comments"
PRODUCT = "product"
"""What an article is, where a sender is told of it."""

INACTIVE = {"active": "0"}
MOST_GENERATIONS = 32
"""Generations of a sale among which the one that a document belongs to is looked for."""

STAGES = {"cancelled": "lost", "became": "won"}


def system_of(company: str) -> str:
    """What a company's own Fortnox is called where systems are named; no configured source has a colon in its name."""
    return f"fortnox:{company}"


def followed(settings: CompanySettings) -> frozenset[str]:
    """What of the company's Fortnox anybody is told of.

    These are customers, articles, ``prices:LIST``, documents, comments and document_comments.
    """
    backs = settings.write_backs.values()
    wanted = {CUSTOMERS for back in backs if back.parties != "never"}
    wanted |= {ARTICLES for back in backs if back.articles}
    wanted |= {f"{PRICES}:{back.price_list}" for back in backs if back.articles and back.price_list}
    wanted |= {COMMENTS for back in backs if back.comments}
    wanted |= {DOCUMENT_COMMENTS for back in backs if back.document_comments}
    return frozenset(wanted | {DOCUMENTS for back in backs if back.stages})


def follow_entry(event: EntryChanged, settings: CompanySettings, facts: Facts = NOTHING_KNOWN) -> tuple[Command, ...]:
    """Each sender is told what changed of a customer or an article, and of one that it does not know, everything.

    What a source owns of a customer is told to nobody, but stands on a record that is made.
    Raises :class:`Skipped` for what we wrote ourselves.
    """
    if facts.own_write:
        raise Skipped("our own write")
    told = {CUSTOMERS: _customer, ARTICLES: _article, PRICES: _price}[event.resource]
    return tuple(
        command for source, back in settings.write_backs.items() for command in told(event, settings, source, back)
    )


def follow_document(
    event: DocumentChanged, settings: CompanySettings, facts: Facts = NOTHING_KNOWN
) -> tuple[Command, ...]:
    """The sale is lost where its document was cancelled by hand, and won where its offer became more by hand.

    Raises :class:`Skipped` for what we did ourselves, and for documents that were made anew since.
    """
    order = event.order
    if not settings.write_back(order.system).stages:
        return ()
    if facts.own_write:
        raise Skipped("our own write")
    if order.generation < facts.generation:
        raise Skipped("its documents were made anew since")
    return (
        SetSenderFields(
            target=order.system,
            company=settings.name,
            thing=Ref(system=order.system, kind=f"{order.kind}_stage", id=order.id),
            record=settings.write_back(order.system).order,
            id=order.id,
            fields={"stage": STAGES[event.status]},
        ),
    )


def sale_of(lane: str, document: str, thing: str, company: str) -> Ref | None:
    """The order at its source that a document is of; ``None`` where it is no order's.

    ``lane`` is that of the command which made it (:attr:`handlers.events.EventBase.lane`); ``thing`` proves it: the key
    in the store under which the document is linked.
    """
    system, _, rest = lane.partition(":")
    kind, _, number = rest.partition(":")
    if kind != "order" or not number:
        return None
    for generation in range(1, MOST_GENERATIONS + 1):
        order = Ref(system=system, kind=kind, id=number, generation=generation)
        things = things_of(order)
        part = {"invoice": things.invoice, "order": things.order, "offer": things.offer}[document]
        if part is not None and part.thing(company) == thing:
            return order
    return None


def _customer(event: EntryChanged, settings: CompanySettings, source: str, back: WriteBack) -> Iterator[Command]:
    if back.parties == "never":
        return
    fields, rest = _told(event, settings.customers.owned_by("source"))
    if event.after is None or event.new or event.first or fields:
        number = (event.after or {}).get("organisation_number")
        match: tuple[MatchKey, ...] = (("organisation_number", number),) if number else ()
        yield _record(
            event,
            settings.name,
            source,
            record=back.party,
            fields=fields,
            made_with=rest if back.parties == "all" else {},
            match=match,
            create=back.parties == "all" and event.after is not None,
            gone=event.after is None,
        )


def _article(event: EntryChanged, settings: CompanySettings, source: str, back: WriteBack) -> Iterator[Command]:
    """An article that is gone is kept at the sender, as one that is not active."""
    if not back.articles:
        return
    fields, rest = (INACTIVE, {}) if event.after is None else _told(event)
    if fields or event.first:
        create = event.after is not None
        yield _record(event, settings.name, source, record=PRODUCT, fields=fields, made_with=rest, create=create)


def _price(event: EntryChanged, settings: CompanySettings, source: str, back: WriteBack) -> Iterator[Command]:
    """The price of one, from the one list that counts; a price that was taken away says nothing of a new one."""
    price_list, _, named = event.number.partition(":")
    article, _, quantity = named.rpartition(":")
    changed, known = _told(event)
    rest = {name: value for name, value in known.items() if name != "list_price"} if event.first else {}
    fields = {name: value for name, value in known.items() if name not in rest} if event.first else changed
    if back.articles and price_list == back.price_list and _is_zero(quantity) and fields:
        yield _record(
            event,
            settings.name,
            source,
            record=PRODUCT,
            number=article,
            fields=fields,
            made_with=rest,
            create=event.first,
        )


def _told(event: EntryChanged, owned: Collection[str] = ()) -> tuple[dict[str, str], dict[str, str]]:
    """What the sender is told, and what else a record that is made gets.

    What did not change may be newer at the sender, and what is empty here may be known there: neither is told. Nor is
    what is ``owned`` there. So what is told for the first time fills only a record that is made; one that is there gets
    its number alone.
    """
    shown = {name: value for name, value in (event.after or {}).items() if value}
    changed = (shown.keys() if event.new else shown.keys() & {*event.changed}) - {*owned}
    fields = {name: value for name, value in shown.items() if name in changed}
    return fields, {name: value for name, value in shown.items() if name not in fields}


def _record(
    event: EntryChanged,
    company: str,
    source: str,
    *,
    record: str,
    fields: Mapping[str, str],
    number: str | None = None,
    made_with: Mapping[str, str] | None = None,
    match: tuple[MatchKey, ...] = (),
    create: bool = False,
    gone: bool = False,
) -> Command:
    number = event.number if number is None else number
    return EnsureSenderRecord(
        target=source,
        company=company,
        thing=Ref(system=source, kind=f"{record}_of_fortnox", id=number),
        record=record,
        number=number,
        fields=dict(fields),
        made_with=dict(made_with or {}),
        match=match,
        create=create,
        gone=gone,
    )


def _is_zero(quantity: str) -> bool:
    """Whether a price is the one without a least quantity, however its zero is written."""
    try:
        return Decimal(quantity) == 0
    except InvalidOperation:
        return False
