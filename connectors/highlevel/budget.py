"""How many calls HighLevel takes from us: a window and a day, both corrected by what its answers say."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta

from connectors.base import Throttled
from connectors.highlevel.settings import Api
from connectors.window import Window

SYSTEM = "highlevel"
BURST_LIMIT, BURST_LEFT = "x-ratelimit-max", "x-ratelimit-remaining"
DAY_LIMIT, DAY_LEFT = "x-ratelimit-limit-daily", "x-ratelimit-daily-remaining"


class Budget:
    """The budget of one source (HighLevel facts, section 2: 100 calls in 10 seconds, 200,000 a day).

    Other programs may share it, so that answers may say that less is left than we think: then that counts. When a day
    begins is not published; it is taken to be midnight UTC.
    """

    def __init__(self, settings: Api, window: Window, clock: Callable[[], datetime]) -> None:
        """``window`` is the one that every call of the source waits for; ``clock`` gives aware moments."""
        self._settings = settings
        self._window = window
        self._clock = clock
        self._limit = settings.daily_calls
        self._left = settings.daily_calls
        self._day = clock().astimezone(UTC).date()

    @property
    def left_today(self) -> int:
        """Calls left until midnight UTC."""
        self._turn()
        return self._left

    def spend(self, operation: str) -> None:
        """Count one call that is about to leave. Raises ``Throttled`` until the next day where none is left."""
        self._turn()
        if self._left <= 0:
            now = self._clock().astimezone(UTC)
            midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
            raise Throttled(after=midnight - now, system=SYSTEM, operation=operation)
        self._left -= 1

    def heard(self, headers: Mapping[str, str]) -> None:
        """Obey what an answer says of what is left; names are lower case, what cannot be read says nothing."""
        self._turn()
        limit, left = _count(headers.get(DAY_LIMIT)), _count(headers.get(DAY_LEFT))
        if limit:
            self._limit = min(self._settings.daily_calls, limit)
        self._left = min(self._left, self._limit, self._limit if left is None else left)
        burst, burst_left = _count(headers.get(BURST_LIMIT)), _count(headers.get(BURST_LEFT))
        if burst:
            self._window.calls = min(self._settings.window_calls, burst)
        if burst_left is not None:
            self._window.obey(burst_left)

    def _turn(self) -> None:
        today = self._clock().astimezone(UTC).date()
        if today != self._day:
            self._day, self._left = today, self._limit


def _count(text: str | None) -> int | None:
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 12 else None
