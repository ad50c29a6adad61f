"""The judge can fail: from books without fault, every single change that loses or doubles something is found."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.crash import mix
from tests.crash.judge import judge
from tests.crash.mix import COMPANIES, Document, Response

WEBHOOKS = mix.webhooks(7, 120, datetime(2026, 11, 21, 12, tzinfo=UTC))
EVERYTHING = {webhook.id for webhook in WEBHOOKS}
TENANT = str(COMPANIES["alpha"])


def _ideal() -> dict[str, Any]:
    """The simulator's state if every delivery led to exactly what it must."""
    companies: dict[str, Any] = {}
    for tenant in COMPANIES.values():
        companies[str(tenant)] = {"customers": [], "invoices": [], "payments": [], "vouchers": []}
    paid = {webhook.subject for webhook in WEBHOOKS if webhook.pays}
    for subject in dict.fromkeys(webhook.subject for webhook in WEBHOOKS):
        company = companies[str(COMPANIES[subject.company])]
        card = _card(company["customers"], subject.buyer.name)
        if isinstance(subject, Response):
            card["Comments"] += f"2026-11-21 kundenkat 9; ord: {subject.word} #abcdefghijkl\n"
        else:
            _add_document(company, subject, card["CustomerNumber"], paid=subject in paid)
    return {"companies": companies}


def _card(cards: list[dict[str, Any]], name: str) -> dict[str, Any]:
    for card in cards:
        if card["Name"] == name:
            return card
    cards.append({"Name": name, "CustomerNumber": str(len(cards) + 1), "Comments": ""})
    return cards[-1]


def _add_document(company: dict[str, Any], document: Document, customer: str, *, paid: bool) -> None:
    number = str(len(company["invoices"]) + 1)
    company["invoices"].append(
        {
            "DocumentNumber": number,
            "ExternalInvoiceReference2": document.origin,
            "YourOrderNumber": document.id,
            "Total": document.total,
            "RoundOff": 0,
            "Currency": document.currency,
            "Cancelled": False,
            "CustomerNumber": customer,
            "Booked": paid,
            "Balance": 0 if paid else document.total,
        }
    )
    if paid:
        payment = {"InvoiceNumber": int(number), "AmountCurrency": document.total, "Booked": True}
        company["payments"].append(payment)
        company["vouchers"].append({"ReferenceType": "INVOICE", "ReferenceNumber": number})


def _findings(state: dict[str, Any], acked: set[str] = EVERYTHING) -> list[str]:
    return [finding.kind for finding in judge(state, WEBHOOKS, acked, EVERYTHING)]


def test_books_without_fault_have_no_finding() -> None:
    """Where everything stands once, the judge has nothing to say."""
    assert _findings(_ideal()) == []


@pytest.mark.parametrize("kind", ["customers", "invoices", "payments", "vouchers"])
def test_what_stands_twice_is_doubled(kind: str) -> None:
    """One more of anything is a finding, whichever it is."""
    for place in range(len(_ideal()["companies"][TENANT][kind])):
        state = _ideal()
        things = state["companies"][TENANT][kind]
        things.append(copy.deepcopy(things[place]))
        assert set(_findings(state)) == {"doubled"}


@pytest.mark.parametrize("kind", ["customers", "invoices", "payments"])
def test_what_is_missing_is_lost(kind: str) -> None:
    """One less of anything that was acknowledged is a finding, whichever it is."""
    for place in range(len(_ideal()["companies"][TENANT][kind])):
        state = _ideal()
        del state["companies"][TENANT][kind][place]
        assert "lost" in _findings(state)


@pytest.mark.parametrize("kind", ["invoices", "payments"])
def test_what_nobody_acknowledged_may_be_missing_or_stand_once(kind: str) -> None:
    """A delivery without a 2xx may have been stored all the same: its things are neither lost nor too many."""
    assert _findings(_ideal(), set()) == []
    state = _ideal()
    for company in state["companies"].values():
        for emptied in ("invoices", "payments", "vouchers", "customers"):
            company[emptied].clear()
    assert _findings(state, set()) == []
    state = _ideal()
    state["companies"][TENANT][kind].append(state["companies"][TENANT][kind][0])
    assert _findings(state, set()) == ["doubled"]


def _paid(company: dict[str, Any]) -> dict[str, Any]:
    return next(invoice for invoice in company["invoices"] if invoice["Booked"])


def _unpaid(company: dict[str, Any]) -> dict[str, Any]:
    return next(invoice for invoice in company["invoices"] if not invoice["Booked"])


def _with_lines(company: dict[str, Any]) -> dict[str, Any]:
    return next(card for card in company["customers"] if card["Comments"])


SPOILT: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("lost", lambda company: _paid(company).update(Total=_paid(company)["Total"] + 1)),
    ("lost", lambda company: _paid(company).update(Currency="NOK")),
    ("lost", lambda company: _paid(company).update(Cancelled=True)),
    ("lost", lambda company: _paid(company).update(CustomerNumber="999")),
    ("lost", lambda company: _paid(company).update(YourOrderNumber="X")),
    ("lost", lambda company: _paid(company).update(Booked=False)),
    ("lost", lambda company: _paid(company).update(Balance=1)),
    ("lost", lambda company: company["payments"][0].update(Booked=False)),
    ("lost", lambda company: company["payments"][0].update(AmountCurrency=1)),
    ("doubled", lambda company: _unpaid(company).update(Booked=True)),
    (
        "doubled",
        lambda company: company["invoices"].append(_paid(company) | {"ExternalInvoiceReference2": "x order 1"}),
    ),
    ("doubled", lambda company: company["customers"].append(_card([], "Ingen AB"))),
    ("doubled", lambda company: _with_lines(company).update(Comments=_with_lines(company)["Comments"] * 2)),
    ("lost", lambda company: _with_lines(company).update(Comments=None)),
]


@pytest.mark.parametrize(("kind", "spoil"), SPOILT)
def test_what_is_spoilt_is_found(kind: str, spoil: Callable[[dict[str, Any]], Any]) -> None:
    """A wrong total, customer, state, amount or line is found for what it is."""
    state = _ideal()
    for card in state["companies"][TENANT]["customers"]:
        card["Comments"] = card["Comments"] or None
    spoil(state["companies"][TENANT])
    found = _findings(state)
    assert found
    assert set(found) == {kind}


def test_the_mix_holds_what_it_promises() -> None:
    """Both orders of arrival, both ways of paying, repeats, shared customers, both kinds of senders, both companies."""
    orders: dict[Any, list[bool]] = {}
    for webhook in WEBHOOKS:
        if isinstance(webhook.subject, Document):
            orders.setdefault(webhook.subject, []).append(webhook.pays)
    assert {(False, True), (True, False), (False,), (True,)} <= {tuple(told) for told in orders.values()}
    buyers = {(document.buyer.name, document.source) for document in orders}
    assert len({name for name, _ in buyers}) < len(buyers)
    assert {webhook.source for webhook in WEBHOOKS} == {*mix.STANDARD, *mix.WORKFLOWS}
    assert any(webhook.repeats for webhook in WEBHOOKS)
    assert any(webhook.impatient for webhook in WEBHOOKS)
    assert len(EVERYTHING) == len(WEBHOOKS) == 120
