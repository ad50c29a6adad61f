"""A voucher that shall be another: taken back first, then written anew, each with a mark of its own."""

from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from connectors.base import Held
from handlers.commands import EnsureRecord, voucher_correction
from handlers.values import Ref
from tests.connectors.fortnox.stand import Stand, stand
from tests.fakes.pipe import pipe
from tests.fakes.target import FakeTarget

FIELDS = {"Description": "Dagskassa", "TransactionDate": "2026-11-13", "VoucherSeries": "A"}
THING = Ref(system="person", kind="task", id="v1")


def _rows(amount: str) -> dict[str, object]:
    return {
        "VoucherRows": [
            {"Account": 1910, "Debit": amount, "Credit": 0},
            {"Account": 3001, "Debit": 0, "Credit": amount},
        ]
    }


async def _first(here: Stand) -> str:
    made = Ref(system="person", kind="task", id="first")
    settled = await here.carry_out(EnsureRecord(thing=made, resource="vouchers", fields=FIELDS | _rows("125.50")))
    assert settled.link is not None
    return settled.link.number


@pytest.mark.asyncio
@pytest.mark.capability("001-14")
async def test_a_correction_is_a_reversal_and_then_a_new_voucher(tmp_path: Path) -> None:
    """Two commands in this order, also where the reversal's answer is lost; the three sums add up to the new one."""
    async with stand() as here:
        series, number, year = (await _first(here)).split("/")
        commands = voucher_correction(THING, (series, number, year), FIELDS | _rows("130"))
        targets = cast("dict[str, FakeTarget]", {"demo": here.target})
        async with pipe(tmp_path, targets=targets, settle=0.1) as made, made.running():
            await here.fault("answer_lost", "POST", "/3/vouchers")
            ids = await made.add(*commands)
            await made.until("done", *ids)
            assert [(await made.row(outbox_id))["kind"] for outbox_id in ids] == ["reverse_voucher", "ensure_record"]
        vouchers = [
            await here.target.client.request("read_voucher", path=f"/vouchers/{series}/{int(number) + more}")
            for more in range(3)
        ]
        assert vouchers[1]["Description"].startswith(f"Rättelse av {series} {number} ")
        debits = [sum(_debit(row) for row in voucher["VoucherRows"] if row["Account"] == 1910) for voucher in vouchers]
        assert debits == [Decimal("125.50"), Decimal("-125.50"), Decimal(130)]
        assert len({voucher["Description"].split()[-1] for voucher in vouchers}) == 3


def _debit(row: dict[str, object]) -> Decimal:
    return Decimal(str(row["Debit"])) - Decimal(str(row["Credit"]))


@pytest.mark.asyncio
@pytest.mark.capability("001-14")
async def test_a_change_of_a_voucher_is_refused_with_the_way_to_correct_it() -> None:
    """Fortnox has no such call: nothing is sent."""
    async with stand() as here:
        keys = tuple((await _first(here)).split("/"))
        command = EnsureRecord(thing=THING, resource="vouchers", keys=keys, fields={"Comments": "Kvitto saknas"})
        with pytest.raises(Held, match="cannot_be_changed") as asked:
            await here.carry_out(command)
        assert "correct_voucher" in asked.value.remedy
