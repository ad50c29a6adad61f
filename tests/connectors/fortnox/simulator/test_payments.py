"""Invoice payments: what may be recorded, booked, changed and deleted (checklist 7)."""

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.fortnox.simulator.caller import Caller, Reply, opened


async def _book(caller: Caller, number: str = "1") -> Reply:
    return await caller.call("PUT", f"/3/invoicepayments/{number}/bookkeep")


async def _invoice(caller: Caller, number: str = "1") -> dict[str, Any]:
    return (await caller.get(f"/3/invoices/{number}")).one


@pytest.mark.asyncio
async def test_new_payment_copies_its_invoice() -> None:
    """Number is text, InvoiceNumber an integer, InvoiceTotal text (1.7)."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked(ExternalInvoiceReference1="mark")
        reply = await caller.post_payment(InvoiceNumber=1, AmountCurrency=50, PaymentDate="2026-03-11")
        made = reply.one
        assert (reply.status, reply.headers["Location"]) == (201, "invoicepayments")
        assert (made["Number"], made["InvoiceNumber"], made["InvoiceTotal"]) == ("1", 1, "125")
        assert (made["InvoiceCustomerName"], made["InvoiceOCR"]) == ("Exempel AB", "133")
        assert (made["ExternalInvoiceReference1"], made["Currency"], made["Source"]) == ("mark", "SEK", "manual")
        assert (made["Amount"], made["Booked"], made["VoucherNumber"]) == (50, False, None)
        assert (made["ModeOfPayment"], made["ModeOfPaymentAccount"]) == ("BG", 1930)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"InvoiceNumber": None}, 2000204),
        ({"InvoiceNumber": "x"}, 2000108),
        ({"InvoiceNumber": 99}, 2000434),
        ({"PaymentDate": "2026-03-09"}, 2999008),
        ({"Currency": "EUR"}, 2999009),
        ({"WriteOffs": [{"Amount": 1, "AccountNumber": 3740, "Currency": "EUR"}]}, 2999009),
        ({"WriteOffs": [{"Amount": 1, "AccountNumber": 9999}]}, 2000423),
        ({"WriteOffs": {"Amount": 1}}, 2001392),
        ({"ModeOfPayment": "XX"}, 2999014),
        ({"ModeOfPaymentAccount": 9999}, 2000423),
        ({"Reference": "x"}, 2001399),
        ({"Number": "7"}, 2001399),
        ({"CurrencyRate": 0}, 2000108),
    ],
)
async def test_refused_payments(fields: dict[str, Any], code: int) -> None:
    """Each refusal has its code and records nothing."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        reply = await caller.post_payment(**{"InvoiceNumber": 1, "AmountCurrency": 5, **fields})
        assert (reply.status, reply.code) == (400, code)
        assert (await caller.state())["payments"] == []


@pytest.mark.asyncio
async def test_the_invoice_must_be_booked_and_not_cancelled() -> None:
    """Payments of unbooked and of cancelled invoices are refused."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice()
        assert (await caller.post_payment(InvoiceNumber=1, AmountCurrency=5)).code == 2999010
        await caller.call("PUT", "/3/invoices/1/cancel")
        assert (await caller.post_payment(InvoiceNumber=1, AmountCurrency=5)).code == 2999011


@pytest.mark.asyncio
async def test_unbooked_payments_are_unlimited() -> None:
    """Five identical payments are all accepted: there is no protection while they are unbooked (6.6)."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        numbers = [(await caller.post_payment(InvoiceNumber=1, AmountCurrency=125)).one["Number"] for _ in range(5)]
        assert numbers == ["1", "2", "3", "4", "5"]
        assert (await _invoice(caller))["Balance"] == 125


@pytest.mark.asyncio
async def test_booking_lowers_the_balance_until_it_is_paid() -> None:
    """FinalPayDate comes with the last krona; then another payment is refused (2003055)."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        for amount, day in ((25, "2026-03-11"), (100, "2026-03-12"), (125, "2026-03-13")):
            await caller.post_payment(InvoiceNumber=1, AmountCurrency=amount, PaymentDate=day)
        booked = (await _book(caller)).one
        assert (booked["Booked"], booked["VoucherSeries"], booked["VoucherNumber"]) == (True, "C", 1)
        half = await _invoice(caller)
        assert (half["Balance"], half["FinalPayDate"]) == (100, None)
        await _book(caller, "2")
        paid = await _invoice(caller)
        assert (paid["Balance"], paid["FinalPayDate"]) == (0, "2026-03-12")
        assert (await _book(caller, "3")).code == 2003055
        assert (await caller.post_payment(InvoiceNumber=1, AmountCurrency=1)).code == 2003055


@pytest.mark.asyncio
async def test_booking_twice_pays_once() -> None:
    """The second bookkeep is refused and lowers nothing."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        await caller.post_payment(InvoiceNumber=1, AmountCurrency=25)
        await _book(caller)
        assert (await _book(caller)).code == 2999013
        assert (await _invoice(caller))["Balance"] == 100
        assert len((await caller.state())["vouchers"]) == 2


@pytest.mark.asyncio
async def test_booking_more_than_the_balance_is_refused() -> None:
    """A payment that would turn the balance around stays unbooked (simulator choice)."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        await caller.post_payment(InvoiceNumber=1, AmountCurrency="125.01")
        assert (await _book(caller)).code == 2999023
        assert (await _invoice(caller))["Balance"] == 125


@pytest.mark.asyncio
@pytest.mark.parametrize(("price", "paid", "round_off"), [("1.80", "2.25", "-0.25"), ("1.40", "1.75", "0.25")])
async def test_a_write_off_of_the_round_off_settles_the_invoice(price: str, paid: str, round_off: str) -> None:
    """Paid amount plus write-off equals the rounded total; the voucher balances over account 3740."""
    async with opened() as caller:
        await caller.customer()
        row = {"Description": "x", "DeliveredQuantity": 1, "Price": price, "VAT": 25}
        made = await caller.booked(InvoiceRows=[row])
        assert (made["Total"], str(made["RoundOff"])) == (2, round_off)
        write_off = {"Amount": round_off, "AccountNumber": 3740}
        await caller.post_payment(InvoiceNumber=1, AmountCurrency=paid, WriteOffs=[write_off])
        assert (await _book(caller)).status == 200
        assert (await _invoice(caller))["Balance"] == 0
        vouchers = (await caller.state())["vouchers"]
        rounding = [
            row["Debit"] - row["Credit"] for one in vouchers for row in one["VoucherRows"] if row["Account"] == 3740
        ]
        assert sum(rounding) == 0
        item = (await caller.get("/3/invoicepayments?invoicenumber=1")).json["InvoicePayments"][0]
        assert (item["WriteOffExist"], item["InvoiceNumber"]) == (True, 1)


@pytest.mark.asyncio
async def test_foreign_payments_convert_by_rate_and_unit() -> None:
    """Amount is in kronor, AmountCurrency in the invoice's currency; either gives the other."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked(Currency="NOK")
        one = (await caller.post_payment(InvoiceNumber=1, AmountCurrency=100)).one
        other = (await caller.post_payment(InvoiceNumber=1, Amount="19.30")).one
        both = (await caller.post_payment(InvoiceNumber=1, Amount=6, AmountCurrency=5, Currency="NOK")).one
        rest = (await caller.post_payment(InvoiceNumber=1)).one
        pairs = [(payment["Amount"], payment["AmountCurrency"]) for payment in (one, other, both, rest)]
        assert pairs == [(Decimal("96.5"), 100), (Decimal("19.3"), 20), (6, 5), (Decimal("120.63"), 125)]
        assert (one["Currency"], one["CurrencyUnit"]) == ("NOK", 100)


@pytest.mark.asyncio
async def test_unbooked_payments_can_be_changed_and_deleted_booked_ones_cannot() -> None:
    """A payment is fixed by its bookkeeping (6.6)."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        await caller.post_payment(InvoiceNumber=1, AmountCurrency=25)
        await caller.post_payment(InvoiceNumber=1, AmountCurrency=30)
        change = {"InvoicePayment": {"Amount": 40, "ModeOfPayment": "PG"}}
        changed = (await caller.call("PUT", "/3/invoicepayments/1", change)).one
        assert (changed["AmountCurrency"], changed["ModeOfPaymentAccount"]) == (40, 1920)
        other = {"InvoicePayment": {"InvoiceNumber": 2}}
        await caller.booked()
        assert (await caller.call("PUT", "/3/invoicepayments/1", other)).code == 2001399
        await _book(caller)
        assert (await caller.call("PUT", "/3/invoicepayments/1", change)).code == 2999012
        assert (await caller.call("DELETE", "/3/invoicepayments/1")).code == 2999012
        assert (await caller.call("DELETE", "/3/invoicepayments/2")).status == 204
        missing = await caller.get("/3/invoicepayments/2")
        assert (missing.status, missing.code) == (404, 2999022)


@pytest.mark.asyncio
async def test_a_locked_period_stops_the_payment() -> None:
    """A payment dated in a locked period stays unbooked (2000401)."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        await caller.post_payment(InvoiceNumber=1, AmountCurrency=25)
        await caller.control("POST", "settings", {"locked_until": "2026-03-31"})
        assert (await _book(caller)).code == 2000401


@pytest.mark.asyncio
async def test_payments_are_found_by_invoice_number_exactly() -> None:
    """`invoicenumber` is the look-up before creating: 1 does not find 11."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        await caller.booked(DocumentNumber="11")
        for number in (1, 11, 1):
            await caller.post_payment(InvoiceNumber=number, AmountCurrency=1)
        found = (await caller.get("/3/invoicepayments?invoicenumber=1")).json["InvoicePayments"]
        assert [one["Number"] for one in found] == ["1", "3"]


@pytest.mark.asyncio
async def test_modes_of_payment_are_seeded() -> None:
    """The register can be read, one by one and as a list."""
    async with opened() as caller:
        modes = (await caller.get("/3/modesofpayments")).json["ModesOfPayments"]
        assert [mode["Code"] for mode in modes] == ["AG", "BG", "K", "PG"]
        assert (await caller.get("/3/modesofpayments/BG")).one["AccountNumber"] == "1930"
        assert (await caller.get("/3/modesofpayments/XX")).status == 404
