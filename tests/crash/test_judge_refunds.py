"""The judge can fail on refunds: what is missing, other than it was told, or paid back twice is found."""

from collections.abc import Callable
from typing import Any

from tests.crash.ideal import in_one
from tests.crash.spoiling import EVERYTHING, MIX, TOLD, Books, findings_of, ideal
from tests.crash.subjects import Refund


def test_a_refund_is_one_booked_credit_invoice_with_one_repayment() -> None:
    """Other sums, unbooked, not paid back or paid back twice: each is found; one that nobody acknowledged may miss."""
    entry = next(one for one in TOLD if isinstance(one.subject, Refund) and one.subject.company == "alpha")
    assert isinstance(entry.subject, Refund)
    sums = -entry.subject.net
    told_of = {one.id for one in MIX.webhooks if one.subject.key == entry.subject.key}

    def spoilt(change: Callable[[Books, dict[str, Any]], object], acked: set[str] = EVERYTHING) -> list[str]:
        state = ideal()
        books = in_one(state, "alpha")
        change(books, next(one for one in books["invoices"] if one["Net"] == sums))
        return findings_of(state, acked)

    def paid_twice(books: Books, credit: dict[str, Any]) -> None:
        books["payments"] += [one for one in books["payments"] if str(one["InvoiceNumber"]) == credit["DocumentNumber"]]

    assert spoilt(lambda _, credit: credit.update(Net=sums - 1)) == ["lost"]
    assert spoilt(lambda _, credit: credit.update(Booked=False)) == ["lost"]
    assert spoilt(lambda _, credit: credit.update(Balance=-1)) == ["lost"]
    assert spoilt(paid_twice) == ["doubled"]
    assert "lost" in spoilt(lambda books, credit: books["invoices"].remove(credit))
    assert spoilt(lambda _, credit: None, EVERYTHING - told_of) == []
