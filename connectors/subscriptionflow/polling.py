"""Walks the list of changed invoices page by page: what is found, and a cursor that skips none."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from connectors.base import Json
from connectors.json_body import write_object
from connectors.sources import Found, Page
from connectors.subscriptionflow.callback import VOID, Hint, polled_hint
from connectors.subscriptionflow.loose import read_moment
from connectors.subscriptionflow.settings import SubscriptionFlowSettings
from handlers.values import STOCKHOLM

MOST_WALKS = 3
CLOCKS_APART = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk over the pages, and the cursor between them; every moment is ISO 8601 in UTC.

    ``mark`` is up to where all is known, ``start`` what the list is asked for (earlier by the overlap), ``highest`` the
    newest change seen, ``began`` when the walk began. ``moved`` tells that records changed during it. ``seen`` counts
    the records of the pages before, ``first`` tells the first of them from all others, ``size`` is what was asked for.
    """

    mark: str
    start: str
    began: str
    page: int = 1
    highest: str | None = None
    total: int | None = None
    moved: bool = False
    walks: int = 1
    seen: int = 0
    first: str | None = None
    size: int | None = None


class Polling:
    """How the list is asked for, and what follows from an answer.

    The list's order is not documented. So the mark moves only when a walk has seen every page, the next walk begins
    earlier than it by the overlap, and equal times are never split: the filter is "not before". A record that changes
    while a walk of several pages goes on can push another across the edge of a page; such a walk is made again (three
    times at most; the overlap stands behind it). What is found twice has one key.
    """

    def __init__(self, settings: SubscriptionFlowSettings, clock: Callable[[], datetime]) -> None:
        """``clock`` gives aware moments."""
        self._size = settings.page_size
        self._overlap = timedelta(seconds=settings.poll_overlap_seconds)
        self._clock = clock

    def begin(self, cursor: Json | None, since: date) -> Walk:
        """The walk that ``cursor`` stands in, or a new one; never from before ``since`` (in Stockholm).

        With pages of another size the next one would begin elsewhere: such a walk begins again.
        """
        first = datetime.combine(since, time.min, STOCKHOLM).astimezone(UTC)
        if cursor is not None and cursor.get("page") and cursor.get("size") in {None, self._size}:
            return Walk(**cursor)
        mark = max(first, _moment(cursor["mark"])) if cursor is not None else first
        start = max(first, mark - self._overlap)
        return Walk(mark.isoformat(), start.isoformat(), self._clock().astimezone(UTC).isoformat())

    def query(self, walk: Walk) -> Json:
        """The parameters of a walk's next page."""
        start = _moment(walk.start).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
        return {"filter[updated_at][$gte]": start, **self.paging(walk.page)}

    def query_by_offset(self, walk: Walk) -> Json:
        """The same page, asked for in the words of the filter (SubscriptionFlow facts, section 2)."""
        start = self.query(walk)["filter[updated_at][$gte]"]
        return {"filter[updated_at][$gte]": start, "filter[$limit]": str(self._size), "filter[$offset]": str(walk.seen)}

    def repeats(self, walk: Walk, records: Sequence[Json], answer: Json | None = None) -> bool:
        """Whether the first page came once more, or ``answer`` says that it is another page than the one asked for.

        Such an instance does not know how it was asked: what stands on its other pages was not shown.
        """
        stated = None if answer is None else _count(answer, "current_page")
        return walk.first is not None and (stated not in {None, walk.page} or walk.first == _print(records))

    def paging(self, page: int) -> dict[str, str]:
        """The parameters of one page, under both names that its size goes by."""
        return {"page": str(page), "per_page": str(self._size), "limit": str(self._size)}

    def has_more(self, answer: Json, page: int) -> bool:
        """Whether pages follow: by ``meta.last_page``, else by ``links.next``, else where the page is full."""
        last = _count(answer, "last_page")
        if last is not None:
            return page < last
        links, data = answer.get("links"), answer.get("data")
        held = len(data) if isinstance(data, list) else 0
        if isinstance(links, dict) and "next" in links:
            return held > 0 and bool(links["next"])
        return held >= self._size

    def page(self, walk: Walk, records: Sequence[Json], answer: Json) -> Page:
        """What one answer gives, and where to go on."""
        read = [(record, polled_hint(record)) for record in records]
        changes = [moment for moment in (read_moment(hint.changed) for _, hint in read) if moment is not None]
        total = _count(answer, "total")
        fewer = total is not None and walk.total is not None and total < walk.total
        late = walk.page > 1 and any(moment >= _moment(walk.began) - CLOCKS_APART for moment in changes)
        walk = replace(
            walk,
            highest=max([walk.highest or "", *(moment.isoformat(timespec="microseconds") for moment in changes)])
            or None,
            total=total,
            moved=walk.moved or fewer or late,
        )
        found = [kept for kept in (self._found(*one, walk) for one in read) if kept is not None]
        if self.has_more(answer, walk.page):
            seen, first = walk.seen + len(records), walk.first or _print(records)
            behind = replace(walk, page=walk.page + 1, seen=seen, first=first, size=self._size)
            return Page(found, asdict(behind), more=True)
        if walk.moved and walk.walks < MOST_WALKS:
            began = self._clock().astimezone(UTC).isoformat()
            again = Walk(walk.mark, walk.start, began, highest=walk.highest, walks=walk.walks + 1)
            return Page(found, asdict(again), more=True)
        return Page(found, {"mark": _next_mark(walk)}, more=False)

    def _found(self, record: Json, hint: Hint, walk: Walk) -> Found | None:
        """A paid or voided invoice; an instance that does not know the filter lists older ones too."""
        changed = read_moment(hint.changed)
        if hint.status not in VOID and not hint.paid:
            return None
        if changed is not None and changed < _moment(walk.start):
            return None
        body = write_object({"polled": "invoice", "record": record})
        return Found(hint.key or f"invoice:unnamed:{hashlib.sha256(body).hexdigest()}", body)


def _print(records: Sequence[Json]) -> str | None:
    """What tells a page from others: its records and their changes; ``None`` for an empty one."""
    named = [[str(record.get("id")), polled_hint(record).changed] for record in records]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()[:16] if named else None


def _next_mark(walk: Walk) -> str:
    """The newest change that was seen, but not later than the walk's begin: what changed since may stand on a page
    that was read before."""
    if walk.highest is None:
        return walk.mark
    return max(_moment(walk.mark), min(_moment(walk.highest), _moment(walk.began))).isoformat()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _count(answer: Json, name: str) -> int | None:
    """A number of ``meta``, which may come as text; ``None`` where it is no count."""
    meta = answer.get("meta")
    held = str(meta.get(name, "")) if isinstance(meta, dict) else ""
    return int(held) if held.isascii() and held.isdigit() and len(held) < 10 else None
