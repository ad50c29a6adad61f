"""Contracts: what they need, the invoices they make, their end (Fortnox facts, 6.16)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.simulator.contracts import after_months
from tests.connectors.fortnox.simulator.caller import Caller, Reply, opened
from tests.connectors.fortnox.simulator.ledger import put, put_in

CONTRACT: dict[str, Any] = {
    "CustomerNumber": "1",
    "PeriodStart": "2026-01-31",
    "PeriodEnd": "2026-12-31",
    "InvoiceInterval": 3,
    "InvoiceRows": [{"ArticleNumber": "A1", "DeliveredQuantity": "2", "Price": 100, "VAT": 25}],
}


async def _post(caller: Caller, **fields: Any) -> Reply:
    return await caller.call("POST", "/3/contracts", {"Contract": {**CONTRACT, **fields}})


async def _ready(caller: Caller) -> None:
    await caller.customer(OurReference="Kalle")
    await caller.article(ArticleNumber="A1", Description="Service")


@given(day=st.dates(date(2000, 1, 1), date(2100, 12, 31)), months=st.integers(0, 400))
def test_months_later_is_the_same_day_or_the_last_of_its_month(day: date, months: int) -> None:
    """Never in another month, never a later day; twelve months are a year."""
    later = after_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day
    assert later.day == day.day or after_months(later.replace(day=1), 1).toordinal() - later.toordinal() == 1


@pytest.mark.asyncio
async def test_a_contract_has_totals_rows_and_its_own_spelling() -> None:
    """`VatIncluded` instead of `VATIncluded`; the card fills references; a document's other words are unknown."""
    async with opened() as caller:
        await _ready(caller)
        made = (await _post(caller, VatIncluded=True)).one
        assert (made["DocumentNumber"], made["VatIncluded"], made["OurReference"]) == ("1", True, "Kalle")
        assert (made["Net"], made["TotalVAT"], made["Total"], made["ContractLength"]) == (160, 40, 200, 12)
        assert (made["InvoicesRemaining"], made["Status"], made["ContractDate"]) == ("4", "ACTIVE", "2026-03-10")
        assert not {"VATIncluded", "Address1", "CurrencyRate", "Labels"} & set(made)
        assert "VATCode" not in made["InvoiceRows"][0]
        (item,) = (await caller.get("/3/contracts")).json["Contracts"]
        assert (item["InvoicesRemaining"], item["Invoiceinterval"], "InvoiceRows" in item) == (4, 3, False)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"CustomerNumber": None}, 2000204),
        ({"PeriodEnd": None}, 2000204),
        ({"InvoiceRows": []}, 2000204),
        ({"InvoiceRows": [{"Description": "x", "DeliveredQuantity": 1}]}, 2001846),
        ({"InvoiceRows": [{"ArticleNumber": "A1"}]}, 2000204),
        ({"InvoiceRows": [{"ArticleNumber": "A9", "DeliveredQuantity": 1}]}, 2001302),
        ({"InvoiceRows": "x"}, 2001392),
        ({"PeriodEnd": "2025-12-31"}, 2999182),
        ({"InvoiceInterval": 0}, 2999182),
        ({"TemplateNumber": 7}, 2999183),
        ({"VATIncluded": True}, 2001399),
        ({"Address1": "x"}, 2001399),
        ({"InvoicesRemaining": "9"}, 2001399),
    ],
)
async def test_refused_contracts(fields: dict[str, Any], code: int) -> None:
    """Each refusal has its code and makes nothing."""
    async with opened() as caller:
        await _ready(caller)
        reply = await _post(caller, **fields)
        assert (reply.status, reply.code) == (400, code)
        assert (await caller.state())["contracts"] == []


@pytest.mark.asyncio
async def test_its_invoices_are_agreement_invoices_of_one_period_each() -> None:
    """Type, `ContractReference` and period stand on each; when none remains it stops until one is added."""
    async with opened() as caller:
        await _ready(caller)
        put_in(caller, "contract_templates", "3", TemplateNumber=3, TemplateName="Kvartal")
        made = await _post(caller, PeriodEnd="2026-06-30", Remarks="Enligt avtal", TemplateNumber=3)
        assert made.one["TemplateName"] == "Kvartal"
        first = await caller.act("contracts", "createinvoice")
        assert (first.status, list(first.json)) == (200, ["Invoice"])
        invoice = first.one
        assert (invoice["InvoiceType"], invoice["ContractReference"], invoice["Booked"]) == (
            "AGREEMENTINVOICE",
            1,
            False,
        )
        assert (invoice["InvoicePeriodStart"], invoice["InvoicePeriodEnd"]) == ("2026-01-31", "2026-04-29")
        assert (invoice["Total"], invoice["Remarks"], invoice["OurReference"]) == (250, "Enligt avtal", "Kalle")
        assert invoice["InvoiceDate"] == "2026-03-10"
        second = (await caller.act("contracts", "createinvoice")).one
        assert (second["DocumentNumber"], second["InvoicePeriodStart"]) == ("2", "2026-04-30")
        contract = (await caller.get("/3/contracts/1")).one
        assert (contract["InvoicesRemaining"], contract["LastInvoiceDate"]) == ("0", "2026-03-10")
        assert (await caller.act("contracts", "createinvoice")).code == 2999181
        assert (await caller.act("contracts", "increaseinvoicecount")).one["InvoicesRemaining"] == "1"
        assert (await caller.act("contracts", "createinvoice")).one["DocumentNumber"] == "3"
        assert (await caller.act("invoices", "bookkeep", "3")).status == 200
        assert await caller.numbers("Invoices", invoicetype="AGREEMENTINVOICE") == ["1", "2", "3"]


@pytest.mark.asyncio
async def test_contracts_are_changed_until_they_are_finished() -> None:
    """Rows as in any document; an inactive one makes no invoice, a finished one nothing at all."""
    async with opened() as caller:
        await _ready(caller)
        await _post(caller)
        await _post(caller, Continuous=True)
        row = (await caller.get("/3/contracts/1")).one["InvoiceRows"][0]
        rows = [{"RowId": row["RowId"], "Price": 110}]
        changed = (await put(caller, "contracts/1", "Contract", {"InvoiceRows": rows, "Comments": "Uppsagt"})).one
        assert (changed["Net"], changed["Comments"], changed["InvoicesRemaining"]) == (220, "Uppsagt", "4")
        assert (await put(caller, "contracts/1", "Contract", {"PeriodEnd": None})).code == 2000204
        assert (await put(caller, "contracts/1", "Contract", {"Active": False})).one["Status"] == "INACTIVE"
        assert (await caller.act("contracts", "createinvoice")).code == 2999180
        assert await caller.numbers("Contracts", filter="inactive") == ["1"]
        finished = (await caller.act("contracts", "finish")).one
        assert (finished["Status"], finished["Active"]) == ("FINISHED", False)
        for action in ("finish", "createinvoice", "increaseinvoicecount"):
            assert (await caller.act("contracts", action)).code == 2999179
        assert (await put(caller, "contracts/1", "Contract", {"Comments": "x"})).code == 2999179
        assert await caller.numbers("Contracts", filter="finished") == ["1"]
        assert await caller.numbers("Contracts", filter="active") == ["2"]
        for _ in range(5):
            assert (await caller.act("contracts", "createinvoice", "2")).status == 200
        missing = await caller.get("/3/contracts/9")
        assert (missing.status, missing.code) == (404, 2999178)
