"""What a live view reads a few times a second: rows by their ids and the lanes; bounded, however much lies there."""

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from store.db import Job


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one delivery or command stands now, and which source it came from."""

    id: int
    source: str
    state: str


@dataclass(frozen=True, slots=True)
class LaneHead:
    """The first unfinished command of a lane; ``created_at`` is in milliseconds since 1970."""

    id: int
    kind: str
    state: str
    reason: str | None
    created_at: int


def deliveries(after: int, named: Collection[int], limit: int) -> Job[list[Stand]]:
    """The deliveries ``named`` by id and those with an id above ``after``, at most ``limit`` of the latter, by id."""
    return _stands(
        "SELECT id, source, state FROM inbox WHERE id IN (SELECT value FROM json_each(:named))"
        " UNION SELECT * FROM (SELECT id, source, state FROM inbox WHERE id > :after ORDER BY id LIMIT :limit)"
        " ORDER BY id",
        after,
        named,
        limit,
    )


def commands(after: int, named: Collection[int], limit: int) -> Job[list[Stand]]:
    """Commands in the same way, each with the source of the delivery that it came from."""
    return _stands(
        "SELECT o.id, i.source, o.state FROM (SELECT value AS id FROM json_each(:named)"
        " UNION SELECT * FROM (SELECT id FROM outbox WHERE id > :after ORDER BY id LIMIT :limit)) AS wanted"
        " JOIN outbox AS o ON o.id = wanted.id JOIN inbox AS i ON i.id = o.inbox_id ORDER BY o.id",
        after,
        named,
        limit,
    )


def _stands(query: str, after: int, named: Collection[int], limit: int) -> Job[list[Stand]]:
    values = {"after": after, "named": json.dumps(sorted(named)), "limit": limit}
    return lambda connection: [Stand(*row) for row in connection.execute(query, values)]


def lane_heads(company: str, limit: int) -> Job[list[LaneHead]]:
    """The heads of the company's lanes with unfinished work, the oldest first; of ``limit`` lanes at most."""

    def job(connection: sqlite3.Connection) -> list[LaneHead]:
        rows = connection.execute(
            "SELECT o.id, o.kind, o.state, o.reason, o.created_at"
            " FROM (SELECT head FROM lane WHERE company = ? LIMIT ?) AS l JOIN outbox AS o ON o.id = l.head"
            " ORDER BY o.id",
            (company, limit),
        )
        return [LaneHead(*row) for row in rows]

    return job
