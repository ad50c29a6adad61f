"""Senders: when each last sent, and where polling it stands; what a poll found enters the inbox with its cursor."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store import inbox
from store.db import Job, milliseconds
from store.inbox import Accepted, Arrival, Seal


@dataclass(frozen=True, slots=True)
class SenderRow:
    """One sender: its last webhook and last poll (milliseconds since 1970), and how that poll ended (a closed word)."""

    webhook_at: int | None = None
    polled_at: int | None = None
    outcome: str | None = None


def seen(connection: sqlite3.Connection) -> dict[str, SenderRow]:
    """Every sender that ever sent or was polled, by the source's name."""
    rows = connection.execute("SELECT source, webhook_at, polled_at, outcome FROM sender")
    return {row["source"]: SenderRow(row["webhook_at"], row["polled_at"], row["outcome"]) for row in rows}


def configured(statuses: Mapping[str, int], now: int) -> Job[None]:
    """These sources are configured, each with the status that makes its sender come again."""

    def job(connection: sqlite3.Connection) -> None:
        connection.executemany(
            "INSERT INTO sender (source, configured_at, retry_status) VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
            " SET configured_at = excluded.configured_at, retry_status = excluded.retry_status",
            [(source, now, status) for source, status in statuses.items()],
        )

    return job


def removed(names: Collection[str], since: int) -> Job[dict[str, int]]:
    """Sources that are not among ``names`` but were configured after ``since``: the status each sender honours."""

    def job(connection: sqlite3.Connection) -> dict[str, int]:
        rows = connection.execute("SELECT source, retry_status FROM sender WHERE configured_at > ?", (since,))
        return {row["source"]: row["retry_status"] for row in rows if row["source"] not in names}

    return job


def cursor(source: str) -> Job[dict[str, Any] | None]:
    """Where polling goes on; ``None`` where it never began."""

    def job(connection: sqlite3.Connection) -> dict[str, Any] | None:
        row = connection.execute("SELECT cursor FROM sender WHERE source = ?", (source,)).fetchone()
        if row is None or row["cursor"] is None:
            return None
        kept: dict[str, Any] = json.loads(row["cursor"])
        return kept

    return job


def advance(
    source: str, arrivals: Sequence[Arrival], cursor: Mapping[str, Any], seal: Seal | None = None
) -> Job[list[Accepted]]:
    """Store what a poll found and the cursor behind it: both, or neither."""

    def job(connection: sqlite3.Connection) -> list[Accepted]:
        accepted = inbox.accept_all(arrivals, seal)(connection) if arrivals else []
        connection.execute(
            "INSERT INTO sender (source, cursor) VALUES (?, ?) ON CONFLICT DO UPDATE SET cursor = excluded.cursor",
            (source, json.dumps(dict(cursor))),
        )
        return accepted

    return job


def polled(source: str, outcome: str, now: int) -> Job[None]:
    """Remember that a poll ended, and how: finished, or the reason why not."""

    def job(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO sender (source, polled_at, outcome) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET polled_at = excluded.polled_at, outcome = excluded.outcome",
            (source, now, outcome),
        )

    return job


def accept(arrival: Arrival, seal: Seal | None = None) -> Job[Accepted]:
    """One delivery from the door; see :func:`accept_all`."""
    return lambda connection: accept_all([arrival], seal)(connection)[0]


def accept_all(arrivals: Sequence[Arrival], seal: Seal | None = None) -> Job[list[Accepted]]:
    """Deliveries from the door, with the moment at which each of their senders was last heard of."""
    store = inbox.accept_all(arrivals, seal)

    def job(connection: sqlite3.Connection) -> list[Accepted]:
        connection.executemany(
            "INSERT INTO sender (source, webhook_at) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET webhook_at = max(coalesce(webhook_at, 0), excluded.webhook_at)",
            list({arrival.source: milliseconds(arrival.received_at) for arrival in arrivals}.items()),
        )
        return store(connection)

    return job
