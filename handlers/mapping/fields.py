"""The fields of a mapping: filled from an event, all the way down to rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.mapping.expressions import CannotBeEvaluated, Expression
from handlers.mapping.values import NoValue, Single
from handlers.values import Question

EVENT = "event"
"""Under which a row of ``each`` finds the whole event."""

MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """One row, or one for each entry of a list of the event's."""

    fields: "Filled"
    each: Expression | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of rows."""

    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Nested:
    """A table within the object."""

    fields: "Filled"


Filled = Mapping[str, "Single | Rows | Nested"]


def filled(fields: Filled, data: Any, within: str = "") -> dict[str, Any]:
    """The fields that the event gives a value to. Raises :class:`~handlers.values.Question` naming the field."""
    found: dict[str, Any] = {}
    for name, node in fields.items():
        named = f"{within}{name}"
        if isinstance(node, Nested):
            value: Any = filled(node.fields, data, f"{named}.") or None
        elif isinstance(node, Rows):
            value = [row for spec in node.rows for row in _rows(spec, data, named)] or None
        else:
            value = read(node, data, named)
        if value is not None:
            found[name] = value
    return found


def read(single: Single, data: Any, named: str) -> Any:
    """One value. Raises :class:`~handlers.values.Question`."""
    try:
        return single.value(data)
    except NoValue as error:
        raise Question(f"{named}: {error}") from None


def _rows(spec: Row, data: Any, named: str) -> list[dict[str, Any]]:
    if spec.each is None:
        return [filled(spec.fields, data, f"{named}[].")]
    try:
        entries = spec.each.value(data)
    except CannotBeEvaluated as error:
        raise Question(f"{named}: {error}") from None
    if entries is None:
        return []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Question(f"{named}: each is no list of tables in this event")
    if len(entries) > MOST_ROWS:
        raise Question(f"{named}: more than {MOST_ROWS} rows")
    return [filled(spec.fields, {**entry, EVENT: data}, f"{named}[].") for entry in entries]
