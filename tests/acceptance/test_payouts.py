"""A payout is one voucher, whatever is lost on the way; what is missing or closed is asked about."""

from datetime import date
from pathlib import Path

import pytest

from daemon.requests import Retry
from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.senders import Json

PLAN = CompanyPlan(
    sections="""[companies.demo.bookkeeping]
closed_period = "ask"
[companies.demo.payouts]
voucher_series = "A"
bank_account = 1930
clearing_account = 1580
fee_account = 6570
reverse_charge_output_account = 2614
reverse_charge_input_account = 2645
"""
)
LOCKED: Json = {"locked_until": date(2026, 11, 30), "financial_years": (2026, 2027)}


def payout(number: str, day: str, *, version: int = 1, fee: str = "29.00") -> Json:
    """1,000.00 sold by card, and a fee from another EU country."""
    data: Json = {
        "payout_id": number,
        "version": version,
        "currency": "SEK",
        "sales": [{"method": "card", "amount": "1000.00"}],
        "fees": [{"amount": fee, "vat": "eu"}],
        "net": "971.00",
    }
    return {"type": "payout.paid", "timestamp": f"{day}T06:00:00Z", "data": data}


@pytest.mark.asyncio
@pytest.mark.capability("f29", "f51", "000-21")
async def test_a_payout_is_one_voucher_also_when_the_answer_is_lost(tmp_path: Path) -> None:
    """The voucher is found by our mark; the payout told again makes none; one that does not add up is held."""
    async with scene(tmp_path, PLAN) as stage:
        await stage.control("faults", {"fault": "answer_lost", "method": "POST", "path": "/3/vouchers"})
        await stage.send(payout("po-1", "2026-11-16"))
        await stage.settle()
        await stage.send(payout("po-1", "2026-11-16", version=2), payout("po-2", "2026-11-17", fee="28.00"))
        await stage.settle()
        assert {state for _, state, _ in stage.commands()} == {"done"}
        (voucher,) = (await stage.state())["vouchers"]
        rows = [(row["Account"], float(row["Debit"]), float(row["Credit"])) for row in voucher["VoucherRows"]]
        assert rows == [(1930, 971, 0), (6570, 29, 0), (2645, 7.25, 0), (2614, 0, 7.25), (1580, 0, 1000)]
        assert voucher["Description"].startswith("Utbetalning shop po-1 ")
        [(question,)] = stage.rows("SELECT question FROM inbox WHERE state = 'held'")
        assert question.startswith("the payout does not add up, in SEK: 1000.00 sold less 28.00 of fees is not 971.00")


@pytest.mark.asyncio
@pytest.mark.capability("f29", "f42")
async def test_a_payout_in_a_closed_period_is_moved_once_a_person_allows_it(tmp_path: Path) -> None:
    """As an invoice's: the question names both days; a fee that was asked about waits for its accounts, all named."""
    async with scene(tmp_path, PLAN, simulator=LOCKED) as stage:
        await stage.send(payout("po-1", "2026-11-16"))
        await stage.settle()
        [(number, reason, question)] = stage.rows("SELECT id, reason, question FROM outbox WHERE state = 'held'")
        assert reason == "period_closed"
        assert "The voucher is dated 2026-11-16" in question
        await stage.act(Retry(person="anna", id=f"out-{number}", allow=True))
        await stage.settle()
        await stage.send(payout("po-1", "2026-11-16", version=2))
        await stage.settle()
        assert {state for _, state, _ in stage.commands()} == {"done"}, (
            "told again it keeps the day that it was moved to"
        )
        assert [one["TransactionDate"] for one in (await stage.state())["vouchers"]] == ["2026-12-01"]
