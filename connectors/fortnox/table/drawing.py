"""Draws schemas out of Fortnox's own API description, as far as the table keeps them."""

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.fortnox.table.fields import Stated

_KINDS = {"string": "text", "integer": "integer", "number": "number", "boolean": "flag", "object": "object"}
_PREFIX = "#/components/schemas/"


def drawn(description: Mapping[str, Any], first: Iterable[str]) -> dict[str, dict[str, Stated]]:
    """The schemas named in ``first`` and those that their fields name, each with its fields in order of their names.

    Raises ``KeyError`` where the description lacks one of them, or uses a type that no field had before.
    """
    schemas = description["components"]["schemas"]
    found: dict[str, dict[str, Stated]] = {}
    waiting = list(first)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _schema(schemas[name])
            waiting += [field["of"] for field in found[name].values() if "of" in field]
    return dict(sorted(found.items()))


def _schema(described: Mapping[str, Any]) -> dict[str, Stated]:
    properties = described.get("properties", {})
    return {name: _field(properties[name]) for name in sorted(properties) if not name.startswith("@")}


def _field(described: Mapping[str, Any]) -> Stated:
    """Kind, longest text, allowed words and the schema within, as far as they are stated."""
    if "$ref" in described:
        return {"kind": "object", "of": described["$ref"].removeprefix(_PREFIX)}
    if described.get("type") == "array":
        return {"kind": "rows", **_within(described.get("items", {}))}
    kind = "date" if described.get("format") == "date" else _KINDS[described["type"]]
    stated = {"kind": kind, "longest": described.get("maxLength"), "choices": described.get("enum")}
    return {name: value for name, value in stated.items() if value is not None}


def _within(items: Mapping[str, Any]) -> Stated:
    return {"of": items["$ref"].removeprefix(_PREFIX)} if "$ref" in items else {}
