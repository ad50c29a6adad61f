"""Accounts, bills and vendor credits through the whole pipe: made, booked, paid and credited once each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from connectors.fortnox.table import OPERATIONS
from handlers.commands import ActOnRecord, EnsureRecord
from handlers.values import Ref
from tests.connectors.fortnox.stand import Stand, customer, stand
from tests.fakes.pipe import Pipe, pipe
from tests.fakes.target import FakeTarget

BILL: dict[str, Any] = {
    "SupplierNumber": "L-1",
    "InvoiceNumber": "4471",
    "InvoiceDate": "2026-11-13",
    "Total": "1250",
    "VAT": "250",
    "SupplierInvoiceRows": [
        {"Account": 4000, "Debit": "1000", "Credit": 0},
        {"Account": 2641, "Code": "VAT", "Debit": "250", "Credit": 0},
    ],
}
LOST = ["answer_lost", "reset_before"]


def task(name: str) -> Ref:
    """A task of a person's."""
    return Ref(system="person", kind="task", id=name)


def made(name: str, resource: str, **fields: Any) -> EnsureRecord:
    """An object with these fields."""
    return EnsureRecord(thing=task(name), resource=resource, fields=fields)


def done(name: str, action: str, *keys: str) -> ActOnRecord:
    """An action on an object."""
    return ActOnRecord(thing=task(name), resource=OPERATIONS[action].resource, keys=keys, action=action)


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[tuple[Stand, Pipe]]:
    """A company with one supplier and one cost centre, and the way to it."""
    async with stand() as here:
        await here.seed(
            suppliers=[{"SupplierNumber": "L-1", "Name": "Granlunda Trä AB"}],
            cost_centers=[{"Code": "SYD", "Description": "Region syd"}],
            projects=[{"ProjectNumber": "P-1", "Description": "Ombyggnad"}],
        )
        targets = cast("dict[str, FakeTarget]", {"demo": here.target})
        async with pipe(path, targets=targets, settle=0.1) as way, way.running():
            yield here, way


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", LOST)
@pytest.mark.capability("000-27", "001-04", "f51")
async def test_accounts_of_both_kinds_are_made_once(fault: str, tmp_path: Path) -> None:
    """An account of the ledger and a customer's account, though both answers are lost."""
    async with opened(tmp_path) as (here, way):
        await here.fault(fault, "POST", "/3/accounts")
        await here.fault(fault, "POST", "/3/customers")
        account = {"Number": 3055, "Description": "Försäljning montering"}
        await way.until("done", *await way.add(made("t1", "accounts", **account)))
        await way.until("done", *await way.add(customer()))
        stored = await here.target.client.request("read_account", "3055")
        assert stored["Description"] == account["Description"]
        assert [card["Name"] for card in await here.stored("customers")] == ["Exempel AB"]


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", LOST)
@pytest.mark.capability("001-06", "001-19", "001-20", "f51")
async def test_a_bill_is_booked_paid_and_credited_once(fault: str, tmp_path: Path) -> None:
    """Each step loses its answer; there is one bill, one payment and one vendor credit in the end."""
    async with opened(tmp_path) as (here, way):
        steps = (
            ("POST", "/3/supplierinvoices", made("t1", "supplier_invoices", **BILL)),
            ("PUT", "/3/supplierinvoices/1/bookkeep", done("t2", "book_supplier_invoice", "1")),
            (
                "POST",
                "/3/supplierinvoicepayments",
                made("t3", "supplier_payments", InvoiceNumber="1", Amount="250", PaymentDate="2026-11-21"),
            ),
            ("PUT", "/3/supplierinvoicepayments/1/bookkeep", done("t4", "book_supplier_payment", "1")),
            ("PUT", "/3/supplierinvoices/1/credit", done("t5", "credit_supplier_invoice", "1")),
        )
        for method, path, command in steps:
            await here.fault(fault, method, path)
            await way.until("done", *await way.add(command, lane=command.thing.id))
        bill, credit = await here.stored("supplier_invoices")
        assert (bill["Booked"], bill["CreditReference"]) == (True, int(credit["GivenNumber"]))
        assert [payment["Booked"] for payment in await here.stored("supplier_payments")] == [True]


@pytest.mark.asyncio
@pytest.mark.capability("f31", "001-18")
async def test_rows_of_documents_and_vouchers_name_cost_centre_and_project(tmp_path: Path) -> None:
    """Each row its own, as it was written."""
    named = {"CostCenter": "SYD", "Project": "P-1"}
    row = {"Description": "Montering", "Price": "950", "VAT": 25, "AccountNumber": 3001}
    async with opened(tmp_path) as (here, way):
        await way.until("done", *await way.add(customer()))
        rows = [{**row, "DeliveredQuantity": "1", **named}, {**row, "DeliveredQuantity": "2"}]
        order = made("t1", "invoices", CustomerNumber="1", InvoiceRows=rows)
        await way.until("done", *await way.add(order))
        [invoice] = await here.stored("invoices")
        assert [(one["CostCenter"], one["Project"]) for one in invoice["InvoiceRows"]] == [("SYD", "P-1"), ("", "")]
        rows = [{"Account": 1910, "Debit": "100", "Credit": 0}, {"Account": 3001, "Debit": 0, "Credit": "100", **named}]
        voucher = made(
            "t2", "vouchers", Description="Kassa", TransactionDate="2026-11-13", VoucherSeries="A", VoucherRows=rows
        )
        await way.until("done", *await way.add(voucher))
        stored = await here.target.client.request("read_voucher", path="/vouchers/A/1")
        assert [(one["CostCenter"], one["Project"]) for one in stored["VoucherRows"]] == [("", ""), ("SYD", "P-1")]
