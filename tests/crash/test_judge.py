"""The judge can fail: from books without fault, every single change that loses or doubles something is found."""

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.crash import companies, mix
from tests.crash.companies import COMPANIES, HIGHLEVEL, SUBSCRIPTIONFLOW, UPSALES
from tests.crash.ideal import KINDS, ideal_records, ideal_state, in_one
from tests.crash.judge import judge
from tests.crash.subjects import Document, Refund, Status, Webhook
from tests.crash.truth import told

MIX = mix.mixed(7, 240, datetime(2026, 11, 21, 12, tzinfo=UTC))
EVERYTHING = {webhook.id for webhook in MIX.webhooks}
RECORDS = ideal_records(MIX, EVERYTHING)
IDEAL = ideal_state(MIX.webhooks, EVERYTHING, EVERYTHING, RECORDS)
FROZEN = pickle.dumps(IDEAL)
"""Thawed for every change: quicker than a deep copy."""

TOLD = told(MIX.webhooks, EVERYTHING, EVERYTHING, RECORDS)
SOLD_FOR_GOOD = {
    article
    for entry in TOLD
    if isinstance(entry.subject, Document) and entry.must != "cancelled"
    for article in entry.subject.articles
}
MOST_OF_A_KIND = 6
"""So many things of one kind are taken away or doubled, spread over all there are."""

Books = dict[str, Any]


def _ideal() -> dict[str, Any]:
    state: dict[str, Any] = pickle.loads(FROZEN)
    return state


def _findings(state: dict[str, Any], acked: set[str] = EVERYTHING, records: Any = RECORDS) -> list[str]:
    return [finding.kind for finding in judge(state, MIX.webhooks, acked, EVERYTHING, records)]


def _places(company: str, kind: str) -> range:
    count = len(in_one(IDEAL, company)[kind])
    return range(0, count, -(-count // MOST_OF_A_KIND) or 1)


def test_books_without_fault_have_no_finding() -> None:
    """Where everything stands once, the judge has nothing to say."""
    assert _findings(_ideal()) == []


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_twice_is_doubled(company: str, kind: str) -> None:
    """One more of anything is a finding."""
    for place in _places(company, kind):
        state = _ideal()
        things = in_one(state, company)[kind]
        things.append(copy.deepcopy(things[place]))
        assert set(_findings(state)) == {"doubled"}


def _is_needed(kind: str, thing: dict[str, Any]) -> bool:
    """Not so what a lost sale made: that may just as well never have been made."""
    if kind in {"invoices", "orders", "offers"}:
        return not thing["Cancelled"]
    if kind == "articles":
        return thing["ArticleNumber"] in SOLD_FOR_GOOD
    return kind == "payments" or bool(thing["Comments"])


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("kind", ["customers", "articles", "offers", "orders", "invoices", "payments"])
def test_what_is_missing_is_lost(company: str, kind: str) -> None:
    """One less of anything that was told for certain is a finding."""
    for place in _places(company, kind):
        state, thing = _ideal(), in_one(IDEAL, company)[kind][place]
        del in_one(state, company)[kind][place]
        if _is_needed(kind, thing):
            assert "lost" in _findings(state), thing


def _without_records() -> Any:
    return {source: {kind: {} for kind in kinds} for source, kinds in RECORDS.items()}


def test_what_nobody_acknowledged_may_be_missing_or_stand_once() -> None:
    """A delivery without a 2xx may have been stored all the same: its things are neither lost nor too many."""
    assert _findings(_ideal(), set()) == []
    state = _ideal()
    for company in state["companies"].values():
        for kind in KINDS:
            company[kind].clear()
    assert _findings(state, set(), _without_records()) == []
    for company in ("alpha", "gamma", "delta"):
        state = _ideal()
        orders = in_one(state, company)["invoices" if company == "alpha" else "orders"]
        orders.append(copy.deepcopy(orders[0]))
        assert set(_findings(state, set())) == {"doubled"}


def test_a_record_at_the_sender_counts_without_any_acknowledgement() -> None:
    """A callback that was lost is no excuse: what stands at a stand-in must stand in Fortnox."""
    for source, kind in (
        (HIGHLEVEL, "orders"),
        (HIGHLEVEL, "invoices"),
        (HIGHLEVEL, "submissions"),
        (UPSALES, "orders"),
        (SUBSCRIPTIONFLOW, "invoices"),
    ):
        state = _ideal()
        company = in_one(state, companies.READ[source])
        for documents in ("offers", "orders", "invoices"):
            company[documents] = [
                one
                for one in company[documents]
                if not one["ExternalInvoiceReference2"].startswith(f"{source} {kind[:-1]} ")
            ]
        if kind == "submissions":
            for card in company["customers"]:
                card["Comments"] = ""
        found = [
            finding for finding in judge(state, MIX.webhooks, set(), EVERYTHING, RECORDS) if finding.kind == "lost"
        ]
        assert found, (source, kind)


def test_what_no_record_tells_of_is_too_much() -> None:
    """Documents of a sender with a stand-in are only right while its records speak of them."""
    for source, kind in ((HIGHLEVEL, "orders"), (UPSALES, "orders"), (SUBSCRIPTIONFLOW, "invoices")):
        held = copy.deepcopy(dict(RECORDS))
        number = next(iter(held[source][kind]))
        del held[source][kind][number]  # type: ignore[attr-defined]
        assert "doubled" in _findings(_ideal(), records=held)


# --- what is spoilt --------------------------------------------------------------------------------------------------


def _of(*states: Status, source: str | None = None) -> Document:
    """A sale that went through exactly these states; ``source`` may name its company instead."""
    told: dict[Document, set[Status]] = {}
    for webhook in MIX.webhooks:
        if isinstance(webhook.subject, Document) and webhook.status is not None:
            told.setdefault(webhook.subject, set()).add(webhook.status)
    found = [document for document, seen in told.items() if seen == set(states)]
    return next(document for document in found if source in {None, document.source, document.company})


def _stored(books: Books, kind: str, document: Document) -> dict[str, Any]:
    origin = document.origin
    return next(one for one in books[kind] if one["ExternalInvoiceReference2"] == origin and one["Credit"] == "false")


def _credit(books: Books) -> dict[str, Any]:
    return next(one for one in books["invoices"] if one["Credit"] == "true")


def _paid(company: Books) -> dict[str, Any]:
    return next(invoice for invoice in company["invoices"] if invoice["Booked"] and invoice["Balance"] == 0)


def _unpaid(company: Books) -> dict[str, Any]:
    return next(invoice for invoice in company["invoices"] if not invoice["Booked"])


def _with_lines(company: Books) -> dict[str, Any]:
    return next(card for card in company["customers"] if card["Comments"])


def _order(*states: Status, source: str) -> Callable[[Books], dict[str, Any]]:
    return lambda books: _stored(books, "orders", _of(*states, source=source))


def _offer(*states: Status, source: str = "desk") -> Callable[[Books], dict[str, Any]]:
    return lambda books: _stored(books, "offers", _of(*states, source=source))


def _set(which: Callable[[Books], dict[str, Any]], **fields: Any) -> Callable[[Books], Any]:
    return lambda books: which(books).update(fields)


def _drop_credit(books: Books) -> None:
    books["invoices"].remove(_credit(books))


def _twice_credited(books: Books) -> None:
    books["invoices"].append(_credit(books) | {"DocumentNumber": "999"})


def _credit_of_what_counts(books: Books) -> None:
    paid = _stored(books, "invoices", _of("won", "invoiced", "paid", source="depot"))
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
        lambda books: _stored(books, "invoices", _of("won", "cancelled", source="alpha")).update(Cancelled=False),
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
        lambda books: _stored(books, "invoices", _of("invoiced", "cancelled", source="depot")).update(Balance=5),
    ),
    ("doubled", "delta", _twice_credited),
    ("doubled", "delta", _credit_of_what_counts),
]


@pytest.mark.parametrize(("kind", "company", "spoil"), SPOILT)
def test_what_is_spoilt_is_found(kind: str, company: str, spoil: Callable[[Books], Any]) -> None:
    """A wrong sum, customer, state, amount, reference or line is found for what it is."""
    state = _ideal()
    for card in in_one(state, company)["customers"]:
        card["Comments"] = card["Comments"] or None
    spoil(in_one(state, company))
    found = _findings(state)
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
    state = _ideal()
    books = in_one(state, company)
    books[kind].remove(_stored(books, kind, _of(*states, source=source)))
    assert _findings(state) == []


def test_a_lost_sale_that_was_invoiced_is_right_by_its_cancelled_invoice() -> None:
    """Its order stays open in name only: it became the invoice, and that one is cancelled."""
    lost = _of("won", "invoiced", "cancelled", source="depot")
    state = _ideal()
    books = in_one(state, "delta")
    order, invoice = _stored(books, "orders", lost), _stored(books, "invoices", lost)
    assert (order["Cancelled"], invoice["Cancelled"]) == (False, True)
    books["invoices"].remove(invoice)
    assert set(_findings(state)) == {"lost"}


@pytest.mark.parametrize("cancelled", [True, False])
def test_an_order_from_an_offer_may_lack_its_references_only_once_it_is_cancelled(cancelled: bool) -> None:
    """It gets them in a second call, which nothing is sent for any more where the sale was called off meanwhile."""
    sale = _of("offer", "won", "cancelled") if cancelled else _of("offer", "won", source="desk")
    state = _ideal()
    order = _stored(in_one(state, "gamma"), "orders", sale)
    order.update(ExternalInvoiceReference2="", YourOrderNumber=f"{sale.number} abcdefghijkl")
    assert _findings(state) == ([] if cancelled else ["lost"])
    order.update(OfferReference="0")
    assert "doubled" in _findings(state)


def test_one_unacknowledged_cancellation_allows_two_ends_and_no_third() -> None:
    """Neither the won order nor the cancelled one is wrong then; a cancelled order with an invoice is."""
    lost = _of("won", "cancelled", source="depot")
    cancelling: Webhook = next(one for one in MIX.webhooks if one.subject == lost and one.status == "cancelled")
    acked = EVERYTHING - {cancelling.id}
    for cancelled in (True, False):
        state = _ideal()
        _stored(in_one(state, "delta"), "orders", lost)["Cancelled"] = cancelled
        assert _findings(state, acked) == []
    state = _ideal()
    books = in_one(state, "delta")
    books["orders"].remove(_stored(books, "orders", lost))
    assert _findings(state, acked) == [], "called off before the order was sent"
    books["invoices"].append(_unpaid(books) | {"ExternalInvoiceReference2": lost.origin, "DocumentNumber": "999"})
    assert "doubled" in _findings(state, acked)


def test_the_mix_holds_what_it_promises() -> None:
    """Every source, every order of arrival, both ways of paying, repeats, shared customers, waits for a person."""
    told: dict[Document, list[Status]] = {}
    for webhook in MIX.webhooks:
        if isinstance(webhook.subject, Document) and webhook.status is not None:
            told.setdefault(webhook.subject, []).append(webhook.status)
    orders = {tuple(states) for states in told.values()}
    assert {("won", "paid"), ("paid", "won"), ("won",), ("paid",), ("won", "cancelled"), ("cancelled", "won")} <= orders
    sources = {(document.buyer, document.source) for document in told}
    assert len({name for name, _ in sources}) < len(sources)
    assert {webhook.source for webhook in MIX.webhooks} == set(companies.COMPANY_OF)
    assert {document.company for document in told} == set(COMPANIES)
    assert len({(document.currency, document.total) for document in told}) == len(told)
    assert any(webhook.repeats for webhook in MIX.webhooks)
    assert any(webhook.impatient for webhook in MIX.webhooks)
    assert any(webhook.after_booking for webhook in MIX.webhooks)
    refunds = [webhook.subject for webhook in MIX.webhooks if isinstance(webhook.subject, Refund)]
    assert {len([one for one in refunds if one.sale == sale]) for sale in {one.sale for one in refunds}} == {1, 2}
    assert {refund.total == refund.sale.total for refund in refunds} == {True, False}
    assert any("changed" in states for states in told.values())
    assert len(EVERYTHING) == len(MIX.webhooks) == 240
