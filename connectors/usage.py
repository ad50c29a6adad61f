"""How many calls one company has made, to compare with what the far side's own statistics say."""

from dataclasses import dataclass


@dataclass(slots=True)
class Usage:
    """Calls that left since they were last taken to disk; ``throttled`` are those of them that were answered 429."""

    calls: int = 0
    throttled: int = 0

    def left(self) -> None:
        """One call left us, whatever became of it."""
        self.calls += 1

    def refused(self) -> None:
        """One of them was answered 429."""
        self.throttled += 1

    def taken(self, calls: int, throttled: int) -> None:
        """So many of them are on disk now; what left meanwhile stays."""
        self.calls -= calls
        self.throttled -= throttled
