"""The calendar of schedules: on which days each comes due, at which moment, over changes of summer time."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

from handlers.settings.schedules import Schedule
from handlers.values import STOCKHOLM

LOOK_BACK_DAYS = 400
"""A yearly schedule is found within so many days."""

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
FRIDAY = 4


def last_due(schedule: Schedule, moment: datetime) -> tuple[date, datetime] | None:
    """The newest moment (aware, UTC) at which it came due at or before ``moment``, and the period's own day.

    ``None`` where there is none within :data:`LOOK_BACK_DAYS`.
    """
    newest = moment.astimezone(STOCKHOLM).date()
    for back in range(LOOK_BACK_DAYS + schedule.days_after):
        day = newest - timedelta(days=back)
        due = moment_of(schedule, day)
        period = day - timedelta(days=schedule.days_after)
        if due <= moment and is_due_on(schedule, period):
            return period, due
    return None


def is_due_on(schedule: Schedule, day: date) -> bool:
    """Whether the day is one of the schedule's, before ``days_after`` are counted."""
    last = day.day == monthrange(day.year, day.month)[1]
    match schedule.on:
        case "daily":
            return True
        case "weekdays":
            return day.weekday() <= FRIDAY
        case "month_end":
            return last
        case "quarter_end":
            return last and day.month % 3 == 0
        case "year_end":
            return last and day.month == 12
        case "vat_period_end":
            return last and day.month % _MONTHS[schedule.vat_period] == 0
        case "fiscal_year_end":
            return last and day.month == schedule.fiscal_year_ends_in


def moment_of(schedule: Schedule, day: date) -> datetime:
    """The schedule's time on a day: an hour that summer time skips counts as the one after it, one that comes twice as
    the first of the two."""
    return datetime.combine(day, time.fromisoformat(schedule.at), STOCKHOLM).astimezone(UTC)
