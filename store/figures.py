"""Figures for the heartbeat and status: kept counters and the oldest waiting rows, never a count over a backlog."""

import sqlite3
from dataclasses import dataclass

from store.db import Job


@dataclass(frozen=True, slots=True)
class Figures:
    """What waits, what stopped, and since when (milliseconds since 1970; ``None`` where nothing waits)."""

    inbox_waiting: int
    outbox_waiting: int
    parked: int
    inbox_oldest: int | None
    outbox_oldest: int | None
    pages: int
    page_bytes: int


OPEN_STATES = ("waiting", "ready", "in_flight", "unknown")


def figures(connection: sqlite3.Connection) -> Figures:
    """Read the figures of all companies together; the same cost however much waits."""
    counted: dict[str, int] = dict(connection.execute("SELECT name, sum(value) FROM counter GROUP BY name").fetchall())
    stopped = sum(counted.get(f"{table}_{state}", 0) for table in ("inbox", "outbox") for state in ("parked", "held"))
    return Figures(
        inbox_waiting=counted.get("inbox_waiting", 0),
        outbox_waiting=sum(counted.get(f"outbox_{state}", 0) for state in OPEN_STATES),
        parked=stopped,
        inbox_oldest=_first(connection, "SELECT received_at FROM inbox WHERE state = 'waiting' ORDER BY id LIMIT 1"),
        outbox_oldest=_first(
            connection,
            "SELECT created_at FROM outbox WHERE finished_at IS NULL AND state NOT IN ('parked', 'held')"
            " ORDER BY id LIMIT 1",
        ),
        pages=int(connection.execute("PRAGMA page_count").fetchone()[0]),
        page_bytes=int(connection.execute("PRAGMA page_size").fetchone()[0]),
    )


def read() -> Job[Figures]:
    """The figures as a reading job."""
    return figures


def _first(connection: sqlite3.Connection, query: str) -> int | None:
    row = connection.execute(query).fetchone()
    return None if row is None else int(row[0])
