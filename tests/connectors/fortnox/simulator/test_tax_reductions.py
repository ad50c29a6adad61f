"""Tax reduction: housework on rows, its amounts, and who asks for it (Fortnox facts, 6.1 and 6.16)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.simulator import CompanySettings
from connectors.fortnox.simulator.company import Moment, open_company
from connectors.fortnox.simulator.customers import create as create_customer
from connectors.fortnox.simulator.invoice_actions import bookkeep
from connectors.fortnox.simulator.invoices import INVOICE
from tests.connectors.fortnox.simulator.caller import Caller, Reply, opened
from tests.connectors.fortnox.simulator.ledger import account, put

_NOW = Moment(datetime(2026, 3, 10, 12, tzinfo=UTC))
_PERSON = {"CustomerName": "Tallbacken", "SocialSecurityNumber": "19121212-1212"}
_LABOUR: dict[str, Any] = {
    "Description": "Arbete", "Price": 13000, "VAT": 25, "HouseWork": True, "HouseWorkType": "CONSTRUCTION",
}  # fmt: skip
_MATERIAL: dict[str, Any] = {"Description": "Material", "Price": "14867.80", "VAT": 25}


def _rows(quantity: str, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**row, quantity: "1"} for row in rows or (_LABOUR, _MATERIAL)]


async def _invoice(caller: Caller, *rows: dict[str, Any], reduction: str = "rot") -> Reply:
    return await caller.post_invoice(TaxReductionType=reduction, InvoiceRows=_rows("DeliveredQuantity", *rows))


async def _ask(caller: Caller, amount: Any, number: Any = 1, **fields: Any) -> Reply:
    place = {"ReferenceDocumentType": "INVOICE", "ReferenceNumber": number, "AskedAmount": amount}
    return await caller.call("POST", "/3/taxreductions", {"TaxReduction": {**_PERSON, **place, **fields}})


async def _entries(caller: Caller, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await caller.get(f"/3/taxreductions?{query}")).json["TaxReductions"]
    return found


@given(
    work=st.decimals(min_value=0, max_value=10**6, places=2),
    material=st.decimals(min_value=0, max_value=10**6, places=2),
    reduction=st.sampled_from(["rot", "rut"]),
    included=st.booleans(),
)
def test_what_is_left_to_pay_and_the_reduction_make_the_total(
    work: Decimal, material: Decimal, reduction: str, included: bool
) -> None:
    """Whole kronor, never above its share of the work, and the voucher with both claims balances."""
    company = open_company(CompanySettings(), _NOW.now)
    create_customer(company, {"Name": "Exempel AB"}, _NOW)
    rows = [
        {"Description": "x", "DeliveredQuantity": 1, "Price": work, "VAT": 25, "HouseWork": True},
        {"Description": "x", "DeliveredQuantity": 1, "Price": material, "VAT": 12},
    ]
    sent = {"CustomerNumber": "1", "TaxReductionType": reduction, "VATIncluded": included, "InvoiceRows": rows}
    record = INVOICE.create(company, sent, _NOW)
    taken, share = record.data["TaxReduction"], Decimal("0.3" if reduction == "rot" else "0.5")
    assert record.data["TotalToPay"] + taken == record.data["Total"]
    assert record.data["Balance"] == record.data["TotalToPay"]
    assert taken == int(taken)
    assert 0 <= record.data["BasisTaxReduction"] * share - taken < 1
    bookkeep(company, record, _NOW)
    (voucher,) = company.vouchers.values()
    sides = [sum(row[side] for row in voucher.data["VoucherRows"]) for side in ("Debit", "Credit")]
    assert sides[0] == sides[1]


@pytest.mark.asyncio
async def test_the_second_example_comes_out_to_the_ore() -> None:
    """The ROT offer of the facts (6.1): 4875 taken off, 29960 left to pay; its order and invoice agree."""
    async with opened() as caller:
        await caller.customer()
        offer = await caller.offer(TaxReductionType="rot", OfferRows=_rows("Quantity"))
        amounts = {name: str(offer[name]) for name in ("Net", "TotalVAT", "Total", "RoundOff", "TotalToPay")}
        assert amounts == {
            "Net": "27867.8", "TotalVAT": "6966.95", "Total": "34835", "RoundOff": "0.25", "TotalToPay": "29960",
        }  # fmt: skip
        assert (offer["TaxReduction"], offer["BasisTaxReduction"], offer["HouseWork"]) == (4875, 16250, True)
        order = (await caller.act("offers", "createorder")).one
        await caller.act("orders", "createinvoice", order["DocumentNumber"])
        invoice = (await caller.get("/3/invoices/1")).one
        for made in (order, invoice):
            assert (made["TaxReductionType"], made["TaxReduction"], made["TotalToPay"]) == ("rot", 4875, 29960)
        assert invoice["Balance"] == 29960


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("reduction", "row", "code"),
    [
        ("none", {"HouseWorkType": ""}, 2004021),
        ("none", {"HouseWorkType": "CONSTRUCTION"}, 2004021),
        ("none", {"HouseWork": True}, 2004021),
        ("rut", {"HouseWork": True, "HouseWorkType": "CONSTRUCTION"}, 2004021),
        ("rot", {"HouseWork": True, "HouseWorkType": "CLEANING"}, 2004021),
        ("green", {"HouseWork": True, "HouseWorkType": "HVAC"}, 2004021),
        ("rot", {"HouseWork": True, "HouseWorkType": "OTHERCOSTS"}, 2002980),
        ("rut", {"HouseWork": True, "HouseWorkType": "COOKING"}, 2003157),
        ("rut", {"HouseWork": True, "HouseWorkType": "TUTORING"}, 2003157),
    ],
)
async def test_housework_must_fit_the_document(reduction: str, row: dict[str, Any], code: int) -> None:
    """Each misfit has its code, at creation and at a change, and leaves nothing behind."""
    async with opened() as caller:
        await caller.customer()
        reply = await _invoice(caller, {"Description": "x", **row}, reduction=reduction)
        assert (reply.status, reply.code) == (400, code)
        assert (await _invoice(caller, {"Description": "x"}, reduction=reduction)).status == 201
        changed = await put(caller, "invoices/1", "Invoice", {"InvoiceRows": [row]})
        assert (changed.status, changed.code) == (400, code)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("reduction", "kind", "taken"),
    [("rut", "CLEANING", 500), ("rot", "HVAC", 300), ("green", "SOLARCELLS", 150), ("rot", "OTHERCOSTS", 0)],
)
async def test_each_kind_takes_its_share_of_the_work(reduction: str, kind: str, taken: int) -> None:
    """Of 1000 kronor with VAT; other costs are no work."""
    async with opened() as caller:
        await caller.customer()
        row = {"Description": "x", "Price": 800, "VAT": 25, "HouseWorkType": kind, "HouseWork": kind != "OTHERCOSTS"}
        assert (await _invoice(caller, row, reduction=reduction)).one["TaxReduction"] == taken


@pytest.mark.asyncio
async def test_a_type_without_the_flag_becomes_housework_at_the_next_update() -> None:
    """Until then it counts nothing; an explicit false keeps it so; type none takes everything off."""
    async with opened() as caller:
        await caller.customer()
        unflagged = {**_LABOUR, "HouseWork": False}
        assert (await _invoice(caller, unflagged)).one["TaxReduction"] == 0
        promoted = (await put(caller, "invoices/1", "Invoice", {"Comments": "x"})).one
        assert (promoted["InvoiceRows"][0]["HouseWork"], promoted["TaxReduction"]) == (True, 4875)
        plain = {"InvoiceRows": [{"HouseWork": False, "HouseWorkType": None}]}
        assert (await put(caller, "invoices/1", "Invoice", plain)).one["TaxReduction"] == 0
        await put(caller, "invoices/1", "Invoice", {"InvoiceRows": [_LABOUR]})
        assert (await put(caller, "invoices/1", "Invoice", {"TaxReductionType": "rut"})).code == 2004021
        none = (await put(caller, "invoices/1", "Invoice", {"TaxReductionType": "none"})).one
        assert (none["TaxReduction"], none["TotalToPay"], none["HouseWork"]) == (None, none["Total"], False)
        assert (none["InvoiceRows"][0]["HouseWork"], none["InvoiceRows"][0]["HouseWorkType"]) == (False, None)


@pytest.mark.asyncio
async def test_an_articles_housework_is_inherited_by_a_silent_row() -> None:
    """Only where the document has a tax reduction; an explicit false removes it."""
    async with opened() as caller:
        await caller.customer()
        await caller.article(ArticleNumber="A1", Housework=True, HouseworkType="CLEANING")
        row = {"ArticleNumber": "A1", "Price": 800}
        assert (await _invoice(caller, row, reduction="rut")).one["TaxReduction"] == 500
        assert (await _invoice(caller, {**row, "HouseWork": False}, reduction="rut")).one["TaxReduction"] == 0
        assert (await _invoice(caller, row, reduction="none")).one["HouseWork"] is False


@pytest.mark.asyncio
async def test_entries_decide_the_reduction_and_change_ids_with_the_document() -> None:
    """Their sum counts; every PUT of the document renews them; too much on either side is refused."""
    async with opened() as caller:
        await caller.customer()
        await _invoice(caller)
        made = await _ask(caller, 3000)
        assert (made.status, made.one["Id"], made.one["AskedAmount"], made.one["RequestSent"]) == (201, 1, 3000, False)
        invoice = (await caller.get("/3/invoices/1")).one
        assert (invoice["TaxReduction"], invoice["TotalToPay"], invoice["Balance"]) == (3000, 31835, 31835)
        assert (await _ask(caller, 1000, SocialSecurityNumber="1212121212")).code == 2000600
        assert (await _ask(caller, 1876, SocialSecurityNumber="19900101-0017")).code == 2003228
        assert (await _ask(caller, 1875, SocialSecurityNumber="19900101-0017")).status == 201
        assert (await caller.get("/3/invoices/1")).one["TaxReduction"] == 4875
        assert (await put(caller, "invoices/1", "Invoice", {"Comments": "x"})).status == 200
        assert [one["Id"] for one in await _entries(caller, "filter=invoices&referencenumber=1")] == [3, 4]
        lowered = {"InvoiceRows": [{"Price": 12000}, {}]}
        assert (await put(caller, "invoices/1", "Invoice", lowered)).code == 2003227
        assert [one["Id"] for one in await _entries(caller, "filter=invoices&referencenumber=1")] == [3, 4]
        assert (await put(caller, "taxreductions/4", "TaxReduction", {"AskedAmount": 1876})).code == 2003228
        assert (await put(caller, "taxreductions/4", "TaxReduction", {"AskedAmount": 100})).one["AskedAmount"] == 100
        assert (await caller.get("/3/invoices/1")).one["TaxReduction"] == 3100
        assert (await caller.call("DELETE", "/3/taxreductions/3")).status == 204
        assert (await caller.get("/3/invoices/1")).one["TaxReduction"] == 100
        assert (await caller.call("DELETE", "/3/taxreductions/4")).code == 2001246
        await put(caller, "invoices/1", "Invoice", {"TaxReductionType": "none"})
        assert await _entries(caller, "filter=invoices") == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"CustomerName": None}, 2000204),
        ({"SocialSecurityNumber": None}, 2000204),
        ({"ReferenceNumber": None}, 2000204),
        ({"ReferenceDocumentType": None}, 2000204),
        ({"ReferenceDocumentType": "CONTRACT"}, 2999016),
        ({"ReferenceNumber": 9}, 2000434),
        ({"ReferenceDocumentType": "ORDER"}, 2000439),
        ({"amount": None}, 2000204),
        ({"amount": "10.5"}, 2004217),
        ({"amount": -1}, 2004218),
        ({"amount": 4876}, 2003228),
        ({"SocialSecurityNumber": "1212"}, 2999185),
        ({"SocialSecurityNumber": "19121212-12123"}, 2000107),
        ({"TaxReductionAmounts": [{"WorkType": "SOLARCELLS", "AskedAmount": 1}]}, 2001399),
        ({"ReferenceNumber": 2}, 2999184),
        ({"Id": 7}, 2001399),
    ],
)
async def test_refused_entries(fields: dict[str, Any], code: int) -> None:
    """Each refusal has its code, keeps nothing and leaves the document as it was."""
    async with opened() as caller:
        await caller.customer()
        await _invoice(caller)
        await caller.invoice()
        reply = await _ask(caller, **{"amount": 100, **fields})
        assert (reply.status, reply.code) == (400, code)
        assert (await caller.state())["tax_reductions"] == []
        assert (await caller.get("/3/invoices/1")).one["TaxReduction"] == 4875


@pytest.mark.asyncio
async def test_green_entries_ask_for_each_kind_of_work() -> None:
    """`TaxReductionAmounts` is needed, each kind once; `AskedAmount` is their sum whatever was sent."""
    async with opened() as caller:
        await caller.customer()
        solar = {"Description": "x", "Price": 80000, "VAT": 25, "HouseWork": True, "HouseWorkType": "SOLARCELLS"}
        assert (await _invoice(caller, solar, reduction="green")).one["TaxReduction"] == 15000
        one, other = {"WorkType": "SOLARCELLS", "AskedAmount": 900}, {"WorkType": "HVAC", "AskedAmount": 1}
        assert (await _ask(caller, 900)).code == 2004263
        assert (await _ask(caller, 900, TaxReductionAmounts=[one, other])).code == 2004209
        assert (await _ask(caller, 900, TaxReductionAmounts=[one, one])).code == 2004262
        made = (await _ask(caller, 5, TaxReductionAmounts=[one])).one
        assert (made["AskedAmount"], made["TaxReductionAmounts"]) == (900, [one])
        assert (await caller.get("/3/invoices/1")).one["TaxReduction"] == 900


@pytest.mark.asyncio
async def test_entries_are_found_by_kind_and_number_and_are_thin() -> None:
    """The list lacks `AskedAmount`; entries follow from offer to order to invoice."""
    async with opened() as caller:
        await caller.customer()
        await caller.offer(TaxReductionType="rot", OfferRows=_rows("Quantity"))
        await _ask(caller, 4000, ReferenceDocumentType="OFFER")
        order = (await caller.act("offers", "createorder")).one
        assert (order["TaxReduction"], order["TotalToPay"]) == (4000, 30835)
        await caller.act("orders", "createinvoice", order["DocumentNumber"])
        for kind in ("offers", "orders", "invoices"):
            (item,) = await _entries(caller, f"filter={kind}&referencenumber=1")
            assert (item["ReferenceNumber"], item["CustomerName"]) == (1, "Tallbacken")
            assert "AskedAmount" not in item
        assert (await caller.get("/3/taxreductions?filter=contracts")).code == 2000587
        assert (await caller.get("/3/taxreductions/9")).status == 404


@pytest.mark.asyncio
async def test_booking_splits_the_claim_and_closes_the_entries() -> None:
    """The customer owes what is left on 1510, the tax agency the rest on 1513; then nothing about it is changed."""
    async with opened() as caller:
        await caller.customer()
        await _invoice(caller)
        await _ask(caller, 4875)
        assert (await caller.act("invoices", "bookkeep")).status == 200
        assert (await account(caller, 1510))["BalanceCarriedForward"] == 29960
        assert (await account(caller, 1513))["BalanceCarriedForward"] == 4875
        assert (await put(caller, "taxreductions/1", "TaxReduction", {"AskedAmount": 1})).code == 2999004
        await caller.post_payment(InvoiceNumber=1)
        assert (await caller.call("PUT", "/3/invoicepayments/1/bookkeep")).status == 200
        assert (await caller.get("/3/invoices/1")).one["Balance"] == 0
