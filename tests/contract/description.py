"""Fortnox's own API description as something to hold calls against: operations by method and path, closed schemas."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.protocols import Validator

DESCRIPTION = Path(__file__).resolve().parents[2].parent / "shared" / "fortnox" / "openapi.json"
_PLACEHOLDER = re.compile(r"\{[^}]+\}")
_FORMATS = FormatChecker(formats=("date",))


def closed(schema: Any) -> Any:
    """The schema with every object closed: a name that is not declared is a violation, not an extra."""
    if isinstance(schema, list):
        return [closed(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {name: closed(inner) for name, inner in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        whole["properties"] = {name: closed(inner) for name, inner in schema["properties"].items()}
        whole["additionalProperties"] = False
    return whole


@dataclass(frozen=True)
class Described:
    """One operation of the description; `name` is its method and path as they stand there."""

    name: str
    operation: Mapping[str, Any]
    schemas: Mapping[str, Any]

    @cached_property
    def query(self) -> Mapping[str, Mapping[str, Any]]:
        """The declared query parameters with their schemas."""
        declared = self.operation.get("parameters", ())
        return {one["name"]: one.get("schema", {}) for one in declared if one["in"] == "query"}

    @cached_property
    def request(self) -> Validator | None:
        """What holds a JSON request; nothing where none is declared, or a file."""
        return self._of(self.operation.get("requestBody"))

    def answer(self, status: int) -> tuple[bool, Validator | None]:
        """Whether an answer of this status is declared, and what holds its JSON; a refusal is the `default`."""
        responses = self.operation["responses"]
        name = "default" if status >= 400 and str(status) not in responses else str(status)
        return name in responses, self._of(responses.get(name))

    def is_json(self, status: int) -> bool:
        """Whether the answer of this status is declared as JSON."""
        stated = self.operation["responses"].get(str(status)) or {}
        return "application/json" in (stated.get("content") or {})

    def _of(self, stated: Mapping[str, Any] | None) -> Validator | None:
        content = (stated or {}).get("content") or {}
        media = next((content[kind] for kind in ("application/json", "*/*") if kind in content), None)
        if media is None or "schema" not in media:
            return None
        root = {**closed(media["schema"]), "components": {"schemas": self.schemas}}
        return Draft202012Validator(root, format_checker=_FORMATS)


class Description:
    """Every operation of Fortnox that is described."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        schemas = closed_schemas(document["components"]["schemas"])
        self.operations = {
            name: Described(name, operation, schemas) for name, operation in _operations(document["paths"])
        }
        # Where two paths fit, the one that leaves less open is meant: /3/vouchers/sublist before /3/vouchers/{...}.
        self._patterns = [
            (_pattern(name), name) for name in sorted(self.operations, key=lambda name: len(_PLACEHOLDER.findall(name)))
        ]

    def find(self, method: str, path: str) -> Described | None:
        """The operation that a call is; nothing where it is not described."""
        asked = f"{method} {path.rstrip('/')}"
        fitting = (name for pattern, name in self._patterns if pattern.fullmatch(asked))
        return self.operations.get(next(fitting, ""))


def closed_schemas(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Every schema by name, closed."""
    return {name: closed(schema) for name, schema in schemas.items()}


def _operations(paths: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            if method in {"get", "put", "post", "delete", "patch"}:
                yield f"{method.upper()} {path}", operation


def _pattern(name: str) -> re.Pattern[str]:
    fixed = (re.escape(part) for part in _PLACEHOLDER.split(name.rstrip("/")))
    return re.compile("[^/]+".join(fixed))


def load(path: Path = DESCRIPTION) -> Description:
    """Read the description that lies beside the project. Raises `OSError` where it is not there."""
    return Description(json.loads(path.read_text(encoding="utf-8")))
