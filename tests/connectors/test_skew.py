"""Clocks of others: measured from the Date of answers, and told once."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from connectors.skew import ClockSkew
from daemon.health import SkewWatch
from tests.conftest import Lines
from tests.fakes.clock import START, ManualClock


def test_the_date_of_an_answer_tells_how_far_its_clock_is() -> None:
    """Every half minute at most; what cannot be read tells nothing."""
    time = ManualClock()
    skew = ClockSkew(time.clock.now, time.clock.monotonic)
    for nothing in (None, "yesterday"):
        skew.heard(nothing)
        assert skew.seconds is None
    skew.heard(format_datetime(START + timedelta(seconds=90), usegmt=True))
    assert skew.seconds == 90
    skew.heard(format_datetime(datetime(2020, 1, 1, tzinfo=UTC)))
    assert skew.seconds == 90
    time.move(31)
    skew.heard(format_datetime(time.wall - timedelta(seconds=5)))
    assert skew.seconds == -5


class Far:
    """A far side with a clock of its own."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds

    def clock_skew(self) -> float | None:
        """As the test says."""
        return self.seconds


def test_a_wrong_clock_is_said_once_and_so_is_its_end(log_lines: Lines) -> None:
    """The worst of all that know one; who knows none says nothing."""
    watch, north, south = SkewWatch(), Far(None), Far(None)
    assert watch.look({"north": north, "other": object()}) is None
    north.seconds, south.seconds = 2.0, -45.0
    assert [watch.look({"north": north, "south": south}) for _ in range(3)] == [-45.0] * 3
    south.seconds = 1.0
    assert [watch.look({"north": north, "south": south}) for _ in range(2)] == [2.0] * 2
    assert log_lines.named("clock.skewed") == [{"against": "fortnox.south", "skew_s": -45.0}]
    assert log_lines.named("clock.steady") == [{"against": "fortnox.north", "skew_s": 2.0}]
