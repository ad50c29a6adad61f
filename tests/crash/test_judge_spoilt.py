"""The judge can fail on what is there and wrong: each spoilt sum, state, reference and line is found for what it is."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.crash.companies import UPSALES
from tests.crash.ideal import in_one
from tests.crash.spoiling import EVERYTHING, MIX, Books, findings_of, ideal, sale_of, stored
from tests.crash.subjects import Status, Webhook


def _credit(books: Books) -> dict[str, Any]:
    return next(one for one in books["invoices"] if one["Credit"] == "true")


def _paid(company: Books) -> dict[str, Any]:
    return next(invoice for invoice in company["invoices"] if invoice["Booked"] and invoice["Balance"] == 0)


def _unpaid(company: Books) -> dict[str, Any]:
    return next(invoice for invoice in company["invoices"] if not invoice["Booked"])


def _with_lines(company: Books) -> dict[str, Any]:
    return next(card for card in company["customers"] if card["Comments"])


def _order(*states: Status, source: str) -> Callable[[Books], dict[str, Any]]:
    return lambda books: stored(books, "orders", sale_of(*states, source=source))


def _offer(*states: Status, source: str = "desk") -> Callable[[Books], dict[str, Any]]:
    return lambda books: stored(books, "offers", sale_of(*states, source=source))


def _set(which: Callable[[Books], dict[str, Any]], **fields: Any) -> Callable[[Books], Any]:
    return lambda books: which(books).update(fields)


def _drop_credit(books: Books) -> None:
    books["invoices"].remove(_credit(books))


def _twice_credited(books: Books) -> None:
    books["invoices"].append(_credit(books) | {"DocumentNumber": "999"})


def _credit_of_what_counts(books: Books) -> None:
    paid = stored(books, "invoices", sale_of("won", "invoiced", "paid", source="depot"))
    books["invoices"].append(
        _credit(books) | {"DocumentNumber": "999", "CreditInvoiceReference": paid["DocumentNumber"]}
    )


def _orphan(books: Books) -> None:
    books["orders"].append(books["orders"][0] | {"ExternalInvoiceReference2": ""})


SPOILT: list[tuple[str, str, Callable[[Books], Any]]] = [
    ("lost", "alpha", lambda books: _paid(books).update(Total=_paid(books)["Total"] + 1)),
    ("lost", "alpha", lambda books: _paid(books).update(Net=_paid(books)["Net"] + 1)),
    ("lost", "alpha", _set(_paid, Currency="NOK")),
    ("lost", "alpha", _set(_paid, Cancelled=True)),
    ("lost", "alpha", _set(_paid, CustomerNumber="999")),
    ("lost", "alpha", _set(_paid, YourOrderNumber="X")),
    ("lost", "alpha", _set(_paid, Booked=False)),
    ("lost", "alpha", _set(_paid, Balance=1)),
    ("lost", "alpha", lambda books: books["payments"][0].update(Booked=False)),
    ("lost", "alpha", lambda books: books["payments"][0].update(AmountCurrency=1)),
    ("doubled", "alpha", _set(_unpaid, Booked=True)),
    ("doubled", "alpha", lambda books: books["invoices"].append(_paid(books) | {"ExternalInvoiceReference2": "x 1"})),
    ("doubled", "alpha", lambda books: books["customers"].append({"Name": "Ingen AB", "Comments": ""})),
    ("doubled", "alpha", lambda books: _with_lines(books).update(Comments=_with_lines(books)["Comments"] * 2)),
    ("lost", "alpha", _set(_with_lines, Comments=None)),
    (
        "lost",
        "alpha",
        lambda books: stored(books, "invoices", sale_of("won", "cancelled", source="alpha")).update(Cancelled=False),
    ),
    ("lost", "gamma", _set(_offer("offer"), Cancelled=True)),
    ("lost", "gamma", _set(_offer("offer"), Total=1)),
    ("lost doubled", "gamma", _set(_offer("offer"), YourReferenceNumber="mark")),
    ("lost", "gamma", _set(_offer("offer", "won"), OrderReference="0")),
    ("lost", "gamma", _set(_offer("offer", "cancelled"), Cancelled=False)),
    ("lost", "gamma", _set(_offer("offer", "cancelled", source=UPSALES), Cancelled=False)),
    ("doubled", "gamma", _set(_offer("offer"), InvoiceReference="7")),
    ("lost", "gamma", _set(_order("offer", "won", source="desk"), OfferReference="0")),
    ("lost", "gamma", _set(_order("won", source=UPSALES), OrderRows=[{"ArticleNumber": ""}])),
    ("lost", "gamma", _set(_order("won", source=UPSALES), Net=1)),
    ("lost", "gamma", _set(_order("won", "cancelled", source=UPSALES), Cancelled=False)),
    ("doubled", "gamma", lambda books: books["articles"].append({"ArticleNumber": "ART-X"})),
    ("doubled", "gamma", _orphan),
    ("lost", "delta", _set(_order("won", source="depot"), Cancelled=True)),
    ("lost", "delta", _set(_order("won", source="depot"), InvoiceReference="999")),
    ("lost", "delta", _set(_order("won", "invoiced", source="depot"), InvoiceReference="0")),
    ("lost", "delta", _drop_credit),
    ("lost", "delta", _set(_credit, Booked=False)),
    ("lost", "delta", _set(_credit, Total=-1)),
    ("lost", "delta", _set(_credit, Cancelled=True)),
    (
        "lost",
        "delta",
        lambda books: stored(books, "invoices", sale_of("invoiced", "cancelled", source="depot")).update(Balance=5),
    ),
    ("doubled", "delta", _twice_credited),
    ("doubled", "delta", _credit_of_what_counts),
]


@pytest.mark.parametrize(("kind", "company", "spoil"), SPOILT)
def test_what_is_spoilt_is_found(kind: str, company: str, spoil: Callable[[Books], Any]) -> None:
    """A wrong sum, customer, state, amount, reference or line is found for what it is."""
    state = ideal()
    for card in in_one(state, company)["customers"]:
        card["Comments"] = card["Comments"] or None
    spoil(in_one(state, company))
    found = findings_of(state)
    assert found
    assert set(found) == set(kind.split())


@pytest.mark.parametrize(
    ("company", "kind", "states", "source"),
    [
        ("alpha", "invoices", ("won", "cancelled"), "alpha"),
        ("gamma", "offers", ("offer", "cancelled"), "desk"),
        ("gamma", "orders", ("won", "cancelled"), UPSALES),
        ("delta", "orders", ("won", "cancelled"), "depot"),
    ],
)
def test_a_lost_sale_may_never_have_been_made(company: str, kind: str, states: tuple[Status, ...], source: str) -> None:
    """Called off before anything was sent: no document is right, and a cancelled one is, too."""
    state = ideal()
    books = in_one(state, company)
    books[kind].remove(stored(books, kind, sale_of(*states, source=source)))
    assert findings_of(state) == []


def test_a_lost_sale_that_was_invoiced_is_right_by_its_cancelled_invoice() -> None:
    """Its order stays open in name only: it became the invoice, and that one is cancelled."""
    lost = sale_of("won", "invoiced", "cancelled", source="depot")
    state = ideal()
    books = in_one(state, "delta")
    order, invoice = stored(books, "orders", lost), stored(books, "invoices", lost)
    assert (order["Cancelled"], invoice["Cancelled"]) == (False, True)
    books["invoices"].remove(invoice)
    assert set(findings_of(state)) == {"lost"}


@pytest.mark.parametrize("cancelled", [True, False])
def test_an_order_from_an_offer_may_lack_its_references_only_once_it_is_cancelled(cancelled: bool) -> None:
    """It gets them in a second call, which nothing is sent for any more where the sale was called off meanwhile."""
    sale = sale_of("offer", "won", "cancelled") if cancelled else sale_of("offer", "won", source="desk")
    state = ideal()
    order = stored(in_one(state, "gamma"), "orders", sale)
    order.update(ExternalInvoiceReference2="", YourOrderNumber=f"{sale.number} abcdefghijkl")
    assert findings_of(state) == ([] if cancelled else ["lost"])
    order.update(OfferReference="0")
    assert "doubled" in findings_of(state)


def test_one_unacknowledged_cancellation_allows_two_ends_and_no_third() -> None:
    """Neither the won order nor the cancelled one is wrong then; a cancelled order with an invoice is."""
    lost = sale_of("won", "cancelled", source="depot")
    cancelling: Webhook = next(one for one in MIX.webhooks if one.subject == lost and one.status == "cancelled")
    acked = EVERYTHING - {cancelling.id}
    for cancelled in (True, False):
        state = ideal()
        stored(in_one(state, "delta"), "orders", lost)["Cancelled"] = cancelled
        assert findings_of(state, acked) == []
    state = ideal()
    books = in_one(state, "delta")
    books["orders"].remove(stored(books, "orders", lost))
    assert findings_of(state, acked) == [], "called off before the order was sent"
    books["invoices"].append(_unpaid(books) | {"ExternalInvoiceReference2": lost.origin, "DocumentNumber": "999"})
    assert "doubled" in findings_of(state, acked)
