"""Where polling one list stands: what to ask next, and what an answer adds; pure.

The list is walked by ``modDate``, never by offset, because offsets shift while records change (Upsales facts, section
2). A page asks for everything from a moment on; what stands at its last moment may be cut, so the next page begins with
that moment again. A run of equal moments that fills a whole page is walked by id. Each pass begins some minutes behind
the newest change seen, for changes that became visible late.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from connectors.base import Json
from connectors.upsales import callbacks, wire

MOST_SEEN = 5000
"""How many given records a cursor remembers; those beyond are given again, and the inbox knows them by their key."""


class OutOfOrder(Exception):
    """An answer is not what was asked for, so walking on could skip records; the text names the fault."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of a page, with what the walk needs of it."""

    id: int
    changed: datetime
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Position:
    """Everything changed from ``floor`` until before ``since`` was given (and at it too, where ``beyond``).

    ``run_after`` is the last id given of the run of records changed at exactly ``since``; ``None`` outside a run.
    ``newest`` is the latest change seen; ``seen`` holds (id, change) of what was given and may be met again.
    """

    floor: datetime
    since: datetime
    beyond: bool = False
    run_after: int | None = None
    newest: datetime | None = None
    seen: frozenset[tuple[int, datetime]] = field(default_factory=frozenset)

    @classmethod
    def read(cls, stored: Json) -> "Position":
        """From the stored form."""
        newest = stored.get("newest")
        return cls(
            floor=wire.read_moment(stored["floor"]),
            since=wire.read_moment(stored["since"]),
            beyond=bool(stored["beyond"]),
            run_after=stored["run_after"],
            newest=None if newest is None else wire.read_moment(newest),
            seen=frozenset((int(number), wire.read_moment(changed)) for number, changed in stored["seen"]),
        )

    def stored(self) -> Json:
        """As it goes to disk."""
        return {
            "floor": wire.stamp(self.floor),
            "since": wire.stamp(self.since),
            "beyond": self.beyond,
            "run_after": self.run_after,
            "newest": None if self.newest is None else wire.stamp(self.newest),
            "seen": [[number, wire.stamp(changed)] for number, changed in sorted(self.seen, key=lambda one: one[::-1])],
        }

    def query(self, limit: int) -> dict[str, str]:
        """The parameters of the next page."""
        moment = wire.stamp(self.since)
        if self.run_after is not None:
            return {"modDate": f"eq:{moment}", "id": f"gt:{self.run_after}", "sort": "id", "limit": str(limit)}
        return {"modDate": f"{'gt' if self.beyond else 'gte'}:{moment}", "sort": "modDate", "limit": str(limit)}

    def after(self, entries: Sequence[Entry], limit: int, overlap: timedelta) -> tuple[list[Entry], "Position", bool]:
        """What a page of at most ``limit`` adds: the new entries, the next position, and whether more is waiting.

        Raises :class:`OutOfOrder`.
        """
        self._check(entries)
        if self.run_after is not None:
            return self._run(entries, limit, overlap)
        if len(entries) >= limit and entries[0].changed == entries[-1].changed:
            return [], replace(self, since=entries[0].changed, beyond=False, run_after=0), True
        found, moved = self._given(entries, overlap)
        if len(entries) >= limit:
            return found, replace(moved, since=entries[-1].changed, beyond=False), True
        return found, moved.begin_again(overlap), False

    def _run(self, entries: Sequence[Entry], limit: int, overlap: timedelta) -> tuple[list[Entry], "Position", bool]:
        found, moved = self._given(entries, overlap)
        if len(entries) < limit:
            return found, replace(moved, run_after=None, beyond=True), True
        return found, replace(moved, run_after=entries[-1].id), True

    def _given(self, entries: Sequence[Entry], overlap: timedelta) -> tuple[list[Entry], "Position"]:
        found = [entry for entry in entries if (entry.id, entry.changed) not in self.seen]
        seen = self.seen | {(entry.id, entry.changed) for entry in found}
        newest = max((changed for _, changed in seen), default=self.floor)
        met_again = sorted((one for one in seen if one[1] >= newest - overlap), key=lambda one: one[::-1])
        return found, replace(self, newest=newest, seen=frozenset(met_again[-MOST_SEEN:]))

    def begin_again(self, overlap: timedelta) -> "Position":
        """The end is reached: the next pass looks back, but never behind where the first one began."""
        newest = self.floor if self.newest is None else self.newest
        return replace(self, since=max(newest - overlap, self.floor), beyond=False)

    def _check(self, entries: Sequence[Entry]) -> None:
        if self.run_after is not None:
            ids = [self.run_after, *(entry.id for entry in entries)]
            right = all(a < b for a, b in pairwise(ids)) and all(entry.changed == self.since for entry in entries)
        else:
            moments = [self.since, *(entry.changed for entry in entries)]
            right = all(a <= b for a, b in pairwise(moments))
        if not right:
            raise OutOfOrder("the records are not filtered or sorted as asked")


def entry(record: object) -> Entry | None:
    """A record of a page; ``None`` where it has no id or time, without which nothing can be walked."""
    if not isinstance(record, dict):
        return None
    number = callbacks.identifier(record.get("id"))
    try:
        return Entry(int(number or ""), wire.read_moment(record.get("modDate")), record)
    except ValueError:
        return None
