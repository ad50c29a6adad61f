"""Search, filters, sorting, paging and lastmodified (checklist 8)."""

from typing import Any

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import Caller, opened


async def _customers(caller: Caller, **query: Any) -> list[str]:
    return await caller.numbers("Customers", "CustomerNumber", **query)


async def _invoices(caller: Caller, **query: Any) -> list[str]:
    return await caller.numbers("Invoices", **query)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "EXEMPEL"}, ["1", "2"]),
        ({"email": "@example"}, ["1", "2"]),
        ({"email": "1kund@example.com"}, ["2"]),
        ({"phone": "070"}, ["1"]),
        ({"city": "växjö"}, ["2"]),
        ({"zipcode": "352"}, ["2"]),
        ({"customernumber": "1"}, ["1"]),
        ({"organisationnumber": "556677-8899"}, ["1"]),
        ({"organisationnumber": "5566778899"}, ["2"]),
        ({"organisationnumber": "556677"}, []),
        ({"name": "exempel", "city": "Växjö"}, ["2"]),
        ({"Name": "exempel", "LIMIT": 1}, ["1"]),
        ({"filter": "active"}, ["1", "2"]),
        ({"filter": "inactive"}, ["3"]),
        ({}, ["1", "2", "3"]),
    ],
)
async def test_customer_search(query: dict[str, str], found: list[str]) -> None:
    """Contains without regard to case, except the organisation number, which matches exactly as stored (5)."""
    async with opened() as caller:
        await caller.customer(Email="kund@example.com", Phone1="070-1", OrganisationNumber="556677-8899")
        await caller.customer(Email="1kund@example.com", City="VÄXJÖ", ZipCode="35230", OrganisationNumber="5566778899")
        await caller.customer(Name="Vilande AB", Active=False)
        assert await _customers(caller, **query) == found


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"externalinvoicereference1": "ref-1"}, ["1", "2"]),
        ({"externalinvoicereference1": "REF-10"}, ["2"]),
        ({"externalinvoicereference1": "ef-1"}, []),
        ({"externalinvoicereference2": "shop"}, ["1"]),
        ({"yourordernumber": "77"}, ["1"]),
        ({"documentnumber": "2"}, ["2"]),
        ({"customername": "exempel"}, ["1", "2", "3"]),
        ({"ocr": "133"}, ["1"]),
        ({"currency": "EUR"}, ["3"]),
        ({"fromdate": "2026-03-05", "todate": "2026-03-10"}, ["1", "2"]),
        ({"todate": "2026-02-01"}, ["3"]),
        ({"articledescription": "service"}, ["3"]),
        ({"accountnumberfrom": 3002, "accountnumberto": 3002}, ["3"]),
        ({"credit": "false", "notcompleted": "true"}, ["2"]),
        ({"invoicetype": "CASHINVOICE"}, []),
    ],
)
async def test_invoice_search(query: dict[str, str], found: list[str]) -> None:
    """External references match by prefix, everything else as documented (5)."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice(
            ExternalInvoiceReference1="ref-1", ExternalInvoiceReference2="shop:5", YourOrderNumber="A77"
        )
        await caller.invoice(ExternalInvoiceReference1="ref-10", InvoiceDate="2026-03-05", NotCompleted=True)
        row = {"Description": "Årsservice", "AccountNumber": 3002}
        await caller.invoice(Currency="EUR", InvoiceDate="2026-01-31", InvoiceRows=[row])
        assert await _invoices(caller, **query) == found


@pytest.mark.asyncio
async def test_invoice_filters_follow_the_state() -> None:
    """unbooked, unpaid, unpaidoverdue, fullypaid and cancelled each select their own."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice()
        await caller.invoice()
        await caller.call("PUT", "/3/invoices/2/cancel")
        await caller.booked()
        await caller.booked(DueDate="2026-03-09", InvoiceDate="2026-03-01")
        await caller.booked()
        await caller.post_payment(InvoiceNumber=5)
        await caller.call("PUT", "/3/invoicepayments/1/bookkeep")
        names = ("unbooked", "cancelled", "unpaid", "unpaidoverdue", "fullypaid")
        found = [await _invoices(caller, filter=name) for name in names]
        assert found == [["1"], ["2"], ["3", "4"], ["4"], ["5"]]
        assert await _invoices(caller, fromfinalpaydate="2026-03-10") == ["5"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "plural"),
    [
        ("financialyears", "FinancialYears"),
        ("taxreductions", "TaxReductions"),
        ("voucherfileconnections", "VoucherFileConnections"),
        ("accountcharts", "AccountCharts"),
    ],
)
async def test_lastmodified_is_taken_by_every_list(path: str, plural: str) -> None:
    """It is a global parameter (5): nothing was changed since tomorrow."""
    async with opened() as caller:
        reply = await caller.get(f"/3/{path}?lastmodified=2026-03-11%2000:00")
        assert (reply.status, reply.json[plural]) == (200, [])


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/3/invoices?filter=paid", 2000587),
        ("/3/customers?filter=unbooked", 2000587),
        ("/3/currencies?lastmodified=2026-01-01%2010:00", 2000588),
        ("/3/customers?lastmodified=yesterday", 2000588),
        ("/3/customers?lastmodified=2026-13-01%2010:00", 2000588),
        ("/3/customers?limit=501", 2000588),
        ("/3/customers?limit=x", 2000588),
        ("/3/customers?page=0", 2000588),
        ("/3/customers?sortby=city", 2000588),
        ("/3/customers?sortby=name&sortorder=up", 2000588),
        ("/3/invoices?fromdate=1", 2000588),
        ("/3/invoices?accountnumberfrom=x", 2000588),
        ("/3/invoices?sent=maybe", 2000588),
        ("/3/customers?externalreference=x", 2000588),
        ("/3/customers?name=%3Cb%3E", 2000359),
    ],
)
async def test_bad_queries_are_refused(path: str, code: int) -> None:
    """An unknown filter value is 2000587, any other bad parameter 2000588, `<` in a value 2000359."""
    async with opened() as caller:
        reply = await caller.get(path)
        assert (reply.status, reply.code) == (400, code)


@pytest.mark.asyncio
async def test_unknown_parameters_can_be_ignored_instead() -> None:
    """The other behaviour seen: an unsupported parameter selects nothing; currencies still refuse lastmodified."""
    async with opened(CompanySettings(rate_limit=0, refuse_unknown_parameters=False)) as caller:
        await caller.customer()
        assert await _customers(caller, externalreference="x") == ["1"]
        assert (await caller.get("/3/currencies?lastmodified=2026-01-01")).code == 2000588


@pytest.mark.asyncio
async def test_pages_count_from_one_and_past_the_end_there_is_nothing() -> None:
    """Totals and pages as recorded; a page or offset past the end reports 0 (5)."""
    async with opened() as caller:
        for _ in range(5):
            await caller.customer()
        expected = {
            "limit=2": (["1", "2"], [5, 3, 1]),
            "limit=2&page=3": (["5"], [5, 3, 3]),
            "limit=2&offset=3": (["4", "5"], [5, 3, 1]),
            "limit=2&page=4": ([], [0, 0, 1]),
            "offset=5": ([], [0, 0, 1]),
        }
        for query, (numbers, meta) in expected.items():
            reply = (await caller.get(f"/3/customers?{query}")).json
            assert [one["CustomerNumber"] for one in reply["Customers"]] == numbers, query
            assert list(reply["MetaInformation"].values()) == meta, query


@pytest.mark.asyncio
async def test_a_page_holds_a_hundred_unless_asked() -> None:
    """The default limit is 100, the largest 500."""
    async with opened() as caller:
        await caller.control("POST", "seed", {"customers": [{"Name": "Exempel AB"}] * 120})
        assert len(await _customers(caller)) == 100
        assert len(await _customers(caller, limit=500)) == 120


@pytest.mark.asyncio
async def test_sorting() -> None:
    """By number as numbers (default), by name without regard to case, both ways."""
    async with opened() as caller:
        for number, name in (("10", "beta"), ("9", "Alfa"), ("K1", "gamma")):
            await caller.customer(CustomerNumber=number, Name=name)
        assert await _customers(caller) == ["9", "10", "K1"]
        assert await _customers(caller, sortorder="descending") == ["K1", "10", "9"]
        assert await _customers(caller, sortby="name") == ["9", "10", "K1"]
        assert await _customers(caller, sortby="name", sortorder="descending") == ["K1", "10", "9"]


@pytest.mark.asyncio
async def test_invoices_sort_by_amount_and_date() -> None:
    """Totals sort as amounts, dates as dates."""
    async with opened() as caller:
        await caller.customer()
        for price, day in ((900, "2026-03-03"), (80, "2026-03-01"), (1000, "2026-03-02")):
            row = {"Description": "x", "DeliveredQuantity": 1, "Price": price}
            await caller.invoice(InvoiceDate=day, InvoiceRows=[row])
        assert await _invoices(caller, sortby="total") == ["2", "1", "3"]
        assert await _invoices(caller, sortby="invoicedate", sortorder="descending") == ["1", "3", "2"]


@pytest.mark.asyncio
async def test_last_modified_has_minute_resolution_in_stockholm_time() -> None:
    """13:00:40 in Stockholm counts as changed since 13:00, whatever second is asked; not since 13:01 (5)."""
    async with opened() as caller:
        caller.clock.move(40)
        await caller.customer()
        found = [
            await _customers(caller, lastmodified=since)
            for since in ("2026-03-10 12:00", "2026-03-10 13:00", "2026-03-10 13:00:59", "2026-03-10 13:01")
        ]
        assert found == [["1"], ["1"], ["1"], []]
        caller.clock.move(60)
        await caller.call("PUT", "/3/customers/1", {"Customer": {"City": "Kalmar"}})
        assert await _customers(caller, lastmodified="2026-03-10 13:01") == ["1"]


@pytest.mark.asyncio
async def test_booking_and_payment_touch_last_modified_of_the_invoice() -> None:
    """A paid invoice shows up in a sweep although nobody wrote to it."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        caller.clock.move(600)
        assert await _invoices(caller, lastmodified="2026-03-10 13:05") == []
        await caller.post_payment(InvoiceNumber=1)
        await caller.call("PUT", "/3/invoicepayments/1/bookkeep")
        assert await _invoices(caller, lastmodified="2026-03-10 13:05") == ["1"]


@pytest.mark.asyncio
async def test_currency_register() -> None:
    """Listed, read, created, changed; duplicates and gaps refused."""
    async with opened() as caller:
        codes = [one["Code"] for one in (await caller.get("/3/currencies")).json["Currencies"]]
        assert codes == ["DKK", "EUR", "NOK", "SEK", "USD"]
        assert (await caller.get("/3/currencies/GBP")).json["ErrorInformation"]["Code"] == 2000427
        pound = {"Code": "GBP", "Description": "Brittiskt pund", "BuyRate": 13.4}
        created = await caller.call("POST", "/3/currencies", {"Currency": pound})
        assert (created.status, created.one["Unit"], created.one["IsAutomatic"]) == (201, 1, False)
        assert (await caller.call("POST", "/3/currencies", {"Currency": pound})).code == 2999021
        assert (await caller.call("POST", "/3/currencies", {"Currency": {"Code": "CHF"}})).code == 2000204
        changed = await caller.call("PUT", "/3/currencies/GBP", {"Currency": {"SellRate": 14}})
        assert (changed.one["SellRate"], changed.one["Description"]) == (14, "Brittiskt pund")
        assert (await caller.call("PUT", "/3/currencies/GBP", {"Currency": {"Code": "XXX"}})).code == 2001399
        assert (await caller.call("PUT", "/3/currencies/GBP", {"Currency": {"Unit": 0}})).code == 2000108
        await caller.customer(Currency="GBP")
        assert str((await caller.invoice())["CurrencyRate"]) == "13.4"
