"""Everything that the table knows of one operation, put together for a person: fields, an example, the way to prove."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.fortnox.table import RESOURCES
from connectors.fortnox.table.bodies import ACTION_BODIES, CHANGED, CREATED, KEYS, LISTS
from connectors.fortnox.table.fields import Field, fields_of, schemas
from connectors.fortnox.table.model import Operation, Resource

_PROOFS: Mapping[str, str] = {"append_note": "the line in Comments of the customer, read again"}
"""What shows the effect of an action that no single field tells of."""


@dataclass(frozen=True, slots=True)
class Told:
    """One operation as it is shown.

    ``path`` begins at the host. ``fields`` are those that the call may send, else those that its answer brings, by
    name, with ``InvoiceRows.Price`` for a field of a row. ``required`` is what a create cannot do without. ``example``
    is the path of a call, ``body`` what it sends as JSON, ``None`` where that is nothing or a file. ``proof`` tells how
    it is found out, after an answer was lost, whether the call took effect.
    """

    operation: Operation
    path: str
    fields: Mapping[str, Field]
    required: tuple[str, ...]
    example: str
    body: Any
    proof: str
    note: str


def path_of(operation: Operation) -> str:
    """The path from the host on."""
    return operation.path if operation.path.startswith("/api/") else f"/3{operation.path}"


def told(operation: Operation) -> Told:
    """All of one operation."""
    resource = RESOURCES[operation.resource]
    return Told(
        operation=operation,
        path=path_of(operation),
        fields=dict(_fields(operation, resource)),
        required=resource.required if operation.name == f"create_{resource.one}" else (),
        example=_example(operation, resource),
        body=_body(operation, resource),
        proof=_proof(operation, resource),
        note=resource.note,
    )


def _fields(operation: Operation, resource: Resource) -> Iterator[tuple[str, Field]]:
    if operation.name in ACTION_BODIES:
        yield from ((name, field) for name, (field, _) in ACTION_BODIES[operation.name].items())
    elif operation.sends != "nothing" or operation.answers not in {"nothing", "bytes"}:
        for name, field in fields_of(resource).items():
            yield name, field
            if field.of:
                yield from ((f"{name}.{inner}", within) for inner, within in schemas()[field.of].items())


def _example(operation: Operation, resource: Resource) -> str:
    known = {**KEYS, **resource.example}
    filled = operation.at(*(str(known.get(key, "1")) for key in operation.keys))
    return filled if filled.startswith("/api/") else f"/3{filled}"


def _body(operation: Operation, resource: Resource) -> Any:
    if operation.sends not in {"envelope", "bare"}:
        return None
    sent: Mapping[str, Any]
    if operation.name in ACTION_BODIES:
        sent = {name: value for name, (_, value) in ACTION_BODIES[operation.name].items()}
    elif operation.effect == "change":
        sent = CHANGED.get(resource.name, resource.change)
    else:
        sent = CREATED.get(resource.name, resource.example)
    if operation.sends == "bare":
        return [sent] if operation.name in LISTS else sent
    return {operation.envelope: sent}


def _proof(operation: Operation, resource: Resource) -> str:
    """How it is told, after an answer was lost, whether the call took effect."""
    if operation.effect == "none":
        return "changes nothing: it is simply asked again"
    action = next((found for found in resource.actions if found.name == operation.name), None)
    if action is not None and action.shown_by:
        where = "of the list that holds the object" if "=" in action.shown_by else "of the object, read again"
        return f"{action.shown_by} {where}"
    if operation.name in _PROOFS:
        return _PROOFS[operation.name]
    if operation.effect == "create" and resource.absence is not None:
        return str(resource.absence)
    if operation.effect == "delete":
        return "the object, read again: it is gone or it is not"
    if operation.name.startswith("update_"):
        return "the fields that were sent, read again"
    return "no look can tell: a person is asked"
