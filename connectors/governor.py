"""How much of a rate window is permitted just now: half after a refusal, then one call more for each clean window."""

from collections.abc import Callable
from math import inf

FLOOR = 1
"""Calls per window that are always permitted: whoever sends nothing never learns that it may send again."""

Told = Callable[[int, int], None]
"""Hears how many calls are permitted now, and of how many; the two are equal when all is as it was again."""


class Governor:
    """Additive increase and multiplicative decrease (as in RFC 5681, section 3.1) over the ceiling of one window.

    A refusal (429) although we kept to the ceiling means that somebody else spends the same budget: then half of what
    was permitted must do. Time is monotonic and only ever asked for, so the same refusals give the same course.
    """

    def __init__(self, ceiling: int, seconds: float, *, monotonic: Callable[[], float]) -> None:
        """``ceiling`` is the most calls in any ``seconds``; 0 means no limit, and then nothing is halved."""
        self.ceiling = ceiling
        self.seconds = seconds
        self.since: float | None = None
        """Since when less than the ceiling is permitted; ``None`` while all of it is."""
        self._monotonic = monotonic
        self._halved_to = 0
        self._clean_from = 0.0
        self._listeners: list[Told] = []

    def listen(self, told: Told) -> None:
        """Let ``told`` hear of each halving, and once when the whole ceiling is permitted again."""
        self._listeners.append(told)

    def permitted(self) -> int:
        """How many calls of the ceiling are permitted now."""
        if self.since is None:
            return self.ceiling
        clean = int((self._monotonic() - self._clean_from) // self.seconds)
        permitted = self._halved_to + max(0, clean)
        if permitted < self.ceiling:
            return permitted
        self.since = None
        self._tell(self.ceiling)
        return self.ceiling

    def grows_at(self) -> float:
        """The moment from which one call more is permitted; infinite at the ceiling."""
        permitted = self.permitted()
        if self.since is None:
            return inf
        return self._clean_from + (permitted + 1 - self._halved_to) * self.seconds

    def refused(self, until: float, *, known: bool) -> None:
        """A call was refused, and nothing leaves before ``until``: from then on clean windows count.

        ``known`` is true for a call that was under way when an earlier refusal came: one cause halves once.
        """
        if self.ceiling == 0:
            return
        permitted = self.permitted()
        self._clean_from = max(self._clean_from, until)
        if known:
            return
        self._halved_to = max(FLOOR, permitted // 2)
        if self._halved_to < self.ceiling:
            self.since = self._monotonic() if self.since is None else self.since
            self._tell(self._halved_to)

    def _tell(self, permitted: int) -> None:
        for told in self._listeners:
            told(permitted, self.ceiling)
