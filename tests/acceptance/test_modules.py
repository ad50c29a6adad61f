"""The three modules end to end: what a webhook at each stage leaves in the simulated Fortnox."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import COMPANY, Json, line, order

STAGES = ("order.offered", "order.won", "order.invoiced", "order.paid")
MODULES = ("invoice", "order", "order+offer")


def plan(module: str, *more: str, fortnox: str = "") -> CompanyPlan:
    """A company with this module; ``more`` are further lines of its section for documents, or sections."""
    return CompanyPlan(fortnox=fortnox, sections="\n".join([f'[companies.demo.documents]\nmodule = "{module}"', *more]))


OFFERS = "offers_create_customers = true"


async def standing(stage: Scene) -> dict[str, int]:
    """How many documents of each kind stand there uncancelled, with how many payments."""
    state = await stage.state()
    living = {kind: [one for one in state[kind] if not one["Cancelled"]] for kind in ("offers", "orders", "invoices")}
    return {kind: len(found) for kind, found in living.items()} | {"payments": len(state["payments"])}


async def sent(stage: Scene, *kinds: str, **more: Any) -> None:
    """The order SO-1 goes through these stages, one after another."""
    for kind in kinds:
        await stage.send(order("SO-1", kind, **more))
        await stage.settle()


def all_done(stage: Scene) -> bool:
    """Nothing was held, parked or left."""
    return {state for _, state, _ in stage.commands()} <= {"done", "superseded"}


@pytest.mark.asyncio
@pytest.mark.capability("004-05", "004-18", "004-19", "f25")
@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("together", [False, True], ids=["one by one", "at once"])
async def test_an_order_through_all_its_stages(tmp_path: Path, module: str, together: bool) -> None:
    """One of each document that the module has, made from each other, booked and paid."""
    async with scene(tmp_path, plan(module, OFFERS)) as stage:
        if together:
            await stage.send(*(order("SO-1", kind) for kind in STAGES))
            await stage.settle()
        else:
            await sent(stage, *STAGES)
        assert all_done(stage), stage.rows("SELECT kind, state, reason, question FROM outbox")
        state = await stage.state()
        assert await standing(stage) == {
            "offers": int(module == "order+offer"),
            "orders": int(module != "invoice"),
            "invoices": 1,
            "payments": 1,
        }
        (invoice,) = state["invoices"]
        assert (invoice["Booked"], Decimal(str(invoice["Balance"]))) == (True, Decimal(0))
        assert invoice["YourOrderNumber"] == "SO-1"
        assert invoice["OrderReference"] == ("0" if module == "invoice" else "1")
        if module == "order+offer":
            assert (state["orders"][0]["OfferReference"], state["offers"][0]["OrderReference"]) == ("1", "1")


@pytest.mark.asyncio
@pytest.mark.capability("004-05", "004-21")
@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("stages", [1, 2, 3, 4])
async def test_each_stage_leaves_what_its_module_says(tmp_path: Path, module: str, stages: int) -> None:
    """Nothing more and nothing less than the module's documents of the stage, and every event twice is one."""
    async with scene(tmp_path, plan(module, OFFERS)) as stage:
        kinds = [kind for kind in STAGES[:stages] for _ in range(2)]
        await sent(stage, *kinds)
        assert all_done(stage)
        with_order, won = module != "invoice", stages >= 2
        assert await standing(stage) == {
            "offers": int(module == "order+offer"),
            "orders": int(with_order and won),
            "invoices": int(stages >= 3 or (won and not with_order)),
            "payments": int(stages == 4),
        }


@pytest.mark.asyncio
@pytest.mark.capability("004-08")
@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("stages", [0, 1, 2, 3])
@pytest.mark.parametrize("together", [False, True], ids=["one by one", "at once"])
async def test_a_lost_order_leaves_no_living_document(tmp_path: Path, module: str, stages: int, together: bool) -> None:
    """At each stage, settled or not; an order that was invoiced is handled through its invoice."""
    async with scene(tmp_path, plan(module, OFFERS)) as stage:
        kinds = [*STAGES[:stages], "order.cancelled"]
        if together:
            await stage.send(*(order("SO-1", kind) for kind in kinds))
            await stage.settle()
        else:
            await sent(stage, *kinds)
        assert all_done(stage), stage.rows("SELECT kind, state, reason, question FROM outbox")
        left = await standing(stage)
        assert (left["invoices"], left["payments"]) == (0, 0)
        if stages < 3:
            assert left["orders"] == 0
        if stages < 2:
            assert left["offers"] == 0
        calls = len(await stage.calls())
        await stage.send(order("SO-1", "order.cancelled", timestamp="2026-11-14T08:00:00Z"))
        await stage.settle()
        assert len(await stage.calls()) - calls <= 2, "what became our next document is read, nothing else"


@pytest.mark.asyncio
@pytest.mark.capability("004-08")
@pytest.mark.parametrize("choice", ["hold", "credit"])
async def test_a_lost_order_whose_invoice_is_booked(tmp_path: Path, choice: str) -> None:
    """Booked by a person in Fortnox: asked about, or credited in full and booked, as settings say."""
    async with scene(tmp_path, plan("order", f'credit_cancelled = "{choice}"')) as stage:
        await sent(stage, "order.won", "order.invoiced")
        await stage.bridge.targets["demo"].client.request("book_invoice", "1")  # type: ignore[attr-defined]
        await sent(stage, "order.cancelled")
        state = await stage.state()
        if choice == "hold":
            assert stage.rows("SELECT kind, reason FROM outbox WHERE state = 'held'") == [
                ("ensure_cancelled", "invoice_booked")
            ]
            assert len(state["invoices"]) == 1
            return
        assert all_done(stage), stage.rows("SELECT kind, state, reason, question FROM outbox")
        first, credit = state["invoices"]
        assert (credit["Credit"], credit["Booked"], credit["Total"]) == ("true", True, -1250)
        assert (first["CreditInvoiceReference"], Decimal(str(first["Balance"]))) == ("2", Decimal(0))


@pytest.mark.asyncio
@pytest.mark.capability("004-14")
async def test_a_company_comes_with_its_first_sale(tmp_path: Path) -> None:
    """An offer to an unknown buyer makes nothing and explain says why; the sale makes the customer."""
    async with scene(tmp_path, plan("order+offer")) as stage:
        await sent(stage, "order.offered")
        state = await stage.state()
        assert (state["customers"], state["offers"]) == ([], [])
        assert stage.rows("SELECT kind, result FROM outbox") == [
            ("ensure_customer", "not_created"),
            ("ensure_offer", "not_created"),
        ]
        proofs = stage.rows("SELECT json_extract(proof, '$.settled_by.because') FROM outbox_payload ORDER BY outbox_id")
        assert proofs == [
            ("no such customer, and this event may not make one",),
            ("out-1 made nothing that this could be for",),
        ]
        await sent(stage, "order.won")
        assert await standing(stage) == {"offers": 0, "orders": 1, "invoices": 0, "payments": 0}
        await stage.send(order("SO-2", "order.offered"))
        await stage.settle()
        assert await standing(stage) == {"offers": 1, "orders": 1, "invoices": 0, "payments": 0}


@pytest.mark.asyncio
@pytest.mark.capability("004-06")
async def test_a_reference_of_ours_stands_in(tmp_path: Path) -> None:
    """Where the order names nobody; its own person comes first."""
    section = '[companies.demo.bookkeeping]\nour_reference = "Orderkontoret"'
    async with scene(tmp_path, plan("order", section)) as stage:
        await stage.send(order("SO-1"), order("SO-2", our_reference="Anna"))
        await stage.settle()
        assert sorted(one["OurReference"] for one in (await stage.state())["orders"]) == ["Anna", "Orderkontoret"]


@pytest.mark.asyncio
@pytest.mark.capability("f26", "f25")
@pytest.mark.parametrize("module", MODULES)
async def test_ten_quick_changes_end_as_the_last_one(tmp_path: Path, module: str) -> None:
    """All unsent: one write per document, and explain names by which command each older one was replaced."""
    async with scene(tmp_path, plan(module)) as stage:
        stage.bridge.deliveries["demo"].gate.pause("to be resumed")
        changes: list[Json] = [
            order("SO-1", version=str(turn), price=f"{turn * 100}.00", buyer=COMPANY) for turn in range(1, 11)
        ]
        await stage.send(*changes)
        await stage.until("SELECT 1 FROM counter WHERE name = 'inbox_handled' AND value = 10")
        stage.bridge.deliveries["demo"].gate.pause(None)
        await stage.settle()
        kind = "invoices" if module == "invoice" else "orders"
        (document,) = (await stage.state())[kind]
        assert Decimal(str(document["Net"])) == Decimal(1000)
        assert [call["method"] for call in await stage.calls() if call["path"].startswith(f"/3/{kind}")] == ["POST"]
        merged = stage.rows("SELECT kind, reason FROM outbox WHERE state = 'superseded'")
        assert len(merged) == 18
        assert all(reason.startswith("by ") for _, reason in merged)


@pytest.mark.asyncio
@pytest.mark.capability("f26", "f25")
@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("last", ["order.won", "order.cancelled"])
async def test_lost_and_won_again_unsent_ends_as_the_last_word(tmp_path: Path, module: str, last: str) -> None:
    """Ten changes to and fro before anything was sent: only the last state's calls leave."""
    async with scene(tmp_path, plan(module)) as stage:
        stage.bridge.deliveries["demo"].gate.pause("to be resumed")
        other = {"order.won": "order.cancelled", "order.cancelled": "order.won"}[last]
        for turn in range(1, 11):
            await stage.send(order("SO-1", last if turn % 2 == 0 else other, version=str(turn)))
        await stage.until("SELECT 1 FROM counter WHERE name = 'inbox_handled' AND value = 10")
        stage.bridge.deliveries["demo"].gate.pause(None)
        await stage.settle()
        assert all_done(stage), stage.rows("SELECT kind, state, reason, question FROM outbox")
        left = await standing(stage)
        assert left["orders"] + left["invoices"] == int(last == "order.won")
        writes = [call["path"] for call in await stage.calls() if call["method"] != "GET"]
        document = "/3/invoices" if module == "invoice" else "/3/orders"
        assert writes == ["/3/customers", document] if last == "order.won" else writes in ([], ["/3/customers"])


@pytest.mark.asyncio
async def test_a_module_that_changes_in_the_middle_of_a_sale_makes_nothing_twice(tmp_path: Path) -> None:
    """Won under ``invoice``, paid under ``order``: the invoice stands, no order is made beside it."""
    async with scene(tmp_path, plan("invoice"), run=False) as stage:
        async with stage.running():
            await sent(stage, "order.won")
        stage.plans = [plan("order")]
        async with stage.running():
            await sent(stage, "order.paid")
            assert all_done(stage), stage.rows("SELECT kind, state, reason, question FROM outbox")
            assert await standing(stage) == {"offers": 0, "orders": 0, "invoices": 1, "payments": 1}


ARTICLES = '[companies.demo.articles]\npolicy = "{}"'
WITH_ARTICLE: Json = {"lines": [line(sku="K-100", unit="st")]}


@pytest.mark.asyncio
@pytest.mark.parametrize("policy", ["text", "match", "create"])
async def test_articles_are_named_found_or_made(tmp_path: Path, policy: str) -> None:
    """By the company's policy; a missing one holds the document until a person adds it."""
    async with scene(tmp_path, plan("invoice", ARTICLES.format(policy))) as stage:
        await stage.send(*(order(f"SO-{turn}", **WITH_ARTICLE) for turn in range(5)))
        await stage.settle()
        state = await stage.state()
        if policy == "match":
            assert state["invoices"] == []
            assert set(stage.rows("SELECT kind, reason FROM outbox WHERE state = 'held'")) == {
                ("ensure_article", "article_missing")
            }
            return
        assert all_done(stage), stage.rows("SELECT kind, state, reason, question FROM outbox")
        assert len(state["articles"]) == int(policy == "create")
        rows = [invoice["InvoiceRows"][0] for invoice in state["invoices"]]
        named = ("K-100", "Konsulttid") if policy == "create" else ("", "K-100 Konsulttid")
        assert {(row["ArticleNumber"], row["Description"]) for row in rows} == {named}
        assert len(rows) == 5


@pytest.mark.asyncio
@pytest.mark.capability("f25")
@pytest.mark.parametrize("answer", ["order", "invoice"])
async def test_an_invoice_made_from_an_order_gets_the_sale_s_own_dates(tmp_path: Path, answer: str) -> None:
    """Fortnox dates it the day it is made, whichever envelope it answers with: the sale's day and due date count."""
    simulator = {"order_createinvoice_answer": answer}
    days: Json = {"ordered_at": "2026-02-03T10:00:00Z", "paid_at": "2026-02-05T10:00:00Z"}
    async with scene(tmp_path, plan("order"), simulator=simulator) as stage:
        await stage.send(order("SO-1", "order.won", **days), order("SO-2", "order.won", **days, buyer=COMPANY))
        await stage.settle()
        await stage.send(
            order("SO-1", "order.paid", **days),
            order("SO-2", "order.invoiced", **days, due_date="2027-01-15"),
        )
        await stage.settle()
        assert all_done(stage), stage.rows("SELECT kind, state, reason, question FROM outbox")
        state = await stage.state()
        invoices = {invoice["YourOrderNumber"]: invoice for invoice in state["invoices"]}
        assert (invoices["SO-1"]["InvoiceDate"], invoices["SO-1"]["Booked"]) == ("2026-02-03", True)
        assert [payment["PaymentDate"] for payment in state["payments"]] == ["2026-02-05"]
        assert (invoices["SO-2"]["DueDate"], invoices["SO-2"]["Booked"]) == ("2027-01-15", False)


@pytest.mark.asyncio
@pytest.mark.capability("004-10")
@pytest.mark.parametrize("has_row", [False, True], ids=["no price yet", "a row of 0"])
async def test_a_new_article_gets_its_price_and_the_sale_goes_on(tmp_path: Path, has_row: bool) -> None:
    """Its price row is made, or that of Fortnox's own is written over; a changed price follows by one write."""
    articles = ARTICLES.format("update") + "\nprices = true"
    switches: Json = {"base_price_with_article": has_row}
    async with scene(tmp_path, plan("invoice", articles), simulator=switches) as stage:
        for turn, price in enumerate(("10.00", "12.00")):
            await stage.send(order(f"SO-{turn}", lines=[line(price, sku="K-100")]))
            await stage.settle()
        assert all_done(stage), stage.rows("SELECT kind, state, reason, question FROM outbox")
        state = await stage.state()
        assert [(one["PriceList"], Decimal(str(one["Price"]))) for one in state["prices"]] == [("A", Decimal(12))]
        assert len(state["invoices"]) == 2
