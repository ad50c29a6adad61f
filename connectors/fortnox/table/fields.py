"""The fields of each resource, as drawn from Fortnox's own description by ``scripts/fortnox_fields.py``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from connectors.fortnox.table.model import Resource

Kind = Literal["text", "integer", "number", "flag", "date", "object", "rows"]
Stated = Mapping[str, Any]
"""A field as it is committed: ``kind``, and ``longest``, ``choices`` and ``of`` where they are stated."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its kind, the longest text it takes, the words it takes, and the schema within it.

    The kinds are the description's; the wire differs in places (Fortnox facts, section 1.7), so readers take both.
    """

    kind: Kind
    longest: int | None = None
    choices: tuple[str, ...] = ()
    of: str = ""


@cache
def stated_schemas() -> Mapping[str, Mapping[str, Stated]]:
    """Every schema by name, as it is committed."""
    committed: Mapping[str, Mapping[str, Stated]] = json.loads(
        files(__package__).joinpath("fields.json").read_text(encoding="utf-8")
    )
    return committed


@cache
def schemas() -> Mapping[str, Mapping[str, Field]]:
    """Every schema by name."""
    return {
        name: {field: _read(stated) for field, stated in fields.items()} for name, fields in stated_schemas().items()
    }


def _read(stated: Stated) -> Field:
    return Field(stated["kind"], stated.get("longest"), tuple(stated.get("choices", ())), stated.get("of", ""))


def fields_of(resource: Resource) -> Mapping[str, Field]:
    """What can stand in an object of the resource; nothing where it is no object."""
    return schemas()[resource.schema] if resource.schema else {}
