"""Financial years and the accounts of each: objects, balances, rules (Fortnox facts, 6.12)."""

from typing import Any

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import ROW, opened
from tests.connectors.fortnox.simulator.ledger import account, post, post_voucher, put, put_in


@pytest.mark.asyncio
@pytest.mark.capability("001-04")
async def test_the_year_of_today_exists_and_a_day_finds_its_year() -> None:
    """`?date=` gives one year or an empty list with 200, never 404."""
    async with opened() as caller:
        found = (await caller.get("/3/financialyears?date=2026-05-01")).json["FinancialYears"]
        assert [(one["Id"], one["FromDate"], one["ToDate"]) for one in found] == [(26, "2026-01-01", "2026-12-31")]
        empty = await caller.get("/3/financialyears?date=2019-05-01")
        assert (empty.status, empty.json["FinancialYears"]) == (200, [])
        assert (await caller.get("/3/financialyears/26")).one["AccountingMethod"] == "ACCRUAL"
        assert (await caller.get("/3/financialyears/19")).status == 404


@pytest.mark.asyncio
async def test_years_can_be_opened_but_neither_changed_nor_deleted() -> None:
    """A broken year is a year too; its id is what `financialyear=` takes."""
    async with opened(CompanySettings(rate_limit=0, financial_years=())) as caller:
        assert (await post_voucher(caller)).code == 2999018
        made = await post(caller, "financialyears", "FinancialYear", {"FromDate": "2025-07-01", "ToDate": "2026-06-30"})
        assert (made["Id"], made["AccountChartType"]) == (25, "Bas 2026")
        voucher = (await post_voucher(caller)).one
        assert (voucher["Year"], voucher["@url"].rpartition("/3/")[2]) == (25, "vouchers/A/1?financialyear=25")
        assert (await put(caller, "financialyears/25", "FinancialYear", {"ToDate": "2026-12-31"})).status == 404
        assert (await caller.call("DELETE", "/3/financialyears/25")).status == 404


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (None, "2028-12-31", 2000204),
        ("2028-12-31", "2028-01-01", 2999151),
        ("2028-01-01", "2029-07-31", 2999151),
        ("2026-07-01", "2027-06-30", 2999152),
        ("2028-01-01", "2028-02-30", 2999017),
    ],
)
async def test_impossible_years_are_refused(first: str | None, last: str, code: int) -> None:
    """Dates are needed, in order, at most 18 months apart, and in no other year."""
    async with opened() as caller:
        fields = {"FromDate": first, "ToDate": last}
        reply = await caller.call("POST", "/3/financialyears", {"FinancialYear": fields})
        assert (reply.status, reply.code) == (400, code)


@pytest.mark.asyncio
async def test_the_switch_still_names_the_years() -> None:
    """A year taken off the switch refuses bookings again."""
    async with opened() as caller:
        assert (await post_voucher(caller)).status == 201
        await caller.control("POST", "settings", {"financial_years": [2025]})
        assert (await post_voucher(caller)).code == 2999018
        assert [one["Id"] for one in (await caller.get("/3/financialyears")).json["FinancialYears"]] == [25]
        assert (await caller.get("/3/accounts?financialyear=26")).code == 2999150
        assert (await caller.get("/3/accounts?financialyear=x")).code == 2000588


@pytest.mark.asyncio
@pytest.mark.capability("001-04")
async def test_accounts_are_read_created_changed_and_deleted() -> None:
    """Each has its own answer; the number stays, an account in use stays too."""
    async with opened() as caller:
        made = await post(caller, "accounts", "Account", {"Number": 3055, "Description": "Montering", "SRU": 7410})
        assert (made["Year"], made["Active"], made["CostCenterSettings"]) == (26, True, "ALLOWED")
        twice = await caller.call("POST", "/3/accounts", {"Account": {"Number": 3055, "Description": "x"}})
        assert twice.code == 2999153
        changed = (await put(caller, "accounts/3055", "Account", {"Description": "Montage"})).one
        assert (changed["Description"], changed["SRU"]) == ("Montage", 7410)
        assert (await put(caller, "accounts/3055", "Account", {"Number": 3056})).code == 2001399
        listed = (await caller.get("/3/accounts?sru=7410")).json["Accounts"]
        assert [one["Number"] for one in listed] == [3055]
        assert "BalanceCarriedForward" not in listed[0]
        assert (await post_voucher(caller)).status == 201
        assert (await caller.call("DELETE", "/3/accounts/1910")).code == 2999154
        assert (await caller.call("DELETE", "/3/accounts/3055")).status == 204
        gone = await caller.get("/3/accounts/3055")
        assert (gone.status, gone.code) == (404, 2000423)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Description": "x"}, 2000204),
        ({"Number": 3055}, 2000204),
        ({"Number": 305, "Description": "x"}, 2000108),
        ({"Number": "hej", "Description": "x"}, 2000108),
        ({"Number": 3055, "Description": "x", "CostCenterSettings": "SOMETIMES"}, 2999016),
        ({"Number": 3055, "Description": "x", "Year": 25}, 2001399),
        ({"Number": 3055, "Description": "x", "Colour": "red"}, 2001399),
    ],
)
async def test_refused_accounts(fields: dict[str, Any], code: int) -> None:
    """Each refusal has its code."""
    async with opened() as caller:
        reply = await caller.call("POST", "/3/accounts", {"Account": fields})
        assert (reply.status, reply.code) == (400, code)


@pytest.mark.asyncio
async def test_accounts_belong_to_their_financial_year() -> None:
    """A new year's chart begins as the one before it, without balances; then each goes its own way."""
    async with opened() as caller:
        await put(caller, "accounts/1930", "Account", {"BalanceBroughtForward": 500})
        await post(caller, "accounts", "Account", {"Number": 3055, "Description": "Montering"})
        await post(caller, "financialyears", "FinancialYear", {"FromDate": "2027-01-01", "ToDate": "2027-12-31"})
        assert (await account(caller, 3055, "?financialyear=27"))["Year"] == 27
        assert (await account(caller, 1930, "?financialyear=27"))["BalanceBroughtForward"] == 0
        await put(caller, "accounts/3055?financialyear=27", "Account", {"Active": False})
        assert (await account(caller, 3055))["Active"] is True
        assert (await account(caller, 3055, "?financialyeardate=2027-02-01"))["Active"] is False


@pytest.mark.asyncio
@pytest.mark.capability("001-04")
async def test_balances_are_read_on_the_account() -> None:
    """Opening balance plus what the year's vouchers moved, those of invoices too."""
    async with opened() as caller:
        await put(caller, "accounts/1910", "Account", {"BalanceBroughtForward": "100.50"})
        await post_voucher(caller)
        cash = await account(caller, 1910)
        assert (str(cash["BalanceBroughtForward"]), str(cash["BalanceCarriedForward"])) == ("100.5", "1350.5")
        await put(caller, "accounts/1910", "Account", {"BalanceBroughtForward": 0})
        assert (await account(caller, 1910))["BalanceCarriedForward"] == 1250
        await caller.customer()
        await caller.booked()
        assert (await account(caller, 1510))["BalanceCarriedForward"] == 125
        assert (await account(caller, 3001))["BalanceCarriedForward"] == -1100


@pytest.mark.asyncio
async def test_inactive_and_missing_accounts_stop_documents() -> None:
    """2000550 for an inactive account, 2001303 for one outside the chart, 2001304 when booking needs a lost one."""
    async with opened() as caller:
        await caller.customer()
        await put(caller, "accounts/3002", "Account", {"Active": False})
        assert (await caller.post_invoice(InvoiceRows=[{**ROW, "AccountNumber": 3002}])).code == 2000550
        assert (await caller.post_invoice(InvoiceRows=[{**ROW, "AccountNumber": 3055}])).code == 2001303
        await caller.invoice()
        await caller.control("POST", "settings", {"missing_accounts": [1510]})
        assert (await caller.get("/3/accounts/1510")).status == 404
        assert (await caller.act("invoices", "bookkeep")).code == 2001304
        assert (await caller.state())["vouchers"] == []


@pytest.mark.asyncio
async def test_a_mandatory_cost_center_stops_the_booking_of_an_invoice_without_one() -> None:
    """The sales account asks for a cost center; with one on the row the voucher carries it (2000946)."""
    async with opened() as caller:
        await caller.customer()
        await put(caller, "accounts/3001", "Account", {"CostCenterSettings": "MANDATORY"})
        await caller.invoice()
        refused = await caller.act("invoices", "bookkeep")
        assert refused.code == 2000946
        assert (await caller.get("/3/invoices/1")).one["Booked"] is False
        put_in(caller, "cost_centers", "NORD", Code="NORD", Description="Norra", Active=True)
        await put(caller, "invoices/1", "Invoice", {"InvoiceRows": [{"CostCenter": "NORD"}]})
        assert (await caller.act("invoices", "bookkeep")).status == 200
        rows = (await caller.get("/3/vouchers/B/1?financialyear=26")).one["VoucherRows"]
        assert [(row["Account"], row["CostCenter"]) for row in rows] == [(1510, ""), (3001, "NORD"), (2611, "")]


@pytest.mark.asyncio
async def test_the_chart_that_years_are_opened_with() -> None:
    """There is one, by its name."""
    async with opened() as caller:
        assert (await caller.get("/3/accountcharts")).json["AccountCharts"][0]["Name"] == "Bas 2026"
        assert (await caller.call("POST", "/3/accountcharts", {"AccountChart": {"Name": "x"}})).status == 404
