"""Payments of supplier invoices: the same rules as for those of invoices (Fortnox facts, 6.11)."""

from typing import Any

import pytest

from tests.connectors.fortnox.simulator.caller import Caller, Reply
from tests.connectors.fortnox.simulator.ledger import account, put
from tests.connectors.fortnox.simulator.purchases import booked_bill, post_bill, with_supplier

_PATH = "supplierinvoicepayments"


async def _pay(caller: Caller, **fields: Any) -> Reply:
    return await caller.call("POST", f"/3/{_PATH}", {"SupplierInvoicePayment": {"InvoiceNumber": 1, **fields}})


async def _balance(caller: Caller) -> tuple[str, str | None]:
    bill = (await caller.get("/3/supplierinvoices/1")).one
    return bill["Balance"], bill["FinalPayDate"]


@pytest.mark.asyncio
@pytest.mark.capability("001-19")
async def test_payments_lower_the_balance_until_it_is_paid() -> None:
    """Number is an integer; each booking has its voucher in E; then another payment is refused (2003055)."""
    async with with_supplier() as caller:
        await booked_bill(caller)
        made = (await _pay(caller, Amount=250, PaymentDate="2026-03-11", Information="Del 1")).one
        assert (made["Number"], made["InvoiceNumber"], made["InvoiceTotal"]) == (1, "1", "1250")
        assert (made["InvoiceSupplierName"], made["AmountCurrency"], made["Booked"]) == ("Grossist AB", 250, False)
        assert (made["ModeOfPayment"], made["Source"], "ModeOfPaymentAccount" in made) == ("BG", "manual", False)
        assert await _balance(caller) == ("1250", None)
        booked = (await caller.act(_PATH, "bookkeep")).one
        assert (booked["VoucherSeries"], booked["VoucherNumber"], booked["VoucherYear"]) == ("E", 1, 26)
        assert await _balance(caller) == ("1000", None)
        await _pay(caller, PaymentDate="2026-03-12")
        await caller.act(_PATH, "bookkeep", "2")
        assert await _balance(caller) == ("0", "2026-03-12")
        assert (await _pay(caller, Amount=1)).code == 2003055
        voucher = (await caller.get("/3/vouchers/E/2?financialyear=26")).one
        assert (voucher["ReferenceType"], voucher["ReferenceNumber"]) == ("SUPPLIERPAYMENT", "2")
        assert [(row["Account"], row["Debit"], row["Credit"]) for row in voucher["VoucherRows"]] == [
            (1930, 0, 1000), (2440, 1000, 0),
        ]  # fmt: skip
        assert (await account(caller, 2440))["BalanceCarriedForward"] == 0
        assert (await caller.get("/3/supplierinvoices?filter=fullypaid")).json["SupplierInvoices"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"InvoiceNumber": None}, 2000204),
        ({"InvoiceNumber": "x"}, 2000108),
        ({"InvoiceNumber": 99}, 2999169),
        ({"PaymentDate": "2026-03-09"}, 2999008),
        ({"Currency": "EUR"}, 2999009),
        ({"ModeOfPayment": "XX"}, 2999014),
        ({"ModeOfPaymentAccount": 1930}, 2001399),
        ({"WriteOffs": [{"Amount": 1, "AccountNumber": 9999}]}, 2000423),
        ({"Source": "robot"}, 2999016),
        ({"InvoiceOCR": "12"}, 2001399),
        ({"ExternalInvoiceReference1": "x"}, 2001399),
    ],
)
async def test_refused_payments(fields: dict[str, Any], code: int) -> None:
    """Each refusal has its code and records nothing."""
    async with with_supplier() as caller:
        await booked_bill(caller)
        reply = await _pay(caller, **fields)
        assert (reply.status, reply.code) == (400, code)
        assert (await caller.state())["supplier_payments"] == []


@pytest.mark.asyncio
async def test_the_invoice_must_be_booked_and_not_cancelled() -> None:
    """An unbooked one and a cancelled one are refused."""
    async with with_supplier() as caller:
        await post_bill(caller)
        assert (await _pay(caller, Amount=5)).code == 2999010
        await caller.act("supplierinvoices", "cancel")
        assert (await _pay(caller, Amount=5)).code == 2999011


@pytest.mark.asyncio
async def test_unbooked_payments_are_changed_deleted_and_unlimited() -> None:
    """Two of the whole amount are both accepted; the second cannot be booked; a booked one is fixed."""
    async with with_supplier() as caller:
        await booked_bill(caller)
        assert [(await _pay(caller)).one["Number"] for _ in range(3)] == [1, 2, 3]
        changed = (await put(caller, f"{_PATH}/2", "SupplierInvoicePayment", {"Amount": 1251})).one
        assert (changed["AmountCurrency"], changed["InvoiceNumber"]) == (1251, "1")
        assert (await put(caller, f"{_PATH}/2", "SupplierInvoicePayment", {"InvoiceNumber": 2})).code == 2001399
        assert (await caller.act(_PATH, "bookkeep", "2")).code == 2999023
        await caller.act(_PATH, "bookkeep")
        assert (await caller.act(_PATH, "bookkeep")).code == 2999013
        assert (await caller.act(_PATH, "bookkeep", "3")).code == 2003055
        assert (await put(caller, f"{_PATH}/1", "SupplierInvoicePayment", {"Amount": 1})).code == 2999012
        assert (await caller.call("DELETE", f"/3/{_PATH}/1")).code == 2999012
        assert (await caller.call("DELETE", f"/3/{_PATH}/3")).status == 204
        found = (await caller.get(f"/3/{_PATH}?invoicenumber=1")).json["SupplierInvoicePayments"]
        assert [(one["Number"], one["WriteOffExist"]) for one in found] == [(1, False), (2, False)]
        assert (await caller.get(f"/3/{_PATH}?invoicenumber=11")).json["SupplierInvoicePayments"] == []


@pytest.mark.asyncio
async def test_a_write_off_settles_with_the_payment() -> None:
    """Paid amount plus write-off equals the debt; the voucher balances over the write-off's account."""
    async with with_supplier() as caller:
        await booked_bill(caller)
        write_off = {"Amount": "0.50", "AccountNumber": 3740}
        await _pay(caller, AmountCurrency="1249.50", WriteOffs=[write_off])
        assert (await caller.act(_PATH, "bookkeep")).status == 200
        assert await _balance(caller) == ("0", "2026-03-10")
        assert str((await account(caller, 3740))["BalanceCarriedForward"]) == "-0.5"


@pytest.mark.asyncio
async def test_a_locked_period_stops_the_payment() -> None:
    """It stays unbooked (2000401), and so does the balance."""
    async with with_supplier() as caller:
        await booked_bill(caller)
        await _pay(caller)
        await caller.control("POST", "settings", {"locked_until": "2026-03-31"})
        assert (await caller.act(_PATH, "bookkeep")).code == 2000401
        assert await _balance(caller) == ("1250", None)


@pytest.mark.asyncio
async def test_a_credit_is_paid_back_with_a_negative_payment() -> None:
    """Against a credit's balance only a negative payment counts."""
    async with with_supplier() as caller:
        await booked_bill(caller)
        await caller.act("supplierinvoices", "credit")
        await _pay(caller)
        await caller.act(_PATH, "bookkeep")
        await caller.act("supplierinvoices", "bookkeep", "2")
        await _pay(caller, InvoiceNumber=2, AmountCurrency=10)
        assert (await caller.act(_PATH, "bookkeep", "2")).code == 2999023
        await _pay(caller, InvoiceNumber=2)
        assert (await caller.act(_PATH, "bookkeep", "3")).status == 200
        assert (await caller.get("/3/supplierinvoices/2")).one["Balance"] == "0"
        assert (await account(caller, 2440))["BalanceCarriedForward"] == 0
