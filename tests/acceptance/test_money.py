"""Money to the öre: what differs is held before any call, or stays unbooked."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import COMPANY, Json, invoice_paid, order

UNROUND = "100.30"
"""A net price whose total, 125.38 with VAT, Fortnox rounds to 125 kronor."""
ROUND_OFF = "[companies.demo.bookkeeping]\nround_off_account = 3740"


def number(value: Any) -> Decimal:
    """An amount however it is written."""
    return Decimal(str(value))


@pytest.mark.asyncio
@pytest.mark.capability("f26")
async def test_a_round_off_is_written_off_exactly(tmp_path: Path) -> None:
    """With an account for it the payment carries Fortnox's own rounding, no more, and nothing is left to pay."""
    async with scene(tmp_path, CompanyPlan(sections=ROUND_OFF)) as stage:
        await stage.send(order("SO-1", "order.paid", price=UNROUND))
        await stage.settle()
        state = await stage.state()
        ((invoice,), (payment,)) = (state["invoices"], state["payments"])
        assert (number(invoice["Total"]), number(invoice["RoundOff"])) == (Decimal(125), Decimal("-0.38"))
        assert number(payment["AmountCurrency"]) == Decimal("125.38")
        ((account, amount),) = [(row["AccountNumber"], number(row["Amount"])) for row in payment["WriteOffs"]]
        assert (int(account), amount) == (3740, Decimal("-0.38"))
        assert number(invoice["Balance"]) == Decimal(0)
        assert (invoice["Booked"], payment["Booked"]) == (True, True)


@pytest.mark.asyncio
@pytest.mark.capability("f26")
async def test_a_round_off_without_an_account_is_held_unbooked(tmp_path: Path) -> None:
    """Without one the invoice stays unbooked and a person is asked."""
    async with scene(tmp_path) as stage:
        await stage.send(order("SO-1", "order.paid", price="100.40"))
        await stage.settle()
        state = await stage.state()
        assert [invoice["Booked"] for invoice in state["invoices"]] == [False]
        assert state["payments"] == []
        assert stage.commands()[2] == ("book_invoice", "held", "round_off")
        [(question,)] = stage.rows("SELECT question FROM outbox WHERE state = 'held'")
        assert "Fortnox rounded invoice 1 by 0.50, and no `round_off_account`" in question


@pytest.mark.asyncio
@pytest.mark.parametrize("field", ["total", "total_vat", "total_excluding_vat"])
async def test_a_total_that_is_one_ore_off_is_held_before_any_call(tmp_path: Path, field: str) -> None:
    """Rows, VAT and stated total must agree: one öre is enough to stop, and Fortnox is not asked anything."""
    body = order("SO-1", "order.paid")
    body["data"][field] = str(Decimal(body["data"][field]) + Decimal("0.01"))
    async with scene(tmp_path) as stage:
        await stage.send(body)
        await stage.settle()
        assert await stage.calls() == []
        assert stage.rows("SELECT state, reason FROM inbox") == [("held", "question")]
        assert stage.commands() == []


async def all_booked(stage: Scene, invoices: int) -> bool:
    """So many invoices stand there, each booked, with one booked payment each and nothing left to pay."""
    state = await stage.state()
    paid = sorted(str(payment["InvoiceNumber"]) for payment in state["payments"] if payment["Booked"])
    numbers = sorted(str(invoice["DocumentNumber"]) for invoice in state["invoices"] if invoice["Booked"])
    return paid == numbers and len(state["invoices"]) == len(numbers) == invoices


@pytest.mark.asyncio
@pytest.mark.capability("003-07")
async def test_an_invoice_of_the_sender_becomes_customer_invoice_and_payment(tmp_path: Path) -> None:
    """``invoice.paid`` without an order: all of it made and booked."""
    async with scene(tmp_path) as stage:
        await stage.send(invoice_paid("F-7"))
        await stage.settle()
        assert await all_booked(stage, 1)
        assert len((await stage.state())["customers"]) == 1


@pytest.mark.asyncio
@pytest.mark.capability("003-07")
@pytest.mark.parametrize("kind", ["order.won", "order.paid"])
async def test_a_sale_that_came_as_an_order_is_not_made_again_as_an_invoice(tmp_path: Path, kind: str) -> None:
    """Same customer, total and currency lately: a person says whether it is the same sale."""
    async with scene(tmp_path) as stage:
        await stage.send(order("SO-1", kind), invoice_paid("F-7"))
        await stage.settle()
        assert len((await stage.state())["invoices"]) == 1
        assert stage.rows("SELECT kind, reason FROM outbox WHERE state = 'held'") == [("ensure_invoice", "same_sale")]


@pytest.mark.asyncio
@pytest.mark.capability("003-07")
@pytest.mark.parametrize("kind", ["order.won", "order.paid"])
async def test_a_sale_that_came_as_an_invoice_is_not_made_again_as_an_order(tmp_path: Path, kind: str) -> None:
    """Senders' events come in any order: the other way round it is the same question, and never two payments."""
    async with scene(tmp_path) as stage:
        await stage.send(invoice_paid("F-7"))
        await stage.settle()
        await stage.send(order("SO-1", kind))
        await stage.settle()
        state = await stage.state()
        assert (len(state["invoices"]), len(state["payments"])) == (1, 1)
        [(kind, reason, question)] = stage.rows("SELECT kind, reason, question FROM outbox WHERE state = 'held'")
        assert (kind, reason) == ("ensure_invoice", "same_sale")
        assert "own invoice F-7 (invoice 1 in Fortnox) is of the same customer and total" in question


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "other",
    [
        {"price": "2000.00"},
        {"buyer": COMPANY | {"external_id": "C-1", "organisation_number": "559905-1017", "email": "a@example.com"}},
        {"currency": "EUR", "currency_rate": "11.25"},
    ],
    ids=["another total", "another customer", "another currency"],
)
async def test_another_sale_is_not_held(tmp_path: Path, other: Json) -> None:
    """A sale that differs in customer, total or currency is made."""
    async with scene(tmp_path) as stage:
        await stage.send(order("SO-1", "order.paid"), invoice_paid("F-7", **other))
        await stage.settle()
        assert await all_booked(stage, 2)


@pytest.mark.asyncio
@pytest.mark.capability("f26")
async def test_an_order_in_another_currency_is_paid_in_it(tmp_path: Path) -> None:
    """Invoice and payment stand in the order's currency, at the rate that the order states."""
    async with scene(tmp_path) as stage:
        await stage.send(order("SO-1", "order.paid", currency="EUR", currency_rate="11.40"))
        await stage.settle()
        ((invoice,), (payment,)) = ((state := await stage.state())["invoices"], state["payments"])
        assert (invoice["Currency"], number(invoice["CurrencyRate"])) == ("EUR", Decimal("11.40"))
        assert (payment["Currency"], number(payment["AmountCurrency"])) == ("EUR", Decimal("1250.00"))
        assert number(invoice["Balance"]) == Decimal(0)
        assert (invoice["Booked"], payment["Booked"]) == (True, True)


@pytest.mark.asyncio
async def test_what_lies_before_the_start_makes_no_command(tmp_path: Path) -> None:
    """The books of that time are closed: recorded as before start, and nothing is called."""
    async with scene(tmp_path) as stage:
        await stage.send(
            order("SO-1", ordered_at="2025-12-31T22:59:59Z"), order("SO-2", ordered_at="2025-12-31T23:00:00Z")
        )
        await stage.settle()
        assert stage.rows("SELECT state FROM inbox ORDER BY id") == [("before_start",), ("handled",)]
        assert [invoice["YourOrderNumber"] for invoice in (await stage.state())["invoices"]] == ["SO-2"]
        assert (await stage.state())["invoices"][0]["InvoiceDate"] == "2026-01-01"


@pytest.mark.asyncio
@pytest.mark.capability("f53")
@pytest.mark.parametrize("settled", [True, False], ids=["after delivery", "before delivery"])
async def test_an_older_version_never_overwrites_a_newer_one(tmp_path: Path, settled: bool) -> None:
    """The order that changed at the source is changed in Fortnox too, and what arrives late changes nothing back."""
    async with scene(tmp_path) as stage:
        await stage.send(order("SO-1", version="1", price="100.00"))
        if settled:
            await stage.settle()
        await stage.send(order("SO-1", version="3", price="300.00"))
        if settled:
            await stage.settle()
        await stage.send(order("SO-1", version="2", price="200.00"))
        await stage.settle()
        (invoice,) = (await stage.state())["invoices"]
        assert number(invoice["Net"]) == Decimal(300)
        assert stage.rows("SELECT state FROM inbox ORDER BY id DESC LIMIT 1") == [("stale",)]
