"""References, connections, payroll codes, accruals: what each names must be there (Fortnox facts, 6.2, 6.4, 6.16)."""

from typing import Any

import pytest

from tests.connectors.fortnox.simulator.caller import Caller, Reply, opened


async def _post(caller: Caller, path: str, envelope: str, **fields: Any) -> Reply:
    return await caller.call("POST", f"/3/{path}", {envelope: fields})


@pytest.mark.asyncio
@pytest.mark.capability("001-07")
async def test_customer_references_belong_to_a_customer() -> None:
    """Several of one customer, found by `customer`; an unknown customer is refused (6.2)."""
    async with opened() as caller:
        for name in ("Ett", "Två"):
            await caller.customer(Name=name)
        for number, reference in (("1", "Inköp"), ("1", "Ekonomi"), ("2", "Lager")):
            made = await _post(
                caller, "customerreferences", "CustomerReferenceRow", CustomerNumber=number, Reference=reference
            )
            assert made.status == 201, made.text
            (row,) = made.json["CustomerReference"]["CustomerReferenceRows"]
            assert row == {"CustomerNumber": number, "Id": row["Id"], "Reference": reference}
        missing = await _post(caller, "customerreferences", "CustomerReferenceRow", CustomerNumber="9", Reference="x")
        assert (missing.status, missing.code) == (400, 2000433)
        listed = (await caller.get("/3/customerreferences?customer=1")).json
        assert [(one["Id"], one["Reference"]) for one in listed["CustomerReference"]["CustomerReferenceRows"]] == [
            (1, "Inköp"),
            (2, "Ekonomi"),
        ]
        assert (await caller.call("DELETE", "/3/customerreferences/1")).status == 204
        assert len((await caller.get("/3/customerreferences")).one["CustomerReferenceRows"]) == 2


@pytest.mark.asyncio
@pytest.mark.capability("001-03")
async def test_a_supplier_in_use_is_not_deleted() -> None:
    """While an article names it; afterwards it goes, and its number may be given by hand again."""
    async with opened() as caller:
        made = await _post(caller, "suppliers", "Supplier", SupplierNumber="L1", Name="Granlunda", BG="123-4567")
        assert made.one["VATType"] == "NORMAL"
        await caller.article(ArticleNumber="A1", SupplierNumber="L1")
        assert (await caller.call("DELETE", "/3/suppliers/L1")).code == 2999102
        assert (await caller.call("DELETE", "/3/articles/A1")).status == 204
        assert (await caller.call("DELETE", "/3/suppliers/L1")).status == 204
        assert (await _post(caller, "suppliers", "Supplier", SupplierNumber="L1", Name="Granlunda")).status == 201


@pytest.mark.asyncio
async def test_connections_hold_addresses() -> None:
    """An address may hold characters that other texts may not; the article must be there (6.4)."""
    async with opened() as caller:
        await caller.article(ArticleNumber="A1")
        address = "https://example.com/~a?b=1|2"
        made = await _post(
            caller, "articleurlconnections", "ArticleUrlConnection", ArticleNumber="A1", URLConnection=address
        )
        assert made.one["URLConnection"] == address
        missing = await _post(
            caller, "articleurlconnections", "ArticleUrlConnection", ArticleNumber="A9", URLConnection=address
        )
        assert missing.code == 2000428
        envelope = "SupplierInvoiceExternalURLConnection"
        await caller.control("POST", "seed", {"suppliers": [{"Name": "Granlunda"}]})
        bill = await _post(caller, "supplierinvoices", "SupplierInvoice", SupplierNumber="1")
        assert bill.status == 201, bill.text
        made = await _post(
            caller,
            "supplierinvoiceexternalurlconnections",
            envelope,
            SupplierInvoiceNumber=1,
            ExternalURLConnection=address,
        )
        assert made.one["Url"] == address
        missing = await _post(
            caller,
            "supplierinvoiceexternalurlconnections",
            envelope,
            SupplierInvoiceNumber=9,
            ExternalURLConnection=address,
        )
        assert missing.code == 2999100
        assert (await caller.get("/3/supplierinvoiceexternalurlconnections")).code == 2000764


@pytest.mark.asyncio
@pytest.mark.capability("001-09")
async def test_expense_codes_are_listed_read_and_made_only() -> None:
    """Code, text and account are required; nothing changes or deletes one (6.20)."""
    async with opened() as caller:
        for left_out in ("Code", "Text", "Account"):
            fields = {"Code": "RESA", "Text": "Resor", "Account": "5800", left_out: None}
            assert (await _post(caller, "expenses", "Expense", **fields)).code == 2000204
        made = await _post(caller, "expenses", "Expense", Code="RESA", Text="Resor", Account="5800")
        assert (made.status, made.one["Account"]) == (201, 5800)
        assert (await caller.call("PUT", "/3/expenses/RESA", {"Expense": {"Text": "x"}})).code == 2000764
        assert (await caller.call("DELETE", "/3/expenses/RESA")).code == 2000764


@pytest.mark.asyncio
async def test_accruals_of_invoices() -> None:
    """The invoice must be there, once; the times follow from the days and the period (6.16)."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice()
        days = {"StartDate": "2026-01-01", "EndDate": "2026-12-31", "Period": "QUARTERLY"}
        fields = {"InvoiceNumber": 1, "AccrualAccount": 2990, "RevenueAccount": 3001, "Total": 100, **days}
        missing = await _post(caller, "invoiceaccruals", "InvoiceAccrual", **{**fields, "InvoiceNumber": 2})
        assert (missing.status, missing.code) == (400, 2000434)
        turned = {**fields, "StartDate": "2027-01-01"}
        assert (await _post(caller, "invoiceaccruals", "InvoiceAccrual", **turned)).code == 2999104
        made = await _post(caller, "invoiceaccruals", "InvoiceAccrual", **fields)
        assert (made.status, made.one["Times"]) == (201, 4)
        rows = [(one["Account"], one["Debit"], one["Credit"]) for one in made.one["InvoiceAccrualRows"]]
        assert rows == [(3001, 100, 0), (2990, 0, 100)]
        assert (await _post(caller, "invoiceaccruals", "InvoiceAccrual", **fields)).code == 2999101
        changed = await caller.call("PUT", "/3/invoiceaccruals/1", {"InvoiceAccrual": {"Period": "5_MONTHS"}})
        assert changed.code == 2999016
        changed = await caller.call("PUT", "/3/invoiceaccruals/1", {"InvoiceAccrual": {"Period": "MONTHLY"}})
        assert changed.one["Times"] == 12
        (item,) = (await caller.get("/3/invoiceaccruals")).json["InvoiceAccruals"]
        assert set(item) == {"@url", "Description", "InvoiceNumber", "Period"}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("name", "longest"), [("Address1", 1024), ("Email", 1024), ("VisitingAddress", 1024), ("ZipCode", 10)]
)
async def test_a_suppliers_address_has_the_declared_lengths(name: str, longest: int) -> None:
    """As a customer's: one character more is 2000107 (1.10)."""
    async with opened() as caller:
        assert (await _post(caller, "suppliers", "Supplier", Name="Almby", **{name: "1" * longest})).status == 201
        refused = await _post(caller, "suppliers", "Supplier", Name="Almby", **{name: "1" * (longest + 1)})
        assert (refused.status, refused.code) == (400, 2000107)
