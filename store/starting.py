"""Tasks that a person starts: an inbox row of its own and the commands on the outbox in one transaction, and back."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from store import acting, attempts, handling, inbox
from store.acting import FINISHED, NotPossible, Person
from store.db import Job
from store.handling import Handled
from store.inbox import Arrival, Seal
from store.outbox import NewCommand

SOURCE = "person"
"""The source of every task; no source of a configuration may have this name."""

MOST_COMMANDS = 8
"""Commands of one task, at most; a correction of a voucher has two."""

DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Started:
    """The task's row and its commands in their order; ``repeated``: the key was known, and nothing new was stored."""

    inbox_id: int
    commands: tuple[int, ...]
    repeated: bool


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One command of a task, as people see it; moments are milliseconds since 1970.

    ``object`` is what it made, changed or found (``unit:lass``); ``open_calls`` count calls whose end is not known.
    """

    id: int
    inbox_id: int
    company: str
    operation: str
    command: str
    state: str
    attempts: int
    created_at: int
    finished_at: int | None
    reason: str | None
    question: str | None
    result: str | None
    object: str | None
    open_calls: int
    person: str | None


def start(
    arrival: Arrival, operation: str, made: Callable[[int], Sequence[NewCommand]], person: Person, seal: Seal | None
) -> Job[Started]:
    """Store the task, or find the one that has its key. ``made`` gives the commands for the row's id.

    Raises :class:`NotPossible` where the key is that of another task.
    """

    def job(connection: sqlite3.Connection) -> Started:
        accepted = inbox.accept(arrival, seal)(connection)
        if accepted.repeated:
            _check_same(connection, accepted.inbox_id, arrival)
            return Started(accepted.inbox_id, _commands(connection, accepted.inbox_id), repeated=True)
        commands = made(accepted.inbox_id)
        first = commands[0]
        handled = Handled(
            accepted.inbox_id, "handled", kind="task", thing=first.thing, number=operation, commands=commands
        )
        handling.record(handled, person.now)(connection)
        acting.note(connection, person, "start", f"in-{accepted.inbox_id}")
        return Started(accepted.inbox_id, _commands(connection, accepted.inbox_id), repeated=False)

    return job


def _check_same(connection: sqlite3.Connection, inbox_id: int, arrival: Arrival) -> None:
    """A body that retention erased can no longer be compared: then the key alone counts."""
    row = connection.execute("SELECT headers FROM inbox_body WHERE inbox_id = ?", (inbox_id,)).fetchone()
    if row is not None and json.loads(row["headers"]).get(DIGEST) != arrival.headers[DIGEST]:
        raise NotPossible(f"the key is that of another task: see `task read in-{inbox_id}`, or give another --key")


def _commands(connection: sqlite3.Connection, inbox_id: int) -> tuple[int, ...]:
    rows = connection.execute("SELECT id FROM outbox WHERE inbox_id = ? ORDER BY id", (inbox_id,))
    return tuple(int(row["id"]) for row in rows)


def cancel(place: str, number: int, person: Person) -> Job[list[TaskRow]]:
    """End what has not left; ``place`` and ``number`` are ``in`` or ``out`` and an id. Gives what was cancelled.

    Raises :class:`NotPossible`, and changes nothing, where a call may have left, or where there is nothing to cancel.
    """

    def job(connection: sqlite3.Connection) -> list[TaskRow]:
        found = _of(connection, place, number)
        unfinished = [row for row in found if row.state not in FINISHED]
        if not unfinished:
            ended = found[0]
            raise NotPossible(f"out-{ended.id} is {ended.state} already: what was sent is not called back")
        for row in unfinished:
            if row.state == "in_flight" or _may_have_left(connection, row.id):
                raise NotPossible(f"a call of out-{row.id} may have left: it is not cancelled, it is looked for")
        # The last first: what waits for another is ended before that one, and so is not parked for want of it.
        for row in reversed(unfinished):
            acting.discard_command(row.id, person)(connection)
        ended_ids = {row.id for row in unfinished}
        return [row for row in _of(connection, place, number) if row.id in ended_ids]

    return job


def _may_have_left(connection: sqlite3.Connection, outbox_id: int) -> bool:
    row = connection.execute(
        f"SELECT 1 FROM attempt WHERE outbox_id = ? AND end IN {attempts.OPEN} LIMIT 1",  # noqa: S608 - constants
        (outbox_id,),
    ).fetchone()
    rechecked = connection.execute("SELECT recheck FROM outbox WHERE id = ?", (outbox_id,)).fetchone()
    return row is not None or bool(rechecked["recheck"])


def task(place: str, number: int) -> Job[list[TaskRow]]:
    """The commands of a task, or the one of an id. Raises :class:`NotPossible` where it is no task of a person."""
    return lambda connection: _of(connection, place, number)


def tasks(*, company: str | None, limit: int) -> Job[list[TaskRow]]:
    """The newest tasks first."""

    def job(connection: sqlite3.Connection) -> list[TaskRow]:
        rows = connection.execute(
            f"{_SELECT} WHERE i.source = ?1 AND (?2 IS NULL OR o.company = ?2) ORDER BY o.id DESC LIMIT ?3",
            (SOURCE, company, limit),
        )
        return [_row(row) for row in rows]

    return job


def _of(connection: sqlite3.Connection, place: str, number: int) -> list[TaskRow]:
    column = "i.id" if place == "in" else "o.id"
    rows = connection.execute(
        f"{_SELECT} WHERE i.source = ? AND {column} = ? ORDER BY o.id LIMIT ?", (SOURCE, number, MOST_COMMANDS)
    ).fetchall()
    if not rows:
        raise NotPossible(f"{place}-{number} is no task that a person started (see `task list`)")
    return [_row(row) for row in rows]


_SELECT = (
    "SELECT o.id, o.inbox_id, o.company, i.number AS operation, o.kind AS command, o.state, o.attempts, o.created_at,"  # noqa: S608 - constants
    " o.finished_at, o.reason, o.question, o.result, l.kind || ':' || l.number AS linked, p.proof,"
    f" (SELECT count(*) FROM attempt a WHERE a.outbox_id = o.id AND a.end IN {attempts.OPEN}) AS open_calls,"
    " (SELECT person FROM action WHERE subject = 'in-' || i.id AND action = 'start' LIMIT 1) AS person"
    " FROM inbox i JOIN outbox o ON o.inbox_id = i.id LEFT JOIN link l ON l.thing = o.thing"
    " LEFT JOIN outbox_payload p ON p.outbox_id = o.id"
)


def _row(row: sqlite3.Row) -> TaskRow:
    proof: dict[str, Any] = json.loads(row["proof"]) if row["proof"] else {}
    shown = proof.get("settled_by", {}).get("object") or row["linked"]
    named = {name: row[name] for name in TaskRow.__dataclass_fields__ if name != "object"}
    return TaskRow(**named, object=shown)
