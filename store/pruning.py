"""Retention: what is erased when it is old; keys against doubles, links and outcomes stay."""

import sqlite3
from datetime import datetime

from store.db import Job, milliseconds

_DONE = "NOT EXISTS (SELECT 1 FROM outbox o WHERE o.inbox_id = i.id AND o.finished_at IS NULL)"


def bodies(before: datetime, limit: int) -> Job[int]:
    """Erase raw bodies of handled deliveries older than ``before``; their dedupe keys stay.

    Not of one whose commands are unfinished: it may have to be decided again (a sale that is made anew).
    """
    return _erase(
        "DELETE FROM inbox_body WHERE inbox_id IN (SELECT i.id FROM inbox i JOIN inbox_body b ON b.inbox_id = i.id"  # noqa: S608 - constants
        f" WHERE i.received_at < ? AND i.state NOT IN ('waiting', 'reading', 'parked', 'held') AND {_DONE} LIMIT ?)",
        before,
        limit,
    )


def reads(before: datetime, limit: int) -> Job[int]:
    """Erase what was read at the sender for handled deliveries older than ``before``."""
    return _erase(
        "DELETE FROM inbox_read WHERE rowid IN (SELECT r.rowid FROM inbox_read r JOIN inbox i ON i.id = r.inbox_id"  # noqa: S608 - constants
        f" WHERE i.received_at < ? AND i.state NOT IN ('waiting', 'reading', 'parked', 'held') AND {_DONE} LIMIT ?)",
        before,
        limit,
    )


def twins(before: datetime, limit: int) -> Job[int]:
    """Forget what events of long ago were called on another path."""
    return _erase("DELETE FROM twin WHERE inbox_id IN (SELECT inbox_id FROM twin WHERE at < ? LIMIT ?)", before, limit)


def payloads(before: datetime, limit: int) -> Job[int]:
    """Erase the text of finished commands older than ``before``, unless one of their attempts has an open end."""
    return _erase(
        "DELETE FROM outbox_payload WHERE outbox_id IN"
        " (SELECT o.id FROM outbox o JOIN outbox_payload p ON p.outbox_id = o.id WHERE o.finished_at < ? AND NOT EXISTS"
        " (SELECT 1 FROM attempt a WHERE a.outbox_id = o.id AND a.end IN ('in_flight', 'unknown', 'throttled'))"
        " LIMIT ?)",
        before,
        limit,
    )


def contexts(before: datetime, limit: int) -> Job[int]:
    """Erase what runs of workflows knew that ended before this."""
    return _erase(
        "DELETE FROM workflow_context WHERE workflow IN (SELECT w.id FROM workflow w"
        " JOIN workflow_context c ON c.workflow = w.id WHERE w.ended_at < ? LIMIT ?)",
        before,
        limit,
    )


def looks(before: datetime, limit: int) -> Job[int]:
    """Erase what old looks read; that they were made stays with the attempt."""
    return _erase("DELETE FROM look WHERE id IN (SELECT id FROM look WHERE at < ? LIMIT ?)", before, limit)


def responses(before: datetime, limit: int) -> Job[int]:
    """Forget who answered what before then; statistics lose those days with it."""
    return _erase(
        "DELETE FROM response WHERE thing IN (SELECT thing FROM response WHERE at < ? LIMIT ?)", before, limit
    )


def shadows(before: datetime, limit: int) -> Job[int]:
    """Forget what rules in shadow mode would have done long ago."""
    return _erase(
        "DELETE FROM shadow WHERE (inbox_id, rule) IN (SELECT inbox_id, rule FROM shadow WHERE at < ? LIMIT ?)",
        before,
        limit,
    )


def shrink() -> Job[None]:
    """Give freed pages back to the disk, a bounded number at a time."""

    def job(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA incremental_vacuum(2000)").fetchall()

    return job


def _erase(statement: str, before: datetime, limit: int) -> Job[int]:
    return lambda connection: connection.execute(statement, (milliseconds(before), limit)).rowcount
