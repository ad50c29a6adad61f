"""Batches of contacts and writes: each row a delivery of its own with its own result, taken all at once."""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import Field, ValidationError

from connectors.client.source import source_of
from connectors.client.wire import Contact, ContactTaken, Identifier, RecordTaken, Sent
from connectors.json_body import write_object
from daemon.asked_writes import commands_of
from daemon.clock import Clock
from daemon.endpoints.answers import Answered, Refusal, not_found
from daemon.endpoints.batch_told import batch_told, status_of
from daemon.endpoints.calls import Call, faults_of
from daemon.endpoints.contacts import contact_arrival
from daemon.endpoints.states import LOOK_SECONDS
from daemon.requests import Misused, StartTask
from handlers.settings import CompanySettings
from handlers.values import Ref
from store import clients
from store.acting import NotPossible
from store.clients import NewBatch, NewRow
from store.db import Database, milliseconds
from store.inbox import Arrival, Seal

MOST_ROWS = 10_000
PAGE = 1000
ANY = "*"


class BatchRowGiven(Sent):
    """One row: a contact, or a write of Fortnox's table by the name that ``fortnox-bridge operations`` lists."""

    row_id: Identifier | None = Field(None, description="the client's own id of the row; absent: its place")
    contact: dict[str, Any] | None = None
    operation: Identifier | None = None
    keys: tuple[Identifier, ...] = Field((), max_length=4)
    fields: dict[str, Any] | None = None


class BatchGiven(Sent):
    """A batch: the same ``batch_id`` with the same rows is the same batch."""

    batch_id: Identifier
    rows: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_ROWS)]


class Batches:
    """Takes batches and tells how their rows stand."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        seal: Seal | None,
        settings: Callable[[str], CompanySettings],
        arrived: Callable[[], None],
    ) -> None:
        """``seal`` encrypts bodies where the configuration asks for it; ``settings`` gives a company's choices."""
        self._database = database
        self._clock = clock
        self._seal = seal
        self._settings = settings
        self._arrived = arrived

    async def start(self, call: Call) -> Answered:
        """``POST``: every row is checked, every sound one stored; 202 with what is wrong with the others.

        With ``wait`` 200 once no row moves by itself any more.
        """
        company, seconds = call.company(), call.wait()
        source = source_of(call.client.name)
        given = call.read(BatchGiven)
        repeated = await self.take(company, source, given, call.client.operations)
        at_rest = await self._at_rest(company, given.batch_id, seconds)
        told = await batch_told(self._database.read, company, given.batch_id, 0, PAGE)
        return Answered(200 if seconds and at_rest else 202, (told or {}) | {"repeated": repeated})

    async def _at_rest(self, company: str, batch_id: str, seconds: float) -> bool:
        until = self._clock.monotonic() + seconds
        while status_of(await self._database.read(clients.counts(company, batch_id))) == "running":
            if self._clock.monotonic() >= until:
                return False
            await self._clock.sleep(LOOK_SECONDS)
        return True

    async def show(self, call: Call) -> Answered:
        """``GET``: the batch with a page of its rows."""
        after, limit = call.number("after", 0, MOST_ROWS), call.number("limit", PAGE, PAGE)
        told = await batch_told(self._database.read, call.company(), call.named["batch_id"], after, limit)
        if told is None:
            raise not_found()
        return Answered(200, told)

    async def take(self, company: str, source: str, given: BatchGiven, operations: Sequence[str]) -> bool:
        """Store a batch; tells whether it was there already. Raises :class:`Refusal` 409 for another one of that id."""
        now = self._clock.now()
        rows = [
            self._row(company, source, given.batch_id, place, row, operations) for place, row in enumerate(given.rows)
        ]
        _check_once(rows)
        digest = hashlib.sha256(json.dumps(given.rows, sort_keys=True, default=str).encode()).hexdigest()
        batch = NewBatch(company, given.batch_id, source, digest, milliseconds(now), rows)
        try:
            repeated = await self._database.write(clients.start(batch, self._seal))
        except NotPossible as error:
            raise Refusal(409, "other_batch", str(error)) from None
        self._arrived()
        return repeated

    def _row(
        self, company: str, source: str, batch_id: str, place: int, given: dict[str, Any], operations: Sequence[str]
    ) -> NewRow:
        row_id = str(place + 1)
        try:
            row = BatchRowGiven.model_validate(given)
            row_id = row.row_id or row_id
            if (row.contact is None) == (row.operation is None):
                return NewRow(row_id, None, "give exactly one of contact and operation")
            key = f"{company}/batch/{batch_id}/{row_id}"
            if row.contact is not None:
                taken = ContactTaken(contact=Contact.model_validate(row.contact), create=True, batch=batch_id)
                arrival, contact = contact_arrival(self._settings(company), source, taken, key, self._clock)
                return NewRow(row_id, arrival, contact=contact)
            return NewRow(row_id, self._write(company, source, batch_id, row_id, row, key, operations))
        except ValidationError as error:
            return NewRow(row_id, None, "; ".join(faults_of(error)))
        except Refusal as refusal:
            return NewRow(row_id, None, "; ".join((refusal.text, *refusal.faults)))
        except Misused as error:
            return NewRow(row_id, None, str(error).replace("\n", "; "))

    def _write(
        self,
        company: str,
        source: str,
        batch_id: str,
        row_id: str,
        row: BatchRowGiven,
        key: str,
        operations: Sequence[str],
    ) -> Arrival:
        name = row.operation or ""
        if not {ANY, name} & set(operations):
            raise Refusal(403, "operation_not_allowed", f"this key may not ask for {name}")
        body = None if row.fields is None else write_object(row.fields).decode()
        asked = StartTask(person=source, company=company, operation=name, keys=row.keys, body=body, key=row_id)
        thing = Ref(system=source, kind="batch_row", id=f"{batch_id}/{row_id}")
        commands = tuple(command.model_dump(mode="json") for command in commands_of(asked, thing))
        now = self._clock.now()
        taken = RecordTaken(
            row_id=f"{batch_id}/{row_id}", received_at=now.isoformat(), commands=commands, batch=batch_id
        )
        return Arrival(source, company, key, {}, taken.model_dump_json().encode(), now)


def _check_once(rows: Sequence[NewRow]) -> None:
    ids = [row.row_id for row in rows]
    if len(set(ids)) != len(ids):
        raise Refusal(422, "bad_fields", "two rows have one row_id")
