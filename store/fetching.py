"""Fetching: what must be read at the sender before a delivery can be understood, when, and what was read."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from store import holds
from store.db import Job
from store.inbox import Seal

Record = tuple[str, str, str]
"""A name of ours, and the record's kind and id at the sender."""

OWN = (
    "(r.made IS NOT NULL AND EXISTS (SELECT 1 FROM link l JOIN outbox o ON o.thing = l.thing"
    " JOIN attempt a ON a.outbox_id = o.id AND a.creates = 1 AND a.end IN ('known', 'found')"
    " WHERE l.company = i.company AND l.kind = substr(r.made, 1, instr(r.made, ':') - 1)"
    " AND l.number = substr(r.made, instr(r.made, ':') + 1)))"
)
"""Whether what was made is linked to a thing that a call of ours created."""


@dataclass(frozen=True, slots=True)
class Echo:
    """A far object that a call of ours may have made: its answer is waited for so long (milliseconds)."""

    kind: str
    number: str
    wait: int


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that waits for what must be read; ``attempts`` failed so far. An ``own`` one tells of what we made."""

    inbox_id: int
    company: str
    wanted: tuple[Record, ...]
    attempts: int
    own: bool = False


def begin(
    connection: sqlite3.Connection, inbox_id: int, wanted: Sequence[Record], now: int, echo: Echo | None = None
) -> None:
    """The row waits for the reader of its source; due at once, or when the answer of our own call must be there."""
    connection.execute("UPDATE inbox SET state = 'reading' WHERE id = ?", (inbox_id,))
    made, wait = (None, 0) if echo is None else (f"{echo.kind}:{echo.number}", echo.wait)
    connection.execute(
        "INSERT INTO reading (inbox_id, source, wanted, due_at, made) SELECT id, source, ?, ?, ? FROM inbox"
        " WHERE id = ?"
        " ON CONFLICT DO UPDATE SET wanted = excluded.wanted, due_at = excluded.due_at, made = excluded.made,"
        " attempts = 0, reason = NULL",
        (json.dumps([list(record) for record in wanted]), now + wait, made, inbox_id),
    )


def due(source: str, now: int, limit: int) -> Job[list[Due]]:
    """What may be read for a source now, the oldest first."""

    def job(connection: sqlite3.Connection) -> list[Due]:
        rows = connection.execute(
            f"SELECT r.inbox_id, i.company, r.wanted, r.attempts, {OWN} AS own FROM reading r"  # noqa: S608 - our own text
            " JOIN inbox i ON i.id = r.inbox_id"
            " WHERE r.source = ? AND r.due_at <= ? ORDER BY r.due_at, r.inbox_id LIMIT ?",
            (source, now, limit),
        ).fetchall()
        return [
            Due(
                row["inbox_id"],
                row["company"],
                tuple(map(_record, json.loads(row["wanted"]))),
                row["attempts"],
                bool(row["own"]),
            )
            for row in rows
        ]

    return job


def next_due(source: str) -> Job[int | None]:
    """When the next reading of a source is due (milliseconds); ``None`` where nothing is to be read."""

    def job(connection: sqlite3.Connection) -> int | None:
        row = connection.execute("SELECT min(due_at) AS at FROM reading WHERE source = ?", (source,)).fetchone()
        return None if row["at"] is None else int(row["at"])

    return job


def answered(inbox_id: int, answers: Mapping[str, bytes | None], now: int, seal: Seal | None = None) -> Job[bool]:
    """Keep what was read and give the row back to intake; false where the row is no longer being read."""

    def job(connection: sqlite3.Connection) -> bool:
        if not _end(connection, inbox_id):
            return False
        connection.executemany(
            "INSERT INTO inbox_read (inbox_id, name, read_at, sealed, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET read_at = excluded.read_at, sealed = excluded.sealed, body = excluded.body",
            [
                (inbox_id, name, now, int(seal is not None), seal(body) if seal and body is not None else body)
                for name, body in answers.items()
            ],
        )
        connection.execute("UPDATE inbox SET state = 'waiting', reason = NULL WHERE id = ?", (inbox_id,))
        return True

    return job


def echoed(inbox_id: int, now: int) -> Job[bool]:
    """The row told of what we made ourselves: nothing is to be read; false where it is no longer being read."""

    def job(connection: sqlite3.Connection) -> bool:
        if not _end(connection, inbox_id):
            return False
        connection.execute(
            "UPDATE inbox SET state = 'ignored', reason = 'own_write', handled_at = ? WHERE id = ?", (now, inbox_id)
        )
        return True

    return job


def put_back(inbox_id: int, due_at: int, reason: str, *, uses_attempt: bool) -> Job[None]:
    """It could not be read now: again at ``due_at``."""

    def job(connection: sqlite3.Connection) -> None:
        connection.execute(
            "UPDATE reading SET due_at = ?, reason = ?, attempts = attempts + ? WHERE inbox_id = ?",
            (due_at, reason, int(uses_attempt), inbox_id),
        )
        connection.execute("UPDATE inbox SET reason = ? WHERE id = ? AND state = 'reading'", (reason, inbox_id))

    return job


def park(inbox_id: int, reason: str, question: str, now: int) -> Job[bool]:
    """It will not be readable by itself: a person must act; false where the row is no longer being read."""

    def job(connection: sqlite3.Connection) -> bool:
        if not _end(connection, inbox_id):
            return False
        connection.execute(
            "UPDATE inbox SET state = 'parked', reason = ?, question = ?, handled_at = ? WHERE id = ?",
            (reason, question, now, inbox_id),
        )
        row = connection.execute("SELECT company FROM inbox WHERE id = ?", (inbox_id,)).fetchone()
        holds.hold(connection, "in", inbox_id, row["company"], holds.worded(reason, question), now)
        return True

    return job


def hurry(source: str, now: int) -> Job[int]:
    """Whatever waits for a later try is tried now (credentials were renewed, the daemon started); returns how many."""
    return lambda connection: (
        connection.execute("UPDATE reading SET due_at = ?1 WHERE source = ?2 AND due_at > ?1", (now, source)).rowcount
    )


def forget(connection: sqlite3.Connection, inbox_id: int) -> None:
    """What was read is read anew: a person asked for another try."""
    connection.execute("DELETE FROM inbox_read WHERE inbox_id = ?", (inbox_id,))
    connection.execute("DELETE FROM reading WHERE inbox_id = ?", (inbox_id,))


def _end(connection: sqlite3.Connection, inbox_id: int) -> bool:
    connection.execute("DELETE FROM reading WHERE inbox_id = ?", (inbox_id,))
    row = connection.execute("SELECT state FROM inbox WHERE id = ?", (inbox_id,)).fetchone()
    return row is not None and row["state"] == "reading"


def _record(stored: list[str]) -> Record:
    name, kind, number = stored
    return name, kind, number
