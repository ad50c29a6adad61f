"""From a document to the customer, articles, offer, order, invoice and payment that shall exist."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from handlers import questions
from handlers.buyers import anonymous, customer_of, is_shared
from handlers.commands import (
    Command,
    EnsureCurrency,
    EnsureCustomer,
    EnsureInvoice,
    EnsureOffer,
    EnsureOrder,
    MadeFrom,
)
from handlers.dimensions import Dimensions, dimensions_of, placed
from handlers.events import Document, InvoiceChanged, OrderChanged
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.layout import laid_out
from handlers.paid import paid_commands
from handlers.rows import Choices, article_commands, document_rows
from handlers.settings import Bookkeeping, CompanySettings, RuleOptions
from handlers.settings.rules import PLAIN_RULE
from handlers.totals import LARGEST
from handlers.values import Question, Ref
from handlers.vat import NO_VAT, decide

NUMBER_LIMIT, ORIGIN_LIMIT = 75, 80
"""Characters of ``YourOrderNumber`` and of ``ExternalInvoiceReference2`` (Fortnox facts, section 1.10)."""
MARKS_IN_NUMBERS = frozenset(" -_./:+#&()*=@,;!?%'\"")
HOME_CURRENCY = "SEK"
SMALLEST_RATE = Decimal("0.000001")
_CURRENCY = re.compile(r"[A-Z]{3}")

DocumentEvent = OrderChanged | InvoiceChanged


@dataclass(frozen=True, slots=True)
class Things:
    """The documents that one sale may have, by our names; ``sale`` is what its source calls it."""

    invoice: Ref
    order: Ref | None = None
    offer: Ref | None = None
    credit: Ref | None = None
    sale: Ref | None = None

    def others(self, thing: Ref) -> dict[str, Ref]:
        """All of them but ``thing``, by the fields of the commands."""
        named = {"invoice": self.invoice, "order": self.order, "offer": self.offer, "credit": self.credit}
        return {name: ref for name, ref in named.items() if ref is not None and ref != thing}

    def replaced(self) -> dict[str, Ref]:
        """What the documents of a later generation stand for, by the fields of the commands."""
        if self.invoice.generation == 1:
            return {}
        named = {"replaces": self.invoice, "replaces_credit": self.credit}
        before = {"generation": self.invoice.generation - 1}
        return {name: ref.model_copy(update=before) for name, ref in named.items() if ref is not None}


def _origin(event: DocumentEvent, made_from: MadeFrom, document: Document) -> str:
    """Where the sale comes from, as its documents say. Raises :class:`Question` for what has no room there."""
    origin = f"{event.thing.system} {made_from} {event.thing.id}"
    check_reference("number", document.number, NUMBER_LIMIT)
    check_reference("source and id", origin, ORIGIN_LIMIT)
    if document.order_number is not None:
        check_reference("order number", document.order_number, NUMBER_LIMIT)
    return origin


class Drafted:
    """The document of one event, checked once, as commands for whichever documents it becomes.

    Making it raises :class:`Question` before any call where the document does not add up or Fortnox could not hold it
    as it is.
    """

    def __init__(
        self,
        event: DocumentEvent,
        made_from: MadeFrom,
        things: Things,
        settings: CompanySettings,
        options: RuleOptions = PLAIN_RULE,
        facts: Facts = NOTHING_KNOWN,
    ) -> None:
        if not event.document.lines:
            raise Question("the document has no lines")
        decided = decide(event.document.customer, settings.bookkeeping, settings.vat)
        self.customer = customer_of(event, decided.decision, settings.customers)
        self._document = document = _stated(event.document, decided.without_vat, self.customer)
        self._made_from: MadeFrom = made_from
        self._things = things
        self._bookkeeping = settings.bookkeeping
        self._settings = settings
        choices = Choices(settings.bookkeeping, settings.articles, decided)
        rate = _currency_rate(document)
        dimensions = dimensions_of(document, options)
        money = money_of(document, choices, rate, dimensions)
        currency = _currency(document, rate, settings.bookkeeping)
        self.needed: tuple[Command, ...] = (*currency, *article_commands(document, choices), *dimensions.labels)
        origin = _origin(event, made_from, document)
        self._content: dict[str, Any] = {
            "customer": self.customer.thing,
            "number": document.order_number or document.number,
            "origin": origin,
            "currency_thing": next((command.thing for command in currency), None),
            "vat_decision": decided.decision,
            **money,
            **_words(document, settings),
            **dimensions.fields(),
            "most_kronor": settings.brakes.max_document_kronor,
            "most_per_hour": settings.brakes.max_documents_per_hour,
            "sale": things.sale,
            "dated_stated": document.dated_stated,
            "reissue": settings.documents.changed_after_booking == "reissue",
            "allowed": _allowed(money, facts),
            **things.replaced(),
        }

    def invoice(self, *, to_be_booked: bool) -> EnsureInvoice:
        """The invoice, dated as the document is; due when the source says, else after the company's days."""
        document, days = self._document, self._bookkeeping.payment_days
        return EnsureInvoice(
            thing=self._things.invoice,
            **self._content,
            **self._things.others(self._things.invoice),
            made_from=self._made_from,
            hold_same_total_days=0 if is_shared(self.customer) else self._bookkeeping.hold_same_total_days,
            to_be_booked=to_be_booked,
            invoice_date=document.dated,
            due_date=document.due if document.due is not None else _due_date(document.dated, days),
            due_stated=document.due is not None,
            closed_period=self._bookkeeping.closed_period,
        )

    def order(self, thing: Ref) -> EnsureOrder:
        """The order, dated as the document is."""
        return EnsureOrder(thing=thing, **self._content, **self._things.others(thing), order_date=self._document.dated)

    def offer(self, thing: Ref) -> EnsureOffer:
        """The offer, dated as the document is, with the source's own number: nobody has ordered yet."""
        content = self._content | {"number": self._document.number}
        return EnsureOffer(thing=thing, **content, **self._things.others(thing), offer_date=self._document.dated)

    def paid(self, invoice: EnsureInvoice, payment: Ref) -> tuple[Command, ...]:
        """The invoice booked, then what was paid for it, booked too (:func:`handlers.paid.paid_commands`)."""
        return paid_commands(self._document, invoice, payment, self._settings)


def money_of(document: Document, choices: Choices, rate: Decimal | None, dimensions: Dimensions) -> dict[str, Any]:
    """Currency, rows, fields and totals. Raises :class:`Question` where they do not give the stated totals."""
    rows = document_rows(document, choices)
    layout = laid_out(document, choices)
    return {
        "currency": document.currency,
        "currency_rate": rate,
        "currency_rate_date": None if rate is None else document.currency_rate_date or document.dated,
        "prices_include_vat": document.prices_include_vat,
        "rows": placed(rows, document, layout.rows, dimensions),
        "freight": layout.freight,
        "administration_fee": layout.administration_fee,
        "total_excluding_vat": layout.excluding_vat,
        "total_vat": layout.vat,
        "total": layout.total,
    }


def _allowed(money: dict[str, Any], facts: Facts) -> tuple[str, ...]:
    """The brake on amounts is let go for what a person allowed the sale before, whichever generation that was of."""
    allowed = facts.answers.get(questions.above_brake(money["currency"]))
    comes_to = money["total_excluding_vat"] if money["total"] is None else money["total"]
    return ("above_brake",) if allowed is not None and comes_to <= Decimal(allowed) else ()


def _words(document: Document, settings: CompanySettings) -> dict[str, Any]:
    return {
        "our_reference": document.our_reference or settings.bookkeeping.our_reference,
        "your_reference": document.your_reference,
        "comments": document.comments,
        "delivery_date": document.delivery,
        "price_list": document.price_list or settings.documents.price_list or None,
    }


def _stated(document: Document, without_vat: bool, customer: EnsureCustomer) -> Document:
    if is_shared(customer):
        document = anonymous(document)
    return _without_vat(document) if without_vat else document


def _without_vat(document: Document) -> Document:
    """A document that carries no VAT, where its source says nothing of VAT: 0 % on each line, and totals of that."""
    if document.total_vat is not None or document.total is not None:
        return document
    parts = [document.freight, document.administration_fee]
    freight, fee = (part and part.model_copy(update={"vat_rate": part.vat_rate or NO_VAT}) for part in parts)
    lines = tuple(line.model_copy(update={"vat_rate": line.vat_rate or NO_VAT}) for line in document.lines)
    net = document.total_excluding_vat
    update = {"lines": lines, "freight": freight, "administration_fee": fee, "total_vat": NO_VAT, "total": net}
    return document.model_copy(update=update)


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
        raise _about_rate(document, f"is not between {SMALLEST_RATE:f} and {LARGEST:f}")
    if rate == 1:
        raise _about_rate(document, f"is 1, which is the rate of {HOME_CURRENCY}")
    return rate


def _about_rate(document: Document, wrong: str) -> Question:
    key = questions.currency_rate(document.currency, document.dated)
    text = f"the currency rate for {document.currency} of {document.dated} {wrong}"
    return Question(text, key=key, choices=[questions.NUMBER], of_sale=False)


def _currency(document: Document, rate: Decimal | None, bookkeeping: Bookkeeping) -> tuple[EnsureCurrency, ...]:
    """The currency to be registered first, where the company lets us make a missing one."""
    if document.currency == HOME_CURRENCY or document.currency not in bookkeeping.create_currencies:
        return ()
    thing = Ref(system="key", kind="currency", id=document.currency)
    return (EnsureCurrency(thing=thing, code=document.currency, rate=rate),)


def check_reference(what: str, text: str, limit: int) -> None:
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
