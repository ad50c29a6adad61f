"""What delivery reads: due heads with everything on disk that they stand on; one hop for a whole batch."""

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from store import attempts, links
from store.attempts import OpenAttempt
from store.db import Job
from store.lanes import PRIORITIES
from store.links import LinkRow

OPTIONAL = "?"
"""Stands before a thing in ``refs`` that is used where it is linked, and never waited for."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a lane that is due: the command and everything on disk that its delivery stands on."""

    outbox_id: int
    company: str
    lane: str
    inbox_id: int
    rule: str
    kind: str
    thing: str
    state: str
    priority: int
    attempts: int
    recheck: bool
    created_at: int
    text: str
    link: LinkRow | None
    refs: dict[str, LinkRow]
    missing: tuple[str, ...]
    open: tuple[OpenAttempt, ...]
    doubted: bool


def due(company: str, now: int, limit: int, busy: Collection[str]) -> Job[list[Head]]:
    """Due heads of the company's lanes, a person's first, then fresh, then batch; lanes in ``busy`` are left out."""

    def job(connection: sqlite3.Connection) -> list[Head]:
        heads: list[Head] = []
        for priority in PRIORITIES:
            # Narrow rows first: what is under way stands in front, and its wide rows must not be read again and again.
            lanes = connection.execute(
                "SELECT lane, head FROM lane WHERE company = ? AND runnable = 1 AND priority = ? AND due_at <= ?"
                " ORDER BY due_at LIMIT ?",
                (company, priority, now, limit - len(heads) + len(busy)),
            ).fetchall()
            free = [row["head"] for row in lanes if row["lane"] not in busy][: limit - len(heads)]
            heads.extend(_head(connection, _wide(connection, outbox_id)) for outbox_id in free)
            if len(heads) >= limit:
                break
        return heads

    return job


def head(outbox_id: int) -> Job[Head]:
    """One command with what it stands on, whatever its state; raises ``KeyError`` for an unknown id."""

    def job(connection: sqlite3.Connection) -> Head:
        row = _wide(connection, outbox_id)
        if row is None:
            raise KeyError(outbox_id)
        return _head(connection, row)

    return job


def _wide(connection: sqlite3.Connection, outbox_id: int) -> Any:
    return connection.execute(
        "SELECT o.*, p.command FROM outbox o JOIN outbox_payload p ON p.outbox_id = o.id WHERE o.id = ?", (outbox_id,)
    ).fetchone()


def _head(connection: sqlite3.Connection, row: sqlite3.Row) -> Head:
    named = json.loads(row["refs"])
    wanted = [thing for thing in named if not thing.startswith(OPTIONAL)]
    optional = [thing[len(OPTIONAL) :] for thing in named if thing.startswith(OPTIONAL)]
    known = links.read_many(connection, [row["thing"], *wanted, *optional])
    doubts, doubted = attempts.doubts(connection, row["thing"])
    refs = {thing: known[thing] for thing in wanted if thing in known}
    refs |= {thing: known[thing] for thing in optional if thing in known and known[thing].verified}
    return Head(
        outbox_id=row["id"],
        company=row["company"],
        lane=row["lane"],
        inbox_id=row["inbox_id"],
        rule=row["rule"],
        kind=row["kind"],
        thing=row["thing"],
        state=row["state"],
        priority=row["priority"],
        attempts=row["attempts"],
        recheck=bool(row["recheck"]),
        created_at=row["created_at"],
        text=row["command"],
        link=known.get(row["thing"]),
        refs=refs,
        missing=tuple(thing for thing in wanted if thing not in refs or not refs[thing].verified),
        open=tuple(doubts),
        doubted=doubted,
    )


def foreign_on(company: str, far_object: str, thing: str) -> Job[int | None]:
    """Whose open attempt keeps the far object: an outbox id, or ``None``."""
    return lambda connection: attempts.foreign_on(connection, company, far_object, thing)


def orphans(company: str, after: int, limit: int) -> Job[list[OpenAttempt]]:
    """Open attempts behind ``after`` of commands that will not go again by themselves."""
    return lambda connection: attempts.orphans(connection, company, after, limit)


def unfinished_for(thing: str, inbox_id: int | None = None) -> Job[tuple[bool, int | None, str | None]]:
    """Whether any unfinished command makes ``thing``; else the last one's outbox id and state, for naming it.

    Of several that ended, the one of delivery ``inbox_id`` is named where it has one: lanes share customers, and what
    another delivery did not want to make says nothing about this one. A command that itself needs the thing (a
    booking of it) does not make it.
    """

    def job(connection: sqlite3.Connection) -> tuple[bool, int | None, str | None]:
        row = connection.execute(
            "SELECT id, state, result, finished_at FROM outbox WHERE thing = ?1 AND state <> 'superseded'"
            " AND instr(refs, ?1) = 0 ORDER BY finished_at IS NULL DESC, inbox_id IS ?2 DESC, id DESC LIMIT 1",
            (thing, inbox_id),
        ).fetchone()
        if row is None:
            return False, None, None
        return row["finished_at"] is None, row["id"], row["result"] or row["state"]

    return job


def last_create(outbox_id: int) -> Job[OpenAttempt]:
    """The newest creating attempt of a command: what the last look after an unknown end stands on."""

    def job(connection: sqlite3.Connection) -> OpenAttempt:
        row = connection.execute(
            "SELECT * FROM attempt WHERE outbox_id = ? AND creates = 1 ORDER BY id DESC LIMIT 1", (outbox_id,)
        ).fetchone()
        return attempts.row(row)

    return job
