"""Tasks that workflows gave to people."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store.acting import NotPossible, Person, note
from store.db import Job
from store.inbox import Seal
from store.workflows import Run, StepBegun, store_step


@dataclass(frozen=True, slots=True)
class TodoRow:
    """A task of a person; ``due`` is a day (ISO 8601), moments are milliseconds since 1970."""

    id: int
    company: str
    title: str
    due: str | None
    state: str
    person: str | None
    created_at: int
    ended_at: int | None
    workflow_id: str
    survey_id: str | None
    account_id: str | None


@dataclass(frozen=True, slots=True)
class AtSender:
    """A task that a sender shows, too: our ``mark`` in it, its ``command`` (JSON), and the delivery that carries it."""

    mark: str
    command: str
    begun: StepBegun


@dataclass(frozen=True, slots=True)
class Shown:
    """An open task that a sender shows, too, by the command that left it there (JSON)."""

    company: str
    workflow_id: str
    flow: str
    place: int
    name: str
    command: str


def give(
    run: Run, name: str, title: str, due: str | None, now: int, shown: AtSender | None = None, seal: Seal | None = None
) -> Job[str]:
    """Give a person the step's task, once, and with it what has a sender show it.

    Tells how it stands: open, done or cancelled.
    """

    def job(connection: sqlite3.Connection) -> str:
        told = (None, None) if shown is None else (shown.mark, shown.command)
        given = connection.execute(
            "INSERT INTO todo (company, workflow, place, title, due, state, created_at, mark, sender_task)"
            " VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?) ON CONFLICT DO NOTHING",
            (run.company, run.id, run.place, title, due, now, *told),
        )
        if given.rowcount and shown is not None:
            store_step(connection, run.workflow_id, shown.begun, now, seal)
        connection.execute(
            "INSERT INTO workflow_step (workflow, place, undo, name, state, began_at) VALUES (?, ?, 0, ?, 'running', ?)"
            " ON CONFLICT DO NOTHING",
            (run.id, run.place, name, now),
        )
        found = connection.execute("SELECT state FROM todo WHERE workflow = ? AND place = ?", (run.id, run.place))
        return str(found.fetchone()["state"])

    return job


def todos(companies: Sequence[str], *, every: bool, limit: int) -> Job[list[TodoRow]]:
    """Tasks of people, the oldest first; those that ended only where ``every`` one is wanted."""

    def job(connection: sqlite3.Connection) -> list[TodoRow]:
        rows = connection.execute(
            "SELECT t.id, t.company, t.title, t.due, t.state, t.person, t.created_at, t.ended_at, w.workflow_id,"
            " w.survey_id, w.account_id FROM todo t JOIN workflow w ON w.id = t.workflow"
            " WHERE t.company IN (SELECT value FROM json_each(?)) AND (? OR t.state = 'open') ORDER BY t.id LIMIT ?",
            (json.dumps(list(companies)), int(every), limit),
        )
        return [TodoRow(**dict(row)) for row in rows]

    return job


def shown(todo_id: int) -> Job[Shown | None]:
    """What an open task's sender shows; ``None`` where it is not open, or no sender shows it."""

    def job(connection: sqlite3.Connection) -> Shown | None:
        row = connection.execute(
            "SELECT t.company, w.workflow_id, w.name AS flow, t.place, s.name, t.sender_task AS command FROM todo t"
            " JOIN workflow w ON w.id = t.workflow"
            " JOIN workflow_step s ON s.workflow = t.workflow AND s.place = t.place AND s.undo = 0"
            " WHERE t.id = ? AND t.state = 'open' AND t.sender_task IS NOT NULL",
            (todo_id,),
        ).fetchone()
        return None if row is None else Shown(**dict(row))

    return job


def finish(todo_id: int, person: Person, told: StepBegun | None = None, seal: Seal | None = None) -> Job[str]:
    """A person has done a task; gives its company, and stores with it what ``told`` says to the sender that shows it.

    Raises :class:`store.acting.NotPossible`.
    """

    def job(connection: sqlite3.Connection) -> str:
        row = connection.execute(
            "SELECT t.company, t.workflow, t.state, w.workflow_id FROM todo t JOIN workflow w ON w.id = t.workflow"
            " WHERE t.id = ?",
            (todo_id,),
        ).fetchone()
        if row is None:
            raise NotPossible(f"there is no task todo-{todo_id}")
        if row["state"] != "open":
            raise NotPossible(f"task todo-{todo_id} is {row['state']} already")
        connection.execute(
            "UPDATE todo SET state = 'done', person = ?, ended_at = ? WHERE id = ?", (person.name, person.now, todo_id)
        )
        connection.execute(
            "UPDATE workflow SET due_at = ? WHERE id = ? AND ended_at IS NULL", (person.now, row["workflow"])
        )
        if told is not None:
            store_step(connection, row["workflow_id"], told, person.now, seal)
        note(connection, person, "todo done", f"todo-{todo_id}")
        return str(row["company"])

    return job
