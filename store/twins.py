"""Twins: one event that came on two paths under different names, recognised by what it says and when."""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Twin:
    """What an event is called on every path: ``key`` and ``digest`` are equal, ``at`` (milliseconds) is near."""

    key: str
    digest: str
    at: int
    window_ms: int


def meet(connection: sqlite3.Connection, inbox_id: int, twin: Twin) -> int | None:
    """The row of another path that told the same event, each at most once; ``None`` where this row is the first.

    The first one is remembered, so that the second finds it.
    """
    own = connection.execute("SELECT company, source, origin FROM inbox WHERE id = ?", (inbox_id,)).fetchone()
    key = f"{own['source']}:{twin.key}"
    other = connection.execute(
        "SELECT inbox_id FROM twin WHERE company = ? AND key = ? AND digest = ? AND origin <> ? AND met IS NULL"
        " AND at BETWEEN ? AND ? AND inbox_id <> ? ORDER BY abs(at - ?) LIMIT 1",
        (
            own["company"],
            key,
            twin.digest,
            own["origin"],
            twin.at - twin.window_ms,
            twin.at + twin.window_ms,
            inbox_id,
            twin.at,
        ),
    ).fetchone()
    if other is not None:
        connection.execute("UPDATE twin SET met = ? WHERE inbox_id = ?", (inbox_id, other["inbox_id"]))
        return int(other["inbox_id"])
    connection.execute(
        "INSERT INTO twin (inbox_id, company, key, digest, at, origin) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET key = excluded.key, digest = excluded.digest, at = excluded.at",
        (inbox_id, own["company"], key, twin.digest, twin.at, own["origin"]),
    )
    return None
