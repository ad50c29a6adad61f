"""Tasks that workflows gave to people."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store.acting import NotPossible, Person, note
from store.db import Job
from store.workflows import Run


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


def give(run: Run, name: str, title: str, due: str | None, now: int) -> Job[str]:
    """Give a person the step's task, once; tells how it stands: open, done or cancelled."""

    def job(connection: sqlite3.Connection) -> str:
        connection.execute(
            "INSERT INTO todo (company, workflow, place, title, due, state, created_at)"
            " VALUES (?, ?, ?, ?, ?, 'open', ?) ON CONFLICT DO NOTHING",
            (run.company, run.id, run.place, title, due, now),
        )
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


def finish(todo_id: int, person: Person) -> Job[str]:
    """A person has done a task; gives its company. Raises :class:`store.acting.NotPossible`."""

    def job(connection: sqlite3.Connection) -> str:
        row = connection.execute("SELECT company, workflow, state FROM todo WHERE id = ?", (todo_id,)).fetchone()
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
        note(connection, person, "todo done", f"todo-{todo_id}")
        return str(row["company"])

    return job
