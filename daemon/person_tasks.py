"""A person's writes: any write of the table as a task with an id, checked before it is stored, read and cancelled."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from cryptography.fernet import Fernet, MultiFernet

from connectors.fortnox.record_fields import faults_of, faults_of_row
from connectors.fortnox.table import OPERATIONS, RESOURCES, Operation
from connectors.json_body import BodyFault, read_object
from daemon.clock import Clock
from daemon.config_faults import meant
from daemon.deciding import new_command
from daemon.ids import command_id, delivery_id, parse
from daemon.requests import CancelTask, Misused, StartTask
from daemon.settings import Company, Config
from daemon.table_writes import NoWrite, keys_wanted, write_command, write_named
from daemon.times import iso
from handlers.commands import Command, voucher_correction
from handlers.values import Ref
from store import starting
from store.acting import Person
from store.db import Database
from store.inbox import Arrival, Seal
from store.outbox import NewCommand
from store.starting import SOURCE, TaskRow

Answer = dict[str, Any]

CORRECTION = "correct_voucher"
"""Two commands in this order: a reversal and a new voucher, because Fortnox changes none (Fortnox facts, 6.13)."""

RULE = "task"
PROGRESS: Mapping[str, str] = {
    "ready": "will be sent",
    "waiting": "waits for another command",
    "in_flight": "is being sent",
    "unknown": "sent, its end is not known yet: it is looked for",
    "parked": "stopped: a person must act",
    "held": "stopped: a question is to be answered",
    "done": "done",
    "discarded": "cancelled",
    "superseded": "replaced by a newer command",
}


class PersonTasks:
    """Starts, shows and cancels; who asks and why is on disk with it."""

    def __init__(self, *, config: Callable[[], Config], database: Database, clock: Clock) -> None:
        self._config = config
        self._database = database
        self._clock = clock

    async def start(self, request: StartTask) -> Answer:
        """Check everything, store the row and its commands, and answer at once.

        Raises :class:`Misused` with one line for each fault, :class:`store.acting.NotPossible` for another task's key.
        """
        known = self._config().companies
        if request.company not in known:
            raise Misused(f"there is no company {request.company}{meant(request.company, known)}")
        commands = commands_of(request)
        person = Person(request.person, self._clock.milliseconds())

        def made(inbox_id: int) -> Sequence[NewCommand]:
            return [
                replace(new_command(inbox_id, request.company, _lane(request), RULE, command), priority=0)
                for command in commands
            ]

        job = starting.start(self._arrival(request), request.operation, made, person, self._seal())
        started = await self._database.write(job)
        rows = await self._database.read(starting.task("in", started.inbox_id))
        return {"tasks": [shown(row, known) for row in rows], "repeated": started.repeated}

    async def cancel(self, request: CancelTask) -> Answer:
        """End what has not left. Raises :class:`store.acting.NotPossible` where something may have."""
        found = parse(request.id, "out")
        if found is None:
            raise Misused(f"{request.id} is no id: in-12 names a task, out-34 a command of one")
        person = Person(request.person, self._clock.milliseconds(), request.reason)
        rows = await self._database.write(starting.cancel(*found, person))
        return {"tasks": [shown(row, self._config().companies) for row in rows]}

    def _arrival(self, request: StartTask) -> Arrival:
        """The task as a delivery: what was asked for is its body, and its key its own."""
        asked = {
            "operation": request.operation,
            "keys": list(request.keys),
            "row": request.row,
            "body": request.body,
            "company": request.company,
        }
        body = json.dumps(asked, ensure_ascii=False, sort_keys=True).encode()
        digest = hashlib.sha256(body).hexdigest()
        return Arrival(SOURCE, request.company, request.key, {starting.DIGEST: digest}, body, self._clock.now())

    def _seal(self) -> Seal | None:
        config = self._config()
        if not config.retention.seal_bodies:
            return None
        return MultiFernet([Fernet(secret.reveal()) for secret in config.state_keys]).encrypt


def commands_of(request: StartTask) -> tuple[Command, ...]:
    """The commands that carry the task out. Raises :class:`Misused`, one line for each fault."""
    thing = Ref(system=SOURCE, kind=RULE, id=request.key)
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


def _lane(request: StartTask) -> str:
    """Tasks on one object go one after the other; what is made anew has a lane of its own."""
    about = "/".join(request.keys) or request.key
    operation = OPERATIONS.get(request.operation)
    return f"task:{operation.resource if operation else 'vouchers'}:{about}"


def shown(row: TaskRow, companies: Mapping[str, Company]) -> Answer:
    """A task as JSON: moments in ISO 8601, UTC; ``company_kind`` is live, test or simulator."""
    company = companies.get(row.company)
    told = asdict(row) | {"company_kind": None if company is None else company.kind}
    told |= {"id": command_id(row.id), "task": delivery_id(row.inbox_id), "progress": PROGRESS[row.state]}
    told |= {"created_at": iso(row.created_at), "finished_at": iso(row.finished_at)}
    del told["inbox_id"]
    return told
