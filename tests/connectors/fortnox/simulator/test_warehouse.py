"""The warehouse module: ready before invoicing and booking, locked afterwards (6.5, 6.19; gotcha 20)."""

from typing import Any

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import Caller, opened

MODULE = CompanySettings(rate_limit=0, warehouse_module=True)


async def _change(caller: Caller, kind: str, single: str, **fields: Any) -> int:
    reply = await caller.call("PUT", f"/3/{kind}/1", {single: fields})
    return 0 if reply.status == 200 else reply.code


@pytest.mark.asyncio
@pytest.mark.capability("001-11")
async def test_an_invoice_must_be_ready_before_it_is_booked_and_is_locked_then() -> None:
    """2003498 until warehouseready; a ready invoice refuses changes, and is booked."""
    async with opened(MODULE) as caller:
        await caller.customer()
        assert (await caller.invoice())["WarehouseReady"] is False
        assert (await caller.act("invoices", "bookkeep")).code == 2003498
        assert await _change(caller, "invoices", "Invoice", Comments="a") == 0
        assert (await caller.act("invoices", "warehouseready")).one["WarehouseReady"] is True
        assert await _change(caller, "invoices", "Invoice", Comments="b") == 2003125
        assert (await caller.get("/3/invoices/1")).one["Comments"] == "a"
        assert (await caller.act("invoices", "bookkeep")).one["Booked"] is True


@pytest.mark.asyncio
async def test_an_order_must_be_ready_before_it_is_invoiced() -> None:
    """Its invoice is ready at once."""
    async with opened(MODULE) as caller:
        await caller.customer()
        assert (await caller.order())["WarehouseReady"] is False
        assert (await caller.act("orders", "createinvoice")).code == 2999203
        assert (await caller.act("orders", "warehouseready")).one["WarehouseReady"] is True
        assert await _change(caller, "orders", "Order", Comments="b") == 2003125
        assert (await caller.act("orders", "createinvoice")).status == 200
        assert (await caller.get("/3/invoices/1")).one["WarehouseReady"] is True


@pytest.mark.asyncio
async def test_only_what_is_delivered_and_due_can_be_ready() -> None:
    """Neither a reservation nor what leaves tomorrow."""
    async with opened(MODULE) as caller:
        await caller.customer()
        await caller.order(DeliveryState="reservation")
        assert (await caller.act("orders", "warehouseready")).code == 2003124
        await caller.order(OutboundDate="2026-03-11")
        assert (await caller.act("orders", "warehouseready", "2")).code == 2003126
        caller.clock.move(86400)
        await caller.log_in()
        assert (await caller.act("orders", "warehouseready", "2")).status == 200


@pytest.mark.asyncio
async def test_without_the_module_everything_is_ready_and_open() -> None:
    """warehouseready changes nothing then."""
    async with opened() as caller:
        await caller.customer()
        assert (await caller.order(DeliveryState="reservation"))["WarehouseReady"] is True
        assert (await caller.act("orders", "warehouseready")).status == 200
        assert await _change(caller, "orders", "Order", Comments="a") == 0
