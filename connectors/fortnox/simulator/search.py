"""How query parameters select stored objects: contains, prefix, exact, ranges and `lastmodified` (Fortnox facts, 5)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connectors.fortnox.simulator.company import STOCKHOLM, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, invalid_parameter

Predicate = Callable[[Record], bool]
Search = Callable[[str], Predicate]
Filter = Callable[[Record, Moment], bool]

_LAST_MODIFIED = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


ACTIVITY: Mapping[str, Filter] = {
    "active": lambda record, _moment: record.data["Active"],
    "inactive": lambda record, _moment: not record.data["Active"],
}
"""The filters of cards, which are active or not."""


def contains(field: str) -> Search:
    """Match case-insensitively anywhere in a property."""

    def search(wanted: str) -> Predicate:
        needle = wanted.casefold()
        return lambda record: needle in str(record.data[field] or "").casefold()

    return search


def prefix(field: str) -> Search:
    """Match at the beginning of a property (measured for external references; case-insensitive is *our choice*)."""

    def search(wanted: str) -> Predicate:
        needle = wanted.casefold()
        return lambda record: str(record.data[field] or "").casefold().startswith(needle)

    return search


def exactly(field: str) -> Search:
    """Match a property exactly as stored."""
    return lambda wanted: lambda record: str(record.data[field] if record.data[field] is not None else "") == wanted


def flag(field: str) -> Search:
    """Match a true/false property, stored as such or as text."""

    def search(wanted: str) -> Predicate:
        if wanted not in ("true", "false"):
            raise invalid_parameter(field.lower())
        return lambda record: str(record.data[field]).lower() == wanted

    return search


def each(fields: str, kind: Callable[[str], Search]) -> dict[str, Search]:
    """Give one search of a kind for every property named, under its name in lower case."""
    return {field.lower(): kind(field) for field in fields.split()}


def _day(name: str, text: str) -> str:
    if not _DAY.fullmatch(text):
        raise invalid_parameter(name)
    return text


def since(name: str, field: str) -> Search:
    """Match a date property that is not before the given day."""

    def search(wanted: str) -> Predicate:
        day = _day(name, wanted)
        return lambda record: (record.data[field] or "") >= day

    return search


def until(name: str, field: str) -> Search:
    """Match a date property that is given and not after the given day."""

    def search(wanted: str) -> Predicate:
        day = _day(name, wanted)
        return lambda record: "" < (record.data[field] or "") <= day

    return search


def never(name: str) -> Search:
    """Refuse a parameter that the resource is known not to support."""

    def search(_wanted: str) -> Predicate:
        raise invalid_parameter(name)

    return search


def row_number(name: str, matches: Callable[[dict[str, Any], int], bool]) -> Search:
    """Match when any invoice row fits a whole number."""

    def search(wanted: str) -> Predicate:
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 10):
            raise invalid_parameter(name)
        number = int(wanted)
        return lambda record: any(matches(row, number) for row in record.data["InvoiceRows"])

    return search


def any_row(rows: str, matches: Callable[[dict[str, Any], str], bool]) -> Search:
    """Match when any row of a document fits."""
    return lambda wanted: lambda record: any(matches(row, wanted) for row in record.data[rows])


def last_modified(wanted: str) -> Predicate:
    """Match what was changed in or after the given minute of Stockholm time.

    Raises:
        ApiError: 2000588 for another format.
    """
    if not _LAST_MODIFIED.fullmatch(wanted):
        raise invalid_parameter("lastmodified")
    try:
        start = datetime.fromisoformat(wanted).replace(second=0, tzinfo=STOCKHOLM)
    except ValueError:
        raise invalid_parameter("lastmodified") from None
    return lambda record: record.modified >= start


@dataclass(frozen=True, slots=True)
class Selection:
    """What one list call asks for: predicates, page, size, rows to skip, order."""

    predicates: tuple[Predicate, ...]
    page: int
    limit: int
    offset: int
    sort_by: str | None
    descending: bool

    def only(self, predicate: Predicate | None) -> "Selection":
        """Give the same selection among what also fits the predicate."""
        return self if predicate is None else replace(self, predicates=(*self.predicates, predicate))


def _count(query: Mapping[str, str], name: str, default: int, lowest: int, highest: int | None = None) -> int:
    text = query.get(name)
    if text is None:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if number < lowest or (highest is not None and number > highest):
        raise invalid_parameter(name)
    return number


# Taken by every list (Fortnox facts, 5), unless a resource is known to refuse it.
_GLOBAL: Mapping[str, Search] = {"lastmodified": last_modified}
_PAGING = frozenset({"page", "limit", "offset", "sortby", "sortorder", "filter"})
# Global parameters of documents that no resource of the simulator depends on.
_IGNORED = frozenset({"financialyear", "financialyeardate"})


def _predicates(
    query: Mapping[str, str], searches: Mapping[str, Search], refuse_unknown: bool
) -> tuple[Predicate, ...]:
    found = []
    for name, value in query.items():
        if name in _PAGING or name in _IGNORED:
            continue
        search = searches.get(name) or _GLOBAL.get(name)
        if search is not None:
            found.append(search(value))
        elif refuse_unknown:
            raise invalid_parameter(name)
    return tuple(found)


def _filtered(query: Mapping[str, str], filters: Mapping[str, Filter], moment: Moment) -> tuple[Predicate, ...]:
    name = query.get("filter")
    if name is None:
        return ()
    chosen = filters.get(name)
    if chosen is None:
        raise ApiError(2000587, "Ett ogiltigt filter har använts.")
    return (lambda record: chosen(record, moment),)


def read_selection(
    query: Mapping[str, str],
    *,
    searches: Mapping[str, Search],
    filters: Mapping[str, Filter],
    sorts: Mapping[str, str],
    refuse_unknown: bool,
    moment: Moment,
) -> Selection:
    """Read a list call's query; parameter names count without regard to case. `limit` above 500 is refused.

    Raises:
        ApiError: 2000359 for `<` or `>` in a value, 2000587 for an unknown filter, 2000588 for any other bad parameter.
    """
    lowered = {name.lower(): value for name, value in query.items()}
    for name, value in lowered.items():
        if "<" in value or ">" in value:
            raise ApiError(2000359, f"Otillåtna tecken i parametern {name}.")
    sort_by, order = lowered.get("sortby"), lowered.get("sortorder", "ascending")
    if sort_by is not None and sort_by not in sorts:
        raise invalid_parameter("sortby")
    if order not in ("ascending", "descending"):
        raise invalid_parameter("sortorder")
    return Selection(
        _filtered(lowered, filters, moment) + _predicates(lowered, searches, refuse_unknown),
        page=_count(lowered, "page", 1, 1),
        limit=_count(lowered, "limit", 100, 1, 500),
        offset=_count(lowered, "offset", 0, 0),
        sort_by=None if sort_by is None else sorts[sort_by],
        descending=order == "descending",
    )
