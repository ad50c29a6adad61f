"""Runs of workflows: what each stands at, and what it did."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from store import handling, inbox
from store.acting import NotPossible, Person, discard_command, note
from store.db import Job
from store.handling import Handled
from store.inbox import Arrival, Seal
from store.outbox import NewCommand

ENDED = ("done", "undone", "cancelled")


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is due. ``place`` is its current step, ``inbox_id`` the delivery of that step, once it has begun.

    ``back`` says that this delivery takes the step back, ``since`` when it was stored (milliseconds since 1970).
    """

    id: int
    workflow_id: str
    company: str
    name: str
    definition: str
    state: str
    place: int
    inbox_id: int | None
    cancelled: bool
    back: bool
    since: int | None
    question: str | None
    context: bytes


@dataclass(frozen=True, slots=True)
class StepDone:
    """How the current step ended: done, skipped or failed; ``object`` is what it made (``invoice:7``)."""

    name: str
    state: str
    result: str | None = None
    object: str | None = None


@dataclass(frozen=True, slots=True)
class StepBegun:
    """A step's commands, and the delivery that carries them."""

    name: str
    arrival: Arrival
    commands: Sequence[NewCommand]


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A run as people see it; moments are milliseconds since 1970."""

    workflow_id: str
    company: str
    name: str
    survey_id: str | None
    account_id: str | None
    state: str
    question: str | None
    started_by: int
    started_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a run that was begun; ``undo`` steps take another one back."""

    name: str
    undo: bool
    state: str
    inbox_id: int | None
    result: str | None
    object: str | None
    began_at: int
    ended_at: int | None


_ASKS = (
    "(w.ended_at IS NULL AND w.question IS NOT NULL AND w.inbox_id IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM todo t WHERE t.workflow = w.id AND t.place = w.place AND t.state = 'open'))"
)
"""The run stands still for a question of its own: it waits for no task, and no command of its step asks."""

# One that asks after its wait is stored as waiting, because it has waited already.
_SHOWN = (
    f"workflow_id, company, name, survey_id, account_id, iif(state = 'waiting' AND {_ASKS}, 'held', state) AS state,"
    " question, started_by, started_at, ended_at FROM workflow w"
)

_GOES_ON = "name NOT IN (SELECT p.name FROM pause p WHERE p.scope = 'workflow')"


def is_paused(name: str) -> Job[bool]:
    """Whether a person paused the workflow of this name."""
    return lambda connection: (
        connection.execute("SELECT 1 FROM pause WHERE scope = 'workflow' AND name = ?", (name,)).fetchone() is not None
    )


def due(now: int, limit: int) -> Job[list[Run]]:
    """Runs that are due, the longest first; those of a paused workflow keep their place."""

    def job(connection: sqlite3.Connection) -> list[Run]:
        rows = connection.execute(
            "SELECT w.id, workflow_id, company, name, definition, state, place, inbox_id, cancelled, question,"  # noqa: S608 - constants
            " EXISTS (SELECT 1 FROM workflow_step s WHERE s.workflow = w.id AND s.undo = 1 AND s.inbox_id = w.inbox_id)"
            " AS back,"
            " (SELECT s.began_at FROM workflow_step s WHERE s.workflow = w.id AND s.inbox_id = w.inbox_id) AS since,"
            " c.sealed AS context FROM workflow w JOIN workflow_context c ON c.workflow = w.id"
            f" WHERE ended_at IS NULL AND due_at <= ? AND {_GOES_ON} ORDER BY due_at, w.id LIMIT ?",
            (now, limit),
        )
        return [Run(**{**dict(row), "cancelled": bool(row["cancelled"]), "back": bool(row["back"])}) for row in rows]

    return job


def next_due() -> Job[int | None]:
    """When the next run is due, of workflows that are not paused; ``None`` where there is none."""

    def job(connection: sqlite3.Connection) -> int | None:
        row = connection.execute(
            f"SELECT min(due_at) AS due FROM workflow WHERE ended_at IS NULL AND {_GOES_ON}"  # noqa: S608 - constants
        ).fetchone()
        return None if row["due"] is None else int(row["due"])

    return job


def later(run: Run, state: str, due_at: int, question: str | None = None) -> Job[None]:
    """The run stands in this state and is looked at again at ``due_at``; one that is being taken back stays so."""

    def job(connection: sqlite3.Connection) -> None:
        connection.execute(
            "UPDATE workflow SET state = iif(state = 'undoing', state, ?), due_at = ?, question = ?"
            " WHERE id = ? AND ended_at IS NULL",
            (state, due_at, question, run.id),
        )

    return job


def begin(run: Run, begun: StepBegun, now: int, seal: Seal | None, *, undo: bool) -> Job[None]:
    """Store the step's delivery with its commands, and that the run stands there: once, however often it is asked.

    A run that a person cancelled meanwhile begins no step forward.
    """

    def job(connection: sqlite3.Connection) -> None:
        row = connection.execute("SELECT state, ended_at FROM workflow WHERE id = ?", (run.id,)).fetchone()
        if row["ended_at"] is not None or (row["state"] == "undoing") != undo:
            return
        inbox_id = store_step(connection, run.workflow_id, begun, now, seal)
        connection.execute(
            "INSERT INTO workflow_step (workflow, place, undo, name, state, inbox_id, began_at)"
            " VALUES (?, ?, ?, ?, 'running', ?, ?) ON CONFLICT DO NOTHING",
            (run.id, run.place, int(undo), begun.name, inbox_id, now),
        )
        connection.execute(
            "UPDATE workflow SET state = ?, place = ?, inbox_id = ?, due_at = ?, question = NULL WHERE id = ?",
            ("undoing" if undo else "running", run.place, inbox_id, now, run.id),
        )

    return job


def store_step(connection: sqlite3.Connection, workflow_id: str, begun: StepBegun, now: int, seal: Seal | None) -> int:
    """Store a step's delivery with its commands, once; gives its inbox id."""
    accepted = inbox.accept(begun.arrival, seal)(connection)
    if not accepted.repeated:
        commands = [replace(command, inbox_id=accepted.inbox_id) for command in begun.commands]
        handled = Handled(
            accepted.inbox_id,
            "handled",
            kind="workflow_step",
            thing=commands[0].thing,
            number=workflow_id,
            commands=commands,
        )
        handling.record(handled, now)(connection)
    return accepted.inbox_id


def end_step(
    run: Run,
    done: StepDone,
    context: bytes,
    now: int,
    *,
    place: int,
    undo: bool,
    back: bool = False,
    account_id: str | None = None,
) -> Job[None]:
    """The step has ended so; the run goes on at ``place`` with this (sealed) context, ``back`` if it is taken back.

    It is named by ``account_id`` from now on, where it had no such name yet.
    """

    def job(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO workflow_step (workflow, place, undo, name, state, inbox_id, result, object, began_at,"
            " ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state,"
            " result = excluded.result, object = excluded.object, ended_at = excluded.ended_at",
            (run.id, run.place, int(undo), done.name, done.state, run.inbox_id, done.result, done.object, now, now),
        )
        connection.execute("UPDATE workflow_context SET sealed = ? WHERE workflow = ?", (context, run.id))
        connection.execute(
            "UPDATE workflow SET state = iif(? OR state = 'undoing', 'undoing', 'running'), place = ?, inbox_id = NULL,"
            " due_at = ?, question = NULL, account_id = coalesce(account_id, ?) WHERE id = ? AND ended_at IS NULL",
            (int(back), place, now, account_id, run.id),
        )

    return job


def end(run: Run, state: str, now: int) -> Job[None]:
    """The run has ended: done, undone or cancelled. One that was cancelled at the last moment is not done yet."""

    def job(connection: sqlite3.Connection) -> None:
        ended = connection.execute(
            "UPDATE workflow SET state = ?1, inbox_id = NULL, ended_at = ?2, question = NULL"
            " WHERE id = ?3 AND ended_at IS NULL AND (?1 <> 'done' OR state <> 'undoing')",
            (state, now, run.id),
        )
        if ended.rowcount and state != "done":
            connection.execute(
                "UPDATE todo SET state = 'cancelled', ended_at = ? WHERE workflow = ? AND state = 'open'", (now, run.id)
            )

    return job


def cancel(company: str, workflow_id: str, person: Person) -> Job[None]:
    """A person cancels a run: what it did is taken back from the step that it stands at.

    Raises :class:`store.acting.NotPossible` where it has ended.
    """

    def job(connection: sqlite3.Connection) -> None:
        row = connection.execute(
            "SELECT id, state FROM workflow WHERE company = ? AND workflow_id = ?", (company, workflow_id)
        ).fetchone()
        if row is None:
            raise NotPossible(f"there is no workflow {workflow_id} of {company}")
        if row["state"] in ENDED:
            raise NotPossible(f"workflow {workflow_id} is {row['state']} already")
        connection.execute(
            "UPDATE workflow SET state = 'undoing', cancelled = 1, due_at = ?, question = NULL WHERE id = ?",
            (person.now, row["id"]),
        )
        note(connection, person, "cancel", f"workflow-{row['id']}")

    return job


def discard_unsent(inbox_id: int, person: Person) -> Job[None]:
    """End those commands of a step that have not left and are in no doubt."""

    def job(connection: sqlite3.Connection) -> None:
        rows = connection.execute(
            "SELECT id FROM outbox WHERE inbox_id = ? AND state IN ('ready', 'waiting', 'parked', 'held')"
            " AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.outbox_id = outbox.id"
            " AND a.end IN ('in_flight', 'unknown', 'throttled')) ORDER BY id DESC",
            (inbox_id,),
        ).fetchall()
        for row in rows:
            discard_command(row["id"], person)(connection)

    return job


def found(
    companies: Sequence[str],
    *,
    workflow_id: str | None = None,
    survey_id: str | None = None,
    account_id: str | None = None,
    limit: int,
) -> Job[list[WorkflowRow]]:
    """Runs of these companies by any of their three names, the newest first."""

    def job(connection: sqlite3.Connection) -> list[WorkflowRow]:
        rows = connection.execute(
            f"SELECT {_SHOWN} WHERE company IN (SELECT value FROM json_each(?1))"  # noqa: S608 - constants
            " AND (?2 IS NULL OR workflow_id = ?2) AND (?3 IS NULL OR survey_id = ?3)"
            " AND (?4 IS NULL OR account_id = ?4) ORDER BY id DESC LIMIT ?5",
            (json.dumps(list(companies)), workflow_id, survey_id, account_id, limit),
        )
        return [WorkflowRow(**dict(row)) for row in rows]

    return job


def asking(company: str | None) -> Job[list[WorkflowRow]]:
    """Runs of a company, or of all, that stand still for a question of their own, the longest first."""

    def job(connection: sqlite3.Connection) -> list[WorkflowRow]:
        rows = connection.execute(
            f"SELECT {_SHOWN} WHERE {_ASKS} AND (?1 IS NULL OR company = ?1) ORDER BY id",
            (company,),
        )
        return [WorkflowRow(**dict(row)) for row in rows]

    return job


def begun_by(inbox_id: int) -> Job[list[WorkflowRow]]:
    """The runs that a delivery began."""

    def job(connection: sqlite3.Connection) -> list[WorkflowRow]:
        rows = connection.execute(f"SELECT {_SHOWN} WHERE started_by = ? ORDER BY id", (inbox_id,))
        return [WorkflowRow(**dict(row)) for row in rows]

    return job


def steps(company: str, workflow_id: str) -> Job[list[StepRow]]:
    """The steps of a run that were begun, in the order in which they were."""

    def job(connection: sqlite3.Connection) -> list[StepRow]:
        rows = connection.execute(
            "SELECT s.name, s.undo, s.state, s.inbox_id, s.result, s.object, s.began_at, s.ended_at"
            " FROM workflow_step s JOIN workflow w ON w.id = s.workflow WHERE w.company = ? AND w.workflow_id = ?"
            " ORDER BY s.undo, iif(s.undo, -s.place, s.place)",
            (company, workflow_id),
        )
        return [StepRow(**{**dict(row), "undo": bool(row["undo"])}) for row in rows]

    return job
