"""What a mapping may fill: the fields of one operation, told by whoever knows Fortnox's table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "integer", "number", "flag", "date", "object", "rows", "any"]


@dataclass(frozen=True, slots=True)
class Target:
    """One field; ``refused`` says why it cannot be filled, where it cannot. ``within`` are the fields below it."""

    kind: Kind
    refused: str = ""
    within: Mapping[str, "Target"] = field(default_factory=dict)


Targets = Mapping[str, Target]

CONVERTERS: Mapping[Kind, tuple[str, frozenset[str]]] = {
    "text": ("text", frozenset({"text", "lines", "integer", "decimal", "date", "organisation_number", "country"})),
    "integer": ("integer", frozenset({"integer"})),
    "number": ("decimal", frozenset({"decimal", "ore", "integer"})),
    "flag": ("flag", frozenset({"flag"})),
    "date": ("date", frozenset({"date"})),
    "any": ("text", frozenset({"text", "lines", "integer", "decimal", "ore", "date", "flag"})),
}
"""For each kind of field the converter where none is named, and those that fit besides ``lookup``."""
