"""What was paid for a sale, as payments on its invoice: one for each payment that its source names, else the whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from handlers import questions
from handlers.commands import BookInvoice, BookPayment, Command, EnsureInvoice, EnsurePayment
from handlers.events import Document, Payment
from handlers.settings import CompanySettings, Method
from handlers.totals import LARGEST
from handlers.values import ORE, Question, Ref, payment_thing, written

LONGEST_WORD = 40
"""Characters of a method's name that a question repeats."""


def method_of(name: str | None, settings: CompanySettings) -> Method:
    """What a method of payment is in Fortnox; a sale whose source names none is paid as ``*``, or as the bookkeeping.

    Raises :class:`Question` where methods are set and this one is not among them.
    """
    books, known = settings.bookkeeping, settings.payments
    method = known.named(name or "")
    if method is not None:
        return method
    if known.methods and name:
        raise _unknown(name, sorted(known.methods))
    return Method(mode=books.payment_mode, account=books.payment_account)


def _unknown(name: str, known: list[str]) -> Question:
    """A word that may be a person's is not repeated, and so takes no answer that would be remembered."""
    harmless = len(name) <= LONGEST_WORD and name.isprintable() and "@" not in name
    return Question(
        f"it was paid by {name if harmless else 'another word'}, and the methods of payment that are set are "
        f'{", ".join(known)}: add it, or "*", to payments.methods, then retry; or say which of them it is',
        key=questions.payment_method(name) if harmless else "",
        choices=known if harmless else (),
        of_sale=False,
    )


def paid_commands(
    document: Document, invoice: EnsureInvoice, whole: Ref, settings: CompanySettings
) -> tuple[Command, ...]:
    """The invoice booked, then each payment of it, in the invoice's currency, on the day it was paid, booked too.

    Raises :class:`Question` where the document does not say when it was paid, or says a day before its own (Fortnox
    takes no payment dated before its invoice; one that its source names may be booked already, so that delivery sees
    it); where its payments do not make up the total, or a method is unknown.
    """
    if document.paid is None:
        raise Question("the document does not say when it was paid", key=questions.PAID_ON, choices=[questions.DATE])
    if document.payments:
        _refuse_wrong_sum(document.payments, invoice.total)
    made = [
        command
        for told in _told(document, document.paid, invoice, whole)
        for command in _paid(told, document, invoice, settings)
    ]
    round_off = next((one.round_off_account for one in made if isinstance(one, EnsurePayment)), None)
    booked = BookInvoice(thing=invoice.thing, round_off_account=round_off or settings.bookkeeping.round_off_account)
    return booked, *made


@dataclass(frozen=True, slots=True)
class _Told:
    """One payment as our thing; ``amount`` is ``None`` where the whole invoice was paid, whatever its total.

    ``named``: its source names it, so it may have been told, and booked, before: on its invoice as that is dated in
    Fortnox, which delivery knows.
    """

    thing: Ref
    method: str | None
    amount: Decimal | None
    paid: date
    partial: bool = False
    named: bool = False


def _told(document: Document, paid: date, invoice: EnsureInvoice, whole: Ref) -> Iterator[_Told]:
    if not document.payments:
        yield _Told(whole, document.payment_method, invoice.total, paid)
    several = len(document.payments) > 1
    for place, payment in enumerate(document.payments, start=1):
        # A number sign never stands in a written name: no payment of the source's is called so.
        unnamed = whole.model_copy(update={"id": f"{written(whole.id)}/#{place}"}) if several else whole
        thing = unnamed if payment.id is None else payment_thing(whole, payment.id)
        yield _Told(
            thing,
            payment.method or document.payment_method,
            payment.amount,
            payment.paid,
            several,
            payment.id is not None,
        )


def _paid(told: _Told, document: Document, invoice: EnsureInvoice, settings: CompanySettings) -> Iterator[Command]:
    method = method_of(told.method, settings)
    if told.paid < document.dated and not told.named:
        raise Question(
            f"paid on {told.paid}, before the document's own date {document.dated}",
            # The days of listed payments are their source's to correct, one by one.
            key="" if document.payments else questions.PAID_ON,
            choices=() if document.payments else [questions.DATE],
        )
    if method.pays:
        yield EnsurePayment(
            thing=told.thing,
            invoice=invoice.thing,
            amount=told.amount,
            currency=invoice.currency,
            currency_rate=invoice.currency_rate,
            paid=told.paid,
            partial=told.partial,
            **booked_as(method, settings),
        )
        yield BookPayment(thing=told.thing, invoice=invoice.thing)


def booked_as(method: Method, settings: CompanySettings) -> dict[str, Any]:
    """Mode or account, the account for rounding, and what happens on a closed day: fields of ``EnsurePayment``."""
    books = settings.bookkeeping
    return {
        "mode": method.mode,
        "account": method.account,
        "round_off_account": method.round_off_account or books.round_off_account,
        "closed_period": books.closed_period,
    }


def check_amount(amount: Decimal) -> None:
    """Raises :class:`Question` for a payment that is not above zero, not in whole öre, or beyond exact arithmetic."""
    if not 0 < amount < LARGEST:
        raise Question(f"a payment of {amount} is not above zero: what was paid back is no payment")
    if amount != amount.quantize(ORE):
        raise Question(f"a payment of {amount} has more than two decimals")


def _refuse_wrong_sum(payments: tuple[Payment, ...], total: Decimal | None) -> None:
    for payment in payments:
        check_amount(payment.amount)
    names = [payment.id for payment in payments if payment.id is not None]
    if len(set(names)) < len(names):
        raise Question("two of its payments have the same id")
    paid = sum((payment.amount for payment in payments), Decimal(0))
    if total is None:
        raise Question("its payments are listed, but its source states no VAT, so no total to compare them with")
    if paid != total:
        raise Question(f"its payments come to {paid}, its total is {total} (difference {paid - total:+})")
