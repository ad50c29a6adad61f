"""Sealing anew: values that lie sealed with an older key get the newest one, a bite at a time."""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from store.db import Job

Reseal = Callable[[bytes], bytes | None]
"""The value sealed with the newest key; ``None`` where it is that already. Raises :class:`CannotOpen`."""

TABLES = ("token", "inbox_body", "inbox_read", "workflow_context")
"""Every table that holds sealed values, in the order in which they are gone through."""


class CannotOpen(Exception):
    """A sealed value opens with none of the keys."""


@dataclass(frozen=True, slots=True)
class Bite:
    """What one bite did; ``last`` is the row that it ended at, ``None`` where the table had no more."""

    looked: int
    resealed: int
    unreadable: int
    last: int | None


def reseal(table: str, after: int, limit: int, anew: Reseal) -> Job[Bite]:
    """Go through at most ``limit`` rows behind row ``after``; what cannot be opened stays as it is and is counted.

    The few tokens are one bite.
    """
    if table == "token":
        return _tokens(anew)
    return _contexts(after, limit, anew) if table == "workflow_context" else _bodies(table, after, limit, anew)


def _tokens(anew: Reseal) -> Job[Bite]:
    def job(connection: sqlite3.Connection) -> Bite:
        rows = connection.execute("SELECT sealed, company, purpose FROM token").fetchall()
        changed, unreadable = _sealed_anew(rows, anew)
        connection.executemany("UPDATE token SET sealed = ? WHERE company = ? AND purpose = ?", changed)
        return Bite(len(rows), len(changed), unreadable, None)

    return job


def _contexts(after: int, limit: int, anew: Reseal) -> Job[Bite]:
    """What runs of workflows know is always sealed."""

    def job(connection: sqlite3.Connection) -> Bite:
        rows = connection.execute(
            "SELECT sealed, workflow FROM workflow_context WHERE workflow > ? ORDER BY workflow LIMIT ?", (after, limit)
        ).fetchall()
        changed, unreadable = _sealed_anew(rows, anew)
        connection.executemany("UPDATE workflow_context SET sealed = ? WHERE workflow = ?", changed)
        return Bite(len(rows), len(changed), unreadable, int(rows[-1][1]) if rows else None)

    return job


def _bodies(table: str, after: int, limit: int, anew: Reseal) -> Job[Bite]:
    select = f"SELECT CASE WHEN sealed = 1 THEN body END, rowid FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT ?"  # noqa: S608 - one of TABLES

    def job(connection: sqlite3.Connection) -> Bite:
        rows = connection.execute(select, (after, limit)).fetchall()
        sealed = [row for row in rows if row[0] is not None]
        changed, unreadable = _sealed_anew(sealed, anew)
        connection.executemany(f"UPDATE {table} SET body = ? WHERE rowid = ?", changed)  # noqa: S608 - one of TABLES
        return Bite(len(sealed), len(changed), unreadable, int(rows[-1][1]) if rows else None)

    return job


def _sealed_anew(rows: Iterable[sqlite3.Row], anew: Reseal) -> tuple[list[tuple[Any, ...]], int]:
    """The rows whose first value changes, with the new one, and how many cannot be opened."""
    changed: list[tuple[Any, ...]] = []
    unreadable = 0
    for value, *key in rows:
        try:
            made = anew(bytes(value))
        except CannotOpen:
            unreadable += 1
        else:
            changed += [] if made is None else [(made, *key)]
    return changed, unreadable
