"""The judge can fail: from books without fault, every single change that loses or doubles something is found."""

import copy
from typing import Any

import pytest

from tests.crash import companies
from tests.crash.companies import COMPANIES, HIGHLEVEL, SUBSCRIPTIONFLOW, UPSALES
from tests.crash.ideal import KINDS, in_one
from tests.crash.judge import judge
from tests.crash.spoiling import EVERYTHING, IDEAL, MIX, RECORDS, SOLD_FOR_GOOD, findings_of, ideal, places
from tests.crash.subjects import Document, Flow, Payout, Refund, Status


def test_books_without_fault_have_no_finding() -> None:
    """Where everything stands once, the judge has nothing to say."""
    assert findings_of(ideal()) == []


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_twice_is_doubled(company: str, kind: str) -> None:
    """One more of anything is a finding."""
    for place in places(company, kind):
        state = ideal()
        things = in_one(state, company)[kind]
        things.append(copy.deepcopy(things[place]))
        assert set(findings_of(state)) == {"doubled"}


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
    for place in places(company, kind):
        state, thing = ideal(), in_one(IDEAL, company)[kind][place]
        del in_one(state, company)[kind][place]
        if _is_needed(kind, thing):
            assert "lost" in findings_of(state), thing


def _without_records() -> Any:
    return {source: {kind: {} for kind in kinds} for source, kinds in RECORDS.items()}


def test_what_nobody_acknowledged_may_be_missing_or_stand_once() -> None:
    """A delivery without a 2xx may have been stored all the same: its things are neither lost nor too many."""
    assert findings_of(ideal(), set()) == []
    state = ideal()
    for company in state["companies"].values():
        for kind in KINDS:
            company[kind].clear()
    assert findings_of(state, set(), _without_records()) == []
    for company in ("alpha", "gamma", "delta"):
        state = ideal()
        orders = in_one(state, company)["invoices" if company == "alpha" else "orders"]
        orders.append(copy.deepcopy(orders[0]))
        assert set(findings_of(state, set())) == {"doubled"}


def test_a_record_at_the_sender_counts_without_any_acknowledgement() -> None:
    """A callback that was lost is no excuse: what stands at a stand-in must stand in Fortnox."""
    for source, kind in (
        (HIGHLEVEL, "orders"),
        (HIGHLEVEL, "invoices"),
        (HIGHLEVEL, "submissions"),
        (UPSALES, "orders"),
        (SUBSCRIPTIONFLOW, "invoices"),
    ):
        state = ideal()
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
        assert "doubled" in findings_of(ideal(), records=held)


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
    assert any(isinstance(webhook.subject, Payout) for webhook in MIX.webhooks)
    assert {webhook.subject.stays for webhook in MIX.webhooks if isinstance(webhook.subject, Flow)} == {True, False}
    assert len(EVERYTHING) == len(MIX.webhooks) == 240
