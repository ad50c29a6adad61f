"""Days that the books are closed for: held, moved to the next open day, or moved once a person allows it."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.open_days import first_open
from daemon.requests import Retry
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import Json, order

LOCKED: Json = {"locked_until": date(2026, 11, 30), "financial_years": (2026, 2027)}
YEARS = ((date(2026, 1, 1), date(2026, 12, 31)), (date(2028, 1, 1), date(2028, 12, 31)))


def chosen(word: str) -> CompanyPlan:
    """A company that does this with a closed period."""
    return CompanyPlan(sections=f'[companies.demo.bookkeeping]\nclosed_period = "{word}"')


async def dates(stage: Scene) -> list[tuple[str, str, bool]]:
    """Date and due date of each invoice, and whether it is booked."""
    made = (await stage.state())["invoices"]
    return [(invoice["InvoiceDate"], invoice["DueDate"], invoice["Booked"]) for invoice in made]


@pytest.mark.asyncio
@pytest.mark.capability("f42")
async def test_what_is_held_waits_for_the_period_to_be_opened(tmp_path: Path) -> None:
    """Fortnox refuses the booking; nothing is dated otherwise than the source says."""
    async with scene(tmp_path, chosen("hold"), simulator=LOCKED) as stage:
        await stage.send(order("SO-1", "order.paid"))
        await stage.settle()
        assert await dates(stage) == [("2026-11-13", "2026-12-13", False)]
        [(number, reason)] = stage.rows("SELECT id, reason FROM outbox WHERE state = 'parked'")
        assert reason == "period_locked"
        await stage.control("settings", {"locked_until": None})
        await stage.act(Retry(person="anna", id=f"out-{number}"))
        await stage.settle()
        assert await dates(stage) == [("2026-11-13", "2026-12-13", True)]


@pytest.mark.asyncio
@pytest.mark.capability("f42")
async def test_the_next_open_day_is_taken_for_invoice_and_payment(tmp_path: Path) -> None:
    """Both are booked on the first day after the lock, and stay there when the sale comes again."""
    async with scene(tmp_path, chosen("next_open_day"), simulator=LOCKED) as stage:
        await stage.send(order("SO-1", version=1))
        await stage.settle()
        assert await dates(stage) == [("2026-12-01", "2026-12-13", False)]
        await stage.send(order("SO-1", "order.paid", version=2))
        await stage.settle()
        assert await dates(stage) == [("2026-12-01", "2026-12-13", True)]
        (payment,) = (await stage.state())["payments"]
        assert (payment["PaymentDate"], payment["Booked"]) == ("2026-12-01", True)


@pytest.mark.asyncio
@pytest.mark.capability("f42")
async def test_a_person_is_asked_once_for_the_sale(tmp_path: Path) -> None:
    """The question names both days; the payment of an invoice that was moved follows it."""
    async with scene(tmp_path, chosen("ask"), simulator=LOCKED) as stage:
        await stage.send(order("SO-1", "order.paid"))
        await stage.settle()
        assert await dates(stage) == []
        [(number, reason, question)] = stage.rows("SELECT id, reason, question FROM outbox WHERE state = 'held'")
        assert reason == "period_closed"
        assert "dated 2026-11-13" in question
        assert "--allow to date it 2026-12-01" in question
        await stage.act(Retry(person="anna", id=f"out-{number}", allow=True))
        await stage.settle()
        assert await dates(stage) == [("2026-12-01", "2026-12-13", True)]
        assert [payment["Booked"] for payment in (await stage.state())["payments"]] == [True]


@pytest.mark.parametrize(
    ("day", "locked", "wanted"),
    [
        ("2026-11-13", None, "2026-11-13"),
        ("2026-11-13", "2026-11-12", "2026-11-13"),
        ("2026-11-13", "2026-11-13", "2026-11-14"),
        ("2026-12-13", "2026-12-31", "2028-01-01"),
        ("2027-05-05", None, "2028-01-01"),
        ("2025-12-31", None, "2026-01-01"),
        ("2029-01-01", None, None),
        ("2028-12-31", "2028-12-31", None),
    ],
)
def test_the_first_open_day_by_hand(day: str, locked: str | None, wanted: str | None) -> None:
    """2026 and 2028 exist, 2027 was never created."""
    found = first_open(date.fromisoformat(day), date.fromisoformat(locked) if locked else None, YEARS)
    assert found == (date.fromisoformat(wanted) if wanted else None)


@given(st.dates(date(2025, 1, 1), date(2029, 12, 31)), st.none() | st.dates(date(2025, 1, 1), date(2029, 12, 31)))
def test_a_day_that_is_found_is_open_and_the_first(day: date, locked: date | None) -> None:
    """In a year, after the lock, and nothing between is."""
    found = first_open(day, locked, YEARS)

    def is_open(one: date) -> bool:
        return (locked is None or one > locked) and any(begins <= one <= ends for begins, ends in YEARS)

    days = [date.fromordinal(one) for one in range(day.toordinal(), date(2030, 1, 1).toordinal())]
    assert found == next((one for one in days if is_open(one)), None)
