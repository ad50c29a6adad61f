"""Effects that come late, and events that come in another order, for orders, offers and what is made of them."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.senders import invoice_paid, order

WITH_OFFERS = CompanyPlan(
    sections='[companies.demo.documents]\nmodule = "order+offer"\noffers_create_customers = true\n'
    'credit_cancelled = "credit"'
)
SALES_ONLY = CompanyPlan(sections='[companies.demo.documents]\nmodule = "order+offer"')


@pytest.mark.asyncio
@pytest.mark.capability("f51")
@pytest.mark.parametrize(("kind", "path"), [("order.offered", "offers"), ("order.won", "orders")])
async def test_a_document_beyond_the_settle_time_is_reported_and_held(tmp_path: Path, kind: str, path: str) -> None:
    """The first create takes effect only after the second was sent: both are named, and nothing is made of them."""
    async with scene(tmp_path, WITH_OFFERS, settle_seconds=1.0) as stage:
        stage.fault("late_effect", method="POST", path=f"/3/{path}", seconds=1.6)
        await stage.send(order("SO-1", kind))
        await stage.settle()
        state = await stage.state()
        assert len(state[path]) == 2
        ((question,),) = stage.rows("SELECT question FROM outbox WHERE state = 'held'")
        assert all(document["DocumentNumber"] in question for document in state[path])
        await stage.send(order("SO-1", "order.invoiced"))
        await stage.settle()
        assert (await stage.state())["invoices"] == []


@pytest.mark.asyncio
@pytest.mark.capability("f51")
@pytest.mark.parametrize("late", [0.2, 1.6], ids=["within the settle time", "beyond it"])
async def test_what_is_made_of_a_document_is_made_once_however_late(tmp_path: Path, late: float) -> None:
    """The second ``createorder`` and ``createinvoice`` are refused by Fortnox itself, which is no error."""
    times: dict[str, Any] = {"settle_seconds": 1.0}
    async with scene(tmp_path, WITH_OFFERS, **times) as stage:
        await stage.send(order("SO-1", "order.offered"))
        await stage.settle()
        for path in (r"/3/offers/\d+/createorder", r"/3/orders/\d+/createinvoice"):
            stage.fault("late_effect", method="PUT", path=path, seconds=late)
        await stage.send(order("SO-1", "order.paid"))
        await stage.settle()
        state = await stage.state()
        assert [len(state[kind]) for kind in ("offers", "orders", "invoices", "payments")] == [1, 1, 1, 1]
        assert Decimal(str(state["invoices"][0]["Balance"])) == 0
        assert {state for _, state, _ in stage.commands()} <= {"done", "superseded"}


@pytest.mark.asyncio
@pytest.mark.capability("f51", "004-08")
async def test_a_credit_beyond_the_settle_time_is_reported_and_not_booked(tmp_path: Path) -> None:
    """Nothing at Fortnox guards against a second credit, so two are seen, named and held."""
    async with scene(tmp_path, WITH_OFFERS, settle_seconds=1.0) as stage:
        await stage.send(order("SO-1", "order.invoiced"))
        await stage.settle()
        await stage.bridge.targets["demo"].client.request("book_invoice", "1")  # type: ignore[attr-defined]
        stage.fault("late_effect", method="PUT", path=r"/3/invoices/\d+/credit", seconds=1.6)
        await stage.send(order("SO-1", "order.cancelled"))
        await stage.settle()
        made = [invoice for invoice in (await stage.state())["invoices"] if invoice["Credit"] == "true"]
        assert [credit["Booked"] for credit in made] == [False, False]
        ((kind, question),) = stage.rows("SELECT kind, question FROM outbox WHERE state = 'held'")
        assert kind == "ensure_credit"
        assert "Invoices 2 and 3 both credit invoice 1" in question


@pytest.mark.asyncio
@pytest.mark.capability("004-14")
@pytest.mark.parametrize("together", [True, False], ids=["at once", "one after another"])
async def test_an_offer_that_arrives_after_its_sale_takes_nothing_away(tmp_path: Path, together: bool) -> None:
    """Equal versions apply as they arrive: the customer is made for the sale all the same, and no offer beside it."""
    async with scene(tmp_path, SALES_ONLY) as stage:
        stage.bridge.deliveries["demo"].gate.pause("to be resumed" if together else None)
        for kind in ("order.won", "order.offered"):
            await stage.send(order("SO-1", kind))
            if not together:
                await stage.settle()
        await stage.until("SELECT 1 FROM counter WHERE name = 'inbox_handled' AND value = 2")
        stage.bridge.deliveries["demo"].gate.pause(None)
        await stage.settle()
        state = await stage.state()
        assert [len(state[kind]) for kind in ("customers", "orders", "offers")] == [1, 1, 0]


@pytest.mark.asyncio
@pytest.mark.capability("003-07")
async def test_a_sale_that_stands_there_as_an_order_is_not_made_again_as_an_invoice(tmp_path: Path) -> None:
    """Also while the order has no invoice yet."""
    async with scene(tmp_path, SALES_ONLY) as stage:
        await stage.send(order("SO-1", "order.won"), invoice_paid("F-7"))
        await stage.settle()
        assert (await stage.state())["invoices"] == []
        assert stage.rows("SELECT kind, reason FROM outbox WHERE state = 'held'") == [("ensure_invoice", "same_sale")]
