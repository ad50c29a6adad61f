"""The sliding window of calls per client id and tenant (Fortnox facts, 3)."""

import math
from collections import deque

from connectors.fortnox.simulator.settings import CompanySettings


class RateWindow:
    """Remembers the arrivals of one client at one company, in seconds of the monotonic clock."""

    def __init__(self) -> None:
        self._arrivals: deque[float] = deque()

    def admits(self, arrival: float, settings: CompanySettings) -> bool:
        """Count a call on arrival; False when the window was full, in which case it counts only if so switched.

        A limit of 0 means that there is no window.
        """
        if settings.rate_limit == 0:
            return True
        while self._arrivals and arrival - self._arrivals[0] >= settings.rate_window_seconds:
            self._arrivals.popleft()
        admitted = len(self._arrivals) < settings.rate_limit
        if admitted or settings.count_refused_calls:
            self._arrivals.append(arrival)
        return admitted

    def seconds_until_free(self, now: float, settings: CompanySettings) -> int:
        """Give the whole seconds until a place comes free, at least 1, for `Retry-After`."""
        if len(self._arrivals) < settings.rate_limit:
            return max(1, math.ceil(settings.rate_window_seconds))
        frees = self._arrivals[-settings.rate_limit] + settings.rate_window_seconds
        return max(1, math.ceil(frees - now))
