"""What orders and companies of Upsales become, with values worked out by hand from the example payloads."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.base import Json
from connectors.json_body import read_object
from connectors.sources import Ignored, Needs, Stored, Unreadable, Wanted
from connectors.upsales.callbacks import polled_form
from handlers.events import Address, Line, OrderChanged, PartyChanged
from handlers.values import Question, Ref
from tests.connectors.upsales.bodies import (
    FIELDS,
    NOW,
    READING,
    Body,
    account,
    callback,
    changed,
    needs,
    only,
    order,
    outcome,
    row,
    source,
)
from tests.fakes.examples import example


def example_data(name: str) -> Any:
    """``data`` of an example answer of the API."""
    return read_object(example(f"upsales/{name}.json"))["data"]


# --- the examples -----------------------------------------------------------------------------------------------------


def won_example() -> OrderChanged:
    """The example's change, after reading what it asks for at Upsales: first the order, then what that names."""
    raw = example("upsales/callback-orderupdate-won.json")
    reads: dict[str, Json | None] = {}
    section = {**FIELDS, "api_key": "x", "use_price_list": True, "notes_to_comments": True}
    asked = []
    while isinstance(found := outcome(raw, "orderupdate/4711", reads, **section), Needs):
        asked.append([(one.kind, one.id) for one in found.wanted])
        assert found.dated == date(2026, 11, 10)
        reads |= {one.name: _example_record(one) for one in found.wanted}
    assert asked == [[("orders", "4711")], [("accounts", "318"), ("priceLists", "2")]]
    return only(found)


@pytest.mark.capability("004-06")
@pytest.mark.capability("004-07")
@pytest.mark.capability("f2")
def test_the_example_of_a_won_order() -> None:
    """What happened, when, who is named, and what stands on the document beside its rows."""
    event = won_example()
    assert event.thing == Ref(system="ups", kind="order", id="4711")
    assert (event.status, event.version, event.dated) == ("won", Decimal(1794321125), date(2026, 11, 10))
    assert event.occurred_at == datetime(2026, 11, 10, 14, 32, 5, tzinfo=UTC)
    document = event.document
    assert (document.number, document.order_number, document.currency) == ("4711", "PO-88213", "SEK")
    assert (document.our_reference, document.your_reference) == ("Maja Sundström", "Erik Öhman")
    assert (document.delivery, document.comments) == (date(2026, 11, 20), "Leverans v. 47. Ring innan.")
    assert (document.price_list, document.currency_rate, document.dated) == ("A", None, date(2026, 11, 10))


def test_the_rows_and_the_buyer_of_the_won_order() -> None:
    """1 x 9,500 and 2 x 1,800 less 10 % are 12,740 without VAT; the buyer is the company's whole card."""
    document = won_example().document
    assert document.lines == (
        Line(
            sku="BF-810",
            description="Vinterförvaring 8–10 m",
            quantity=Decimal(1),
            unit_price=Decimal(9500),
            vat_rate=None,
        ),
        Line(
            sku="BM-20",
            description="Bottenmålning",
            quantity=Decimal(2),
            unit_price=Decimal(1800),
            vat_rate=None,
            discount_percent=Decimal(10),
        ),
    )
    assert document.total_excluding_vat == Decimal(12740)
    assert (document.total_vat, document.total, document.prices_include_vat) == (None, None, False)
    party = document.customer
    assert (party.source_id, party.name) == ("318", "Skärgårdens Båtservice AB")
    assert (party.organisation_number, party.own_number) == ("5599021085", "1027")
    assert (party.email, party.phone, party.country) == ("faktura@batservice.example.com", "+46846500410", "SE")
    assert party.address == Address(street="Box 77", zip_code="18521", city="Vaxholm")


def _example_record(wanted: Wanted) -> Json:
    if wanted.kind == "priceLists":
        return next(one for one in example_data("api-pricelists-list") if str(one["id"]) == wanted.id)
    named = {"orders": "api-order-get", "accounts": "api-account-get"}
    return example_data(named[wanted.kind])  # type: ignore[no-any-return]


@pytest.mark.capability("004-09")
def test_the_example_of_an_opportunity() -> None:
    """Stage 9 means nothing to Fortnox; mapped as the offer stage it is an offer of the order's own day."""
    raw = example("upsales/callback-orderinsert-opportunity.json")
    assert outcome(raw, "orderinsert/4720") == Ignored("stage_not_mapped")
    assert outcome(raw, "orderinsert/4720", api_key="x") == Ignored("stage_not_mapped")
    event = only(outcome(raw, "orderinsert/4720", offer_stage=9))
    assert (event.status, event.dated) == ("offer", date(2026, 12, 18))


@pytest.mark.capability("004-08")
@pytest.mark.capability("f5")
def test_the_example_of_a_polled_list() -> None:
    """The same order as the callback's, and a lost one that needs no reading to be called off."""
    won, lost = example_data("api-orders-list")
    reads: dict[str, Json | None] = {"account": example_data("api-account-get")}
    event = only(_polled("order", won, reads, api_key="x"))
    assert (event.origin, event.status, event.version) == ("poll", "won", Decimal(1794321125))
    raw = example("upsales/callback-orderupdate-won.json")
    told = only(outcome(raw, "orderupdate/4711", reads, api_key="x", reread=False))
    assert told.model_copy(update={"origin": "poll"}) == event
    event = only(_polled("order", lost, {}, api_key="x"))
    assert (event.thing.id, event.status, event.dated) == ("4725", "cancelled", date(2026, 11, 11))
    assert (event.document.customer.source_id, event.document.total_excluding_vat) == ("318", Decimal(12740))


def _polled(kind: str, record: Json, reads: dict[str, Json | None] | None = None, **section: object) -> Any:
    stored = Stored(1, "k", NOW, {}, polled_form(kind, record), origin="poll", reads=reads or {})
    return source(**section).events(stored)


@pytest.mark.capability("004-14")
def test_the_example_of_a_company() -> None:
    """A changed company is the thing that orders name as their customer; by itself it is no sale."""
    found = outcome(example("upsales/callback-clientupdate.json"), "clientupdate/318", **FIELDS, api_key="x")
    assert isinstance(found, tuple)
    [event] = found
    assert isinstance(event, PartyChanged)
    assert event.thing == Ref(system="ups", kind="customer", id="318")
    assert (event.version, event.dated, event.party.source_id) == (Decimal(1794321000), date(2026, 11, 10), "318")
    assert (event.party.own_number, event.party.email) == ("1027", "faktura@batservice.example.com")
    [polled] = _polled("client", example_data("api-account-get"), **FIELDS)
    assert polled == event.model_copy(update={"origin": "poll"})
    [numbered] = _polled("client", example_data("api-account-get"), vat_number_field=8)
    assert (event.party.vat_number, numbered.party.vat_number) == (None, "1027")


# --- stages -----------------------------------------------------------------------------------------------------------


@pytest.mark.capability("004-05")
@pytest.mark.capability("004-07")
@pytest.mark.capability("004-08")
@pytest.mark.capability("004-09")
@pytest.mark.parametrize(
    ("stage", "probability", "section", "status"),
    [
        (12, 100, {}, "won"),
        ("12", 100, {}, "won"),
        (12, 0, {}, "won"),
        (10, 70, {}, "offer"),
        (7, 0, {}, "cancelled"),
        (14, 100, {}, None),
        (9, 40, {}, None),
        (9, 0, {}, None),
        (9, 0, {"lost_stage": None}, "cancelled"),
        (10, 0, {"lost_stage": None}, "offer"),
        (15, 100, {"won_stage": [12, 15]}, "won"),
        (15, 100, {"invoice_stage": 15}, "invoiced"),
        (16, None, {"invoice_stage": ["15", 16]}, "invoiced"),
        (12, 100, {"won_stage": None, "invoice_stage": 15}, None),
    ],
)
def test_the_stage_decides(stage: object, probability: object, section: Body, status: str | None) -> None:
    """Never the probability, except that 0 is lost where no stage is named for that."""
    found = outcome(callback(order(stage={"id": stage}, probability=probability)), **section)
    assert found == Ignored("stage_not_mapped") if status is None else only(found).status == status


@pytest.mark.parametrize(("status", "dated"), [(12, 10), (7, 10), (10, 9)])
def test_the_business_date(status: int, dated: int) -> None:
    """The day it was closed for what is closed, the order's own day for an offer, and where it has no closing day."""
    assert changed(order(stage={"id": status})).dated == date(2026, 11, dated)
    assert changed(order(stage={"id": status}, closeDate=None)).document.dated == date(2026, 11, 9)


@pytest.mark.capability("004-08")
@pytest.mark.capability("f8")
def test_a_deleted_order_is_called_off_and_newer_than_its_last_state() -> None:
    """Its ``modDate`` may be that of the last change; nothing is read, because nothing is there any more."""
    event = only(outcome(callback(order(stage={"id": 14})), "orderdelete/4711", api_key="x"))
    assert (event.status, event.version) == ("cancelled", Decimal("1794321126.114"))
    assert event.version > changed(order()).version
    assert event.document.lines[0].unit_price == 100
    unsent = callback(order(modDate="2026-11-10T14:40:00.000Z"), date="yesterday")
    assert only(outcome(unsent, "orderdelete/4711")).occurred_at == datetime(2026, 11, 10, 14, 40, tzinfo=UTC)
    with pytest.raises(Unreadable, match=r"data\.object: is missing"):
        outcome(callback(None), "orderdelete/4711")


def test_what_is_called_off_need_not_add_up() -> None:
    """Neither an empty order nor a wrong sum keeps the Fortnox document alive."""
    for lost in (order(stage={"id": 7}, orderRow=[], value=0), order(stage={"id": 7}, value=99)):
        assert changed(lost).status == "cancelled"


# --- the newest state -------------------------------------------------------------------------------------------------


@pytest.mark.capability("f8")
def test_a_callback_is_a_hint_and_the_newest_state_counts() -> None:
    """With access the order is read, and its version is that of what was read."""
    first = needs(order(), reread=True)
    assert first == Needs((Wanted("order", "orders", "4711"),), dated=date(2026, 11, 10))
    newest = order(modDate="2026-11-10T15:00:00.000Z", orderRow=[row(250)], value=250)
    second = needs(order(), {"order": newest}, reread=True)
    assert second == Needs((Wanted("account", "accounts", "318"),), dated=date(2026, 11, 10))
    event = changed(order(), {"order": newest, "account": account()}, api_key="x")
    assert (event.document.total_excluding_vat, event.version) == (Decimal(250), Decimal(1794322800))
    lost = order(modDate="2026-11-10T15:00:00.000Z", stage={"id": 7})
    assert changed(order(), {"order": lost}, api_key="x").status == "cancelled"
    left = order(modDate="2026-11-10T15:00:00.000Z", stage={"id": 9})
    assert outcome(callback(order()), "orderupdate/4711", {"order": left}, api_key="x") == Ignored("stage_not_mapped")


def test_a_copy_that_lags_behind_the_callback_does_not_count() -> None:
    """What was read is older than what was told: the callback stands."""
    older = order(modDate="2026-11-10T14:00:00.000Z", stage={"id": 10})
    event = changed(order(), {"order": older, "account": account()}, api_key="x")
    assert (event.status, event.version) == ("won", Decimal(1794321125))


def test_an_order_or_company_that_cannot_be_read_is_asked_about() -> None:
    """Deleted meanwhile, or hidden from the key: nobody guesses which."""
    with pytest.raises(Question, match="newest state"):
        changed(order(), {"order": None}, api_key="x")
    with pytest.raises(Question, match="company of this order"):
        changed(order(), {"account": None}, **READING)


# --- what cannot be read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"currency": None}, r"currency: is missing"),
        ({"stage": None}, r"stage: is missing"),
        ({"client": []}, r"client: "),
        ({"date": "igår"}, r"date: must be a day"),
        ({"modDate": "2026-11-10T14:32:05"}, r"modDate: must be a time"),
        ({"orderRow": [row("canary")]}, r"orderRow\.0\.price: must be a number"),
        ({"orderRow": [row(10**12)]}, r"orderRow\.0\.price: must be a number"),
        ({"orderRow": [row(quantity=None)]}, r"orderRow\.0\.quantity: is missing"),
        ({"notes": "\ud800"}, r"notes: must be valid text"),
    ],
)
def test_a_wrong_shape_is_named_and_never_quoted(fields: Body, fault: str) -> None:
    """The field with its path as Upsales writes it."""
    with pytest.raises(Unreadable, match=r"data\.object\." + fault) as found:
        changed(order(**fields))
    assert "canary" not in str(found.value)


def test_faults_of_what_was_read_are_told_apart() -> None:
    """It is said whether the callback, the order or the company at Upsales is at fault."""
    for reads, where in (
        ({"order": {}}, "order at Upsales"),
        ({"order": order(), "account": {}}, "account at Upsales"),
    ):
        with pytest.raises(Unreadable, match=where):
            changed(order(), reads, api_key="x")  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [b"{}", b'{"trigger": "orderupdate"}', b'{"polled": "nps"}', b'{"polled": []}', b"[]"])
def test_what_no_door_of_ours_stored_is_unreadable(body: bytes) -> None:
    """Anything else on disk is said to be so."""
    with pytest.raises(Unreadable):
        source().events(Stored(1, "k", NOW, {}, body))
