"""Credit invoices: made, changed, booked, and set off against their original (Fortnox facts, 6.5)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.simulator import CompanySettings
from connectors.fortnox.simulator.company import Moment, open_company
from connectors.fortnox.simulator.crediting import credit
from connectors.fortnox.simulator.customers import create as create_customer
from connectors.fortnox.simulator.invoice_actions import bookkeep
from connectors.fortnox.simulator.invoices import INVOICE
from tests.connectors.fortnox.simulator.caller import ROW, Caller, opened

_NOW = Moment(datetime(2026, 3, 10, 12, tzinfo=UTC))
_ROW = st.fixed_dictionaries(
    {
        "Description": st.just("Vara"),
        "DeliveredQuantity": st.decimals(min_value=-20, max_value=20, places=2).map(str),
        "Price": st.decimals(min_value=-10_000, max_value=10_000, places=2),
        "VAT": st.sampled_from([25, 12, 6, 0]),
        "Discount": st.decimals(min_value=0, max_value=100, places=2),
        "DiscountType": st.sampled_from(["PERCENT", "AMOUNT"]),
    }
)


async def _invoice(caller: Caller, number: int) -> dict[str, Any]:
    return (await caller.get(f"/3/invoices/{number}")).one


async def _credited(caller: Caller, **fields: Any) -> dict[str, Any]:
    """Book an invoice, credit it, and give the credit invoice."""
    made = await caller.booked(**fields)
    reply = await caller.act("invoices", "credit", made["DocumentNumber"])
    assert reply.status == 200, reply.text
    return await _invoice(caller, int(reply.one["CreditInvoiceReference"]))


async def _balances(caller: Caller) -> list[tuple[int, Any]]:
    return [(one["Balance"], one["FinalPayDate"]) for one in (await caller.state())["invoices"]]


@given(
    rows=st.lists(_ROW, max_size=5),
    freight=st.decimals(min_value=0, max_value=500, places=2),
    included=st.booleans(),
    rounding=st.sampled_from(["row", "rate"]),
)
def test_a_credit_is_its_original_turned_around(
    rows: list[dict[str, Any]], freight: Decimal, included: bool, rounding: Literal["row", "rate"]
) -> None:
    """Every amount is the negative of the original's to the öre, whatever the rows; together they owe nothing."""
    company = open_company(CompanySettings(vat_rounding=rounding), _NOW.now)
    create_customer(company, {"Name": "Exempel AB"}, _NOW)
    sent = {"CustomerNumber": "1", "VATIncluded": included, "Freight": freight, "InvoiceRows": rows}
    original = INVOICE.create(company, sent, _NOW)
    bookkeep(company, original, _NOW)
    credit(company, original, _NOW)
    turned = company.invoices["2"]
    for name in ("Net", "Gross", "Freight", "FreightVAT", "TotalVAT", "Total", "RoundOff", "Balance"):
        assert turned.data[name] == -original.data[name], name
    bookkeep(company, turned, _NOW)
    assert turned.data["Balance"] + original.data["Balance"] == 0
    vouchers = [one.data for one in company.vouchers.values()]
    sums = [sum(row["Debit"] - row["Credit"] for row in voucher["VoucherRows"]) for voucher in vouchers]
    assert sums == [0, 0]


@pytest.mark.asyncio
async def test_the_answer_is_the_original_with_the_credits_number() -> None:
    """A new unbooked invoice with negative amounts refers back; the original stays booked (6.5)."""
    async with opened() as caller:
        await caller.customer(TermsOfPayment="10")
        rows = [{**ROW, "DeliveredQuantity": 2}, {**ROW, "Discount": 10, "DiscountType": "AMOUNT"}]
        made = await caller.booked(
            Freight=20, YourOrderNumber="77", ExternalInvoiceReference1="ref-1", InvoiceRows=rows, DueDate="2026-03-12"
        )
        caller.clock.move(86400)
        await caller.log_in()
        reply = await caller.act("invoices", "credit")
        assert (reply.status, reply.one) == (200, made | {"CreditInvoiceReference": "2"})
        turned = await _invoice(caller, 2)
        assert (turned["Credit"], turned["CreditInvoiceReference"], turned["Booked"]) == ("true", "1", False)
        assert [(row["DeliveredQuantity"], row["Price"], row["Total"]) for row in turned["InvoiceRows"]] == [
            ("-2", 100, -200),
            ("-1", 100, -90),
        ]
        amounts = ("Net", "Freight", "FreightVAT", "Total", "TotalToPay", "Balance")
        assert [turned[name] for name in amounts] == [-290, -20, -5, -388, -388, -388]
        assert (turned["InvoiceDate"], turned["DueDate"], turned["OCR"]) == ("2026-03-11", "2026-03-21", "232")
        assert (turned["VoucherNumber"], turned["Sent"], turned["YourOrderNumber"]) == (None, False, "77")
        assert {row["RowId"] for row in turned["InvoiceRows"]}.isdisjoint(row["RowId"] for row in made["InvoiceRows"])


@pytest.mark.asyncio
async def test_credits_are_told_apart_in_a_search() -> None:
    """The external reference finds both unless switched; `credit` finds only the one."""
    async with opened() as caller:
        await caller.customer()

        await _credited(caller, ExternalInvoiceReference1="ref-1")
        await caller.control("POST", "settings", {"credit_copies_references": False})
        await _credited(caller, ExternalInvoiceReference1="ref-2")
        assert await caller.numbers("Invoices", externalinvoicereference1="ref-1") == ["1", "2"]
        assert await caller.numbers("Invoices", externalinvoicereference1="ref-2") == ["3"]
        assert await caller.numbers("Invoices", credit="true") == ["2", "4"]


@pytest.mark.asyncio
async def test_what_cannot_be_credited_is_refused_and_makes_nothing() -> None:
    """Unbooked, cancelled and credit invoices (invented codes); one that is not there (2000434)."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice()
        assert (await caller.act("invoices", "credit")).code == 2999010
        await caller.act("invoices", "cancel")
        assert (await caller.act("invoices", "credit")).code == 2999007
        turned = await _credited(caller)
        assert (await caller.act("invoices", "credit", turned["DocumentNumber"])).code == 2999039
        missing = await caller.act("invoices", "credit", "99")
        assert (missing.status, missing.code) == (404, 2000434)
        assert len((await caller.state())["invoices"]) == 3


@pytest.mark.asyncio
async def test_nothing_prevents_crediting_twice_unless_switched() -> None:
    """The original refers to the last credit; switched off, a second one is refused while the first stands."""
    async with opened() as caller:
        await caller.customer()
        await _credited(caller)
        assert (await caller.act("invoices", "credit")).one["CreditInvoiceReference"] == "3"
        await caller.control("POST", "settings", {"allow_second_credit": False})
        assert (await caller.act("invoices", "credit")).code == 2999040
        await caller.act("invoices", "cancel", "3")
        assert (await caller.act("invoices", "credit")).one["CreditInvoiceReference"] == "4"


@pytest.mark.asyncio
async def test_an_ocr_that_exists_stops_the_credit() -> None:
    """A number series out of step: refused with an invented code until the series is moved (6.5)."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked(OCR="232")
        for _ in range(2):
            assert (await caller.act("invoices", "credit")).code == 2999041
        await caller.control("POST", "settings", {"first_invoice_number": 500})
        assert (await caller.act("invoices", "credit")).one["CreditInvoiceReference"] == "500"


@pytest.mark.asyncio
async def test_booking_the_credit_clears_the_original() -> None:
    """Both balances reach 0 and have a final pay date; a payment is refused then (simulator choice)."""
    async with opened() as caller:
        await caller.customer()
        turned = await _credited(caller)
        assert await _balances(caller) == [(125, None), (-125, None)]
        caller.clock.move(600)
        booked = (await caller.act("invoices", "bookkeep", "2")).one
        assert (booked["Booked"], booked["VoucherNumber"], booked["Balance"]) == (True, 2, 0)
        assert await _balances(caller) == [(0, turned["InvoiceDate"])] * 2
        assert (await caller.post_payment(InvoiceNumber=1)).code == 2003055
        assert await caller.numbers("Invoices", lastmodified="2026-03-10 13:10") == ["1", "2"]
        assert await caller.numbers("Invoices", filter="fullypaid") == ["1", "2"]


@pytest.mark.asyncio
async def test_a_partial_credit_lowers_the_balance_by_its_own_total() -> None:
    """The credit's rows can be changed before it is booked, and not after (6.5)."""
    async with opened() as caller:
        await caller.customer()
        await _credited(caller, InvoiceRows=[{**ROW, "DeliveredQuantity": 4}])
        rows = {"Invoice": {"InvoiceRows": [{"DeliveredQuantity": "-1"}]}}
        assert (await caller.call("PUT", "/3/invoices/2", rows)).one["Total"] == -125
        await caller.act("invoices", "bookkeep", "2")
        assert await _balances(caller) == [(375, None), (0, "2026-03-10")]
        assert (await caller.call("PUT", "/3/invoices/2", rows)).code == 2999004
        await caller.post_payment(InvoiceNumber=1)
        await caller.call("PUT", "/3/invoicepayments/1/bookkeep")
        assert (await _balances(caller))[0] == (0, "2026-03-10")


@pytest.mark.asyncio
@pytest.mark.parametrize(("paid", "left"), [(100, -100), (125, -125)])
async def test_the_credit_of_a_paid_invoice_keeps_what_is_owed(paid: int, left: int) -> None:
    """Only what is still open is set off; the rest stays as the credit's own negative balance (simulator choice)."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        await caller.post_payment(InvoiceNumber=1, Amount=paid)
        await caller.call("PUT", "/3/invoicepayments/1/bookkeep")
        await caller.act("invoices", "credit")
        await caller.act("invoices", "bookkeep", "2")
        assert await _balances(caller) == [(0, "2026-03-10"), (left, None)]


@pytest.mark.asyncio
async def test_a_refund_settles_what_a_credit_still_owes() -> None:
    """A negative payment takes the credit's balance to 0; a positive one is refused (simulator choice)."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        await caller.post_payment(InvoiceNumber=1)
        await caller.call("PUT", "/3/invoicepayments/1/bookkeep")
        await caller.act("invoices", "credit")
        await caller.act("invoices", "bookkeep", "2")
        await caller.post_payment(InvoiceNumber=2, Amount=125)
        assert (await caller.call("PUT", "/3/invoicepayments/2/bookkeep")).code == 2999023
        assert (await caller.post_payment(InvoiceNumber=2)).one["Amount"] == -125
        await caller.call("PUT", "/3/invoicepayments/3/bookkeep")
        assert (await _balances(caller))[1] == (0, "2026-03-10")


@pytest.mark.asyncio
async def test_a_credit_in_another_currency_settles_nothing() -> None:
    """Changed to euro before booking, it stands for itself."""
    async with opened() as caller:
        await caller.customer()
        await _credited(caller)
        await caller.call("PUT", "/3/invoices/2", {"Invoice": {"Currency": "EUR"}})
        await caller.act("invoices", "bookkeep", "2")
        assert await _balances(caller) == [(125, None), (-125, None)]


@pytest.mark.asyncio
async def test_the_credit_of_an_invoice_from_an_order_has_free_rows() -> None:
    """It has no order of its own, so a partial credit is possible."""
    async with opened() as caller:
        await caller.customer()
        await caller.order()
        await caller.act("orders", "createinvoice")
        await caller.act("invoices", "bookkeep")
        await caller.act("invoices", "credit")
        turned = await _invoice(caller, 2)
        assert (turned["OrderReference"], turned["OfferReference"]) == ("0", "0")
        rows = {"Invoice": {"InvoiceRows": [{"Price": 50}]}}
        assert (await caller.call("PUT", "/3/invoices/2", rows)).one["Net"] == -50


@pytest.mark.asyncio
async def test_a_cancelled_credit_settles_nothing() -> None:
    """Cancelled it is 0 itself and cannot be booked; the original is as before."""
    async with opened() as caller:
        await caller.customer()
        await _credited(caller)
        assert (await caller.act("invoices", "cancel", "2")).one["Balance"] == 0
        assert (await caller.act("invoices", "bookkeep", "2")).code == 2999007
        assert await _balances(caller) == [(125, None), (0, None)]


@pytest.mark.asyncio
async def test_invoices_can_be_seeded_credited() -> None:
    """One seed makes original and credit."""
    async with opened() as caller:
        invoice = {"CustomerNumber": "1", "InvoiceRows": [ROW], "Booked": True, "Credited": True}
        await caller.control("POST", "seed", {"customers": [{"Name": "Exempel AB"}], "invoices": [invoice]})
        found = [(one["Credit"], one["CreditInvoiceReference"]) for one in (await caller.state())["invoices"]]
        assert found == [("false", "2"), ("true", "1")]


@pytest.mark.asyncio
@pytest.mark.capability("f99")
async def test_the_answer_to_a_credit_can_be_lost() -> None:
    """The credit stands although nobody was told; only CreditInvoiceReference says so (8)."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        await caller.fault("status", path="/3/invoices/1/credit", status=500, effect="after")
        assert (await caller.act("invoices", "credit")).status == 500
        assert (await _invoice(caller, 1))["CreditInvoiceReference"] == "2"
