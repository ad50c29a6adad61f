"""A write of Fortnox's table that somebody asks for by name: checked against the table, then the commands for it."""

from typing import Any

from pydantic import ValidationError

from connectors.fortnox import record_actions, records, sendings
from connectors.fortnox.record_fields import faults_of, faults_of_row
from connectors.fortnox.table import OPERATIONS, RESOURCES, Operation, Resource
from connectors.json_body import BodyFault, read_object
from daemon.config_faults import meant
from daemon.requests import Misused, StartTask
from handlers.commands import ActOnRecord, Command, EnsureRecord, SendDocument, voucher_correction
from handlers.values import Ref

CORRECTION = "correct_voucher"
"""Two commands in this order: a reversal and a new voucher, because Fortnox changes none (Fortnox facts, 6.13)."""


def commands_of(request: StartTask, thing: Ref) -> tuple[Command, ...]:
    """The commands that make ``thing`` what is asked for. Raises :class:`Misused`, one line for each fault."""
    fields = _fields(request)
    if request.operation == CORRECTION:
        return _correction(request, thing, fields)
    operation = _operation(request.operation)
    resource = RESOURCES[operation.resource]
    _check_keys(request, operation, resource)
    faults = (
        faults_of(resource, operation, fields) if request.row is None else faults_of_row(resource, operation, fields)
    )
    if faults:
        raise Misused("\n".join(faults))
    return (_command(request, thing, operation, resource, fields),)


def _command(
    request: StartTask, thing: Ref, operation: Operation, resource: Resource, fields: dict[str, Any]
) -> Command:
    named: dict[str, Any] = {"thing": thing, "resource": resource.name, "keys": request.keys}
    try:
        if operation.effect == "send":
            return SendDocument(**named, how=operation.name.removesuffix(f"_{resource.one}"))
        if operation.name in records.operations():
            return EnsureRecord(**named, fields=fields, row=request.row)
        return ActOnRecord(**named, action=operation.name, fields=fields)
    except ValidationError as error:
        raise Misused("; ".join(str(fault["msg"]) for fault in error.errors())) from None


def _fields(request: StartTask) -> dict[str, Any]:
    if request.body is None:
        return {}
    try:
        return read_object(request.body.encode())
    except BodyFault as error:
        raise Misused(str(error)) from None


def _operation(name: str) -> Operation:
    see = "see `fortnox-bridge operations`"
    operation = OPERATIONS.get(name)
    if operation is None:
        raise Misused(f"there is no operation {name}{meant(name, OPERATIONS)} ({see})")
    if operation.effect == "none":
        raise Misused(f"{name} only reads, and a task is a write ({see})")
    if name not in {*records.operations(), *record_actions.operations(), *sendings.operations()}:
        raise Misused(f"{name} is no write of fields, so no task carries it out ({see})")
    return operation


def _check_keys(request: StartTask, operation: Operation, resource: Resource) -> None:
    names = () if operation.name == f"create_{resource.one}" else operation.keys
    if resource.name == "vouchers" and names:
        names = (*names, "FinancialYear")
    if len(request.keys) != len(names):
        wanted = f"{operation.name} needs {' and '.join(names)}" if names else f"{operation.name} takes no key"
        raise Misused(f"{wanted}, {len(request.keys)} given")


def _correction(request: StartTask, thing: Ref, fields: dict[str, Any]) -> tuple[Command, ...]:
    if len(request.keys) != 3:
        raise Misused(f"{CORRECTION} needs series, number and the id of the financial year, {len(request.keys)} given")
    if request.row is not None:
        raise Misused(f"{CORRECTION} writes the whole voucher anew: it takes no --row")
    faults = faults_of(RESOURCES["vouchers"], OPERATIONS["create_voucher"], fields)
    if faults:
        raise Misused("\n".join(faults))
    return voucher_correction(thing, request.keys, fields)
