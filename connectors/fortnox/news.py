"""News of a company's own Fortnox: what differs from its copy, or became of a document of ours, read into an event.

Which news there are, the store says when it keeps what was told (``store.news``): each is a delivery of its own, so
that it has its own story, and is read once more where it lies at Fortnox before anybody is told.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from connectors.base import Json
from connectors.fortnox.followed_fields import FOLLOWED, fields_of, prints_of
from connectors.fortnox.table import RESOURCES
from connectors.sources import Echo, Entry, Ignored, Learned, Needs, Stored, Unreadable, Wanted
from handlers.events import CommentsAdded, DocumentChanged, EntryChanged, Event, Origin
from handlers.following import ARTICLES, COMMENTS, CUSTOMERS, DOCUMENT_COMMENTS, PRICES, sale_of
from handlers.values import Ref, stockholm_date

NEWS = "news/"
"""What the keys of such deliveries begin with."""

SHOWN = "shown:"
"""Before a resource: not what its copy keeps is wanted, but what others are told."""

LINES = "lines:"
"""Before a resource: not the object itself is wanted, but what people wrote in its comments."""

ECHO_SECONDS = 2.0
"""News may come before the answer of the call that made the object (Fortnox facts, section 7.4)."""

DOCUMENTS = {"invoice": "invoices", "order": "orders", "offer": "offers"}
OBJECT = "object"

Told = list[Event] | Ignored | Learned | Needs


class _When(TypedDict):
    """When news happened, as its event says: its version is the moment in seconds since 1970."""

    version: Decimal
    occurred_at: datetime
    dated: date
    origin: Origin


def told_of_news(body: Json, stored: Stored, system: str) -> Told:
    """The event of one piece of news, or what must be read first; ``system`` is ``fortnox:COMPANY``.

    Raises :class:`Unreadable`.
    """
    if "document" in body:
        return _document(body, stored, system)
    if COMMENTS in body:
        return _comments(body, stored, system)
    if DOCUMENT_COMMENTS in body:
        return _document_comments(body, stored, system)
    resource = body.get("changed")
    if not isinstance(resource, str) or resource not in FOLLOWED:
        raise Unreadable("changed: no register that is followed")
    number, told_at = _text(body, "number"), _moment(body)
    price = _price(body) if resource == PRICES else {}
    if resource == PRICES and body.get("first") is not True:
        # Under the register's own name: nothing is asked of Fortnox for a price.
        shown: Json | None = {"fields": price} if price else None
    elif OBJECT not in stored.reads:
        made = Echo(RESOURCES[resource].one, number, ECHO_SECONDS) if body.get("new") is True else None
        # A price that is told for the first time may come before its article: it says all that makes a product.
        of, named = (ARTICLES, number.split(":")[1]) if resource == PRICES else (resource, number)
        return Needs((Wanted(OBJECT, SHOWN + of, named),), echo=made)
    else:
        shown = stored.reads[OBJECT]
        shown = None if shown is None else {**shown, "fields": {**shown["fields"], **price}}
    return [_entry(body, resource, number, shown, stored, told_at, system)]


def _price(body: Json) -> dict[str, str]:
    kept = body.get("kept")
    return fields_of(PRICES, {"Price": kept["price"]}) if isinstance(kept, dict) and "price" in kept else {}


def _entry(
    body: Json, resource: Any, number: str, shown: Json | None, stored: Stored, told_at: datetime, system: str
) -> EntryChanged:
    """What stands there now counts; what was said to be gone and is there was never gone."""
    after = None if shown is None else {str(name): str(value) for name, value in shown["fields"].items()}
    changed = body.get("fields")
    return EntryChanged(
        thing=Ref(system=system, kind=RESOURCES[resource].one, id=number),
        **_when(told_at, stored),
        resource=resource,
        number=number,
        new=body.get("new") is True,
        first=body.get("first") is True,
        changed=tuple(map(str, changed)) if isinstance(changed, list) else (),
        after=after,
        fingerprints=prints_of(after or {}),
        mark=None if shown is None else shown.get("mark"),
    )


def _document(body: Json, stored: Stored, system: str) -> Told:
    """Cancelled counts before anything else: what was made of a document can be cancelled, never the other way."""
    kind, number, told_at = body.get("document"), _text(body, "number"), _moment(body)
    if kind not in DOCUMENTS:
        raise Unreadable("document: no kind that is followed")
    order = sale_of(_text(body, "lane"), kind, _text(body, "thing"), system.partition(":")[2])
    if order is None:
        return Ignored("no_document_of_an_order")
    if OBJECT not in stored.reads:
        return Needs((Wanted(OBJECT, SHOWN + DOCUMENTS[kind], number),))
    shown = stored.reads[OBJECT] or {}
    if not shown.get("cancelled") and not (kind == "offer" and shown.get("became")):
        return Ignored("nothing_final", forget=True)
    return [
        DocumentChanged(
            thing=Ref(system=system, kind=kind, id=number),
            **_when(told_at, stored),
            document=kind,
            status="cancelled" if shown.get("cancelled") else "became",
            order=order,
        )
    ]


def _comments(body: Json, stored: Stored, system: str) -> Told:
    """The lines that were not there before; the first time nobody is told, and it is kept what stands there."""
    number, told_at, known, parties = _text(body, COMMENTS), _moment(body), body.get("known"), body.get("parties")
    if not isinstance(parties, dict) or not isinstance(known, list | None):
        raise Unreadable("parties, known: not what the store makes")
    if OBJECT not in stored.reads:
        return Needs((Wanted(OBJECT, LINES + CUSTOMERS, number),))
    shown = stored.reads[OBJECT]
    if shown is None:
        return Ignored("gone_meanwhile")
    lines: dict[str, str] = shown["lines"]
    added = {} if known is None else {one: line for one, line in lines.items() if one not in known}
    if not added:
        kept: Json = {"lines": [*lines], "parties": parties}
        return Learned("comments_read", (Entry(COMMENTS, number, told_at, kept),))
    return [
        CommentsAdded(
            thing=Ref(system=system, kind="comments", id=number),
            **_when(told_at, stored),
            number=number,
            lines=added,
            standing=tuple(lines),
            parties=parties,
        )
    ]


def _document_comments(body: Json, stored: Stored, system: str) -> Told:
    """The lines on a document that were told of none of its sale's, and are none that we wrote; told to who bought."""
    kind, number, told_at, sale = body.get(DOCUMENT_COMMENTS), _text(body, "number"), _moment(body), _text(body, "sale")
    known, buyer = body.get("known"), body.get("buyer")
    if kind not in DOCUMENTS or not isinstance(known, list) or not isinstance(buyer, dict):
        raise Unreadable(f"{DOCUMENT_COMMENTS}, known, buyer: not what the store makes")
    if OBJECT not in stored.reads:
        return Needs((Wanted(OBJECT, LINES + DOCUMENTS[kind], number),))
    shown = stored.reads[OBJECT]
    if shown is None:
        return Ignored("gone_meanwhile")
    lines: dict[str, str] = {one: line for one, line in shown["lines"].items() if one not in known}
    if not lines:
        return Ignored("no_new_lines")
    party = Ref(system=_text(buyer, "system"), kind="customer", id=_text(buyer, "id"))
    return [
        CommentsAdded(
            thing=Ref(system=system, kind=f"{kind}_comments", id=number),
            **_when(told_at, stored),
            number=number,
            lines=lines,
            standing=tuple(shown["lines"]),
            parties={party.thing(system.partition(":")[2]): party.id},
            document=kind,
            sale=sale,
        )
    ]


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Unreadable(f"{name}: not a text")
    return value


def _moment(body: Json) -> datetime:
    at = body.get("at")
    if isinstance(at, bool) or not isinstance(at, int):
        raise Unreadable("at: not a moment in milliseconds")
    return datetime.fromtimestamp(at / 1000, UTC)


def _when(told_at: datetime, stored: Stored) -> _When:
    version = Decimal(round(told_at.timestamp() * 1000)) / 1000
    return {
        "version": version,
        "occurred_at": told_at,
        "dated": stockholm_date(told_at),
        "origin": stored.origin,
    }
