"""What rules in shadow mode would have done: waiting to be found out, then one report for each event and rule."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.db import Job


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event and a rule whose commands are to be carried out in memory."""

    inbox_id: int
    rule: str
    company: str


@dataclass(frozen=True, slots=True)
class Told:
    """What became of it: ``state`` is waiting, told (with its ``report``) or gone (nothing could be found out)."""

    inbox_id: int
    rule: str
    company: str
    at: int
    state: str
    report: dict[str, Any] | None


def begin(connection: sqlite3.Connection, inbox_id: int, company: str, rules: Sequence[str], now: int) -> None:
    """Note, in the transaction that marks the event handled, whose commands are to be found out."""
    connection.executemany(
        "INSERT INTO shadow (inbox_id, rule, company, at, state) VALUES (?, ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING",
        [(inbox_id, rule, company, now) for rule in rules],
    )


def waiting(after: int, limit: int) -> Job[list[Waiting]]:
    """The oldest that wait, behind the event ``after``."""

    def job(connection: sqlite3.Connection) -> list[Waiting]:
        rows = connection.execute(
            "SELECT inbox_id, rule, company FROM shadow WHERE state = 'waiting' AND inbox_id > ?"
            " ORDER BY inbox_id LIMIT ?",
            (after, limit),
        )
        return [Waiting(*row) for row in rows]

    return job


def tell(one: Waiting, report: dict[str, Any] | None) -> Job[None]:
    """Keep what was found out; ``None``: the event's body is gone, or its rule is no longer in shadow mode."""

    def job(connection: sqlite3.Connection) -> None:
        connection.execute(
            "UPDATE shadow SET state = ?, report = ? WHERE inbox_id = ? AND rule = ? AND state = 'waiting'",
            (
                "gone" if report is None else "told",
                None if report is None else json.dumps(report, ensure_ascii=False),
                one.inbox_id,
                one.rule,
            ),
        )

    return job


def told(company: str | None, since: int) -> Job[list[Told]]:
    """Everything since a moment, the oldest first; of one company, or of all."""

    def job(connection: sqlite3.Connection) -> list[Told]:
        rows = connection.execute(
            "SELECT inbox_id, rule, company, at, state, report FROM shadow"
            " WHERE at >= ?1 AND (?2 IS NULL OR company = ?2) ORDER BY inbox_id, rule",
            (since, company),
        )
        return [_told(row) for row in rows]

    return job


def _told(row: sqlite3.Row) -> Told:
    report = row["report"]
    found = None if report is None else json.loads(report)
    return Told(row["inbox_id"], row["rule"], row["company"], row["at"], row["state"], found)
