"""Tells an outage of the far side from the trouble of one command, and remembers whom it cost an attempt."""

from collections.abc import Sequence


class Outage:
    """Counts transient failures in a row: three, from at least two lanes, with no success between, are an outage.

    No connection at all is one at once. Failures of a single lane only ever count as that command's attempts. An outage
    is *proved* when no connection is made or a probe fails too; until then the failures that showed it may be the
    commands' own trouble, and they keep what they cost.
    """

    FAILURES = 3
    LANES = 2

    def __init__(self) -> None:
        self.on = False
        self.proved = False
        self._failures = 0
        self._lanes: set[str] = set()
        self._cost: list[int] = []

    def failed(self, lane: str, outbox_id: int | None = None) -> None:
        """A call of ``lane`` failed in a way that may pass; ``outbox_id`` is the command that it cost an attempt."""
        self._failures += 1
        self._lanes.add(lane)
        if outbox_id is not None:
            self._cost.append(outbox_id)
        if self._failures >= self.FAILURES and len(self._lanes) >= self.LANES:
            self.on = True

    def unreachable(self) -> None:
        """No connection could be made, or a probe failed."""
        self.on = True
        self.proved = True

    def succeeded(self) -> None:
        """The far side answered: whatever was counted is over."""
        self._failures = 0
        self._lanes.clear()
        self._cost.clear()
        self.on = False
        self.proved = False

    @property
    def owed(self) -> Sequence[int]:
        """Commands that failures of this proved outage cost an attempt, each as often as it did."""
        return tuple(self._cost) if self.proved else ()

    def given_back(self, owed: Sequence[int]) -> None:
        """What was ``owed`` is on disk; failures heard meanwhile stand behind it and stay."""
        del self._cost[: len(owed)]
