"""Fields of any resource against the table: what is wrong with them, how they are sent, whether they are as meant."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from connectors.base import Json
from connectors.fortnox.forms import NO_REFERENCE
from connectors.fortnox.table import Operation, Resource
from connectors.fortnox.table.fields import Field, fields_of, schemas
from connectors.fortnox.wire import decimal_of, is_true, plain_number, text_of
from connectors.nearest import meant

CLEARS = "API_BLANK"
"""The word that clears a field (Fortnox facts, section 1.8)."""

_WHOLE = re.compile(r"-?[0-9]{1,18}")
DEEPEST = 4
"""Levels of rows and objects within an object; the table has two."""


def faults_of(resource: Resource, operation: Operation, fields: Mapping[str, Any]) -> list[str]:
    """What is wrong with a body before it is stored, one line each: unknown, too long, of another kind, missing.

    Only a create or an update of the resource itself has the fields of the table; what an action sends is not checked.
    """
    if operation.sends == "nothing":
        return [f"{operation.name} sends nothing, so it takes no body"] if fields else []
    if operation.name not in written_by_fields(resource):
        return []
    if list(fields) == [resource.single] and isinstance(fields[resource.single], dict):
        return [f"{resource.single} stands around the fields: give those alone"]
    found = list(_faults(fields, fields_of(resource), ""))
    if operation.effect == "create":
        needed = dict.fromkeys((*resource.required, *proved_by(resource)))
        found += [f"{name} is missing" for name in needed if fields.get(name) in (None, "")]
    elif not fields:
        found.append(f"{operation.name} changes fields, and none is given")
    return found


def faults_of_row(resource: Resource, operation: Operation, fields: Mapping[str, Any]) -> list[str]:
    """What is wrong with the fields of one row, which only an update of its document can change."""
    rows = [field for name, field in fields_of(resource).items() if field.kind == "rows" and name.endswith("Rows")]
    if operation.name != f"update_{resource.one}" or not rows:
        return [f"{operation.name} changes no single row"]
    if not fields:
        return [f"{operation.name} changes fields, and none is given"]
    return list(_faults(fields, schemas().get(rows[0].of, {}), ""))


def written_by_fields(resource: Resource) -> tuple[str, ...]:
    """The operations that take an object of the resource: its create and its updates."""
    made = (f"create_{resource.one}", f"update_{resource.one}", "update_base_price")
    return tuple(operation.name for operation in resource.operations() if operation.name in made)


def proved_by(resource: Resource) -> tuple[str, ...]:
    """Fields that a create must hold because its proof of absence compares them (Fortnox facts, section 8)."""
    absence = resource.absence
    return absence.fields if absence is not None and absence.by == "fields" else ()


def _faults(given: Mapping[str, Any], known: Mapping[str, Field], within: str, depth: int = 0) -> Iterator[str]:
    if depth > DEEPEST:
        yield f"{within} is nested too deeply"
        return
    for name, value in given.items():
        named = f"{within}{name}"
        if name not in known:
            yield f"{named} is no field of it{meant(name, known)} (see `fortnox-bridge operations`)"
        elif value is not None and value != CLEARS:
            yield from _fault(named, value, known[name], depth)


def _fault(named: str, value: Any, field: Field, depth: int) -> Iterator[str]:
    if field.kind == "rows":
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            yield f"{named} must be a list of objects"
            return
        for place, row in enumerate(value, start=1):
            yield from _faults(row, schemas().get(field.of, {}), f"{named}[{place}].", depth + 1)
    elif field.kind == "object":
        if not isinstance(value, dict):
            yield f"{named} must be an object"
        elif field.of:
            yield from _faults(value, schemas().get(field.of, {}), f"{named}.", depth + 1)
    elif isinstance(value, dict | list):
        yield f"{named} must be a single value"
    else:
        yield from _single_fault(named, value, field)


def _single_fault(named: str, value: Any, field: Field) -> Iterator[str]:
    if field.kind == "flag" and not isinstance(value, bool):
        yield f"{named} must be true or false"
    elif field.kind == "integer" and (isinstance(value, bool) or _WHOLE.fullmatch(str(value)) is None):
        yield f"{named} must be a whole number"
    elif field.kind == "number" and decimal_of(value) is None:
        yield f"{named} must be a number"
    elif field.kind == "date" and not _is_date(value):
        yield f"{named} must be a date (2026-11-28)"
    elif field.kind == "text":
        if isinstance(value, bool):
            yield f"{named} must be a text"
        elif field.longest is not None and len(str(value)) > field.longest:
            yield f"{named} has {len(str(value))} characters, {field.longest} at most"
        elif field.choices and value not in field.choices:
            yield f"{named} must be one of {', '.join(field.choices)}"


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def body_of(schema: str, fields: Mapping[str, Any]) -> Json:
    """The fields as they are sent: a decimal that lies as text in a field of numbers is an exact number again."""
    known = schemas().get(schema, {})
    return {name: _sent(value, known.get(name)) for name, value in fields.items()}


def _sent(value: Any, field: Field | None) -> Any:
    if field is None or value is None or value == CLEARS:
        return value
    if field.kind == "rows" and isinstance(value, list):
        return [body_of(field.of, row) if isinstance(row, dict) else row for row in value]
    if field.kind == "object" and isinstance(value, dict):
        return body_of(field.of, value)
    if field.kind in {"number", "integer"} and isinstance(value, str):
        number = decimal_of(value)
        return value if number is None else plain_number(number)
    return value


def differing(schema: str, meant: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    """The names of fields that are not as meant; what was not given is not looked at."""
    known = schemas().get(schema, {})
    return [name for name, value in meant.items() if not same(known.get(name), value, stored.get(name))]


def same(field: Field | None, meant: Any, stored: Any) -> bool:
    """Whether a stored value is the meant one, however Fortnox writes it (Fortnox facts, section 1.7).

    Sums stand in texts, too: 1250.00 is 1250, while 007 is not 7.
    """
    if meant is None or meant == CLEARS:
        return stored in (None, "", 0, [], False) or text_of(stored) in NO_REFERENCE
    if isinstance(meant, list):
        inner = field.of if field is not None else ""
        return isinstance(stored, list) and _same_rows(inner, meant, stored)
    if isinstance(meant, Mapping):
        return isinstance(stored, Mapping) and not differing(field.of if field is not None else "", meant, stored)
    if isinstance(meant, bool):
        return is_true(stored) is meant
    numeric = field is not None and field.kind in {"number", "integer"}
    ours, theirs = decimal_of(meant), decimal_of(stored)
    if ours is not None and theirs is not None and (numeric or not isinstance(meant, str)):
        return ours == theirs
    if ours is not None and ours == theirs and "." in text_of(meant) + text_of(stored):
        return True
    return text_of(meant).strip() == text_of(stored).strip()


def _same_rows(schema: str, meant: list[Any], stored: list[Any]) -> bool:
    """Each row given is there as meant, in this order; Fortnox may add rows of its own (facts, section 6.10)."""
    left = iter(stored)
    return all(any(_same_row(schema, ours, theirs) for theirs in left) for ours in meant)


def _same_row(schema: str, ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Mapping):
        return isinstance(theirs, Mapping) and not differing(schema, ours, theirs)
    return text_of(ours) == text_of(theirs)
