"""What the bridge knows of Fortnox, as facts for a screen: error codes, the matrix, and the operations."""

import json
from dataclasses import asdict
from typing import Any

from connectors.fortnox.error_codes import DONE, MEANINGS, Meaning, Said, all_meanings
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.table.described import path_of, told
from connectors.fortnox.table.drift import NotADescription, drift
from connectors.fortnox.table.fields import Field
from connectors.fortnox.table.matrix import matrix

Json = dict[str, Any]


def error_codes() -> list[Json]:
    """Every meaning of every code, in the order of the codes."""
    return [shown for code in sorted(MEANINGS) for shown in error_code(code)]


def error_code(code: int) -> list[Json]:
    """Each meaning of one code; empty where the catalogue does not have it."""
    return [_meaning(code, meaning) for meaning in all_meanings(code)]


def _meaning(code: int, meaning: Meaning) -> Json:
    return {
        "code": code,
        "class": meaning.next,
        "reason": meaning.reason,
        "status": meaning.status,
        "cause": _said(meaning.cause),
        "remedy": _said(meaning.remedy),
        "bridge": _said(DONE[meaning.next]),
        "sections": meaning.section.split(", "),
    }


def _said(said: Said) -> Json:
    return {"en": said.english, "sv": said.swedish}


def changes(description: bytes) -> list[Json]:
    """What a newer API description of Fortnox says otherwise than the table.

    Raises :class:`connectors.fortnox.table.drift.NotADescription` for anything else than such a description.
    """
    try:
        read = json.loads(description)
    except (ValueError, RecursionError) as error:
        raise NotADescription("no API description of Fortnox: it is not JSON") from error
    return [asdict(change) for change in drift(read)]


def capabilities() -> list[Json]:
    """The matrix, row by row."""
    return [
        {
            "row": row,
            "title": shown.title,
            **{
                column: {"state": cell.state, "operations": list(cell.operations), "note": cell.note or None}
                for column, cell in shown.cells.items()
            },
            "actions": list(shown.actions),
        }
        for row, shown in matrix().items()
    ]


def operations(resource: str | None = None) -> list[Json]:
    """Every operation, or those of one resource, each in a line's worth."""
    return [
        {
            "name": operation.name,
            "resource": operation.resource,
            "method": operation.method,
            "path": path_of(operation),
            "scope": operation.scope,
            "effect": operation.effect,
            "says": operation.says,
        }
        for operation in OPERATIONS.values()
        if resource in {None, operation.resource}
    ]


def operation(name: str) -> Json:
    """All of one operation. Raises ``KeyError`` for another name."""
    shown = told(OPERATIONS[name])
    about = shown.operation
    return {
        "name": about.name,
        "resource": about.resource,
        "says": about.says,
        "method": about.method,
        "path": shown.path,
        "scope": about.scope,
        "effect": about.effect,
        "sends": about.sends,
        "answers": about.answers,
        "envelope": about.envelope or None,
        "keys": list(about.keys),
        "query": list(about.query),
        "required": list(shown.required),
        "fields": [_field(field, stated) for field, stated in shown.fields.items()],
        "example": {"path": shown.example, "body": shown.body},
        "proof": shown.proof,
        "note": shown.note or None,
    }


def _field(name: str, field: Field) -> Json:
    return {"name": name, "kind": field.kind, "longest": field.longest, "choices": list(field.choices)}
