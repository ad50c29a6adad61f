"""How far another side's clock is from ours, told by the Date of its answers."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MEASURE_SECONDS = 30.0
"""Answers in between are not looked at: a clock does not run away within seconds."""


class ClockSkew:
    """The newest measurement; the Date header counts whole seconds, so a second or two mean nothing."""

    def __init__(self, clock: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        """``clock`` gives aware moments, ``monotonic`` seconds."""
        self._clock = clock
        self._monotonic = monotonic
        self._next = float("-inf")
        self.seconds: float | None = None

    def heard(self, date: str | None) -> None:
        """An answer came just now with this ``Date``; one that cannot be read tells nothing."""
        if date is None or self._monotonic() < self._next:
            return
        try:
            theirs = parsedate_to_datetime(date)
        except ValueError:
            return
        self._next = self._monotonic() + MEASURE_SECONDS
        self.seconds = ((theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)) - self._clock()).total_seconds()
