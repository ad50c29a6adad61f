"""From an operation of Fortnox's table to the command that carries it out, for whoever names operations by name."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from connectors.fortnox import record_actions, records, sendings
from connectors.fortnox.table import OPERATIONS, RESOURCES, Operation, Resource
from connectors.nearest import meant
from handlers.commands import ActOnRecord, Command, EnsureRecord, SendDocument
from handlers.values import Ref

RECORD_WRITES = frozenset(records.operations())
"""What makes or changes an object by its fields."""

_OTHER_WRITES = frozenset({*record_actions.operations(), *sendings.operations()})
SEE = "see `fortnox-bridge operations`"


class NoWrite(ValueError):
    """The name is no operation that a command carries out, or the command cannot be as it is asked for."""


def write_named(name: str) -> Operation:
    """The operation of that name. Raises :class:`NoWrite`."""
    operation = OPERATIONS.get(name)
    if operation is None:
        raise NoWrite(f"there is no operation {name}{meant(name, OPERATIONS)} ({SEE})")
    if operation.effect == "none":
        raise NoWrite(f"{name} only reads: a write is needed ({SEE})")
    if name not in RECORD_WRITES | _OTHER_WRITES:
        raise NoWrite(f"{name} is no write of fields, so no task carries it out ({SEE})")
    return operation


def keys_wanted(operation: Operation) -> tuple[str, ...]:
    """The names of the keys that say which object is meant; none where one is made."""
    resource = RESOURCES[operation.resource]
    names = () if operation.name == f"create_{resource.one}" else operation.keys
    return (*names, "FinancialYear") if resource.name == "vouchers" and names else names


def write_command(
    operation: Operation,
    thing: Ref,
    *,
    keys: tuple[str, ...] = (),
    record: Ref | None = None,
    fields: Mapping[str, Any],
    numbers: Mapping[str, Ref] | None = None,
    row: str | None = None,
) -> Command:
    """The command. Raises :class:`NoWrite` for fields that no command can hold."""
    resource: Resource = RESOURCES[operation.resource]
    named: dict[str, Any] = {"thing": thing, "resource": resource.name, "keys": keys, "record": record}
    try:
        if operation.effect == "send":
            return SendDocument(**named, how=operation.name.removesuffix(f"_{resource.one}"))
        if operation.name in RECORD_WRITES:
            return EnsureRecord(**named, fields=dict(fields), row=row, numbers=dict(numbers or {}))
        return ActOnRecord(**named, action=operation.name, fields=dict(fields))
    except ValidationError as error:
        raise NoWrite("; ".join(str(fault["msg"]) for fault in error.errors())) from None
