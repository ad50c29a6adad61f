"""Every operation of the table, called by the product's own client against the simulator: one company's whole year."""

from datetime import UTC, datetime

import pytest

from connectors.fortnox.table import OPERATIONS, RESOURCES
from tests.connectors.fortnox.every_call import HOUSEWORK, PDF, Calls, example_of, keys_of
from tests.connectors.fortnox.stand import stand

TODAY = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


async def company(call: Calls) -> None:
    """The company itself, and its codes of payroll."""
    await call("read_company")
    await call("read_company_settings")
    await call("read_me")
    await call("read_eu_vat_limit", params={"year": "2026"})
    await call.made("employees")
    await call.made("expenses")


async def registers(call: Calls) -> None:
    """What others refer to by a code: made, changed, read, and taken away again where Fortnox lets it go."""
    for name in ("price_lists", "terms_of_delivery"):
        await call.made(name)
    for name in (
        "currencies", "units", "terms_of_payment", "ways_of_delivery", "modes_of_payment", "labels", "projects",
        "cost_centers",
    ):  # fmt: skip
        made = await call.made(name)
        await call.gone(name, *keys_of(RESOURCES[name], made))
    await call("list_print_templates", params={"type": "invoice"})
    sender = await call("create_email_sender")
    assert [one["Id"] for one in (await call("list_email_senders"))["TrustedSenders"]] == [sender["Id"]]
    await call.gone("email_senders", sender["Id"])


async def bookkeeping(call: Calls) -> None:
    """Years, accounts and series; a voucher, which stands in all three lists of vouchers and in the export."""
    await call.made("financial_years")
    account = await call.made("accounts")
    await call.gone("accounts", account["Number"])
    await call("list_account_charts")
    for name in ("predefined_accounts", "predefined_voucher_series"):
        resource = RESOURCES[name]
        key = (await call(f"list_{name}"))[0]["Name"]
        changed = await call(f"update_{resource.one}", key)
        assert await call(f"read_{resource.one}", key) == changed
    await call.made("voucher_series")
    voucher = await call.made("vouchers")
    for listed in (await call("list_all_vouchers"), await call("list_vouchers_of_series", "A")):
        assert [row["VoucherNumber"] for row in listed] == [voucher["VoucherNumber"]]
    await call("read_locked_period")
    assert b"Dagskassa" in (await call("read_sie", "4")).content


async def parties(call: Calls) -> None:
    """Customers with a note and their references, and suppliers."""
    await call.made("customers")
    await call("update_customer", "K-100", Email="inkop@example.test", GLN="7350000000006")
    assert (await call("append_note", "K-100"))["Comments"] == "Vill ha leverans före klockan nio"
    reference = await call.made("customer_references")
    assert len(await call("list_customer_references", params={"customer": "K-100"})) == 1
    await call.gone("customer_references", reference["Id"])
    await call("create_customer", CustomerNumber="K-200")
    await call.gone("customers", "K-200")
    await call.made("suppliers")
    await call("create_supplier", SupplierNumber="L-200")
    await call.gone("suppliers", "L-200")


async def items(call: Calls) -> None:
    """Articles with their prices and addresses."""
    await call.made("articles")
    await call.made("prices")
    await call("update_base_price", "B", "ART-100")
    assert str((await call("read_base_price", "B", "ART-100"))["Price"]) == "92.5"
    for prices in (await call("list_article_prices", "B", "ART-100"), await call("list_list_prices", "B")):
        assert [row["FromQuantity"] for row in prices] == [0, 10]
    await call.gone("prices", "B", "ART-100", "10")
    address = await call.made("article_url_connections")
    await call.gone("article_url_connections", address["Id"])
    await call("create_article", ArticleNumber="ART-200")
    await call.gone("articles", "ART-200")


async def _paper(call: Calls, one: str, number: str) -> None:
    """Only the preview leaves a document unsent; a mail and a print-out go out, and a mark is set by hand."""
    assert (await call(f"preview_{one}", number)).content_type == "application/pdf"
    assert (await call(f"read_{one}", number))["Sent"] is False
    await call(f"print_{one}", number)
    assert (await call(f"read_{one}", number))["Sent"] is True
    assert (await call(f"email_{one}", number))["Sent"] is True
    assert (await call(f"externalprint_{one}", number))["Sent"] is True


async def offers_and_orders(call: Calls) -> None:
    """An offer becomes an order, and the order an invoice; another an invoice at once; others are cancelled."""
    offer = (await call.made("offers"))["DocumentNumber"]
    await _paper(call, "offer", offer)
    order = (await call("offer_to_order", offer))["DocumentNumber"]
    assert (await call("read_offer", offer))["OrderReference"] == order
    at_once = (await call("create_offer"))["DocumentNumber"]
    await call("offer_to_invoice", at_once)
    assert (await call("read_offer", at_once))["InvoiceReference"] != "0"
    unwanted = (await call("create_offer"))["DocumentNumber"]
    assert (await call("cancel_offer", unwanted))["Cancelled"] is True
    made = (await call.made("orders"))["DocumentNumber"]
    await _paper(call, "order", made)
    assert (await call("warehouseready_order", made))["WarehouseReady"] is True
    await call("order_to_invoice", made)
    assert (await call("read_order", made))["InvoiceReference"] != "0"
    assert (await call("cancel_order", order))["Cancelled"] is True


async def invoices(call: Calls) -> None:
    """An invoice is sent in every way, booked, paid in part and credited; another is cancelled."""
    number = (await call.made("invoices"))["DocumentNumber"]
    await _paper(call, "invoice", number)
    assert (await call("einvoice_invoice", number))["Sent"] is True
    assert (await call("eprint_invoice", number))["Sent"] is True
    await call("printreminder_invoice", number)
    assert (await call("read_invoice", number))["Reminders"] == 1
    assert (await call("warehouseready_invoice", number))["WarehouseReady"] is True
    assert (await call("book_invoice", number))["Booked"] is True
    assert (await call("credit_invoice", number))["CreditInvoiceReference"] != "0"
    unwanted = (await call("create_invoice"))["DocumentNumber"]
    assert (await call("cancel_invoice", unwanted))["Cancelled"] is True


async def payments(call: Calls) -> None:
    """What is paid of the first invoice: one payment is booked, one that was wrong is deleted before."""
    await call("book_invoice", "1")
    wrong = await call("create_payment", Amount=1)
    await call.gone("payments", wrong["Number"])
    payment = await call.made("payments")
    assert (await call("book_payment", payment["Number"]))["Booked"] is True


async def purchases(call: Calls) -> None:
    """A bill is approved, accrued, booked and paid; another is credited, a third cancelled."""
    bill = (await call.made("supplier_invoices"))["GivenNumber"]
    accrual = await call.made("supplier_invoice_accruals")
    await call.gone("supplier_invoice_accruals", accrual["SupplierInvoiceNumber"])
    address = await call.made("supplier_invoice_url_connections")
    await call.gone("supplier_invoice_url_connections", address["Id"])
    await call("approve_booking_of_supplier_invoice", bill)
    assert (await call("book_supplier_invoice", bill))["Booked"] is True
    await call("approve_payment_of_supplier_invoice", bill)
    wrong = await call("create_supplier_payment", Amount=1)
    await call.gone("supplier_payments", wrong["Number"])
    payment = await call.made("supplier_payments")
    assert (await call("book_supplier_payment", payment["Number"]))["Booked"] is True
    returned = (await call("create_supplier_invoice", InvoiceNumber="2026-4472"))["GivenNumber"]
    await call("book_supplier_invoice", returned)
    await call("credit_supplier_invoice", returned)
    assert (await call("read_supplier_invoice", returned))["CreditReference"] != "0"
    unwanted = (await call("create_supplier_invoice", InvoiceNumber="2026-4473"))["GivenNumber"]
    assert (await call("cancel_supplier_invoice", unwanted))["Cancelled"] is True


async def agreements(call: Calls) -> None:
    """A contract makes an invoice and ends; accruals, tax reductions, and an invoice in other hands."""
    await call.made("contract_templates")
    contract = (await call.made("contracts"))["DocumentNumber"]
    accrual = await call.made("contract_accruals")
    await call.gone("contract_accruals", accrual["DocumentNumber"])
    await call("increase_invoice_count_of_contract", contract)
    await call("contract_to_invoice", contract)
    await call("finish_contract", contract)
    finished = await call("list_contracts", params={"filter": "finished"})
    assert [row["DocumentNumber"] for row in finished] == [contract]
    await call.made("invoice_accruals")
    await call.gone("invoice_accruals", "1")


async def tax_reductions(call: Calls) -> None:
    """One of two persons is taken off again; the last one of a document with housework stays."""
    number = (await call("create_invoice", TaxReductionType="rot", InvoiceRows=[HOUSEWORK]))["DocumentNumber"]
    await call.made("tax_reductions", ReferenceNumber=number)
    second = await call(
        "create_tax_reduction", ReferenceNumber=number, SocialSecurityNumber="19121212-1220", AskedAmount=100
    )
    await call.gone("tax_reductions", second["Id"])


async def finance(call: Calls) -> None:
    """An invoice that Fortnox Finans takes over."""
    number = (await call("create_invoice"))["DocumentNumber"]
    await call.made("finance_invoices", InvoiceNumber=number)
    await call("pause_finance_invoice", number)
    await call("unpause_finance_invoice", number)
    await call("take_fees_of_finance_invoice", number)
    await call("report_payment_of_finance_invoice", number)
    assert (await call("stop_finance_invoice", number))["Status"] == "STOPPED"


async def assets(call: Calls) -> None:
    """A truck and its type: written up and down and depreciated; others are sold, scrapped and deleted."""
    kind = (await call("create_asset_type", "1"))["Id"]
    changed = await call("update_asset_type", kind)
    assert await call("read_asset_type", kind) == changed
    unwanted = (await call("create_asset_type", "2", Number="N"))["Id"]
    assert [row["Id"] for row in await call("list_asset_types")] == [kind, unwanted]
    await call.gone("asset_types", unwanted)
    truck = (await call.made("assets"))["Id"]
    for action in ("write_up_asset", "write_down_asset", "change_opening_balance_of_asset"):
        await call(action, truck)
    assert (await call("read_asset", truck))["ManualOb"] == 20000
    assert [row["Id"] for row in await call("list_depreciations", "2027-12-31")] == [truck]
    await call("depreciate_assets", AssetIds=[truck], DepreciateUntil="2027-12-31")
    for action in ("sell_asset", "scrap_asset"):
        other = (await call("create_asset", Number=action))["Id"]
        assert len((await call(action, other))["History"]) == 1
    other = (await call("create_asset", Number="A-9"))["Id"]
    await call.gone("assets", other)


async def files(call: Calls) -> None:
    """Files in inbox and archive, and one that is attached to an invoice."""
    file = await call("create_inbox_file", params={"path": "Inbox_kf"})
    assert await call("read_inbox_file", file["Id"]) == PDF
    assert "inbox_kf" in [folder["Id"] for folder in (await call("list_inbox"))["Folders"]]
    assert [one["Id"] for one in (await call("list_inbox_folder", "inbox_kf"))["Files"]] == [file["Id"]]
    await call.gone("inbox_files", file["Id"])
    attached = await call("create_inbox_file", params={"path": "Inbox_kf"})
    await attachments(call, attached["ArchiveFileId"])
    for deletion in ("delete_archive_file", "delete_archive_folder"):
        kept = await call("create_archive_file", params={"path": "avtal"})
        assert await call("read_archive_file", kept["Id"]) == PDF
        assert len((await call("list_archive", params={"path": "avtal"}))["Files"]) == 1
        whole = deletion == "delete_archive_folder"
        await call(deletion, *(() if whole else (kept["Id"],)), params={"path": "avtal"} if whole else None)
    assert (await call("list_archive"))["Folders"] == []


async def attachments(call: Calls, file: str) -> None:
    """Of invoice 1: checked, attached, counted, changed and taken away."""
    wanted = [{**example_of(OPERATIONS["create_attachment"])[0], "fileId": file}]
    await call("validate_attachments", body=wanted)
    (attached,) = await call("create_attachment", body=wanted)
    document = {"entityid": "1", "entitytype": "F"}
    assert await call("list_attachments", params=document) == [attached]
    assert await call("count_attachments", params={"entityids": "1", "entitytype": "F"})
    changed = await call("update_attachment", attached["id"], body={"includeOnSend": False})
    assert changed["includeOnSend"] is False
    await call("delete_attachment", attached["id"])
    assert await call("list_attachments", params=document) == []


async def connections(call: Calls) -> None:
    """One file for each kind of object that takes files: it moves there, and stays readable by its other id."""
    for name in ("voucher", "supplier_invoice", "article", "asset"):
        file = await call("create_inbox_file", params={"path": "Inbox_v"})
        one = f"{name}_file_connection"
        await call(f"create_{one}", FileId=file["Id"])
        assert [row["FileId"] for row in await call(f"list_{one}s")] == [file["Id"]]
        if f"read_{one}" in OPERATIONS:
            await call(f"read_{one}", file["Id"])
        assert await call("read_moved_file", params={"fileid": file["ArchiveFileId"]}) == PDF
        await call.gone(f"{one}s", file["Id"])


AREAS = (
    company, registers, bookkeeping, parties, items, offers_and_orders, invoices, payments, purchases, agreements,
    tax_reductions, finance, assets, files, connections,
)  # fmt: skip


@pytest.mark.asyncio
@pytest.mark.capability(
    "001-02",
    "001-03",
    "001-04",
    "001-06",
    "001-07",
    "001-08",
    "001-09",
    "001-10",
    "001-11",
    "001-13",
    "001-14",
    "001-15",
    "001-16",
    "001-17",
    "001-18",
    "001-19",
    "001-20",
    "000-54",
    "002-15",
    "f102",
)
async def test_every_operation_is_called_and_answered_as_the_table_says() -> None:
    """Area by area, in an order in which each refers only to those before it; none is left out."""
    async with stand(clock=lambda: TODAY) as here:
        call = Calls(here.target.client)
        for area in AREAS:
            await area(call)
        assert call.called == set(OPERATIONS)
