"""A company's own Fortnox as a source: what an event or a page of a sweep says of the registers."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Json
from connectors.fortnox.source import FortnoxSource
from connectors.sources import Entry, Ignored, Learned, Needs, RawRequest, Refused, Stored, Swept, Unreadable, Wanted
from handlers.events import Origin
from tests.connectors.fortnox.test_push_frames import json_values

CAME = datetime(2026, 11, 13, 10, 15, tzinfo=UTC)
CARD: Json = {"CustomerNumber": "7", "Name": "Tallbacken AB", "Active": True}
SOURCE = FortnoxSource("fortnox:demo")


def stored(body: Any, *, origin: Origin = "push", **reads: Json | None) -> Stored:
    """A row of the inbox."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Stored(1, "key", CAME, {}, raw, origin, reads)


def event(kind: str, topic: str = "customers", entity: str = "7") -> Json:
    """A frame as Fortnox sends it."""
    return {"topic": topic, "type": kind, "tenantId": 1001, "entityId": entity, "offset": "abc"}


def page(**changed: Any) -> Json:
    """One page of a sweep."""
    begun = "2026-11-13T09:00:00+00:00"
    return {"register": "customers", "begun": begun, "whole": True, "last": True, "rows": [CARD], **changed}


@pytest.mark.capability("f67")
@pytest.mark.parametrize("kind", ["customer-created-v1", "customer-updated-v1", "customer-updated-v2"])
def test_a_change_is_read_first_and_dated_by_when_it_was_told(kind: str) -> None:
    """What Fortnox shows afterwards counts; only a new object is said to be made."""
    needs = SOURCE.events(stored(event(kind)))
    assert isinstance(needs, Needs)
    assert needs.wanted == (Wanted("object", "customers", "7"),)
    assert (needs.echo is not None) is ("created" in kind)
    told = SOURCE.events(stored(event(kind), object=CARD))
    assert isinstance(told, Learned)
    assert [(entry.resource, entry.number, entry.told_at) for entry in told.entries] == [("customers", "7", CAME)]
    assert told.entries[0].fields is not None
    assert told.made == (("customers", "7") if "created" in kind else None)


def test_a_deletion_costs_no_call_and_not_there_is_one() -> None:
    """404 after an event of a change means deleted meanwhile (Fortnox facts, section 7.4)."""
    gone = Learned("deleted", (Entry("customers", "7", CAME, None),))
    assert SOURCE.events(stored(event("customer-deleted-v1"))) == gone
    assert SOURCE.events(stored(event("customer-updated-v2"), object=None)) == gone
    assert SOURCE.events(stored(event("customer-created-v1"), object=None)) == gone


def test_what_is_not_known_does_no_harm() -> None:
    """A new version may name something else: it is looked at, and what is not there is not taken for deleted."""
    unknown = event("customer-merged-v7")
    assert isinstance(SOURCE.events(stored(unknown)), Needs)
    assert SOURCE.events(stored(unknown, object=None)) == Ignored("unknown_type")
    assert isinstance(SOURCE.events(stored(unknown, object=CARD)), Learned)
    for other in (event("invoice-created-v1", "invoices"), event("moon-rose-v1", "moon")):
        assert SOURCE.events(stored(other)) == Ignored("nothing_asks_for_it")


def test_a_page_of_a_sweep_is_told_as_of_its_beginning() -> None:
    """Only the last one ends the sweep."""
    begun = datetime(2026, 11, 13, 9, 0, tzinfo=UTC)
    last = SOURCE.events(stored(page(), origin="poll"))
    assert isinstance(last, Learned)
    assert [(entry.number, entry.told_at) for entry in last.entries] == [("7", begun)]
    assert last.swept == Swept("customers", begun, whole=True)
    other = SOURCE.events(stored(page(last=False, rows=[]), origin="poll"))
    assert isinstance(other, Learned)
    assert (other.entries, other.swept, other.made) == ((), None, None)


@pytest.mark.parametrize("changed", [{"register": "moons"}, {"begun": "now"}, {"rows": [7]}, {"rows": None}])
def test_a_page_that_is_not_whole_is_unreadable(changed: Json) -> None:
    """A person sees it; nothing is learned from half of it."""
    with pytest.raises(Unreadable):
        SOURCE.events(stored(page(**changed), origin="poll"))


@given(body=json_values.map(json.dumps), origin=st.sampled_from(["push", "poll"]))
def test_no_body_raises_anything_else(body: str, origin: Origin) -> None:
    """A row that cannot be read is parked, never a bug."""
    try:
        SOURCE.events(stored(body.encode(), origin=origin))
    except Unreadable:
        return


def test_nobody_sends_for_it() -> None:
    """It has no door."""
    with pytest.raises(Refused):
        SOURCE.verify(RawRequest("", {}, b"{}"), CAME)
