"""What booking takes from the company: predefined accounts and voucher series (Fortnox facts, 6.12 and 9)."""

from typing import Any

import pytest

from tests.connectors.fortnox.simulator.caller import ROW, Caller, opened
from tests.connectors.fortnox.simulator.ledger import put
from tests.connectors.fortnox.simulator.purchases import booked_bill, post_bill, with_supplier

pytestmark = pytest.mark.asyncio


async def _choose(caller: Caller, name: str, account: int) -> None:
    reply = await put(caller, f"predefinedaccounts/{name}", "PreDefinedAccount", {"Account": account})
    assert reply.status == 200, reply.text


async def _series(caller: Caller, name: str, code: str) -> int:
    path = f"predefinedvoucherseries/{name}"
    return (await put(caller, path, "PreDefinedVoucherSeries", {"VoucherSeries": code})).status


async def _accounts(caller: Caller, series: str, number: int = 1) -> list[int]:
    rows = (await caller.get(f"/3/vouchers/{series}/{number}")).one["VoucherRows"]
    return [row["Account"] for row in rows]


@pytest.mark.capability("001-04")
async def test_an_invoice_is_booked_on_the_predefined_accounts() -> None:
    """Claim, sales, freight, fee, VAT and rounding follow what the company has chosen."""
    chosen = {"CUSTCLAIM": 1580, "SALES_25_SE": 3990, "FREIGHT": 5710, "ADMFEE": 6991, "OUTVAT_MP1": 2615}
    async with opened() as caller:
        await caller.customer()
        for name, account in {**chosen, "ROUNDOFF": 3730}.items():
            await _choose(caller, name, account)
        row = {"Description": "Montering", "Price": 100.1, "DeliveredQuantity": "1"}
        made = await caller.booked(InvoiceRows=[row], Freight=10, AdministrationFee=5)
        assert made["RoundOff"] != 0
        assert await _accounts(caller, "B") == [1580, 3990, 5710, 6991, 2615, 3730]
        await caller.post_payment(InvoiceNumber=1)
        assert (await caller.act("invoicepayments", "bookkeep")).status == 200
        assert await _accounts(caller, "C") == [1930, 1580]


@pytest.mark.parametrize(
    ("lost", "fields"),
    [(1510, {}), (2611, {}), (3520, {"Freight": 8}), (3540, {"AdministrationFee": 8})],
)
async def test_a_lost_default_account_stops_the_booking(lost: int, fields: dict[str, Any]) -> None:
    """2001304, and nothing is written; what is not moved is not missed (9)."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice(**fields)
        assert (await caller.call("DELETE", f"/3/accounts/{lost}")).status == 204
        assert (await caller.act("invoices", "bookkeep")).code == 2001304
        assert (await caller.state())["vouchers"] == []
        assert (await caller.call("DELETE", "/3/accounts/3740")).status == 204
        await _choose(caller, "CUSTCLAIM", 1580)
        await _choose(caller, "OUTVAT_MP1", 2621)
        for name in ("FREIGHT", "ADMFEE"):
            await _choose(caller, name, 6991)
        assert (await caller.act("invoices", "bookkeep")).status == 200


async def test_a_predefined_account_must_be_active() -> None:
    """2001265, as for one outside the chart (4.3)."""
    async with opened() as caller:
        await put(caller, "accounts/1580", "Account", {"Active": False})
        refused = await put(caller, "predefinedaccounts/CUSTCLAIM", "PreDefinedAccount", {"Account": 1580})
        assert (refused.status, refused.code) == (400, 2001265)


async def test_a_row_without_an_account_needs_the_predefined_one() -> None:
    """2001304 when the company's sales account is gone; a row that names its account does not ask for it."""
    async with opened() as caller:
        await caller.customer()
        assert (await caller.call("DELETE", "/3/accounts/3001")).status == 204
        bare = {name: value for name, value in ROW.items() if name != "AccountNumber"}
        assert (await caller.post_invoice(InvoiceRows=[bare])).code == 2001304
        assert (await caller.post_invoice(InvoiceRows=[{**ROW, "AccountNumber": 3002}])).status == 201


async def test_articles_take_the_predefined_accounts() -> None:
    """The company's setting is the default; the account itself is looked up later (6.4)."""
    async with opened() as caller:
        await _choose(caller, "SALES_25_SE", 3990)
        await _choose(caller, "PURCASE", 6991)
        made = await caller.article()
        assert (made["SalesAccount"], made["PurchaseAccount"], made["EUAccount"]) == (3990, 6991, 3108)


@pytest.mark.capability("001-14")
async def test_documents_are_booked_in_the_predefined_series() -> None:
    """Invoices, cash invoices and payments each have theirs; one that does not exist is not taken."""
    async with opened() as caller:
        await caller.customer()
        assert await _series(caller, "INVOICE", "X") == 400
        assert await _series(caller, "INVOICE", "A") == 200
        assert await _series(caller, "INVOICEPAYMENT", "G") == 200
        assert (await caller.booked())["VoucherSeries"] == "A"
        cash = await caller.booked(InvoiceType="CASHINVOICE")
        assert (cash["VoucherSeries"], cash["VoucherNumber"]) == ("F", 1)
        assert (await caller.get("/3/vouchers/F/1")).one["ReferenceType"] == "CASHINVOICE"
        await caller.post_payment(InvoiceNumber=1)
        assert (await caller.act("invoicepayments", "bookkeep")).one["VoucherSeries"] == "G"


async def test_bills_follow_the_predefined_accounts_and_series() -> None:
    """Debt, VAT and cost of a bill without rows; the series of bill and payment."""
    async with with_supplier() as caller:
        for name, account in {"SUPDEBT": 2420, "INVAT": 2645, "PURCASE": 6991}.items():
            await _choose(caller, name, account)
        assert await _series(caller, "SUPPLIERINVOICE", "H") == 200
        assert await _series(caller, "SUPPLIERINVOICEPAYMENT", "I") == 200
        assert (await booked_bill(caller, SupplierInvoiceRows=[]))["VoucherSeries"] == "H"
        assert await _accounts(caller, "H") == [2420, 6991, 2645]
        payment = {"SupplierInvoicePayment": {"InvoiceNumber": 1}}
        assert (await caller.call("POST", "/3/supplierinvoicepayments", payment)).status == 201
        assert (await caller.act("supplierinvoicepayments", "bookkeep")).one["VoucherSeries"] == "I"
        assert await _accounts(caller, "I") == [1930, 2420]
        assert (await caller.call("DELETE", "/3/accounts/6991")).code == 2999154
        await caller.control("POST", "settings", {"missing_accounts": [2420]})
        assert (await post_bill(caller, SupplierInvoiceRows=[])).code == 2001304


@pytest.mark.parametrize(
    ("path", "envelope", "fields", "names"),
    [
        ("expenses", "Expense", {"Code": "X", "Text": "Resor"}, ("Account",)),
        (
            "assets/types",
            "AssetType",
            {"Number": "M", "Description": "Maskiner"},
            ("AccountAsset", "AccountDepreciationId"),
        ),
        ("invoiceaccruals", "InvoiceAccrual", {"InvoiceNumber": 1}, ("AccrualAccount", "RevenueAccount")),
    ],
)
async def test_accounts_of_registers_are_looked_up(
    path: str, envelope: str, fields: dict[str, Any], names: tuple[str, ...]
) -> None:
    """2000423 outside the chart, 2000550 for an inactive account, whichever property names it."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice()
        await put(caller, "accounts/6352", "Account", {"Active": False})
        for name in names:
            for account, code in ((1777, 2000423), (6352, 2000550)):
                reply = await caller.call("POST", f"/3/{path}", {envelope: {**fields, name: account}})
                assert (reply.status, reply.code) == (400, code), name
        given = dict.fromkeys(names, 4000)
        assert (await caller.call("POST", f"/3/{path}", {envelope: {**fields, **given}})).status == 201


async def test_accounts_of_an_accruals_rows_are_looked_up() -> None:
    """2000423 for a row's account as for the accrual's own."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice()
        fields = {"InvoiceNumber": 1, "InvoiceAccrualRows": [{"Account": 1777, "Debit": 1}]}
        assert (await caller.call("POST", "/3/invoiceaccruals", {"InvoiceAccrual": fields})).code == 2000423
