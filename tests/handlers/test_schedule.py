"""The calendar of schedules: which days, which moment, over changes of summer time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from handlers.schedule import LOOK_BACK_DAYS, is_due_on, last_due, moment_of
from handlers.settings.schedules import Schedule
from handlers.settings.workflows import seconds_of
from handlers.values import STOCKHOLM

KINDS = ("daily", "weekdays", "month_end", "quarter_end", "year_end", "vat_period_end", "fiscal_year_end")


def schedule(**chosen: object) -> Schedule:
    """A schedule of one workflow."""
    return Schedule.model_validate({"workflow": "close", **chosen})


@pytest.mark.capability("000-18")
@pytest.mark.parametrize(
    ("at", "day", "moment"),
    [
        ("17:00", date(2026, 7, 1), datetime(2026, 7, 1, 15, tzinfo=UTC)),
        ("17:00", date(2026, 12, 1), datetime(2026, 12, 1, 16, tzinfo=UTC)),
        ("02:30", date(2026, 3, 29), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("02:30", date(2026, 10, 25), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
    ids=["summer", "winter", "an hour that is skipped", "an hour that comes twice"],
)
def test_the_time_of_day_is_stockholms(at: str, day: date, moment: datetime) -> None:
    """Also on the two days of the year that have not 24 hours."""
    assert moment_of(schedule(at=at), day) == moment


@pytest.mark.capability("000-37")
@pytest.mark.parametrize(
    ("chosen", "days"),
    [
        ({"on": "month_end"}, [(2028, 2, 29), (2026, 4, 30)]),
        ({"on": "quarter_end"}, [(2026, 3, 31), (2026, 12, 31)]),
        ({"on": "year_end"}, [(2026, 12, 31)]),
        ({"on": "vat_period_end", "vat_period": "month"}, [(2026, 2, 28)]),
        ({"on": "vat_period_end", "vat_period": "year"}, [(2026, 12, 31)]),
        ({"on": "fiscal_year_end", "fiscal_year_ends_in": 6}, [(2026, 6, 30)]),
        ({"on": "weekdays"}, [(2026, 11, 27)]),
    ],
)
def test_periods_end_on_their_last_day(chosen: dict[str, object], days: list[tuple[int, int, int]]) -> None:
    """And neither on the day before nor on the one after, but for weekdays."""
    for year, month, day in days:
        own = date(year, month, day)
        assert is_due_on(schedule(**chosen), own)
        assert not is_due_on(schedule(**chosen), own + timedelta(days=1))


def test_days_after_a_period_name_the_period() -> None:
    """Three days after a quarter is still about that quarter."""
    found = last_due(schedule(on="quarter_end", days_after=3, at="06:00"), datetime(2027, 1, 10, tzinfo=UTC))
    assert found == (date(2026, 12, 31), datetime(2027, 1, 3, 5, tzinfo=UTC))


@given(
    st.builds(
        schedule,
        on=st.sampled_from(KINDS),
        at=st.times().map(lambda time: time.strftime("%H:%M")),
        days_after=st.integers(0, 60),
        fiscal_year_ends_in=st.integers(1, 12),
    ),
    st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds of it
)
def test_what_came_due_last_is_due_and_was_not_later(chosen: Schedule, moment: datetime) -> None:
    """Never in the future, never on a day that is none, and asked a moment later still the same."""
    found = last_due(chosen, moment)
    assert found is not None
    period, due = found
    assert due <= moment < due + timedelta(days=LOOK_BACK_DAYS + 61)
    assert is_due_on(chosen, period)
    assert due.astimezone(STOCKHOLM).date() == period + timedelta(days=chosen.days_after)
    assert last_due(chosen, due) == found


@pytest.mark.parametrize("at", ["24:00", "7:00", "17.00", ""])
def test_a_time_that_is_none_is_refused(at: str) -> None:
    """At the start, not at night."""
    with pytest.raises(ValidationError, match="time of day"):
        schedule(at=at)


def test_waits_are_said_in_words() -> None:
    """Whole numbers of one unit, a year at most."""
    assert [seconds_of(text) for text in ("1 second", "90 minutes", "2 days")] == [1, 5400, 172_800]
    for text in ("2d", "day", "1.5 hours", "-1 days", "99999 weeks"):
        with pytest.raises(ValueError, match="must be"):
            seconds_of(text)
