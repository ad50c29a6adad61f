"""From a document to the customer, invoice and payment that shall exist: shared by orders and invoices."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from handlers.commands import BookInvoice, BookPayment, EnsureCustomer, EnsureInvoice, EnsurePayment
from handlers.events import Document, InvoiceChanged, OrderChanged
from handlers.party import buyer
from handlers.rows import invoice_rows
from handlers.settings import Bookkeeping
from handlers.totals import LARGEST, check_totals
from handlers.values import Question, Ref, round_ore

NUMBER_LIMIT, ORIGIN_LIMIT = 75, 80
"""Characters of ``YourOrderNumber`` and of ``ExternalInvoiceReference2`` (Fortnox facts, section 1.10)."""
MARKS_IN_NUMBERS = frozenset(" -_./:+#&()*=@,;!?%'\"")
HOME_CURRENCY = "SEK"
SMALLEST_RATE = Decimal("0.000001")
_CURRENCY = re.compile(r"[A-Z]{3}")


def invoice_commands(
    event: OrderChanged | InvoiceChanged,
    invoice: Ref,
    made_from: Literal["order", "invoice"],
    bookkeeping: Bookkeeping,
    *,
    to_be_booked: bool,
) -> tuple[EnsureCustomer, EnsureInvoice]:
    """The customer and the unbooked invoice of a document, dated as the document is.

    Raises :class:`Question` before any call where the document does not add up or Fortnox could not hold it as it is.
    """
    document = event.document
    rate = _currency_rate(document)
    rows = invoice_rows(document, bookkeeping)
    totals = check_totals(document)
    customer = buyer(event)
    origin = f"{event.thing.system} {made_from} {event.thing.id}"
    _check_reference("number", document.number, NUMBER_LIMIT)
    _check_reference("source and id", origin, ORIGIN_LIMIT)
    ensured = EnsureInvoice(
        thing=invoice,
        customer=customer.thing,
        number=document.number,
        origin=origin,
        made_from=made_from,
        hold_same_total_days=bookkeeping.hold_same_total_days if made_from == "invoice" else 0,
        to_be_booked=to_be_booked,
        invoice_date=document.dated,
        due_date=_due_date(document.dated, bookkeeping.payment_days),
        currency=document.currency,
        currency_rate=rate,
        prices_include_vat=document.prices_include_vat,
        rows=rows,
        total_excluding_vat=round_ore(totals.excluding_vat),
        total_vat=round_ore(totals.vat),
        total=round_ore(totals.total),
    )
    return customer, ensured


def payment_commands(
    document: Document, invoice: EnsureInvoice, payment: Ref, bookkeeping: Bookkeeping
) -> tuple[BookInvoice, EnsurePayment, BookPayment]:
    """The invoice booked, then its payment in full in the invoice's currency, on the day it was paid, booked too.

    Raises :class:`Question` where the document does not say when it was paid, or says a day before its own: Fortnox
    takes no payment dated before its invoice.
    """
    if document.paid is None:
        raise Question("the document does not say when it was paid")
    if document.paid < document.dated:
        raise Question(f"paid on {document.paid}, before the document's own date {document.dated}")
    paid = EnsurePayment(
        thing=payment,
        invoice=invoice.thing,
        amount=invoice.total,
        currency=invoice.currency,
        currency_rate=invoice.currency_rate,
        paid=document.paid,
        mode=bookkeeping.payment_mode,
        account=bookkeeping.payment_account,
        round_off_account=bookkeeping.round_off_account,
    )
    booked = BookInvoice(thing=invoice.thing, round_off_account=bookkeeping.round_off_account)
    return booked, paid, BookPayment(thing=payment, invoice=invoice.thing)


def _currency_rate(document: Document) -> Decimal | None:
    """Kronor per unit of a foreign currency where the source states it; ``None`` in kronor."""
    rate = document.currency_rate
    if not _CURRENCY.fullmatch(document.currency):
        raise Question("the currency is not a code of three capital letters")
    if document.currency == HOME_CURRENCY:
        if rate not in {None, Decimal(1)}:
            raise Question(f"the document is in {HOME_CURRENCY} but states a currency rate other than 1")
        return None
    if rate is not None and not SMALLEST_RATE <= rate < LARGEST:
        raise Question(f"the currency rate for {document.currency} is not between {SMALLEST_RATE:f} and {LARGEST:f}")
    if rate == 1:
        raise Question(f"the currency rate for {document.currency} is 1, which is the rate of {HOME_CURRENCY}")
    return rate


def _check_reference(what: str, text: str, limit: int) -> None:
    """Numbers and references are never altered: one that a document could not carry stops the event before any call."""
    if len(text) > limit or not all(character.isalnum() or character in MARKS_IN_NUMBERS for character in text):
        raise Question(
            f"the document's {what} cannot be written as it stands: letters, digits and plain marks, {limit}"
        )


def _due_date(dated: date, payment_days: int) -> date:
    try:
        return dated + timedelta(days=payment_days)
    except OverflowError:
        raise Question("the document's date lies beyond the calendar") from None
