"""Tells an outage of the far side from the trouble of one command."""


class Outage:
    """Counts transient failures in a row: three, from at least two lanes, with no success between, are an outage.

    No connection at all is one at once. Failures of a single lane only ever count as that command's attempts.
    """

    FAILURES = 3
    LANES = 2

    def __init__(self) -> None:
        self.on = False
        self._failures = 0
        self._lanes: set[str] = set()

    def failed(self, lane: str) -> None:
        """A call of ``lane`` failed in a way that may pass."""
        self._failures += 1
        self._lanes.add(lane)
        if self._failures >= self.FAILURES and len(self._lanes) >= self.LANES:
            self.on = True

    def unreachable(self) -> None:
        """No connection could be made."""
        self.on = True

    def succeeded(self) -> None:
        """The far side answered: whatever was counted is over."""
        self._failures = 0
        self._lanes.clear()
        self.on = False
