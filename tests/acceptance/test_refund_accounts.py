"""Refunds stay on what their sale stands on: its accounts, its VAT rates, and the way in which it was paid."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.scene import CompanyPlan, scene
from tests.acceptance.test_refunds import CHAIR, all_done, money, paid, questions, refund
from tests.fakes.senders import Json, line, order


@pytest.mark.asyncio
@pytest.mark.capability("f28")
async def test_what_was_never_sold_is_not_taken_back(tmp_path: Path) -> None:
    """Another rate, freight that was not charged or is back already, a buyer abroad whose country is not told again.

    2 x 800 at 25 % with a freight of 49.00, of which 39.20 goes back twice; 4 500 to a company in Germany without VAT.
    """
    abroad: Json = {"name": "Nordhafen Möbel GmbH", "vat_number": "DE136695976", "country": "DE"}
    vat = (
        "[companies.demo.vat]\nreverse_charge_account = 3108\n[companies.demo.bookkeeping]\nround_off_account = 3740\n"
    )
    fee: Json = {"amount": "49.00", "vat_rate": "25"}
    fees: Json = {"total_excluding_vat": "-49.00", "total_vat": "-12.25", "total": "-61.25", "freight": fee}
    chairs = [line("800.00", quantity="2", description="Stol")]
    sold: Json = {"freight": fee, "total_excluding_vat": "1649.00", "total_vat": "412.25", "total": "2061.25"}
    table = line("4500.00", vat="0", description="Bord")
    async with scene(tmp_path, CompanyPlan(sections=vat)) as stage:
        await stage.send(order("SO-1", "order.paid", lines=chairs, **sold), paid("SO-2"))
        await stage.send(order("SO-3", "order.paid", lines=[table, table], buyer=abroad))
        await stage.settle()
        freights = [
            order(of, "order.refunded", refund_id=f"F-{n}", **fees) for n, of in enumerate(["SO-1", "SO-1", "SO-2"])
        ]
        for one in freights:
            del one["data"]["lines"]
        await stage.send(*freights)
        await stage.settle()
        await stage.send(refund("R-4", line("800.00", vat="12", description="Stol"), of="SO-4"))
        await stage.send(paid("SO-4"), refund("R-3", table, of="SO-3", buyer={"name": "Nordhafen Möbel GmbH"}))
        await stage.settle()
        found = questions(stage)
        assert {reason for reason, _ in found} == {"refund_of_other_goods"}
        assert sorted(question.split(" without VAT, ")[1].split(", which")[0] for _, question in found) == [
            "4500 on 3004 at 0 % (left: 0)",
            "49 on Freight at 25 % (left: 0)",
            "49 on Freight at 25 % (left: 0)",
            "800 on 3002 at 12 % (left: 200)",
        ]
        made = [one for one in (await stage.state())["invoices"] if one["Credit"] == "true"]
        assert [money(one, "Freight", "TotalVAT", "Balance") for one in made] == [[-49, Decimal("-12.25"), 0]]


@pytest.mark.asyncio
@pytest.mark.capability("f28")
async def test_money_goes_back_the_way_it_came_however_its_payment_was_told(tmp_path: Path) -> None:
    """A payment that has a name counts as one that has none; of two ways a person, or the source, says which."""
    methods = "".join(
        f"[companies.demo.payments.methods.{name}]\naccount = {account}\n"
        for name, account in {"klarna": 1580, "card": 1940}.items()
    )
    told = [{"payment_id": "p-1", "method": "klarna", "amount": "1224.00"}]
    both = [*told, {"payment_id": "p-2", "method": "card", "amount": "1000.00"}]
    whole = [{"payment_id": "p-1", "method": "klarna", "amount": "2224.00"}]
    async with scene(tmp_path, CompanyPlan(sections=methods)) as stage:
        await stage.send(paid(payments=whole), paid("SO-2", payments=both))
        await stage.send(refund("R-1", CHAIR), refund("R-2", CHAIR, of="SO-2"))
        await stage.settle()
        ((reason, question),) = questions(stage)
        assert reason == "paid_several_ways"
        assert "was paid by 1580, 1940" in question
        assert "-1000 went back" in question
        again = refund("R-2", CHAIR, of="SO-2", payment_method="card")
        await stage.send(again | {"timestamp": "2026-11-15T09:00:00Z"})
        await stage.settle()
        assert all_done(stage), questions(stage)
        repaid = [one for one in (await stage.state())["payments"] if money(one, "Amount")[0] < 0]
        assert sorted((one["ModeOfPaymentAccount"], *money(one, "Amount")) for one in repaid) == [
            (1580, -1000),
            (1940, -1000),
        ]
