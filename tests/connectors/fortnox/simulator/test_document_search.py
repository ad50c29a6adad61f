"""Orders in lists: thin items, searches and filters (Fortnox facts, 5)."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.connectors.fortnox.simulator.caller import Caller, opened


async def _found(caller: Caller, **query: Any) -> list[str]:
    reply = await caller.get(f"/3/orders?{urlencode(query)}")
    assert reply.status == 200, reply.text
    return [one["DocumentNumber"] for one in reply.json["Orders"]]


@pytest.mark.asyncio
async def test_the_order_list_is_thin() -> None:
    """Cancelled but neither InvoiceReference nor rows (5 and 6.8)."""
    async with opened() as caller:
        await caller.customer()
        await caller.order()
        (item,) = (await caller.get("/3/orders")).json["Orders"]
        assert set(item) == {
            "@url",
            "Cancelled",
            "Currency",
            "CustomerName",
            "CustomerNumber",
            "DeliveryDate",
            "DocumentNumber",
            "ExternalInvoiceReference1",
            "ExternalInvoiceReference2",
            "OrderDate",
            "OrderType",
            "Project",
            "Sent",
            "Total",
        }


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"externalinvoicereference1": "ref-1"}, ["1", "2"]),
        ({"externalinvoicereference1": "ef-1"}, []),
        ({"externalinvoicereference2": "shop"}, ["1"]),
        ({"documentnumber": "3"}, ["3"]),
        ({"customername": "EXEMPEL"}, ["1", "2", "3", "4"]),
        ({"customernumber": "2"}, []),
        ({"yourreference": "inköp"}, ["3"]),
        ({"project": "P7"}, ["3"]),
        ({"label": "1"}, []),
        ({"ordertype": "Order", "notcompleted": "true"}, ["2"]),
        ({"sent": "true"}, ["4"]),
        ({"fromdate": "2026-02-01", "todate": "2026-03-09"}, ["2"]),
        ({"filter": "cancelled"}, ["1"]),
        ({"filter": "expired"}, ["3"]),
        ({"filter": "invoicecreated"}, ["4"]),
        ({"filter": "invoicenotcreated"}, ["2", "3"]),
        ({"sortby": "orderdate", "limit": 1}, ["2"]),
    ],
)
async def test_order_search(query: dict[str, Any], found: list[str]) -> None:
    """External references match by prefix; filters follow the state (5)."""
    async with opened() as caller:
        await caller.customer()
        await caller.order(ExternalInvoiceReference1="ref-1", ExternalInvoiceReference2="shop:5")
        await caller.order(ExternalInvoiceReference1="ref-10", OrderDate="2026-03-01", NotCompleted=True)
        await caller.order(YourReference="Inköp", Project="P7", DeliveryDate="2026-03-09")
        await caller.order(DeliveryDate="2026-03-09")
        await caller.act("orders", "cancel", "1")
        await caller.act("orders", "externalprint", "4")
        await caller.act("orders", "createinvoice", "4")
        assert await _found(caller, **query) == found


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "code"), [("filter=unpaid", 2000587), ("yourordernumber=1", 2000588), ("ordertype=%3C", 2000359)]
)
async def test_bad_order_queries_are_refused(query: str, code: int) -> None:
    """What orders do not have is refused as elsewhere."""
    async with opened() as caller:
        assert (await caller.get(f"/3/orders?{query}")).code == code
