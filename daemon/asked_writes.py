"""A write of Fortnox's table that somebody asks for: checked against the table, then the commands that carry it out."""

from typing import Any

from connectors.fortnox.record_fields import faults_of, faults_of_row
from connectors.fortnox.table import OPERATIONS, RESOURCES, Operation
from connectors.json_body import BodyFault, read_object
from daemon.requests import Misused, StartTask
from daemon.table_writes import NoWrite, keys_wanted, write_command, write_named
from handlers.commands import Command, voucher_correction
from handlers.values import Ref

CORRECTION = "correct_voucher"
"""Two commands in this order: a reversal and a new voucher, because Fortnox changes none (Fortnox facts, 6.13)."""


def commands_of(request: StartTask, thing: Ref) -> tuple[Command, ...]:
    """The commands that make ``thing`` what is asked for. Raises :class:`Misused`, one line for each fault."""
    fields = _fields(request)
    if request.operation == CORRECTION:
        return _correction(request, thing, fields)
    try:
        operation = write_named(request.operation)
    except NoWrite as error:
        raise Misused(str(error)) from None
    resource = RESOURCES[operation.resource]
    _check_keys(request, operation)
    faults = (
        faults_of(resource, operation, fields) if request.row is None else faults_of_row(resource, operation, fields)
    )
    if faults:
        raise Misused("\n".join(faults))
    try:
        return (write_command(operation, thing, keys=request.keys, fields=fields, row=request.row),)
    except NoWrite as error:
        raise Misused(str(error)) from None


def _fields(request: StartTask) -> dict[str, Any]:
    if request.body is None:
        return {}
    try:
        return read_object(request.body.encode())
    except BodyFault as error:
        raise Misused(str(error)) from None


def _check_keys(request: StartTask, operation: Operation) -> None:
    names = keys_wanted(operation)
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
