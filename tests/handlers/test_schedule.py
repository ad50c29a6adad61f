"""The calendar of schedules: last days of periods, days after them, and the hours that summer time takes and gives."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from handlers.schedule import last_due
from handlers.settings.schedules import Schedule


@pytest.mark.capability("000-37")
@pytest.mark.parametrize(
    ("given", "now", "day", "moment"),
    [
        ({"on": "month_end"}, "2026-03-01T12:00Z", "2026-02-28", "2026-02-28T16:00Z"),
        ({"on": "month_end"}, "2028-03-01T12:00Z", "2028-02-29", "2028-02-29T16:00Z"),
        ({"on": "quarter_end"}, "2026-11-13T12:00Z", "2026-09-30", "2026-09-30T15:00Z"),
        ({"on": "quarter_end", "days_after": 10}, "2026-10-09T12:00Z", "2026-06-30", "2026-07-10T15:00Z"),
        ({"on": "quarter_end", "days_after": 10}, "2026-10-10T15:00Z", "2026-09-30", "2026-10-10T15:00Z"),
        ({"on": "vat_period_end", "vat_period": "month"}, "2026-11-13T12:00Z", "2026-10-31", "2026-10-31T16:00Z"),
        ({"on": "vat_period_end", "vat_period": "year"}, "2026-11-13T12:00Z", "2025-12-31", "2025-12-31T16:00Z"),
        ({"on": "fiscal_year_end", "fiscal_year_ends_in": 4}, "2026-11-13T12:00Z", "2026-04-30", "2026-04-30T15:00Z"),
        ({"on": "weekdays"}, "2026-11-15T20:00Z", "2026-11-13", "2026-11-13T16:00Z"),
        ({"at": "02:30"}, "2026-03-29T12:00Z", "2026-03-29", "2026-03-29T01:30Z"),
        ({"at": "02:30"}, "2026-10-25T12:00Z", "2026-10-25", "2026-10-25T00:30Z"),
    ],
)
def test_a_period_comes_due_on_its_last_day_or_days_after(
    given: dict[str, Any], now: str, day: str, moment: str
) -> None:
    """By Stockholm's clock; figures by hand. What is not yet due today is due of the period before."""
    due = last_due(Schedule(workflow="x", **given), datetime.fromisoformat(now))
    assert due == (date.fromisoformat(day), datetime.fromisoformat(moment).astimezone(UTC))
