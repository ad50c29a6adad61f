"""A person's writes: any write of the table as a task with an id, checked before it is stored, read and cancelled."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from connectors.fortnox.table import OPERATIONS
from connectors.nearest import meant
from daemon.asked_writes import commands_of
from daemon.clock import Clock
from daemon.deciding import new_command
from daemon.door import seal_of
from daemon.ids import command_id, delivery_id, parse
from daemon.requests import CancelTask, Misused, StartTask
from daemon.settings import Company, Config
from daemon.times import iso
from handlers.values import Ref
from store import starting
from store.acting import Person
from store.db import Database
from store.inbox import Arrival
from store.outbox import NewCommand
from store.starting import SOURCE, TaskRow

Answer = dict[str, Any]

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
        commands = commands_of(request, Ref(system=SOURCE, kind=RULE, id=request.key))
        person = Person(request.person, self._clock.milliseconds())

        def made(inbox_id: int) -> Sequence[NewCommand]:
            return [
                replace(new_command(inbox_id, request.company, _lane(request), RULE, command), priority=0)
                for command in commands
            ]

        job = starting.start(self._arrival(request), request.operation, made, person, seal_of(self._config()))
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
