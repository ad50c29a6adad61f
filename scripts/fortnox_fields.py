"""Draws the fields of Fortnox's resources from its own API description: `make fortnox-fields`."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from connectors.fortnox.table import RESOURCES

ROOT = Path(__file__).resolve().parent.parent
DESCRIPTION = ROOT.parent / "shared" / "fortnox" / "openapi.json"
TABLE = ROOT / "connectors" / "fortnox" / "table" / "fields.json"

_KINDS = {"string": "text", "integer": "integer", "number": "number", "boolean": "flag", "object": "object"}
_PREFIX = "#/components/schemas/"

Schemas = Mapping[str, Mapping[str, Any]]


def _field(described: Mapping[str, Any]) -> dict[str, Any]:
    """Kind, longest text, allowed words and the schema within, as far as they are stated."""
    if "$ref" in described:
        return {"kind": "object", "of": described["$ref"].removeprefix(_PREFIX)}
    if described.get("type") == "array":
        return {"kind": "rows", **_within(described.get("items", {}))}
    kind = "date" if described.get("format") == "date" else _KINDS[described["type"]]
    stated = {"kind": kind, "longest": described.get("maxLength"), "choices": described.get("enum")}
    return {name: value for name, value in stated.items() if value is not None}


def _within(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"of": items["$ref"].removeprefix(_PREFIX)} if "$ref" in items else {}


def _schema(described: Mapping[str, Any]) -> dict[str, Any]:
    properties = described.get("properties", {})
    return {name: _field(properties[name]) for name in sorted(properties) if not name.startswith("@")}


def _reached(schemas: Schemas, first: Iterator[str]) -> dict[str, dict[str, Any]]:
    """The wanted schemas, and those that their fields name."""
    found: dict[str, dict[str, Any]] = {}
    waiting = list(first)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _schema(schemas[name])
            waiting += [field["of"] for field in found[name].values() if "of" in field]
    return dict(sorted(found.items()))


def drawn(description: Path) -> str:
    """The table of fields as it is committed: one line a field."""
    schemas: Schemas = json.loads(description.read_text(encoding="utf-8"))["components"]["schemas"]
    found = _reached(schemas, (resource.schema for resource in RESOURCES.values() if resource.schema))
    blocks = []
    for name, fields in found.items():
        lines = ",\n".join(f"  {json.dumps(field)}: {json.dumps(stated)}" for field, stated in fields.items())
        blocks.append(f" {json.dumps(name)}: {{\n{lines}\n }}")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


if __name__ == "__main__":
    if not DESCRIPTION.exists():
        sys.exit(f"{DESCRIPTION} is not there: the committed table stays as it is")
    TABLE.write_text(drawn(DESCRIPTION), encoding="utf-8")
