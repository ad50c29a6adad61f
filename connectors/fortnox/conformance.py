"""What a real Fortnox shows of itself, without what it holds: which fields answer with which kinds of values.

Nothing is written. A record made at a test database is held against one made at the simulator, or at last month's.
"""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from connectors.base import Json, Later, Park
from connectors.fortnox.answers import is_outage
from connectors.fortnox.client import Client
from connectors.fortnox.outcomes import ListOutcome
from connectors.fortnox.record_names import YEAR_OF, number_of
from connectors.fortnox.record_reads import path_of
from connectors.fortnox.table import OPERATIONS, RESOURCES, Resource
from connectors.fortnox.wire import text_of

ANSWERED = "answered"
NOTHING_THERE = "nothing_there"
MOST_LOOKED_AT = 50
"""Rows of one list whose values are looked at: kinds repeat."""

T = TypeVar("T")
Shape = Mapping[str, tuple[str, ...]]
"""A field's place (``InvoiceRows[].Price``) -> the kinds of values that stood there, in order of their names."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one operation: ``outcome`` is answered, nothing_there, or the reason of a refusal with its code."""

    operation: str
    outcome: str
    status: int | None = None
    code: int | None = None
    shape: Shape = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field's kinds, or an operation's outcome (then ``place`` is empty), on two sides; empty: not there."""

    operation: str
    place: str
    here: str
    there: str


def asked() -> list[str]:
    """The operations of a whole run, in order: each list, and one object of it; what a company has only one of."""
    return [name for resource in RESOURCES.values() for name in _asked_of(resource)]


async def seen(client: Client) -> AsyncIterator[Seen]:
    """Ask everything in :func:`asked`, one call or a list's pages each; a refusal is an outcome like another.

    Raises ``Later`` and ``CredentialsLost`` where nothing can be asked at all.
    """
    for resource in RESOURCES.values():
        rows: Sequence[Json] = ()
        for name in _asked_of(resource):
            if name.startswith("list_"):
                told, rows = await _listed(name, client)
            else:
                told = await _read(name, resource, rows, client)
            yield told


def shape_of(values: Sequence[Any]) -> Shape:
    """The kinds that stand in objects, place by place; values themselves are left out."""
    found: dict[str, set[str]] = {}
    for value in values:
        _look(value, "", found)
    return {place: tuple(sorted(kinds)) for place, kinds in sorted(found.items())}


def differences(here: Mapping[str, Seen], there: Mapping[str, Seen]) -> list[Difference]:
    """Where two records say different things; an empty side, and null beside another kind, say nothing."""
    found = []
    for operation in sorted(here.keys() & there.keys()):
        ours, theirs = here[operation], there[operation]
        if NOTHING_THERE in {ours.outcome, theirs.outcome}:
            continue
        if ours.outcome != theirs.outcome:
            found.append(Difference(operation, "", ours.outcome, theirs.outcome))
            continue
        for place in sorted(ours.shape.keys() | theirs.shape.keys()):
            kinds = _known(ours.shape.get(place)), _known(theirs.shape.get(place))
            if kinds[0] != kinds[1] and "null" not in kinds:
                found.append(Difference(operation, place, *kinds))
    return found


def _known(kinds: tuple[str, ...] | None) -> str:
    if kinds is None:
        return ""
    return " ".join(kind for kind in kinds if kind != "null") or "null"


def _asked_of(resource: Resource) -> list[str]:
    """A list and one of its objects, or what needs no key; what cannot be found by a list is left out."""
    if not resource.keys and "read" in resource.verbs:
        return [f"read_{resource.one}"]
    if "list" not in resource.verbs:
        return []
    listed = f"list_{resource.name}"
    if OPERATIONS[listed].keys or OPERATIONS[listed].answers != "list":
        return []
    whole = "read" in resource.verbs and OPERATIONS[f"read_{resource.one}"].answers == "object"
    return [listed, f"read_{resource.one}"] if whole else [listed]


async def _listed(name: str, client: Client) -> tuple[Seen, Sequence[Json]]:
    outcome = await _answered(name, client.carry(name))
    if isinstance(outcome, Seen):
        return outcome, ()
    if not isinstance(outcome, ListOutcome) or not outcome.rows:
        return Seen(name, NOTHING_THERE), ()
    rows = outcome.rows[:MOST_LOOKED_AT]
    return Seen(name, ANSWERED, shape=shape_of(rows)), rows


async def _read(name: str, resource: Resource, rows: Sequence[Json], client: Client) -> Seen:
    path = None
    if resource.keys:
        number = _first_number(resource, rows)
        if not number:
            return Seen(name, NOTHING_THERE)
        path = path_of(name, resource, number)
    read = await _answered(name, client.request(name, path=path))
    return read if isinstance(read, Seen) else Seen(name, ANSWERED, shape=shape_of([read]))


async def _answered(name: str, call: Awaitable[T]) -> T | Seen:
    """The answer, or the refusal as an outcome; an outage or a full window says nothing of Fortnox, and is raised."""
    try:
        return await call
    except (Park, Later) as refused:
        if is_outage(refused):
            raise
        return Seen(name, refused.reason, refused.status, refused.code)


def _first_number(resource: Resource, rows: Sequence[Json]) -> str:
    for row in rows:
        year = text_of(row.get("Year")) if resource.name == YEAR_OF else ""
        if number := number_of(resource, row, year):
            return number
    return ""


def _look(value: Any, place: str, found: dict[str, set[str]]) -> None:
    if place:
        found.setdefault(place, set()).add(_kind(value))
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _look(inner, f"{place}.{name}" if place else str(name), found)
    elif isinstance(value, list):
        for inner in value[:MOST_LOOKED_AT]:
            _look(inner, f"{place}[]", found)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float | Decimal):
        return "number"
    if isinstance(value, str):
        return "text"
    return "rows" if isinstance(value, list) else "object"
