"""A company's own Fortnox as a source: what an event or a page of a sweep says of the registers."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Json
from connectors.fortnox.followed_fields import seen_in
from connectors.fortnox.note_text import prints_of_lines
from connectors.fortnox.source import FortnoxSource
from connectors.sources import (
    Echo,
    Entry,
    Ignored,
    Learned,
    Needs,
    RawRequest,
    Refused,
    Stored,
    Swept,
    Unreadable,
    Wanted,
)
from handlers.events import Origin
from handlers.order import things_of
from handlers.values import Ref
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


NEWS: Json = {"changed": "customers", "number": "7", "at": 1_800_000_000_000, "new": False, "fields": ["phone"]}
SHOWN: Json = {"fields": {"name": "Tallbacken AB", "phone": "0500-2"}, "mark": None}


def news(body: Json, source: FortnoxSource = SOURCE, **reads: Json | None) -> Any:
    """What a piece of news becomes."""
    return source.events(Stored(1, "news/x", CAME, {}, json.dumps(body).encode(), "poll", reads))


@pytest.mark.capability("000-15", "f67")
def test_news_are_read_once_more_and_what_stands_there_then_counts() -> None:
    """Only a new object may be ours; one that is not there is gone, whatever the news said."""
    needs = news(NEWS)
    assert (needs.wanted, needs.echo) == ((Wanted("object", "shown:customers", "7"),), None)
    assert news(NEWS | {"new": True}).echo == Echo("customer", "7", 2.0)
    (told,) = news(NEWS, object=SHOWN)
    assert told.thing == Ref(system="fortnox:demo", kind="customer", id="7")
    assert (told.resource, told.number) == ("customers", "7")
    assert (told.changed, told.after, told.new) == (("phone",), SHOWN["fields"], False)
    assert told.fingerprints == seen_in("customers", {"Name": "Tallbacken AB", "Phone": "0500-2"})
    assert told.version == Decimal(1_800_000_000)
    (gone,) = news(NEWS, object=None)
    assert gone.after is None
    (price,) = news(NEWS | {"changed": "prices", "number": "A:K-1:0", "kept": {"price": "12.50"}})
    assert (price.after, price.thing.kind) == ({"list_price": "12.5"}, "price")


@pytest.mark.capability("004-07", "004-08")
def test_a_document_is_asked_for_its_state_and_cancelled_counts_first() -> None:
    """One that only changed means nothing yet, so that it may be told again; one of no order is no sale's."""
    order = Ref(system="crm", kind="order", id="5")
    body = {"document": "order", "number": "31", "thing": order.thing("demo"), "lane": "crm:order:5", "at": 1}
    assert news(body).wanted == (Wanted("object", "shown:orders", "31"),)
    (told,) = news(body, object={"cancelled": True, "became": True})
    assert (told.status, told.order, told.document) == ("cancelled", order, "order")
    assert news(body, object={"cancelled": False, "became": True}) == Ignored("nothing_final", forget=True)
    assert news(body, object=None) == Ignored("nothing_final", forget=True)
    offer = things_of(order).offer
    assert offer is not None
    (won,) = news(body | {"document": "offer", "thing": offer.thing("demo")}, object={"became": True})
    assert won.status == "became"
    assert news(body | {"lane": "crm:order:6"}) == Ignored("no_document_of_an_order")


@pytest.mark.capability("000-28")
def test_lines_in_comments_are_told_once_they_are_known_and_only_new_ones() -> None:
    """The first look keeps what stands there; our own lines and empty ones are none."""
    ours = "2026-01-02 note; Hej #abcdefghij23"
    card = {"Comments": f"Ring före nio \r\n\n{ours}\nNy inköpare"}
    old, new = prints_of_lines(card["Comments"])
    assert [*prints_of_lines(card["Comments"]).values()] == ["Ring före nio", "Ny inköpare"]
    body: Json = {"comments": "7", "at": 1_800_000_000_000, "known": None, "parties": {"t1": "c1"}}
    assert news(body).wanted == (Wanted("object", "lines:customers", "7"),)
    shown: Json = {"lines": prints_of_lines(card["Comments"])}
    first = news(body, object=shown)
    assert isinstance(first, Learned)
    (entry,) = first.entries
    assert (entry.resource, entry.number, entry.fields) == (
        "comments",
        "7",
        {"lines": [old, new], "parties": {"t1": "c1"}},
    )
    (told,) = news(body | {"known": [old]}, object=shown)
    assert (told.number, told.lines, told.standing, told.parties) == (
        "7",
        {new: "Ny inköpare"},
        (old, new),
        {"t1": "c1"},
    )
    assert isinstance(news(body | {"known": [old, new, "gone"]}, object=shown), Learned)
    assert news(body, object=None) == Ignored("gone_meanwhile")
    for wrong in ({"parties": None}, {"known": "x"}, {"comments": ""}):
        with pytest.raises(Unreadable):
            news(body | wrong, object=shown)


@pytest.mark.parametrize(
    "wrong",
    [{"changed": "accounts"}, {"number": 7}, {"at": "now"}, {"at": True}, {"document": "voucher"}, {"number": ""}],
)
def test_news_that_nobody_wrote_so_are_unreadable(wrong: Json) -> None:
    """They are our own: such a row is parked."""
    with pytest.raises(Unreadable):
        news(NEWS | wrong, object=SHOWN)


@pytest.mark.capability("f67", "004-08")
def test_an_event_of_a_document_is_heard_where_sales_are_followed() -> None:
    """Elsewhere nothing asks for it; other events of documents, and versions that are not known, never."""
    follows = FortnoxSource("fortnox:demo", followed={"documents"})
    cancelled = event("invoice-cancelled-v1", "invoices", "10042")
    told = follows.events(stored(cancelled))
    assert isinstance(told, Learned)
    assert told.documents == (("invoice", "10042"),)
    assert SOURCE.events(stored(cancelled)) == Ignored("nothing_asks_for_it")
    for kind, topic in (("invoice-updated-v1", "invoices"), ("offer-canceled-v9", "offers"), ("order-", "orders")):
        assert follows.events(stored(event(kind, topic))) == Ignored("nothing_asks_for_it")
    page = stored({"documents": "offer", "numbers": ["1", "2"]}, origin="poll")
    assert follows.events(page) == Learned("documents_page", documents=(("offer", "1"), ("offer", "2")))
    for body in ({"documents": "voucher", "numbers": []}, {"documents": "offer", "numbers": [1]}):
        with pytest.raises(Unreadable):
            follows.events(stored(body, origin="poll"))


@pytest.mark.capability("000-28")
def test_an_event_of_a_document_is_heard_where_its_comments_are_followed() -> None:
    """Any change may be one of its comments, which no event and no list shows; of an offer it may mean both."""
    follows = FortnoxSource("fortnox:demo", followed={"document_comments"})
    for kind, topic, document in (
        ("invoice-updated-v1", "invoices", "invoice"),
        ("order-updated-v2", "orders", "order"),
        ("offer-updated-v1", "offers", "offer"),
    ):
        assert follows.events(stored(event(kind, topic, "31"))) == Learned("document_told", written=((document, "31"),))
    assert follows.events(stored(event("invoice-cancelled-v1", "invoices"))) == Ignored("nothing_asks_for_it")
    both = FortnoxSource("fortnox:demo", followed={"documents", "document_comments"})
    offer = (("offer", "31"),)
    told = both.events(stored(event("offer-updated-v1", "offers", "31")))
    assert told == Learned("document_told", documents=offer, written=offer)
    page = {"documents": "invoice", "numbers": ["1"], "written": ["1", "2"]}
    assert follows.events(stored(page, origin="poll")) == Learned(
        "documents_page", documents=(("invoice", "1"),), written=(("invoice", "1"), ("invoice", "2"))
    )
    with pytest.raises(Unreadable):
        follows.events(stored(page | {"written": "1"}, origin="poll"))


@pytest.mark.capability("000-28")
def test_of_a_document_s_comments_only_lines_that_nobody_knows_are_told_to_who_bought() -> None:
    """Our own are known, and so are those that were told of the sale before."""
    lines = prints_of_lines("Vårt ord\nLevereras sent\nFakturan är delad")
    ours, told, new = lines
    body: Json = {
        "document_comments": "invoice", "number": "10042", "at": 1_800_000_000_000, "sale": "ghl:order:5",
        "known": [ours, told], "buyer": {"system": "ghl", "kind": "customer", "id": "c1"},
    }  # fmt: skip
    assert news(body).wanted == (Wanted("object", "lines:invoices", "10042"),)
    (added,) = news(body, object={"lines": lines})
    assert (added.document, added.number, added.sale) == ("invoice", "10042", "ghl:order:5")
    assert (added.lines, added.standing, added.place) == (
        {new: "Fakturan är delad"},
        (ours, told, new),
        "invoice:10042",
    )
    assert added.parties == {Ref(system="ghl", kind="customer", id="c1").thing("demo"): "c1"}
    assert news(body | {"known": [*lines]}, object={"lines": lines}) == Ignored("no_new_lines")
    assert news(body, object=None) == Ignored("gone_meanwhile")
    for wrong in (
        {"document_comments": "voucher"}, {"known": None}, {"buyer": "c1"}, {"buyer": {"id": "c1"}}, {"sale": ""},
    ):  # fmt: skip
        with pytest.raises(Unreadable):
            news(body | wrong, object={"lines": lines})
