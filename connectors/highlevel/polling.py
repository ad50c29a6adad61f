"""Where polling stands: which kind, which days, which page; a cursor of days, so that no equal times are skipped."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from connectors.base import Json, Later
from connectors.highlevel.budget import SYSTEM
from connectors.highlevel.settings import Api, Polled

LIMIT = 100
MOST_REPEATS = 2
"""How often a sweep begins again because something was deleted meanwhile, which moves records to pages seen already."""

LISTS: Mapping[str, tuple[str, ...]] = {
    "surveys": ("submissions",),
    "orders": ("data", "orders"),
    "invoices": ("invoices", "data"),
}


@dataclass(frozen=True, slots=True)
class Sweep:
    """One reading of one kind from ``first`` to ``last`` (days, both included): ``page`` is next, ``seen`` are behind.

    ``total`` is what the first page stated.
    """

    what: Polled
    first: str
    last: str
    page: int = 1
    seen: int = 0
    total: int | None = None
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """The cursor: the day up to which each kind was read whole, and the sweep under way."""

    done: Mapping[str, str]
    sweep: Sweep | None

    @classmethod
    def read(cls, cursor: Json | None) -> "Progress":
        """From what :meth:`written` gave; ``None`` at first."""
        if cursor is None:
            return cls({}, None)
        under_way = cursor.get("sweep")
        return cls(dict(cursor["done"]), Sweep(**under_way) if under_way else None)

    def written(self) -> Json:
        """As it goes to disk."""
        return {"done": dict(self.done), "sweep": asdict(self.sweep) if self.sweep else None}


def begun(progress: Progress, settings: Api, today: date, since: date) -> Progress:
    """The progress with a sweep to go on with: the one under way, else a new one of the first kind."""
    if progress.sweep is not None and progress.sweep.what in settings.poll:
        return progress
    return replace(progress, sweep=_sweep(progress, settings.poll[0], settings, today, since))


def advanced(
    progress: Progress, sweep: Sweep, answer: Json, count: int, settings: Api, today: date, since: date
) -> Progress:
    """What follows a page of ``count`` records: the next page, the same kind again, the next kind, or the end."""
    seen, total = sweep.seen + count, _total(answer)
    first_total = sweep.total if sweep.page > 1 else total
    if count and _more(answer, count, seen, total):
        return replace(progress, sweep=replace(sweep, page=sweep.page + 1, seen=seen, total=first_total))
    if total is not None and first_total is not None and total < first_total and sweep.repeats < MOST_REPEATS:
        return replace(progress, sweep=replace(sweep, page=1, seen=0, total=None, repeats=sweep.repeats + 1))
    progress = Progress({**progress.done, sweep.what: sweep.last}, None)
    behind = settings.poll[settings.poll.index(sweep.what) + 1 :]
    return replace(progress, sweep=_sweep(progress, behind[0], settings, today, since)) if behind else progress


def question(sweep: Sweep, location: str) -> tuple[str, dict[str, str]]:
    """Path and parameters of the next page (HighLevel facts, sections 4 and 8)."""
    days = {"startAt": sweep.first, "endAt": sweep.last, "limit": str(LIMIT)}
    if sweep.what == "surveys":
        return "/surveys/submissions", {"locationId": location, "page": str(sweep.page), **days}
    path = "/payments/orders" if sweep.what == "orders" else "/invoices/"
    return path, {"altId": location, "altType": "location", "offset": str(sweep.seen), **days}


def records(what: Polled, answer: Json | None) -> Sequence[Json]:
    """The records of a page. Raises ``Later`` where the answer has no list: nothing is taken for the end by mistake."""
    found = next((answer[name] for name in LISTS[what] if answer and isinstance(answer.get(name), list)), None)
    if found is None or not all(isinstance(record, dict) for record in found):
        raise Later("unreadable", system=SYSTEM, operation=f"poll {what}")
    return list(found)


def _sweep(progress: Progress, what: Polled, settings: Api, today: date, since: date) -> Sweep:
    """From the company's start at first; then from yesterday on, and for what changes later from further back."""
    done = progress.done.get(what)
    first = since
    if done is not None:
        back = timedelta(days=1 if what == "surveys" else settings.look_back_days)
        first = max(since, min(date.fromisoformat(done), today) - back)
    return Sweep(what, min(first, today).isoformat(), today.isoformat())


def _more(answer: Json, count: int, seen: int, total: int | None) -> bool:
    meta = answer.get("meta")
    if isinstance(meta, dict) and "nextPage" in meta:
        return meta["nextPage"] is not None
    return seen < total if total is not None else count >= LIMIT


def _total(answer: Json) -> int | None:
    meta: Any = answer.get("meta")
    places = (meta if isinstance(meta, dict) else {}).get("total"), answer.get("total"), answer.get("totalCount")
    return next((total for total in places if isinstance(total, int) and not isinstance(total, bool)), None)
