"""Each example payload of Upsales in all three modules, compared with books that were worked out by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.books import Books, Card, Document, Row, books_of, decoded, files_of, settled, told
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.examples import example
from tests.fakes.senders import Json
from tests.stand_ins import upsales
from tests.stand_ins.serving import serving

SECTION = """
[scheduler]
poll_seconds = 3600
[sources.crm]
type = "upsales"
company = "demo"
authentication_key = "plain:example-app-auth-key-not-secret"
app_id = 9001
customer_id = 55021
api_key = "plain:example-customer-api-key"
base_url = "{url}{base}"
won_stage = 12
offer_stage = 10
lost_stage = 7
customer_number_field = 8
email_field = 9
order_number_field = 3
delivery_date_field = 5
{more}
"""
"""As docs/senders/upsales.md has it, with the ids of the examples."""

COMPANY = """[companies.demo.documents]
module = "{module}"
[companies.demo.articles]
{articles}
"""

WON, OPEN, BEFORE_SAVE = (
    "callback-orderupdate-won.json",
    "callback-orderinsert-opportunity.json",
    "callback-before-save-order.json",
)
CLIENT, ECHO, EXTERNAL = "callback-clientupdate.json", "callback-clientupdate-own-echo.json", "callback-external.json"
TRIGGERS = {
    WON: "orderupdate/4711",
    OPEN: "orderinsert/4720",
    BEFORE_SAVE: "orderupdate",
    CLIENT: "clientupdate/318",
    ECHO: "clientupdate/318",
    EXTERNAL: "external",
}
ORDER, ORDERS, ACCOUNT = "api-order-get.json", "api-orders-list.json", "api-account-get.json"
LISTS = {
    "products": "api-products-list.json",
    "priceLists": "api-pricelists-list.json",
    "currencies": "api-currencies-list.json",
    "orderstages": "api-orderstages-list.json",
}
NO_EVENTS = {"callback-reply.json": "what an app may answer to a callback; nothing is written back yet"}

CARD = Card(
    number="1027",  # from the company's custom field 8
    name="Skärgårdens Båtservice AB",
    organisation_number="559902-1085",  # ten digits there
    email="faktura@batservice.example.com",  # custom field 9, before the contact's
    phone="+46846500410",
    street="Box 77",  # the address Invoice, before Mail
    zip_code="18521",
    city="Vaxholm",
    country="SE",
)
ROWS = (
    Row("BF-810", "Vinterförvaring 8–10 m", "1", "9500", "0", "25", "3001", "9500"),
    # 2 x 1800 less 10 % = 3240 = 2 x the agreed 1620
    Row("BM-20", "Bottenmålning", "2", "1800", "10 %", "25", "3001", "3240"),
)
SOLD = Document(
    date="2026-11-10",
    rows=ROWS,
    net="12740",  # 9500 + 3240, as the order's value says
    vat="3185",  # 25 % of 12740: 2375 + 810
    total="15925",
    customer="1027",
    our_reference="Maja Sundström",
    your_reference="Erik Öhman",
    order_number="PO-88213",  # custom field 3
    delivery="2026-11-20",  # custom field 5
)
INVOICE = replace(SOLD, due="2026-12-10", booked=False, balance="15925")  # 30 days; nobody said that it was paid
OFFER = replace(SOLD, date="2026-12-18", order_number="4720")  # dated the day for which it stands there

SOLD_LATER = replace(SOLD, date="2026-11-12")  # the day on which the offer was closed
INVOICED_LATER = replace(INVOICE, date="2026-11-12", due="2026-12-12")


def sold_by(module: str, *, later: bool = False) -> Books:
    """What a sale leaves, and the sale of what was an offer besides."""
    if module == "invoice":
        return Books(customers=(CARD,), invoices=(INVOICE, INVOICED_LATER) if later else (INVOICE,))
    return Books(customers=(CARD,), orders=(SOLD, SOLD_LATER) if later else (SOLD,))


def lost(document: Document) -> Document:
    """The document as it stands once its sale is called off."""
    return replace(document, cancelled=True, balance=None if document.balance is None else "0")


POLICIES = {"match": 'policy = "match"', "create": 'policy = "create"\ndefault_vat = 25'}
"""Upsales knows no VAT: an article in Fortnox says it; for articles to be made the company's own rate does."""


ARTICLES: list[Json] = [
    {"ArticleNumber": row.article, "Description": row.description, "VAT": 25, "SalesAccount": 3001} for row in ROWS
]


def test_every_example_has_its_place() -> None:
    """A new example makes this fail until somebody says what becomes of it."""
    assert files_of("upsales") == {*TRIGGERS, ORDER, ORDERS, ACCOUNT, *LISTS.values(), *NO_EVENTS}


def changed(name: str, **fields: Any) -> Json:
    """An example of a callback about the same record in a later state."""
    body: Json = decoded(f"upsales/{name}")
    body["data"]["object"] |= fields
    return body


def stage_of(number: int) -> Json:
    """A stage of the example's list."""
    stages = decoded(f"upsales/{LISTS['orderstages']}")["data"]
    return next({"id": one["id"], "name": one["name"]} for one in stages if one["id"] == number)


OFFERED: Json = {"stage_id": 10, "modDate": "2026-11-11T09:00:00.000Z"}
OFFERED_AGAIN: Json = {"stage_id": 10, "modDate": "2026-11-11T10:00:00.000Z"}
WON_LATER: Json = {"stage_id": 12, "modDate": "2026-11-12T09:00:00.000Z", "closeDate": "2026-11-12"}
ECHOED: Json = {"modDate": "2026-11-10T14:32:59.000Z"}
LOST: Json = {"stage_id": 7, "modDate": "2026-11-12T10:00:00.000Z", "closeDate": "2026-11-12", "probability": 0}


TOLD: list[tuple[str, str | None]] = [
    ("handled", None),  # the company, of which nothing was known in Fortnox
    ("ignored", "stage_not_mapped"),
    ("handled", None),
    ("handled", None),
    ("ignored", "own_write"),
    ("ignored", "external_start"),
    ("ignored", "validation_hook"),
    ("handled", None),
    ("handled", None),
    ("handled", None),
    ("handled", None),  # 4725
    ("handled", None),
]
"""What the inbox says of each delivery of the story; the company told twice in one state is one of them."""


@asynccontextmanager
async def selling(
    folder: Path, module: str, articles: str, more: str = ""
) -> AsyncIterator[tuple[Scene, upsales.State]]:
    """The stand-in with the examples' account and lists, and the daemon that reads it."""
    state = upsales.State()
    state.put("accounts", decoded(f"upsales/{ACCOUNT}")["data"])
    for kind, name in LISTS.items():
        state.records[kind] = {str(one.get("id", one.get("iso"))): one for one in decoded(f"upsales/{name}")["data"]}
    plan = CompanyPlan(sources=(), sections=COMPANY.format(module=module, articles=articles))
    async with serving(upsales.application(state)) as url:
        section = SECTION.format(url=url, base=upsales.BASE, more=more)
        async with scene(folder, plan, more=section) as stage:
            await stage.until("SELECT 1 FROM sender WHERE source = 'crm' AND outcome = 'finished'")
            yield stage, state


async def told_of(stage: Scene, state: upsales.State, name: str, **fields: Any) -> Books:
    """One callback, whose record the API has in the same state; the books once all is done that follows."""
    number = fields.pop("stage_id", None)
    if number is not None:
        fields["stage"] = stage_of(number)
    body = changed(name, **fields) if fields else decoded(f"upsales/{name}")
    if "order" in TRIGGERS[name] and "object" in body["data"]:
        state.put("orders", body["data"]["object"])
    url = f"{stage.bridge.url}/hooks/crm/{TRIGGERS[name]}"
    send = {"json": body} if fields else {"data": example(f"upsales/{name}")}
    async with stage.session.post(url, **send) as answer:
        assert answer.status == 200
    await settled(stage)
    return books_of(await stage.state())


@pytest.mark.asyncio
@pytest.mark.capability("000-01", "004-05", "004-07", "004-08", "004-09", "004-14", "004-18", "004-19", "004-21")
@pytest.mark.capability("f3", "f25", "f26")
@pytest.mark.parametrize("policy", ["match", "create"])
@pytest.mark.parametrize("module", ["invoice", "order", "order+offer"])
async def test_offer_sale_and_loss(tmp_path: Path, module: str, policy: str) -> None:
    """The example callbacks from the first offer to the lost sale: after each, all that stands in Fortnox."""
    async with selling(tmp_path, module, POLICIES[policy]) as (stage, state):
        if policy == "match":
            await stage.control("seed", {"company": 1001, "articles": ARTICLES})
        # An offer alone makes no customer, and so no offer.
        for name, fields in ((CLIENT, {}), (OPEN, {}), (OPEN, OFFERED)):
            assert await told_of(stage, state, name, **fields) == Books()
        sold = sold_by(module)
        assert await told_of(stage, state, WON) == sold
        # The company in the same state is one delivery, whoever told it; a later state of our own making is no news.
        for name, fields in ((CLIENT, {}), (ECHO, {}), (ECHO, ECHOED), (EXTERNAL, {}), (BEFORE_SAVE, {})):
            assert await told_of(stage, state, name, **fields) == sold
        offers = (OFFER,) if module == "order+offer" else ()
        assert await told_of(stage, state, OPEN, **OFFERED_AGAIN) == replace(sold, offers=offers)
        both = replace(sold_by(module, later=True), offers=offers)
        assert await told_of(stage, state, OPEN, **WON_LATER) == both
        orders, invoices = both.orders, both.invoices
        # An offer that became an order is closed with it, and Fortnox cancels it no more.
        withdrawn = replace(
            both, orders=(*orders[:1], *map(lost, orders[1:])), invoices=(*invoices[:1], *map(lost, invoices[1:]))
        )
        assert await told_of(stage, state, OPEN, **LOST) == withdrawn
        # Polled: 4711 as the callback told it, and 4725, which was lost without ever having been here.
        state.records["orders"] = {}
        state.put("orders", *decoded(f"upsales/{ORDERS}")["data"])
        await stage.bridge.readings["crm"].poll()
        await settled(stage)
        assert books_of(await stage.state()) == withdrawn
        gone = replace(withdrawn, orders=tuple(map(lost, orders)), invoices=tuple(map(lost, invoices)))
        assert await told_of(stage, state, WON, **LOST) == gone
        assert {state for _, state, _ in stage.commands()} == {"done"}
        made = [(one["ArticleNumber"], one["Description"], one["VAT"]) for one in (await stage.state())["articles"]]
        assert made == [("BF-810", "Vinterförvaring 8–10 m", 25), ("BM-20", "Bottenmålning", 25)]
        said = told(stage)
        passed_by = ("handled", "book_order: an offer, and documents.module has none")
        assert said.count(passed_by) == (0 if module == "order+offer" else 2)
        assert [("handled", None) if one == passed_by else one for one in said] == TOLD


@pytest.mark.asyncio
@pytest.mark.capability("003-02", "f5")
async def test_the_order_by_polling_in_another_currency(tmp_path: Path) -> None:
    """The example's order in euro, whose rows name no products: those, the price list and the rate are read."""
    # 12,740 euro at 0.0915 euro a krona are 139,234.97 kronor; 139234.97 / 12740 = 10.928962 kronor a euro
    foreign = {"currency": "EUR", "currencyRate": 0.0915, "valueInMasterCurrency": 139234.97}
    async with selling(tmp_path, "invoice", 'policy = "text"', "vat_rate = 25\nuse_price_list = true") as (
        stage,
        state,
    ):
        order = decoded(f"upsales/{ORDER}")["data"] | foreign
        order["orderRow"] = [{**row, "product": None} for row in order["orderRow"]]
        state.put("orders", order)
        await stage.bridge.readings["crm"].poll()
        await settled(stage)
        # Policy "text": the article's number stands in the text, and the source's vat_rate decides the VAT.
        rows = tuple(replace(row, article="", description=f"{row.article} {row.description}") for row in ROWS)
        expected = replace(INVOICE, rows=rows, currency="EUR", rate="10.928962")
        assert books_of(await stage.state()) == Books(customers=(CARD,), invoices=(expected,))
        read = {call["path"].removeprefix(f"{upsales.BASE}/") for call in state.calls}
        assert read == {"orders", "accounts/318", "products/41", "products/44", "priceLists/2", "currencies"}
