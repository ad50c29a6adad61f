"""The fields that an operation of Fortnox's table takes, as mappings know them."""

from collections.abc import Mapping
from typing import Any

from connectors.fortnox.read_only import IN_ROWS, READ_ONLY, is_read_only
from connectors.fortnox.record_fields import written_by_fields
from connectors.fortnox.table import RESOURCES, Operation, Resource
from connectors.fortnox.table.bodies import ACTION_BODIES
from connectors.fortnox.table.fields import Field, fields_of, schemas
from connectors.fortnox.text import clean
from handlers.mapping.targets import Target

ANY_CHARACTERS = "EmailInformation"
FORTNOX_SETS_IT = "is read-only: Fortnox sets it"


def targets_of(operation: Operation) -> Mapping[str, Target]:
    """Every field by name; nothing where the operation sends no fields."""
    resource = RESOURCES[operation.resource]
    if operation.sends == "nothing":
        return {}
    if operation.name not in written_by_fields(resource):
        return {
            name: _target(resource, name, field) for name, (field, _) in ACTION_BODIES.get(operation.name, {}).items()
        }
    return resource_targets(resource)


def resource_targets(resource: Resource) -> Mapping[str, Target]:
    """Every field of an object of the resource."""
    known = {name: _target(resource, name, field) for name, field in fields_of(resource).items()}
    return {name: Target("any", FORTNOX_SETS_IT) for name in READ_ONLY.get(resource.name, ())} | known


def _target(resource: Resource, name: str, field: Field, *, in_row: bool = False) -> Target:
    refused = FORTNOX_SETS_IT if is_read_only(resource.name, name, in_row=in_row) else ""
    rows = field.kind == "rows" and name.endswith("Rows")
    within = {
        inner: _target(resource, inner, below, in_row=rows) for inner, below in schemas().get(field.of, {}).items()
    }
    if rows:
        within = {inner: Target("any", FORTNOX_SETS_IT) for inner in IN_ROWS.get(resource.name, ())} | within
    return Target(field.kind, refused, within)


def tidied(resource: Resource, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with their texts in characters that Fortnox takes, as everything of ours has them.

    What an object is known by is never altered: Fortnox refuses it where it cannot be. Texts of mails may hold
    anything (Fortnox facts, section 6.1).
    """
    known_by = {*resource.keys, *(resource.absence.fields if resource.absence is not None else ())}
    return {
        name: value if name in known_by or name == ANY_CHARACTERS else _clean(value) for name, value in fields.items()
    }


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {name: _clean(inner) for name, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list) else value
