"""What changed in Fortnox's own API description since the table was drawn from it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from connectors.fortnox.table import OPERATIONS, RESOURCES
from connectors.fortnox.table.described import path_of
from connectors.fortnox.table.drawing import drawn
from connectors.fortnox.table.fields import Stated, stated_schemas
from connectors.fortnox.table.model import Operation

Call = tuple[str, str]
"""Method, and path with ``{}`` for each key."""

NOT_DESCRIBED: Mapping[Call, str] = {
    ("DELETE", "/3/suppliers/{}"): "works, and an SDK calls it (SOURCE.md, 6)",
    ("PUT", "/3/orders/{}/warehouseready"): "works, and a shop plugin calls it (SOURCE.md, 6)",
    ("GET", "/3/prices/sublist/{}"): "the prices of a list, which facts 6.4 name beside those of an article",
}
"""What we have and the description has not, with the reason."""

NOT_OURS: Mapping[str, str] = {
    "/3/absencetransactions": "payroll: no rule writes any, and no capability row names it",
    "/3/attendancetransactions": "payroll: no rule writes any, and no capability row names it",
    "/3/salarytransactions": "payroll: no rule writes any, and no capability row names it",
    "/3/scheduletimes": "working hours of employees: no part of bookkeeping",
    "/3/vacationdebtbasis": "a payroll report that nothing here reads",
}
"""What the description has under /3/ and we have not, by the start of its path, with the reason."""

_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_KEY = re.compile(r"\{[^}]*\}")


class NotADescription(ValueError):
    """The file is no API description of Fortnox that can be compared; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``subject`` is a call, or a field as ``Schema.Field``; ``gone`` is what calls for work first."""

    what: Literal["gone", "changed", "new"]
    subject: str
    before: str = ""
    after: str = ""


def call_of(operation: Operation) -> Call:
    """Method and path of one of our operations."""
    return operation.method, _KEY.sub("{}", path_of(operation))


def calls_in(description: Mapping[str, Any]) -> dict[Call, Mapping[str, Any]]:
    """Every call of a description, with what it says of it."""
    return {
        (method.upper(), _KEY.sub("{}", path).rstrip("/")): about
        for path, methods in description["paths"].items()
        for method, about in methods.items()
        if method in _METHODS
    }


def drift(description: Mapping[str, Any]) -> list[Change]:
    """Everything that differs from the table, calls before fields, what is gone first; empty where nothing does.

    What the table has or leaves out for a known reason is no difference. Raises :class:`NotADescription`.
    """
    try:
        found = [*_calls(description), *_fields(description)]
    except (KeyError, TypeError, AttributeError) as e:
        raise NotADescription(f"no API description of Fortnox as it is known here: {e!r}") from e
    order = {"gone": 0, "changed": 1, "new": 2}
    return sorted(found, key=lambda change: (order[change.what], change.subject))


def _calls(description: Mapping[str, Any]) -> Iterator[Change]:
    ours = {call_of(operation) for operation in OPERATIONS.values()}
    theirs = set(calls_in(description))
    if not theirs & ours:
        raise NotADescription("no API description of Fortnox: it has none of the calls that are known here")
    yield from (Change("gone", " ".join(call)) for call in ours - theirs - set(NOT_DESCRIBED))
    known = tuple(NOT_OURS)
    for call in theirs - ours:
        if call[1].startswith("/3/") and not call[1].startswith(known):
            yield Change("new", " ".join(call))


def _fields(description: Mapping[str, Any]) -> Iterator[Change]:
    ours = stated_schemas()
    first = {resource.schema for resource in RESOURCES.values() if resource.schema}
    there = description["components"]["schemas"]
    yield from (Change("gone", name) for name in first - set(there))
    theirs = drawn(description, sorted(first & set(there)))
    for schema in sorted(ours.keys() & theirs.keys()):
        yield from _compared(schema, ours[schema], theirs[schema])
    yield from (Change("new", schema) for schema in theirs.keys() - ours.keys())


def _compared(schema: str, ours: Mapping[str, Stated], theirs: Mapping[str, Stated]) -> Iterator[Change]:
    for field in sorted(ours.keys() | theirs.keys()):
        before, after = ours.get(field), theirs.get(field)
        if before == after:
            continue
        what: Literal["gone", "changed", "new"] = "gone" if after is None else "new" if before is None else "changed"
        yield Change(what, f"{schema}.{field}", _shown(before), _shown(after))


def _shown(stated: Stated | None) -> str:
    if stated is None:
        return ""
    parts = [str(stated["kind"])]
    parts += [f"at most {stated['longest']} characters"] if "longest" in stated else []
    parts += [f"one of {' '.join(stated['choices'])}"] if "choices" in stated else []
    parts += [str(stated["of"])] if "of" in stated else []
    return ", ".join(parts)
