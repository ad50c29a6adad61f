"""Brakes: what is larger, or comes faster, than a company allows is held with an alert, and goes on a person's word."""

from pathlib import Path

import pytest

from daemon.requests import Retry
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.conftest import Lines
from tests.fakes.senders import order

AMOUNT = "[companies.demo.brakes]\nmax_document_kronor = 20000"
PACE = "[companies.demo.brakes]\nmax_documents_per_hour = 3"
HELD = "SELECT id, reason, question FROM outbox WHERE state = 'held' ORDER BY id"


async def totals(stage: Scene) -> list[str]:
    """What the invoices in Fortnox come to."""
    return [str(invoice["Total"]) for invoice in (await stage.state())["invoices"]]


@pytest.mark.asyncio
async def test_a_document_above_the_brake_is_held_until_a_person_allows_it(tmp_path: Path, log_lines: Lines) -> None:
    """20,000 kronor pass. 25,000 do not, nor do 2,000 euro at 11.40, until each is allowed by name."""
    async with scene(tmp_path, CompanyPlan(sections=AMOUNT)) as stage:
        await stage.send(
            order("SO-1", price="16000.00"),
            order("SO-2", price="20000.00"),
            order("SO-3", price="1600.00", currency="EUR", currency_rate="11.40"),
        )
        await stage.settle()
        assert await totals(stage) == ["20000"]
        (large, reason, question), (euro, _, other) = stage.rows(HELD)
        assert (reason, "25000 kronor" in question, "22800 kronor" in other) == ("above_brake", True, True)
        alerts = sorted((alert["outbox_id"], alert["reason"]) for alert in log_lines.named("brake.held"))
        assert alerts == [(large, reason), (euro, reason)]
        await stage.act(Retry(person="anna", id=f"out-{large}"))
        await stage.settle()
        assert await totals(stage) == ["20000"]
        await stage.act(Retry(person="anna", id=f"out-{large}", allow=True))
        await stage.settle()
        assert await totals(stage) == ["20000", "25000"]
        assert [number for number, *_ in stage.rows(HELD)] == [euro]
        done = stage.rows("SELECT action FROM action WHERE subject = ? ORDER BY id", f"out-{large}")
        assert done == [("retry",), ("retry --allow",)]


@pytest.mark.asyncio
async def test_a_change_above_the_brake_is_held_too(tmp_path: Path) -> None:
    """The invoice that stands there keeps what it said."""
    async with scene(tmp_path, CompanyPlan(sections=AMOUNT)) as stage:
        await stage.send(order("SO-1", price="8000.00", version=1))
        await stage.settle()
        await stage.send(order("SO-1", price="80000.00", version=2))
        await stage.settle()
        assert await totals(stage) == ["10000"]
        assert [reason for _, reason, _ in stage.rows(HELD)] == ["above_brake"]


@pytest.mark.asyncio
async def test_documents_beyond_the_hour_are_held_all_at_once_allowed(tmp_path: Path, log_lines: Lines) -> None:
    """Of eight at once three go; a person lets the others go in one word; a change makes no new document."""
    async with scene(tmp_path, CompanyPlan(sections=PACE)) as stage:
        await stage.send(*(order(f"SO-{number}", price="100.00", version=1) for number in range(8)))
        await stage.settle()
        assert len(await totals(stage)) == 3
        assert {reason for _, reason, _ in stage.rows(HELD)} == {"too_many_documents"}
        assert len(log_lines.named("brake.held")) == 5
        [(made,)] = stage.rows(
            "SELECT i.number FROM outbox o JOIN inbox i ON i.id = o.inbox_id"
            " WHERE o.kind = 'ensure_invoice' AND o.state = 'done' LIMIT 1"
        )
        await stage.send(order(made, price="200.00", version=2))
        await stage.settle()
        assert sorted(await totals(stage)) == ["125", "125", "250"]
        await stage.act(Retry(person="anna", reason="too_many_documents", allow=True))
        await stage.settle()
        assert len(await totals(stage)) == 8
        assert stage.rows(HELD) == []


ANEW = (
    AMOUNT
    + '\n[companies.demo.documents]\nchanged_after_booking = "reissue"\n'
    + ('[companies.demo.rules.book_order]\nfinish = "booked"\n')
)


@pytest.mark.asyncio
async def test_what_was_allowed_a_sale_counts_for_its_later_documents(tmp_path: Path) -> None:
    """25 000 kronor were allowed: 22 500 of the sale made anew pass, 26 250 and another sale's 25 000 do not."""
    async with scene(tmp_path, CompanyPlan(sections=ANEW)) as stage:
        await stage.send(order("SO-1", price="20000.00", version=1), order("SO-2", price="1000.00", version=1))
        await stage.settle()
        ((large, reason, _),) = stage.rows(HELD)
        assert reason == "above_brake"
        await stage.act(Retry(person="anna", id=f"out-{large}", allow=True))
        await stage.settle()
        await stage.send(order("SO-1", price="18000.00", version=2))
        await stage.settle()
        assert (stage.rows(HELD), await totals(stage)) == ([], ["1250", "25000", "-25000", "22500"])
        assert stage.rows("SELECT question, answer FROM answer") == [("above_brake:SEK", "25000.00")]
        await stage.send(order("SO-1", price="21000.00", version=3), order("SO-3", price="20000.00"))
        await stage.settle()
        assert sorted((reason, text[:25]) for _, reason, text in stage.rows(HELD)) == [
            ("above_brake", "It comes to 25000 kronor,"),
            ("above_brake", "It comes to 26250 kronor,"),
        ]
