"""The simulator checklist of Fortnox facts, section 11, from item 6: money, states, searches, faults, VAT rounding."""

import asyncio
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from tests.connectors.fortnox.simulator.caller import ROW, Caller, Reply, opened

pytestmark = [pytest.mark.asyncio, pytest.mark.capability("f99")]
CREATE = {"method": "POST", "path": "/3/customers"}


def _amounts(document: dict[str, Any], *names: str) -> list[str]:
    return [str(document[name]) for name in names]


async def test_11_6_totals_vat_and_round_off_of_the_documented_example() -> None:
    """Ten at 159 and freight 95 give 2106.25, rounded to 2106 (6.1, example 1)."""
    async with opened() as caller:
        await caller.customer()
        row = {"DeliveredQuantity": "10", "Price": 159, "VAT": 25}
        made = await caller.invoice(Freight=95, InvoiceRows=[row])
        names = ("Net", "FreightVAT", "TotalVAT", "Total", "RoundOff", "TotalToPay", "Balance")
        assert _amounts(made, *names) == ["1590", "23.75", "421.25", "2106", "-0.25", "2106", "2106"]


@pytest.mark.parametrize(("number", "ocr"), [("1", "133"), ("18", "1842"), ("30", "3046"), ("203", "20354")])
async def test_11_6_ocr_is_the_number_with_its_two_check_digits(number: str, ocr: str) -> None:
    """The four numbers that were checked (6.5)."""
    async with opened() as caller:
        await caller.customer()
        assert (await caller.invoice(DocumentNumber=number))["OCR"] == ocr


async def test_11_6_a_currency_must_stand_in_the_register_and_brings_its_rate() -> None:
    """2000427 until it is there; then its rate and unit are the document's, and only kronor are rounded (6.1)."""
    async with opened() as caller:
        await caller.customer()
        assert (await caller.post_invoice(Currency="GBP")).code == 2000427
        pound = {"Code": "GBP", "Description": "Pund", "BuyRate": 13.4}
        assert (await caller.call("POST", "/3/currencies", {"Currency": pound})).status == 201
        made = await caller.invoice(Currency="GBP", InvoiceRows=[{**ROW, "Price": "10.50", "VAT": 0}])
        assert _amounts(made, "CurrencyRate", "CurrencyUnit", "Total", "RoundOff") == ["13.4", "1", "10.5", "0"]


async def test_11_6_tax_reduction_of_the_documented_example_and_its_applicant() -> None:
    """ROT: 13000 of work x 1.25 x 30 % is 4875, left to pay 29960; an applicant's amount takes its place (6.16)."""
    async with opened() as caller:
        await caller.customer()
        work = {"Price": 13000, "VAT": 25, "DeliveredQuantity": "1", "HouseWork": True, "HouseWorkType": "CONSTRUCTION"}
        rows = [work, {"Price": "14867.80", "VAT": 25, "DeliveredQuantity": "1"}]
        made = await caller.invoice(TaxReductionType="rot", InvoiceRows=rows)
        names = ("Net", "TotalVAT", "Total", "RoundOff", "TaxReduction", "TotalToPay")
        assert _amounts(made, *names) == ["27867.8", "6966.95", "34835", "0.25", "4875", "29960"]
        applicant = {
            "CustomerName": "Tallbacken", "SocialSecurityNumber": "19121212-1212", "AskedAmount": 4000,
            "ReferenceDocumentType": "INVOICE", "ReferenceNumber": 1,
        }  # fmt: skip
        assert (await caller.call("POST", "/3/taxreductions", {"TaxReduction": applicant})).status == 201
        assert _amounts((await caller.get("/3/invoices/1")).one, "TaxReduction", "TotalToPay") == ["4000", "30835"]
        again = await caller.call("POST", "/3/taxreductions", {"TaxReduction": {**applicant, "AskedAmount": 1}})
        assert again.code == 2000600
        misfit = {**work, "HouseWorkType": "CLEANING"}
        assert (await caller.post_invoice(TaxReductionType="rot", InvoiceRows=[misfit])).code == 2004021


async def test_11_7_an_invoice_is_booked_paid_and_then_closed() -> None:
    """Voucher in series B; the payment's booking lowers the balance; at 0 the day is set, and more is 2003055 (6.6)."""
    async with opened() as caller:
        await caller.customer()
        booked = await caller.booked()
        assert (booked["Booked"], booked["VoucherSeries"], booked["VoucherNumber"]) == (True, "B", 1)
        assert (await caller.call("PUT", "/3/invoices/1", {"Invoice": {"Comments": "x"}})).status == 400
        assert (await caller.act("invoices", "cancel")).status == 400
        for paid, left in ((25, 100), (100, 0)):
            number = (await caller.post_payment(InvoiceNumber=1, Amount=paid, AmountCurrency=paid)).one["Number"]
            assert (await caller.act("invoicepayments", "bookkeep", number)).one["Booked"] is True
            assert (await caller.get("/3/invoices/1")).one["Balance"] == left
        assert (await caller.get("/3/invoices/1")).one["FinalPayDate"] == "2026-03-10"
        assert (await caller.post_payment(InvoiceNumber=1, Amount=1, AmountCurrency=1)).code == 2003055


async def test_11_7_a_credit_answers_with_the_original() -> None:
    """`CreditInvoiceReference` names the new unbooked invoice, whose amounts are negative (6.5)."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        answered = (await caller.act("invoices", "credit")).one
        assert (answered["DocumentNumber"], answered["CreditInvoiceReference"]) == ("1", "2")
        credit = (await caller.get("/3/invoices/2")).one
        assert (credit["Credit"], credit["Booked"], credit["Total"]) == ("true", False, -125)
        assert credit["CreditInvoiceReference"] == "1"


async def test_11_7_a_cancelled_invoice_stays_with_balance_0() -> None:
    """It is found again, can be neither booked nor changed (6.5)."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice()
        cancelled = (await caller.act("invoices", "cancel")).one
        assert (cancelled["Cancelled"], cancelled["Balance"]) == (True, 0)
        assert (await caller.act("invoices", "bookkeep")).status == 400
        assert await caller.numbers("Invoices", filter="cancelled") == ["1"]


async def test_11_7_an_offer_becomes_one_order_and_that_one_invoice() -> None:
    """2000499 and 2000496 the second time, 2001243 for the locked offer, 2001383 for the invoiced order (6.7, 6.8)."""
    async with opened() as caller:
        await caller.customer()
        await caller.offer()
        assert (await caller.act("offers", "createorder")).status == 200
        assert (await caller.get("/3/offers/1")).one["OrderReference"] == "1"
        assert (await caller.act("offers", "createorder")).code == 2000499
        assert (await caller.call("PUT", "/3/offers/1", {"Offer": {"Comments": "x"}})).code == 2001243
        made = (await caller.act("orders", "createinvoice")).one
        assert (made["DocumentNumber"], made["InvoiceReference"]) == ("1", "1")
        assert (await caller.act("orders", "createinvoice")).code == 2000496
        assert (await caller.act("orders", "cancel")).code == 2001383
        assert (await caller.get("/3/invoices/1")).one["OrderReference"] == "1"


async def test_11_7_a_cancelled_order_makes_no_invoice() -> None:
    """2001279 the second time, 2000397 for its invoice (6.8)."""
    async with opened() as caller:
        await caller.customer()
        await caller.order()
        assert (await caller.act("orders", "cancel")).one["Cancelled"] is True
        assert (await caller.act("orders", "cancel")).code == 2001279
        assert (await caller.act("orders", "createinvoice")).code == 2000397


async def test_11_7_a_locked_period_and_a_missing_year_stop_the_booking() -> None:
    """2002141 for a day in the locked period; a day without a financial year is refused too (6.5)."""
    async with opened() as caller:
        await caller.customer()
        switches = {"locked_until": "2026-02-28", "financial_years": [2026]}
        await caller.control("POST", "settings", switches)
        for day in ("2026-02-28", "2026-03-01", "2027-01-02"):
            await caller.invoice(InvoiceDate=day)
        assert (await caller.act("invoices", "bookkeep", "1")).code == 2002141
        assert (await caller.act("invoices", "bookkeep", "2")).status == 200
        assert (await caller.act("invoices", "bookkeep", "3")).status == 400


async def test_11_8_contains_prefix_and_exact() -> None:
    """A name is found by a part in any case, a reference by its beginning, an organisation number as stored (5)."""
    async with opened() as caller:
        await caller.customer(Name="Exempel AB", OrganisationNumber="556677-8899")
        for name, found in (("XEMP", ["1"]), ("other", [])):
            assert await caller.numbers("Customers", "CustomerNumber", name=name) == found
        for number, found in (("556677-8899", ["1"]), ("5566778899", []), ("556677", [])):
            assert await caller.numbers("Customers", "CustomerNumber", organisationnumber=number) == found
        await caller.order(ExternalInvoiceReference1="ref-1")
        await caller.order(ExternalInvoiceReference1="ref-10")
        for mark, found in (("ref-1", ["1", "2"]), ("ref-10", ["2"]), ("ef-1", [])):
            assert await caller.numbers("Orders", externalinvoicereference1=mark) == found


async def test_11_8_last_modified_is_a_minute_in_stockholm() -> None:
    """13:00:40 counts as changed since 13:00 there, not since 13:01; UTC is an hour behind (1.5, 5)."""
    async with opened() as caller:
        caller.clock.move(40)
        await caller.customer()
        for since, found in (("2026-03-10 12:00", ["1"]), ("2026-03-10 13:00", ["1"]), ("2026-03-10 13:01", [])):
            assert await caller.numbers("Customers", "CustomerNumber", lastmodified=since) == found


async def test_11_8_filters_select_and_an_unknown_one_is_2000587() -> None:
    """The filters of invoices follow their state; a value that does not exist is refused (5)."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice()
        await caller.booked()
        for name, found in (("unbooked", ["1"]), ("unpaid", ["2"]), ("fullypaid", []), ("cancelled", [])):
            assert await caller.numbers("Invoices", filter=name) == found
        assert (await caller.get("/3/invoices?filter=paid")).code == 2000587


async def _create(caller: Caller, name: str = "Exempel AB") -> Reply:
    return await caller.call("POST", "/3/customers", {"Customer": {"Name": name}})


@pytest.mark.parametrize(("kind", "stored"), [("reset_before", 0), ("reset_after", 1), ("answer_lost", 1)])
async def test_11_10_a_lost_answer_hides_an_effect_or_none(kind: str, stored: int) -> None:
    """The connection drops before or after the commit, and the caller cannot tell which."""
    async with opened() as caller:
        await caller.fault(kind, **CREATE)
        with pytest.raises(aiohttp.ClientOSError):
            await _create(caller)
        assert len(await caller.names()) == stored


async def test_11_10_an_effect_comes_later_than_a_first_look() -> None:
    """The connection broke, a search finds nothing, and the object comes by itself."""
    async with opened() as caller:
        await caller.fault("late_effect", **CREATE, seconds=0.1)
        with pytest.raises(aiohttp.ClientOSError):
            await _create(caller)
        assert await caller.numbers("Customers", "CustomerNumber") == []
        for _ in range(1000):
            if await caller.names():
                break
            await asyncio.sleep(0.01)
        assert await caller.numbers("Customers", "CustomerNumber") == ["1"]


@pytest.mark.parametrize("kind", ["html", "status"])
@pytest.mark.parametrize(("effect", "stored"), [("before", 0), ("after", 1)])
async def test_11_10_a_5xx_comes_before_or_after_the_commit(kind: str, effect: str, stored: int) -> None:
    """As a page of HTML or as JSON."""
    async with opened() as caller:
        await caller.fault(kind, **CREATE, status=503, effect=effect)
        reply = await _create(caller)
        assert (reply.status, "html" in reply.headers.get("Content-Type", "")) == (503, kind == "html")
        assert len(await caller.names()) == stored


async def test_11_10_a_slow_answer_and_a_token_that_ends_in_mid_flight() -> None:
    """The delay is kept; the dying token's call has no effect and every later one needs a new token."""
    async with opened() as caller:
        await caller.fault("delay", **CREATE, seconds=0.05)
        began = asyncio.get_running_loop().time()
        assert (await _create(caller)).status == 201
        assert asyncio.get_running_loop().time() - began >= 0.05
        await caller.fault("expire_token", **CREATE)
        assert (await _create(caller, "Andra")).text == '{"message":"unauthorized"}'
        assert (await caller.get("/3/customers")).status == 401
        await caller.log_in()
        assert await caller.numbers("Customers", "CustomerNumber") == ["1"]


async def test_11_10_pages_shift_under_a_reader() -> None:
    """No snapshot: a customer that comes in before the page turns pushes one to the next page, where it is again."""
    async with opened() as caller:
        for number in ("2", "3", "4"):
            await caller.customer(CustomerNumber=number)
        first = await caller.numbers("Customers", "CustomerNumber", limit=2, page=1)
        await caller.customer(CustomerNumber="1")
        second = await caller.numbers("Customers", "CustomerNumber", limit=2, page=2)
        assert (first, second) == (["2", "3"], ["3", "4"])


@pytest.mark.parametrize(("rounding", "vat"), [("row", "0.24"), ("rate", "0.25")])
async def test_11_11_vat_is_rounded_per_row_or_per_rate(rounding: str, vat: str) -> None:
    """Three times 0.33 at 25 percent: 3 x 0.08, or a quarter of 0.99; a switch, because the real rule is not known."""
    async with opened() as caller:
        await caller.customer()
        await caller.control("POST", "settings", {"vat_rounding": rounding})
        made = await caller.invoice(InvoiceRows=[{"DeliveredQuantity": 1, "Price": "0.33", "VAT": 25}] * 3)
        assert (made["Net"], made["TotalVAT"]) == (Decimal("0.99"), Decimal(vat))
