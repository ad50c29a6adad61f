"""Each example payload of SubscriptionFlow on its whole way, compared with books that were worked out by hand."""

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.books import Books, Card, Document, Payment, Row, books_of, decoded, files_of, settled, told
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.examples import example
from tests.stand_ins.serving import State, serving
from tests.stand_ins.subscriptionflow import CLIENT, Instance, served

SENT = {
    "default": ("webhook-invoice-paid.form.txt", "application/x-www-form-urlencoded"),
    "custom": ("webhook-invoice-paid-custom.form.txt", "application/x-www-form-urlencoded"),
    "decoded": ("webhook-invoice-paid.decoded.json", "application/json"),
}
"""Each way of writing the callback: one company and one source for each, and a fourth that only polls."""

SERVED = {
    "invoices": "api-invoice-get.json",
    "customers": "api-customer-get.json",
    "transactions": "api-transaction-get.json",
}
LISTED, TOKEN = "api-invoices-list.json", "oauth-token-response.json"
COMPANIES = {"default": 1001, "custom": 1002, "decoded": 1003, "polled": 1004}

SECTION = """
[sources.{name}]
type = "subscriptionflow"
company = "{name}"
path_token = "plain:path-token-of-a-test"
{hook_token}
base_url = "{url}"
client_id = "{client[0]}"
client_secret = "plain:{client[1]}"
poll = {poll}
"""

BOOKS = Books(
    customers=(
        Card(
            number="1",
            name="Blåklint Design AB",
            organisation_number="559903-1068",
            email="ekonomi.blaklint@example.com",
            phone="+46406280410",
            street="Hyllie Allé 3",
            zip_code="215 32",
            city="Malmö",
            country="SE",  # written as "Sweden" there
        ),
    ),
    invoices=(
        Document(
            date="2026-11-01",
            due="2026-12-01",
            rows=(Row("", "Pro – månad 2026-11-01 – 2026-11-30", "2", "1990", "0", "25", "3001", "3980"),),  # 2 x 1990
            net="3980",
            vat="995",  # 25 % of 3980: the one amount of tax, divided by what it was charged on
            total="4975",
            order_number="INV-002318",
            booked=True,
            balance="0",
        ),
    ),
    payments=(Payment(invoice="1", amount="4975", date="2026-11-02"),),  # the transaction's day
)


def test_every_example_has_its_place() -> None:
    """A new example makes this fail until somebody says what becomes of it."""
    assert files_of("subscriptionflow") == {name for name, _ in SENT.values()} | set(SERVED.values()) | {LISTED, TOKEN}


def instance() -> Instance:
    """An instance that holds the examples' invoice, customer and transaction, and gives the example's token."""
    made = Instance(State(), gives=decoded(f"subscriptionflow/{TOKEN}"))
    for module, name in SERVED.items():
        record: dict[str, Any] = decoded(f"subscriptionflow/{name}")["data"]
        made.state.put(module, {"id": record["id"], **record["attributes"]})
    return made


def section(name: str, url: str) -> str:
    """The source of one company; the example of a custom payload carries its token in the body."""
    hook_token = 'hook_token = "plain:example-shared-token"' if name == "custom" else ""
    poll = str(name == "polled").lower()
    return SECTION.format(name=name, hook_token=hook_token, url=url, client=CLIENT, poll=poll)


async def call_back(stage: Scene, name: str) -> None:
    """The example's bytes, as they are, to its source's door."""
    file, content_type = SENT[name]
    url = f"{stage.bridge.url}/hooks/{name}/path-token-of-a-test"
    body, headers = example(f"subscriptionflow/{file}"), {"content-type": content_type}
    async with stage.session.post(url, data=body, headers=headers) as answer:
        assert answer.status == 200


@pytest.mark.asyncio
@pytest.mark.capability("000-01", "003-01", "003-07", "003-08", "003-10", "f3", "f5", "f23", "f27")
async def test_each_way_gives_the_same_books_to_the_ore(tmp_path: Path) -> None:
    """Default form, custom form, decoded JSON and polling, each in a company of its own; twice told is once booked."""
    account = instance()
    plans = [CompanyPlan(name, tenant, sources=()) for name, tenant in COMPANIES.items()]
    async with serving(served(account)) as url:
        more = "\n".join(["[scheduler]\npoll_seconds = 3600", *(section(name, url) for name in COMPANIES)])
        async with scene(tmp_path, *plans, more=more) as stage:
            for name in [*SENT, *SENT]:
                await call_back(stage, name)
            await stage.until("SELECT 1 FROM inbox LIMIT 1 OFFSET 3")
            await settled(stage)
            assert told(stage) == [("handled", None)] * 4
            for name, tenant in COMPANIES.items():
                assert books_of(await stage.state(tenant)) == BOOKS, name
            assert set(account.tokens) == {"made-up-subscriptionflow-token"}


@pytest.mark.asyncio
async def test_the_stand_in_lists_as_the_example_does(tmp_path: Path) -> None:
    """So what polling is proved against is the example's answer: the same records and the same frame."""
    async with serving(served(instance())) as url, scene(tmp_path, run=False) as stage:
        client = dict(zip(("client_id", "client_secret"), CLIENT, strict=True))
        async with stage.session.post(
            f"{url}/oauth/token", data={"grant_type": "client_credentials", **client}
        ) as answer:
            bearer = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {bearer}"}
        async with stage.session.get(f"{url}/api/v1/invoices", headers=headers) as answer:
            listed = await answer.json()
    expected = decoded(f"subscriptionflow/{LISTED}")
    assert listed["data"] == expected["data"]
    assert listed["meta"] == expected["meta"]
    assert set(listed["links"]) == set(expected["links"])
