"""Offers and orders in lists: thin items, searches and filters (Fortnox facts, 5)."""

from typing import Any

import pytest

from tests.connectors.fortnox.simulator.caller import opened


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
        await caller.control("POST", "seed", {"projects": [{"ProjectNumber": "P7", "Description": "Tillbyggnad"}]})
        await caller.order(YourReference="Inköp", Project="P7", DeliveryDate="2026-03-09")
        await caller.order(DeliveryDate="2026-03-09")
        await caller.act("orders", "cancel", "1")
        await caller.act("orders", "externalprint", "4")
        await caller.act("orders", "createinvoice", "4")
        assert await caller.numbers("Orders", **query) == found


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "code"), [("filter=unpaid", 2000587), ("yourordernumber=1", 2000588), ("ordertype=%3C", 2000359)]
)
async def test_bad_order_queries_are_refused(query: str, code: int) -> None:
    """What orders do not have is refused as elsewhere."""
    async with opened() as caller:
        assert (await caller.get(f"/3/orders?{query}")).code == code


@pytest.mark.asyncio
async def test_the_offer_list_is_thin() -> None:
    """Neither OrderReference nor ExpireDate nor rows (5)."""
    async with opened() as caller:
        await caller.customer()
        await caller.offer()
        (item,) = (await caller.get("/3/offers")).json["Offers"]
        names = "@url Cancelled Currency CustomerName CustomerNumber DocumentNumber OfferDate Project Sent Total"
        assert set(item) == set(names.split())


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"yourreference": "INKÖP"}, ["3"]),
        ({"documentnumber": "2"}, ["2"]),
        ({"customername": "exempel"}, ["1", "2", "3", "4"]),
        ({"ourreference": "anna"}, ["4"]),
        ({"costcenter": "K1"}, ["4"]),
        ({"sent": "false", "notcompleted": "true"}, ["2"]),
        ({"fromdate": "2026-02-01", "todate": "2026-02-28"}, ["2"]),
        ({"filter": "cancelled"}, ["1"]),
        ({"filter": "expired"}, ["3"]),
        ({"filter": "completed"}, ["1", "3", "4"]),
        ({"filter": "notcompleted"}, ["2"]),
        ({"filter": "ordercreated"}, ["4"]),
        ({"filter": "ordernotcreated"}, ["2", "3"]),
        ({"sortby": "offerdate", "limit": 1}, ["2"]),
    ],
)
async def test_offer_search(query: dict[str, Any], found: list[str]) -> None:
    """The reference is searchable, the number beside it is not; filters follow the state (5 and 6.7)."""
    async with opened() as caller:
        await caller.customer()
        await caller.offer()
        await caller.offer(OfferDate="2026-02-20", NotCompleted=True)
        await caller.offer(YourReference="Inköp", ExpireDate="2026-03-09", YourReferenceNumber="R-7")
        await caller.control("POST", "seed", {"cost_centers": [{"Code": "K1", "Description": "Butik"}]})
        await caller.offer(OurReference="Anna", CostCenter="K1", ExpireDate="2026-03-09")
        await caller.act("offers", "cancel", "1")
        await caller.act("offers", "createorder", "4")
        assert await caller.numbers("Offers", **query) == found


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("externalinvoicereference1=x", 2000588),
        ("yourreferencenumber=R-7", 2000588),
        ("filter=invoicecreated", 2000587),
        ("sortby=orderdate", 2000588),
    ],
)
async def test_bad_offer_queries_are_refused(query: str, code: int) -> None:
    """There is no external reference on offers to search by (5)."""
    async with opened() as caller:
        assert (await caller.get(f"/3/offers?{query}")).code == code


@pytest.mark.asyncio
@pytest.mark.capability("f99")
async def test_a_search_can_lag_behind_a_write() -> None:
    """A new order is missing from every list for the time of the switch; its number finds it at once."""
    async with opened() as caller:
        await caller.customer()
        await caller.order(ExternalInvoiceReference1="ref-0")
        caller.clock.move(30)
        await caller.control("POST", "settings", {"search_lag_seconds": 90})
        assert await caller.numbers("Orders") == []
        caller.clock.move(60)
        await caller.control("POST", "settings", {"search_lag_seconds": 30})
        await caller.order(ExternalInvoiceReference1="ref-1")
        caller.clock.move(29)
        assert await caller.numbers("Orders", externalinvoicereference1="ref") == ["1"]
        assert (await caller.get("/3/orders/2")).status == 200
        assert "SEK" in await caller.numbers("Currencies", "Code")
        caller.clock.move(1)
        assert await caller.numbers("Orders", externalinvoicereference1="ref") == ["1", "2"]
