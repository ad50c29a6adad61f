"""Refunds of an invoice that is not paid yet: nothing stays open of it and its credits, whatever Fortnox rounded."""

from decimal import Decimal
from pathlib import Path

import pytest

from daemon.requests import Retry
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.acceptance.test_refunds import BOOKED_AT_ONCE, all_done, books, money, questions, refund
from tests.fakes.senders import Json, line, order


def uneven(first: str, second: str) -> list[Json]:
    """Two lines that come to 800.32 without VAT, 1 000.40 with it: Fortnox makes 1 000 kronor of that."""
    return [line(first, description="Hylla"), line(second, description="Skåp")]


async def owed(stage: Scene) -> Decimal:
    """What all vouchers together leave on the customers' account."""
    rows = [row for voucher in (await stage.state())["vouchers"] for row in voucher["VoucherRows"]]
    moved = [Decimal(str(row["Debit"])) - Decimal(str(row["Credit"])) for row in rows if row["Account"] == 1510]
    return sum(moved, Decimal(0))


def payment(number: str, amount: str, day: int) -> Json:
    """A payment of the order that is told by itself."""
    data: Json = {"payment_id": number, "order_id": "SO-1", "amount": amount, "currency": "SEK"}
    return {"type": "payment.received", "timestamp": f"2026-11-{day}T09:00:00Z", "data": data}


ROUNDED = "[companies.demo.bookkeeping]\nround_off_account = 3740\n"


@pytest.mark.asyncio
@pytest.mark.capability("f28", "f26")
@pytest.mark.parametrize("whole_kronor", [True, False])
@pytest.mark.parametrize(
    ("lines", "told"),
    [
        # 300.30 back is -300 and +0.30; of 1 000.40 (-0.40) 700.10 are left: 700 kronor owed and -0.10 written off.
        (("240.24", "560.08"), ("700.10",)),
        # 300.60 back is -301 and -0.40; 699.80 are left: 699 kronor owed and -0.80 written off, by the last of two.
        (("240.48", "559.84"), ("300.00", "399.80")),
    ],
)
async def test_the_rest_of_an_invoice_is_paid_to_the_ore_whatever_fortnox_rounded(
    tmp_path: Path, whole_kronor: bool, lines: tuple[str, str], told: tuple[str, ...]
) -> None:
    """What is left of the sale after a part went back: nothing stays open on the invoice, its credit and 1510."""
    plan = CompanyPlan(sections=ROUNDED + BOOKED_AT_ONCE)
    async with scene(tmp_path, plan, simulator={"round_to_whole_kronor": whole_kronor}) as stage:
        rows = uneven(*lines)
        payments = [payment(f"p-{place}", amount, 20 + place) for place, amount in enumerate(told)]
        for body in (order("SO-1", lines=rows), refund("R-1", rows[0]), *payments):
            await stage.send(body)
            await stage.settle()
        assert all_done(stage), questions(stage)
        sold, (credit,) = await books(stage)
        assert [*money(sold, "Balance"), *money(credit, "Balance")] == [0, 0]
        assert await owed(stage) == 0
        assert [money(one, "Amount") for one in (await stage.state())["payments"]] == [[Decimal(one)] for one in told]
        await stage.send(payment("p-9", "1.00", 25))
        await stage.settle()
        assert [reason for reason, _ in questions(stage)] == ["more_than_open"]


@pytest.mark.asyncio
@pytest.mark.capability("f28", "f26")
@pytest.mark.parametrize(
    ("whole_kronor", "lines", "left"),
    [
        (True, ("240.48", "559.84"), "-1"),  # 1 000 less 301 and 700
        (True, ("240.24", "560.08"), None),  # 1 000 less 300 and 700
        (False, ("240.48", "559.84"), None),
    ],
)
async def test_a_krona_that_rounding_leaves_open_is_shown(
    tmp_path: Path, whole_kronor: bool, lines: tuple[str, str], left: str | None
) -> None:
    """All of an unpaid invoice goes back in two parts: to nothing, or a person is told what is left on 1510."""
    plan = CompanyPlan(sections=ROUNDED + BOOKED_AT_ONCE)
    async with scene(tmp_path, plan, simulator={"round_to_whole_kronor": whole_kronor}) as stage:
        rows = uneven(*lines)
        for body in (order("SO-1", lines=rows), refund("R-1", rows[0]), refund("R-2", rows[1])):
            await stage.send(body)
            await stage.settle()
        assert await owed(stage) == Decimal(left or 0)
        found = questions(stage)
        assert (len(found), (await stage.state())["payments"]) == (0 if left is None else 1, [])
        if left is not None:
            assert "Invoice 1 is credited in full by invoice 2, 3, and" in found[0][1]
            assert f"leaves {left} open on them" in found[0][1]
            ((stopped,),) = stage.rows("SELECT id FROM outbox WHERE state IN ('held', 'parked')")
            await stage.act(Retry(person="anna", id=f"out-{stopped}"))
            await stage.settle()
            assert all_done(stage), "a person has written it off"


@pytest.mark.asyncio
@pytest.mark.capability("f26")
async def test_what_fortnox_rounds_to_nothing_is_held_with_what_was_paid(tmp_path: Path) -> None:
    """0.32 and 0.08 of VAT are 0 kronor and -0.40; so are they as a part of a sale that goes back. Nothing is sent."""
    small = line("0.32", description="Skruv")
    async with scene(tmp_path, CompanyPlan(sections=ROUNDED)) as stage:
        await stage.send(order("SO-2", lines=[small]))
        await stage.settle()
        await stage.send(order("SO-2", "order.paid", lines=[small]))
        await stage.send(order("SO-1", "order.paid", lines=[small, line("800.00", description="Hylla")]))
        await stage.settle()
        await stage.send(refund("R-1", small))
        await stage.settle()
        found = questions(stage)
        assert [reason for reason, _ in found] == ["rounded_to_nothing"] * 2
        assert "of 0.4 to 0 kronor, so it takes no payment of 0.4:" in found[0][1]
        assert "of -0.4 to 0 kronor, so it takes no payment of -0.4:" in found[1][1]
        assert [call["path"] for call in await stage.calls() if call["status"] >= 400] == []
        assert await owed(stage) == 0
