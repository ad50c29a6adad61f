"""The judge can fail on flows, mappings and payouts: what a step, a mapping or a payout made wrongly is found."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.crash.ideal import in_one
from tests.crash.made import Kind, things_of
from tests.crash.own_rules import COMPLETED, THANKS
from tests.crash.spoiling import EVERYTHING, MIX, TOLD, Books, findings_of, ideal
from tests.crash.subjects import Flow, Response

STOPPED = next(one.subject for one in TOLD if isinstance(one.subject, Flow) and one.must == "stopped")
STARTED = next(one.subject for one in TOLD if isinstance(one.subject, Flow) and one.must == "started")
NEEDED: list[tuple[str, Kind, str]] = [
    (entry.subject.company, thing.kind, thing.name) for entry in TOLD for thing in things_of(entry) if thing.least
]
PLACES: dict[Kind, tuple[str, str]] = {
    "projects": ("projects", "ProjectNumber"),
    "manual": ("vouchers", "Description"),
    "units": ("units", "Code"),
    "labels": ("labels", "Description"),
}


def _one(books: Books, kind: str, key: str, name: str) -> dict[str, Any]:
    return next(one for one in books[kind] if str(one.get(key)).startswith(name))


def test_each_thing_of_a_flow_a_mapping_and_a_payout_is_missed_and_counted() -> None:
    """Of each of the four companies: one less of anything is lost, one more is doubled."""
    assert {company for company, _, _ in NEEDED} == {"alpha", "beta", "gamma", "delta"}
    assert {kind for _, kind, _ in NEEDED} == set(PLACES)
    for company, kind, name in {(company, kind): (company, kind, name) for company, kind, name in NEEDED}.values():
        place, key = PLACES[kind]
        for spoilt in ("lost", "doubled"):
            state = ideal()
            things = in_one(state, company)[place]
            thing = _one(in_one(state, company), place, key, name)
            things.remove(thing) if spoilt == "lost" else things.append(dict(thing))
            assert findings_of(state) == [spoilt]


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("lost", lambda books: _one(books, "projects", "ProjectNumber", STOPPED.code).update(Status="ONGOING")),
        ("lost", lambda books: _one(books, "projects", "ProjectNumber", STARTED.code).update(Status=COMPLETED)),
        ("doubled", lambda books: books["units"].append({"Code": STOPPED.code})),
        ("doubled", lambda books: books["labels"].append({"Description": f"Klart {STOPPED.code}"})),
        ("doubled", lambda books: books["labels"].append({"Description": "Ingens"})),
        ("lost", lambda books: _one(books, "vouchers", "Description", "Provision")["VoucherRows"][0].update(Debit=1)),
    ],
)
def test_a_flow_that_was_taken_back_by_half_or_too_far_is_found(kind: str, spoil: Callable[[Books], Any]) -> None:
    """What stands after it was cancelled, what was closed though it counts, a step that was never to come."""
    state = ideal()
    spoil(in_one(state, "delta"))
    assert findings_of(state) == [kind]


def test_a_cancelling_that_nobody_acknowledged_allows_both_ends() -> None:
    """The flow goes on, or it is taken back: neither is wrong, twice is."""
    stopping = {one.id for one in MIX.webhooks if one.subject == STOPPED and one.status == "stopped"}
    for status in ("ONGOING", COMPLETED):
        state = ideal()
        _one(in_one(state, "delta"), "projects", "ProjectNumber", STOPPED.code)["Status"] = status
        assert findings_of(state, EVERYTHING - stopping) == []


def test_the_last_step_of_a_survey_is_one_line_on_the_right_card() -> None:
    """Missing, twice, or on another card."""
    response = next(one.subject for one in TOLD if isinstance(one.subject, Response) and one.subject.source == "shop")
    line = f"2026-11-21 {THANKS} {response.word} #mnopqrstuvwx\n"

    def written(change: Callable[[dict[str, Any], dict[str, Any]], None]) -> set[str]:
        state = ideal()
        cards = in_one(state, "alpha")["customers"]
        right = next(card for card in cards if card["Name"] == response.buyer)
        change(right, next(card for card in cards if card is not right))
        return set(findings_of(state))

    assert written(lambda right, _: right.update(Comments=right["Comments"].replace(line, ""))) == {"lost"}
    assert written(lambda right, _: right.update(Comments=right["Comments"] + line)) == {"doubled"}

    def moved(right: dict[str, Any], other: dict[str, Any]) -> None:
        right["Comments"] = right["Comments"].replace(line, "")
        other["Comments"] += line

    assert written(moved) == {"lost"}
