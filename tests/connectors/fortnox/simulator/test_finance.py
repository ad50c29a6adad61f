"""Fortnox Finans: which invoices it takes, and what is done with one there (Fortnox facts, 6.18)."""

from datetime import date
from typing import Any

import pytest

from tests.connectors.fortnox.simulator.caller import ROW, Caller, Reply, opened

_ADDRESS = {"Address1": "Storgatan 1", "ZipCode": "352 30", "City": "Växjö"}
_PAYMENT = {
    "BookkeepPaymentInFortnox": False,
    "ClientTakesFees": False,
    "PaymentAmount": 25,
    "PaymentMethodAccount": 1930,
    "PaymentMethodCode": "BG",
    "ReportToFinance": True,
}


async def _hand_over(caller: Caller, **fields: Any) -> Reply:
    order = {"InvoiceNumber": "1", "SendMethod": "NONE", "Service": "REMINDER", **fields}
    return await caller.call("POST", "/3/noxfinansinvoices", {"NoxFinansInvoice": order})


async def _do(caller: Caller, action: str, body: Any = None) -> Reply:
    envelope = None if body is None else {"NoxFinansInvoice": body}
    return await caller.call("PUT", f"/3/noxfinansinvoices/1/{action}", envelope)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"InvoiceNumber": "9"}, 2000434),
        ({"InvoiceNumber": "x"}, 2000108),
        ({"SendMethod": "FAX"}, 2999016),
        ({"Service": ""}, 2000204),
        ({"Amount": 1}, 2001399),
    ],
)
async def test_an_order_is_read_strictly(fields: dict[str, Any], code: int) -> None:
    """Number, way of sending and service are required and have their words."""
    async with opened() as caller:
        await caller.customer(**_ADDRESS)
        await caller.invoice()
        assert (await _hand_over(caller, **fields)).code == code
        assert (await caller.state())["finance_invoices"] == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "taken"),
    [
        ({}, True),
        ({"Currency": "EUR"}, False),
        ({"InvoiceDate": "2024-03-09"}, False),
        ({"InvoiceDate": "2024-03-10"}, True),
        ({"City": None}, False),
        ({"InvoiceRows": []}, False),
        ({"InvoiceType": "INTRESTINVOICE"}, False),
        ({"InvoiceRows": [{**ROW, "Price": 0}]}, False),
    ],
)
async def test_only_some_invoices_are_taken(fields: dict[str, Any], taken: bool) -> None:
    """In SEK, with a balance, not too old, with an address and rows, no interest invoice."""
    async with opened() as caller:
        await caller.customer(**_ADDRESS)
        await caller.invoice(**fields)
        reply = await _hand_over(caller)
        assert reply.status == (201 if taken else 400), reply.text
        if not taken:
            assert reply.code == 2999107


@pytest.mark.asyncio
async def test_two_years_back_from_a_leap_day() -> None:
    """The day two years before a 29 February is taken as the 28th."""
    async with opened() as caller:
        caller.clock.move((date(2028, 2, 29) - date(2026, 3, 10)).days * 86400)
        await caller.log_in()
        await caller.customer(**_ADDRESS)
        await caller.invoice(InvoiceDate="2026-02-28")
        assert (await _hand_over(caller)).status == 201


@pytest.mark.asyncio
async def test_what_is_done_with_an_invoice_there() -> None:
    """Paused until a day to come, taken up again, paid in part, and over once it is paid whole or stopped."""
    async with opened() as caller:
        await caller.customer(**_ADDRESS)
        await caller.invoice()
        made = (await _hand_over(caller)).one
        assert (made["InvoiceNumber"], made["Status"], made["CurrentCapitalBalance"]) == (1, "OPEN", 125)
        assert made["OCRNumber"] == "133"
        assert (await _hand_over(caller)).code == 2999101
        assert (await _do(caller, "pause", {"PausedUntilDate": "2026-03-10"})).code == 2999104
        paused = (await _do(caller, "pause", {"PausedUntilDate": "2026-04-01"})).one
        assert (paused["Status"], paused["NextEventDate"]) == ("PAUSED", "2026-04-01")
        opened_again = (await _do(caller, "unpause")).one
        assert (opened_again["Status"], opened_again["NextEventDate"]) == ("OPEN", None)
        assert (await _do(caller, "take-fees")).one["BalanceIncludeFees"] == 125
        assert (await _do(caller, "report-payment", {**_PAYMENT, "PaymentMethodCode": ""})).code == 2000204
        assert (await _do(caller, "report-payment", {**_PAYMENT, "PaymentAmount": 126})).code == 2999023
        paid = (await _do(caller, "report-payment", _PAYMENT)).one
        assert (paid["CurrentCapitalBalance"], paid["BalanceIncludeFees"], paid["Status"]) == (100, 100, "OPEN")
        paid = (await _do(caller, "report-payment", {**_PAYMENT, "PaymentAmount": 100})).one
        assert (paid["CurrentCapitalBalance"], paid["Status"]) == (0, "PAID")
        for action in ("unpause", "stop", "take-fees"):
            assert (await _do(caller, action)).code == 2999108
        assert (await caller.get("/3/noxfinansinvoices")).code == 2000764


@pytest.mark.asyncio
async def test_a_stopped_invoice_is_over() -> None:
    """Nothing more is done with it."""
    async with opened() as caller:
        await caller.customer(**_ADDRESS)
        await caller.invoice()
        await _hand_over(caller)
        assert (await _do(caller, "stop")).one["Status"] == "STOPPED"
        assert (await _do(caller, "pause", {"PausedUntilDate": "2026-04-01"})).code == 2999108
        assert (await _do(caller, "report-payment", _PAYMENT)).code == 2999108


@pytest.mark.asyncio
async def test_a_credit_invoice_goes_with_its_debit_invoice() -> None:
    """It must point at one with enough balance."""
    async with opened() as caller:
        await caller.customer(**_ADDRESS)
        await caller.booked()
        assert (await caller.act("invoices", "credit")).status == 200
        assert (await _hand_over(caller, InvoiceNumber="2")).status == 201
        assert (await caller.post_payment(InvoiceNumber=1, Amount=100)).status == 201
        assert (await caller.act("invoicepayments", "bookkeep")).status == 200
        assert (await caller.act("invoices", "credit")).status == 200
        assert (await _hand_over(caller, InvoiceNumber="3")).code == 2999107
