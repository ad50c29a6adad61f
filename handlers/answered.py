"""What people answered about a sale, put where the event leaves it open; what the source states itself stays."""

from datetime import date
from decimal import Decimal
from typing import TypeVar

from handlers import questions
from handlers.events import Document, InvoiceChanged, OrderChanged, Party, Refunded
from handlers.facts import Facts
from handlers.settings import CompanySettings

DocumentEvent = TypeVar("DocumentEvent", OrderChanged, InvoiceChanged, Refunded)

ONE = Decimal(1)


def as_answered(event: DocumentEvent, settings: CompanySettings, facts: Facts) -> DocumentEvent:
    """The event as it reads with the answers that are remembered of it; the same one where there are none."""
    if not facts.answers:
        return event
    document = event.document
    update = {
        "customer": _buyer(document.customer, settings, facts),
        "currency_rate": _rate(document, facts),
        "paid": _paid(document, facts),
        "payment_method": method_word(document.payment_method, facts),
        "payments": tuple(
            payment.model_copy(update={"method": method_word(payment.method, facts)}) for payment in document.payments
        ),
    }
    return event.model_copy(update={"document": document.model_copy(update=update)})


def method_word(word: str | None, facts: Facts) -> str | None:
    """The method of payment that a sender's word was said to mean, else the word itself."""
    return None if word is None else facts.answers.get(questions.payment_method(word), word)


def _buyer(buyer: Party, settings: CompanySettings, facts: Facts) -> Party:
    """A buyer that is said to be private buys as one, whatever VAT number its source states."""
    kind = facts.answers.get(questions.BUYER_KIND)
    if kind is not None:
        without = {"vat_number": None} if kind == questions.PRIVATE else {}
        buyer = buyer.model_copy(update={"kind": kind, **without})
    if facts.answers.get(questions.BUYER_COUNTRY) == questions.DOMESTIC and not (buyer.country or "").strip():
        buyer = buyer.model_copy(update={"country": settings.vat.country})
    return buyer


def _rate(document: Document, facts: Facts) -> Decimal | None:
    """A rate that nobody states, or that cannot be one, is the one that was answered for the document's day."""
    stated = document.currency_rate
    answer = facts.answers.get(questions.currency_rate(document.currency, document.dated))
    usable = stated is not None and stated > 0 and stated != ONE
    return stated if answer is None or usable else Decimal(answer)


def _paid(document: Document, facts: Facts) -> date | None:
    answer = facts.answers.get(questions.PAID_ON)
    missing = document.paid is None or document.paid < document.dated
    return date.fromisoformat(answer) if answer is not None and missing else document.paid
