"""Where polling one list stands: what to ask next, and what an answer adds; pure.

The list is walked by ``modDate``, never by offset, because offsets shift while records change (Upsales facts, section
2). A page asks for everything from a moment on; what stands at its last moment may be cut, so the next page begins with
that moment again. A run of equal moments that fills a whole page is walked by id. A change may become visible some
time after its own moment: each pass begins that much (the overlap) behind what was past when the pass before began.
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
    ``newest`` is the latest change seen, ``horizon`` the time at which this pass began (``None`` before its first
    page); ``seen`` holds (id, change) of what was given and may be met again.
    """

    floor: datetime
    since: datetime
    beyond: bool = False
    run_after: int | None = None
    newest: datetime | None = None
    horizon: datetime | None = None
    seen: frozenset[tuple[int, datetime]] = field(default_factory=frozenset)

    @classmethod
    def read(cls, stored: Json) -> "Position":
        """From the stored form."""
        return cls(
            floor=wire.read_moment(stored["floor"]),
            since=wire.read_moment(stored["since"]),
            beyond=bool(stored["beyond"]),
            run_after=stored["run_after"],
            newest=_optional(stored["newest"]),
            horizon=_optional(stored["horizon"]),
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
            "horizon": None if self.horizon is None else wire.stamp(self.horizon),
            "seen": [[number, wire.stamp(changed)] for number, changed in sorted(self.seen, key=lambda one: one[::-1])],
        }

    def query(self, limit: int) -> dict[str, str]:
        """The parameters of the next page."""
        moment = wire.stamp(self.since)
        if self.run_after is not None:
            return {"modDate": f"eq:{moment}", "id": f"gt:{self.run_after}", "sort": "id", "limit": str(limit)}
        return {"modDate": f"{'gt' if self.beyond else 'gte'}:{moment}", "sort": "modDate", "limit": str(limit)}

    def after(
        self, entries: Sequence[Entry], limit: int, overlap: timedelta, asked_at: datetime
    ) -> tuple[list[Entry], "Position", bool]:
        """What a page of at most ``limit`` adds: the new entries, the next position, and whether more is waiting.

        ``asked_at`` is our own time before the page was asked for. Raises :class:`OutOfOrder`.
        """
        self._check(entries)
        if self.horizon is None:
            # A clock of ours that is behind costs reading; what was seen before is surely past.
            return replace(self, horizon=max(asked_at, self.newest or self.floor)).after(
                entries, limit, overlap, asked_at
            )
        if self.run_after is None and len(entries) >= limit and entries[0].changed == entries[-1].changed:
            return [], replace(self, since=entries[0].changed, beyond=False, run_after=0), True
        found, moved = self._given(entries, overlap)
        if self.run_after is not None:
            ended = len(entries) < limit
            return found, replace(moved, run_after=None if ended else entries[-1].id, beyond=ended), True
        if len(entries) >= limit:
            return found, replace(moved, since=entries[-1].changed, beyond=False), True
        return found, replace(moved, since=moved.certain(overlap), beyond=False, horizon=None), False

    def certain(self, overlap: timedelta) -> datetime:
        """Everything changed before this was visible when the pass began, so it was given."""
        newest = self.floor if self.newest is None else self.newest
        return max(min(newest, self.horizon or newest) - overlap, self.floor)

    def _given(self, entries: Sequence[Entry], overlap: timedelta) -> tuple[list[Entry], "Position"]:
        found = [entry for entry in entries if (entry.id, entry.changed) not in self.seen]
        changes = [entry.changed for entry in entries] + ([] if self.newest is None else [self.newest])
        moved = replace(self, newest=max(changes, default=None))
        behind = min(moved.certain(overlap), self.since)
        seen = self.seen | {(entry.id, entry.changed) for entry in found}
        met_again = sorted((one for one in seen if one[1] >= behind), key=lambda one: one[::-1])
        return found, replace(moved, seen=frozenset(met_again[-MOST_SEEN:]))

    def _check(self, entries: Sequence[Entry]) -> None:
        if self.run_after is not None:
            ids = [self.run_after, *(entry.id for entry in entries)]
            right = all(a < b for a, b in pairwise(ids)) and all(entry.changed == self.since for entry in entries)
        else:
            moments = [self.since, *(entry.changed for entry in entries)]
            right = all(a <= b for a, b in pairwise(moments))
        if not right:
            raise OutOfOrder("the records are not filtered or sorted as asked")


def _optional(text: str | None) -> datetime | None:
    return None if text is None else wire.read_moment(text)


def entry(record: object) -> Entry | None:
    """A record of a page; ``None`` where it has no id or time, without which nothing can be walked."""
    if not isinstance(record, dict):
        return None
    number = callbacks.identifier(record.get("id"))
    try:
        return Entry(int(number or ""), wire.read_moment(record.get("modDate")), record)
    except ValueError:
        return None
