"""What the tests of purchases share: suppliers put in directly, and a supplier invoice of 1250 kronor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import UNLIMITED, Caller, Reply, opened
from tests.connectors.fortnox.simulator.ledger import put_in

BILL: dict[str, Any] = {
    "SupplierNumber": "1",
    "InvoiceNumber": "2026-4471",
    "Total": "1250",
    "VAT": "250",
    "SupplierInvoiceRows": [
        {"Account": 4000, "Debit": 1000, "Credit": 0},
        {"Account": 2641, "Code": "VAT", "Debit": 250, "Credit": 0},
    ],
}


@asynccontextmanager
async def with_supplier(*given: str | CompanySettings) -> AsyncIterator[Caller]:
    """Serve a simulator whose company has suppliers of these numbers, 1 without any, under the settings if given."""
    settings = next((one for one in given if isinstance(one, CompanySettings)), UNLIMITED)
    async with opened(settings) as caller:
        for number in [one for one in given if isinstance(one, str)] or ["1"]:
            put_in(caller, "suppliers", number, SupplierNumber=number, Name="Grossist AB", Active=True)
        yield caller


async def post_bill(caller: Caller, **fields: Any) -> Reply:
    """Try to record the supplier invoice with other properties."""
    return await caller.call("POST", "/3/supplierinvoices", {"SupplierInvoice": {**BILL, **fields}})


async def booked_bill(caller: Caller, **fields: Any) -> dict[str, Any]:
    """Record a supplier invoice and book it."""
    made = (await post_bill(caller, **fields)).one
    reply = await caller.act("supplierinvoices", "bookkeep", made["GivenNumber"])
    assert reply.status == 200, reply.text
    return reply.one
