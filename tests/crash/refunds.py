"""Judges refunds: each one that counts is one booked credit invoice of its sale's invoice, with one repayment."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from tests.crash.books import Books, Finding, State, surplus
from tests.crash.subjects import Document, Refund
from tests.crash.truth import Told


def refunds_of(document: Document, refunds: Sequence[Told]) -> list[Told]:
    """What was told of refunds of this sale."""
    return [entry for entry in refunds if isinstance(entry.subject, Refund) and entry.subject.sale.key == document.key]


def paid_back_by(books: Books, refunds: Sequence[Told]) -> set[str]:
    """The numbers of credit invoices whose money went back: those of the sales that were refunded."""
    origins = {entry.subject.sale.origin for entry in refunds if isinstance(entry.subject, Refund)}
    invoices = [str(one["DocumentNumber"]) for origin in origins for one in books.invoices.get(origin, [])]
    return {str(one["DocumentNumber"]) for number in invoices for one in books.credits.get(number, [])}


def judge_refunds(books: Books, invoice: State, refunds: Sequence[Told], name: str) -> Iterator[Finding]:
    """Each refund by its sums; one that nobody acknowledged may be missing, and so may all of a sale that was never
    booked: they wait for it."""
    left = list(books.credits.get(str(invoice["DocumentNumber"]), []))
    for entry in refunds:
        refund = entry.subject
        assert isinstance(refund, Refund)
        credit = next((one for one in left if _sums(one) == (-refund.net, -refund.total)), None)
        if credit is not None:
            left.remove(credit)
            yield from _credited(books, invoice, credit, refund, f"{name}: {refund.id}")
        elif entry.must is not None and invoice["Booked"]:
            yield Finding("lost", f"{name}: {refund.id} of {refund.total}, and no credit invoice of that")


def _sums(invoice: State) -> tuple[Decimal, Decimal]:
    return Decimal(invoice["Net"]), Decimal(invoice["Total"]) - Decimal(invoice["RoundOff"])


def _credited(books: Books, invoice: State, credit: State, refund: Refund, name: str) -> Iterator[Finding]:
    payments = books.payments.get(str(credit["DocumentNumber"]), [])
    yield from surplus(f"{name}: repayments", len(payments), 1)
    wrong = [
        what
        for what, right in (
            ("customer", credit["CustomerNumber"] == invoice["CustomerNumber"]),
            ("booked", bool(credit["Booked"])),
            ("cancelled", not credit["Cancelled"] and not invoice["Cancelled"]),
            ("balance", Decimal(credit["Balance"]) == 0),
            ("reference", str(invoice["CreditInvoiceReference"]) != "0"),
            ("repayment", bool(payments) and Decimal(payments[0]["AmountCurrency"]) == -refund.total),
            ("booked repayment", bool(payments) and bool(payments[0]["Booked"])),
        )
        if not right
    ]
    if wrong:
        yield Finding("lost", f"{name}: its credit invoice {credit['DocumentNumber']}: wrong {', '.join(wrong)}")
