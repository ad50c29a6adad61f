"""Each kind of write meets each kind of fault once: everything stands there once, booked, and nothing waits."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.acceptance.test_payouts import PLAN as PAYOUTS
from tests.acceptance.test_payouts import payout
from tests.fakes.senders import Json, line, order, survey

WRITES = (
    ("POST", "/3/customers"),
    ("PUT", r"/3/customers/\d+"),
    ("POST", "/3/invoices"),
    ("PUT", r"/3/invoices/\d+/bookkeep"),
    ("POST", "/3/invoicepayments"),
    ("PUT", r"/3/invoicepayments/\d+/bookkeep"),
)
FORWARD = (
    ("POST", "/3/articles"),
    ("POST", "/3/offers"),
    ("PUT", r"/3/offers/\d+/createorder"),
    ("PUT", r"/3/orders/\d+"),
    ("PUT", r"/3/orders/\d+/createinvoice"),
    ("PUT", r"/3/invoices/\d+"),
    ("PUT", r"/3/invoices/\d+/bookkeep"),
    ("POST", "/3/invoicepayments"),
)
"""The writes of an offer that is won, invoiced and paid."""
BACK = (
    ("POST", "/3/orders"),
    ("PUT", r"/3/offers/\d+/cancel"),
    ("PUT", r"/3/orders/\d+/cancel"),
    ("PUT", r"/3/invoices/\d+/cancel"),
    ("PUT", r"/3/invoices/\d+/credit"),
    ("PUT", r"/3/invoices/\d+/bookkeep"),
)
"""The writes of sales that are lost at each stage."""
ATTACHING = (
    ("POST", "/3/inbox"),
    ("POST", "/api/fileattachments/attachments-v1"),
    ("POST", "/3/voucherfileconnections"),
)
"""The writes of evidence: two for each document, of which the upload is the same."""
FAULTS: dict[str, Json] = {
    "answer_lost": {"fault": "answer_lost"},
    "reset_before": {"fault": "reset_before"},
    "html before": {"fault": "html"},
    "html after": {"fault": "html", "status": 502, "effect": "after"},
    "html with 200": {"fault": "html", "status": 200, "effect": "after"},
    "500 before": {"fault": "status", "status": 500, "body": {"message": "fel"}},
    "500 after": {"fault": "status", "status": 500, "body": {"message": "fel"}, "effect": "after"},
    "500 with error information": {
        "fault": "status",
        "status": 500,
        "body": {"ErrorInformation": {"error": 1, "message": "fel", "code": 1000003}},
        "effect": "after",
    },
    "404 that is no answer of the API": {"fault": "status", "status": 404, "body": "not here", "effect": "after"},
    "truncated": {"fault": "truncated"},
    "hangs": {"fault": "hang_after", "seconds": 1.0},
    "late": {"fault": "late_effect", "seconds": 0.05},
    "throttled": {"fault": "throttle"},
    "token expired": {"fault": "expire_token"},
}


@pytest.mark.asyncio
@pytest.mark.capability("f51")
@pytest.mark.capability("f56")
@pytest.mark.parametrize(
    "proof", ["empty", pytest.param(None, marks=pytest.mark.slow)], ids=["declared empty", "looking"]
)
@pytest.mark.parametrize("name", FAULTS)
async def test_every_write_survives(tmp_path: Path, name: str, proof: str | None) -> None:
    """One fault per kind of write: customer, card, invoice, booking, payment and its booking are right in the end."""
    plan = CompanyPlan(proof=proof)
    times: dict[str, Any] = {"settle_seconds": 0.15, "timeout_seconds": 0.5, "window_seconds": 0.1}
    async with scene(tmp_path, plan, simulator={"retry_after": False}, **times) as stage:
        for method, path in WRITES:
            stage.fault(method=method, path=path, **FAULTS[name])
        respondent = {"company": "Lagunda Kaffe & Te AB", "email": "kaffe@example.com"}
        await stage.send(order("SO-1", "order.paid"), survey("resp-1", respondent))
        await stage.settle()
        assert {state for _, state, _ in stage.commands()} == {"done"}, stage.rows("SELECT kind, question FROM outbox")
        state = await stage.state()
        assert len(state["customers"]) == 2
        ((invoice,), (payment,)) = (state["invoices"], state["payments"])
        assert (invoice["Booked"], payment["Booked"]) == (True, True)
        assert Decimal(str(invoice["Balance"])) == 0
        assert len(state["vouchers"]) == 2
        assert sum(len((card["Comments"] or "").splitlines()) for card in state["customers"]) == 1
        faults = (await stage.control("faults"))["faults"]
        assert [fault["applied"] for fault in faults] == [1] * len(WRITES)


TIMES: dict[str, Any] = {"settle_seconds": 0.15, "timeout_seconds": 0.5, "window_seconds": 0.1}
SECTIONS = """[companies.demo.documents]
module = "order+offer"
offers_create_customers = true
credit_cancelled = "credit"
[companies.demo.articles]
policy = "create"
"""
WANTED = "".join(f"[companies.demo.rules.{rule}]\nattach_source = true\n" for rule in ("book_order", "book_payout"))
EVIDENCE = CompanyPlan(sections=PAYOUTS.sections + WANTED)
ROWS: Json = {"lines": [line(sku="K-100", unit="st", discount_amount="8.00")]}


async def _steps(stage: Scene, number: str, *kinds: str) -> None:
    for kind in kinds:
        await stage.send(order(number, kind, **ROWS))
        await stage.settle()


async def _each_fault_once(stage: Scene, writes: tuple[tuple[str, str], ...]) -> None:
    faults = (await stage.control("faults"))["faults"]
    assert [fault["applied"] for fault in faults] == [1] * len(writes), faults
    left = stage.rows("SELECT kind, state, reason, question FROM outbox WHERE state NOT IN ('done', 'superseded')")
    assert left == []


@pytest.mark.asyncio
@pytest.mark.slow
@pytest.mark.capability("f51", "f25")
@pytest.mark.parametrize("name", FAULTS)
async def test_every_write_of_a_sale_survives(tmp_path: Path, name: str) -> None:
    """Article, offer, order, invoice and payment stand there once, made from each other, booked and paid."""
    plan = CompanyPlan(sections=SECTIONS)
    async with scene(tmp_path, plan, simulator={"retry_after": False}, **TIMES) as stage:
        for method, path in FORWARD:
            stage.fault(method=method, path=path, **FAULTS[name])
        await _steps(stage, "SO-1", "order.offered", "order.won", "order.invoiced", "order.paid")
        await _each_fault_once(stage, FORWARD)
        state = await stage.state()
        kinds = ("articles", "offers", "orders", "invoices", "payments")
        assert [len(state[kind]) for kind in kinds] == [1] * 5
        ((invoice,), (made,)) = (state["invoices"], state["orders"])
        assert (invoice["OrderReference"], made["OfferReference"]) == ("1", "1")
        assert (invoice["Booked"], Decimal(str(invoice["Balance"]))) == (True, Decimal(0))
        assert len(state["vouchers"]) == 2


@pytest.mark.asyncio
@pytest.mark.slow
@pytest.mark.capability("f43", "f51")
@pytest.mark.parametrize("name", FAULTS)
async def test_every_write_of_evidence_survives(tmp_path: Path, name: str) -> None:
    """A paid order and a payout: one file up and attached for each, and the books are as they are without."""
    async with scene(tmp_path, EVIDENCE, simulator={"retry_after": False}, **TIMES) as stage:
        for method, path in ATTACHING:
            stage.fault(method=method, path=path, **FAULTS[name])
        await stage.send(order("SO-1", "order.paid"))
        await stage.settle()
        await stage.send(payout("po-1", "2026-11-16"))
        await stage.settle()
        await _each_fault_once(stage, ATTACHING)
        state = await stage.state()
        assert [len(state[kind]) for kind in ("files", "attachments", "voucher_file_connections")] == [2, 1, 1]
        ((invoice,), (payment,)) = (state["invoices"], state["payments"])
        assert (invoice["Booked"], payment["Booked"], len(state["vouchers"])) == (True, True, 3)


@pytest.mark.asyncio
@pytest.mark.slow
@pytest.mark.capability("f51", "004-08")
@pytest.mark.parametrize("name", FAULTS)
async def test_every_write_of_the_way_back_survives(tmp_path: Path, name: str) -> None:
    """Lost as an offer, as an order, invoiced and booked: nothing lives on, and one credit invoice was made."""
    plan = CompanyPlan(sections=SECTIONS)
    async with scene(tmp_path, plan, simulator={"retry_after": False}, **TIMES) as stage:
        await _steps(stage, "SO-0", "order.won", "order.invoiced")
        await stage.bridge.targets["demo"].client.request("book_invoice", "1")  # type: ignore[attr-defined]
        for method, path in BACK:
            stage.fault(method=method, path=path, **FAULTS[name])
        await _steps(stage, "SO-1", "order.offered", "order.cancelled")
        await _steps(stage, "SO-2", "order.won", "order.cancelled")
        await _steps(stage, "SO-3", "order.won", "order.invoiced", "order.cancelled")
        await _steps(stage, "SO-0", "order.cancelled")
        await _each_fault_once(stage, BACK)
        state = await stage.state()
        assert [offer["Cancelled"] for offer in state["offers"]] == [True]
        assert [made["Cancelled"] for made in state["orders"]] == [False, True, False]
        first, second, credit = state["invoices"]
        assert (first["Booked"], second["Cancelled"]) == (True, True)
        assert (credit["Credit"], credit["Booked"], credit["CreditInvoiceReference"]) == ("true", True, "1")
        assert Decimal(str(credit["Total"])) == -Decimal(str(first["Total"]))
