"""From HighLevel's orders, invoices and opportunities to what they say of a sale."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeVar

from connectors.base import Json
from connectors.highlevel.money import NOTHING, Priced
from connectors.highlevel.parties import contact_party, invoice_party, with_organisation_number
from connectors.highlevel.records import Record, seconds
from connectors.highlevel.settings import HighLevelSettings, OrderStatus
from connectors.highlevel.sums import invoice_sums, opportunity_sums, order_sums
from connectors.sources import Ignored, Needs, Wanted
from handlers.events import Document, InvoiceChanged, OrderChanged, Party, Refunded
from handlers.values import Question, Ref, stockholm_date

OPPORTUNITY_STATUSES: Mapping[str, OrderStatus] = {
    "open": "offer",
    "won": "won",
    "lost": "cancelled",
    "abandoned": "cancelled",
}
VOID = frozenset({"void", "voided"})
MADE_LATER = frozenset({"refunded", "refunded_in_full", "cancelled"})
"""Statuses that an order reaches on another day than its own."""

Reads = Mapping[str, Json | None]
InvoiceStatus = Literal["issued", "paid", "voided"]
S = TypeVar("S", bound=str)


class Sales:
    """Reads the records of one source; everything here is pure, and asks (``Needs``) for what it must know besides.

    Raises ``Unreadable`` naming the field, ``Question`` where the sums are not right or nobody can be named.
    """

    def __init__(self, name: str, settings: HighLevelSettings) -> None:
        """``name`` is the source's own."""
        self._name = name
        self._settings = settings

    def order(
        self, body: Record, reads: Reads, received_at: datetime
    ) -> tuple[OrderChanged | Refunded] | Ignored | Needs:
        """An order in its present status (HighLevel facts, section 7)."""
        current = _current(body, reads, "order", "items", self._order_status)
        if not isinstance(current, tuple):
            return current
        record, status = current
        at = record.moment("updatedAt", "timestamp") or received_at
        dated = _day(record, "createdAt") or stockholm_date(at)
        snapshot = record.inner("contactSnapshot")
        contact = record.identifier("contactId") or snapshot.identifier("id")
        if self._wants_contact(contact, reads, known=False, unnamed=not snapshot.raw):
            return Needs((Wanted("contact", "contact", contact or ""),), dated)
        number = record.required("_id", "id")
        document = _document(
            number,
            order_sums(record),
            _currency(record),
            self._order_party(snapshot, contact, reads),
            dated=dated,
            paid=max(dated, stockholm_date(at)) if status == "paid" else None,
        )
        thing, version = Ref(system=self._name, kind="order", id=number), _version(record)
        day = max(dated, stockholm_date(at)) if status in MADE_LATER else dated
        if status == "refunded_in_full":
            refund = thing.model_copy(update={"kind": "order_refund"})
            whole = Refunded(
                thing=refund, order=thing, version=version, occurred_at=at, dated=day, document=document, whole=True
            )
            return (whole,)
        return (
            OrderChanged(thing=thing, version=version, occurred_at=at, dated=day, status=status, document=document),
        )

    def invoice(self, body: Record, reads: Reads, received_at: datetime) -> tuple[InvoiceChanged] | Ignored | Needs:
        """An invoice that HighLevel made (HighLevel facts, section 7); ``status`` says what became of it."""
        current = _current(body, reads, "invoice", "invoiceItems", self._invoice_status)
        if not isinstance(current, tuple):
            return current
        record, status = current
        at = record.moment("updatedAt", "timestamp") or received_at
        dated = _day(record, "issueDate", "createdAt") or stockholm_date(at)
        field = self._settings.organisation_number_field
        party = invoice_party(record.inner("contactDetails"), field)
        if self._wants_contact(party.source_id, reads, known=party.organisation_number is not None, unnamed=False):
            return Needs((Wanted("contact", "contact", party.source_id or ""),), dated)
        document = _document(
            record.required("invoiceNumber", "_id", "id"),
            invoice_sums(record),
            _currency(record),
            with_organisation_number(party, reads.get("contact"), field),
            dated=dated,
            paid=max(dated, stockholm_date(at)) if status == "paid" else None,
            due=record.day("dueDate"),
        )
        thing = Ref(system=self._name, kind="invoice", id=record.required("_id", "id"))
        version = _version(record)
        return (
            InvoiceChanged(thing=thing, version=version, occurred_at=at, dated=dated, status=status, document=document),
        )

    def opportunity(self, record: Record, reads: Reads, received_at: datetime) -> tuple[OrderChanged] | Ignored | Needs:
        """An opportunity, where the settings say what its value lacks: one line of that value, VAT on top."""
        terms = self._settings.opportunities
        if terms is None:
            return Ignored("opportunity")
        status = OPPORTUNITY_STATUSES.get(_word(record, "status"))
        if status is None:
            return Ignored("status_not_mapped")
        at = record.moment("timestamp", "updatedAt") or received_at
        dated = (_day(record, "dateAdded") if status == "offer" else None) or stockholm_date(at)
        contact = record.required("contactId")
        if "contact" not in reads:
            return Needs((Wanted("contact", "contact", contact),), dated)
        found = reads["contact"]
        if found is None:
            raise Question("the opportunity's contact no longer exists at HighLevel, so its buyer cannot be named")
        buyer = contact_party(Record(found, "contact."), self._settings.organisation_number_field)
        number = record.required("id", "_id")
        return (
            OrderChanged(
                thing=Ref(system=self._name, kind="opportunity", id=number),
                version=_version(record),
                occurred_at=at,
                dated=dated,
                status=status,
                document=_document(number, opportunity_sums(record, terms), terms.currency, buyer, dated=dated),
            ),
        )

    def _order_status(self, record: Record) -> OrderStatus | Ignored:
        status = self._settings.order_statuses.get(_word(record, "status"))
        if status is None:
            return Ignored("status_not_mapped", forget=_comes_again(record))
        return Ignored("test_mode") if self._is_a_test(record) else status

    def _invoice_status(self, record: Record) -> InvoiceStatus | Ignored:
        if self._is_a_test(record):
            return Ignored("test_mode")
        status = _word(record, "status")
        if status in VOID or record.text("type") == "InvoiceDelete":
            return "voided"
        if status == "paid" or (status != "draft" and _paid_in_full(record)):
            return "paid"
        if status == "sent" and self._settings.invoices == "sent":
            return "issued"
        return Ignored("not_paid_in_full" if status == "partially_paid" else "not_paid", forget=_comes_again(record))

    def _is_a_test(self, record: Record) -> bool:
        return not self._settings.test_mode and record.raw.get("liveMode") in (False, "false")

    def _wants_contact(self, contact: str | None, reads: Reads, *, known: bool, unnamed: bool) -> bool:
        if contact is None or "contact" in reads or self._settings.api is None:
            return False
        return unnamed or (self._settings.organisation_number_field is not None and not known)

    def _order_party(self, snapshot: Record, contact: str | None, reads: Reads) -> Party:
        field, read = self._settings.organisation_number_field, reads.get("contact")
        if not snapshot.raw and read is not None:
            return contact_party(Record(read, "contact."), field)
        return with_organisation_number(
            contact_party(Record({"contactId": contact, **snapshot.raw}, snapshot.where), field), read, field
        )


def _current(
    body: Record, reads: Reads, kind: str, lines: str, status_of: Callable[[Record], S | Ignored]
) -> tuple[Record, S] | Ignored | Needs:
    """The whole record and what its status means; what was read may be newer than what was sent."""
    told = status_of(body)
    if isinstance(told, Ignored):
        return told
    record = _whole(body, reads, kind, lines)
    if not isinstance(record, Record):
        return record
    status = status_of(record)
    return status if isinstance(status, Ignored) else (record, status)


def _whole(body: Record, reads: Reads, kind: str, lines: str) -> Record | Ignored | Needs:
    """The record with its lines: lists of the API may leave them out, then the record itself is read."""
    if body.has(lines):
        return body
    if kind not in reads:
        return Needs((Wanted(kind, kind, body.required("_id", "id")),), _day(body, "issueDate", "createdAt"))
    read = reads[kind]
    if read is None:
        return Ignored("gone_at_the_sender")
    envelope = {key: body.raw[key] for key in ("type", "timestamp", "webhookId") if key in body.raw}
    return Record(dict(read) | envelope)


def _comes_again(record: Record) -> bool:
    """Whether the same delivery key may come again with news: only an id or a time in it tells states apart."""
    return not record.has("webhookId") and not record.has("updatedAt")


def _paid_in_full(record: Record) -> bool:
    if not (record.has("amountPaid") and record.has("amountDue") and record.has("total")):
        return False
    total = record.amount("total")
    return total > 0 and record.amount("amountDue") == 0 and record.amount("amountPaid") == total


def _word(record: Record, key: str) -> str:
    return (record.text(key) or "").casefold()


def _day(record: Record, *keys: str) -> date | None:
    return next((day for day in map(record.day, keys) if day), None)


def _version(record: Record) -> Decimal:
    at = record.moment("updatedAt", "timestamp")
    return NOTHING if at is None else seconds(at)


def _currency(record: Record) -> str:
    found = record.text("currency")
    if found is None:
        raise record.fault("currency", "is missing")
    return found.upper()


def _document(
    number: str,
    sums: Priced,
    currency: str,
    buyer: Party,
    *,
    dated: date,
    paid: date | None = None,
    due: date | None = None,
) -> Document:
    return Document(
        number=number,
        currency=currency,
        prices_include_vat=sums.include_vat,
        customer=buyer,
        lines=sums.lines,
        total_excluding_vat=sums.excluding_vat,
        total_vat=sums.vat,
        total=sums.total,
        dated=dated,
        due=due,
        paid=paid,
    )
