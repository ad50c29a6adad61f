"""Counts per sender where deliveries and commands stand, from rows read by id: each look costs the same."""

from collections import Counter
from collections.abc import Iterable

from store.watching import Stand

STILL_OPEN = frozenset({"waiting", "reading", "ready", "in_flight", "unknown", "parked", "held"})
RECENT = 200
"""So many of the newest rows are read again with each look: a person may open finished ones again (``replay``)."""
MOST = 1000
"""Older open rows, and new rows, that one look takes; the next look goes on."""


class Tally:
    """The rows of one table. Counts what was seen, by source and state; needs no row twice but open and recent ones."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[str, str]] = {}
        self._open: set[int] = set()
        self._newest = 0
        self._counted: Counter[tuple[str, str]] = Counter()

    @property
    def after(self) -> int:
        """Rows with a higher id are to be read."""
        return max(0, self._newest - RECENT)

    @property
    def wanted(self) -> list[int]:
        """Older rows that are to be read too: the oldest open ones."""
        return sorted(row for row in self._open if row <= self.after)[:MOST]

    def note(self, stands: Iterable[Stand]) -> None:
        """Take in what was read."""
        for stand in stands:
            before = self._seen.get(stand.id)
            if before is not None:
                self._counted[before] -= 1
            self._seen[stand.id] = (stand.source, stand.state)
            self._counted[stand.source, stand.state] += 1
            self._newest = max(self._newest, stand.id)
            if stand.state in STILL_OPEN:
                self._open.add(stand.id)
            else:
                self._open.discard(stand.id)

    def all_of(self, source: str) -> int:
        """How many rows of the source were seen."""
        return sum(count for (name, _), count in self._counted.items() if name == source)

    def of(self, source: str, *states: str) -> int:
        """How many rows of the source are in one of these states."""
        return sum(self._counted[source, state] for state in states)

    def finished(self, source: str) -> int:
        """How many rows of the source have nothing left to do."""
        return self.all_of(source) - self.of(source, *STILL_OPEN)
