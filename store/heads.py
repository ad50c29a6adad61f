"""What delivery reads: due heads with everything on disk that they stand on; one hop for a whole batch."""

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from store import attempts, links, many
from store.attempts import OpenAttempt
from store.db import Job
from store.lanes import PRIORITIES, followed
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
    approved: bool
    created_at: int
    text: str
    link: LinkRow | None
    refs: dict[str, LinkRow]
    missing: tuple[str, ...]
    open: tuple[OpenAttempt, ...]
    doubted: bool


Choose = Callable[[Sequence[tuple[int, int]], int], Sequence[int]]
"""Chooses at most so many of due commands, given as priority and outbox id; the lower priorities stand first."""


def in_order(due: Sequence[tuple[int, int]], limit: int) -> list[int]:
    """The strict order: nothing of a lower priority before all of a higher one."""
    return [outbox_id for _, outbox_id in due][:limit]


def due(company: str, now: int, limit: int, busy: Collection[str], choose: Choose = in_order) -> Job[list[Head]]:
    """Due heads of the company's lanes, of each priority the oldest first; lanes in ``busy`` are left out."""

    def job(connection: sqlite3.Connection) -> list[Head]:
        # Narrow rows first: what is under way stands in front, and its wide rows must not be read again and again.
        lanes = connection.execute(_DUE, (company, now, limit + len(busy))).fetchall()
        free = choose([(row["priority"], row["head"]) for row in lanes if row["lane"] not in busy], limit)
        by_id = {found.outbox_id: found for found in _heads(connection, free)}
        return [by_id[outbox_id] for outbox_id in free]

    return job


_DUE = " UNION ALL ".join(
    "SELECT * FROM (SELECT lane, head, priority FROM lane WHERE company = ?1 AND runnable = 1"  # noqa: S608 - constants
    f" AND priority = {priority} AND due_at <= ?2 ORDER BY due_at LIMIT ?3)"
    for priority in PRIORITIES
)
"""Each priority by itself: the index gives its due lanes in order, and what is not due yet costs nothing."""


def head(outbox_id: int) -> Job[Head]:
    """One command with what it stands on, whatever its state; raises ``KeyError`` for an unknown id."""

    def job(connection: sqlite3.Connection) -> Head:
        found = _heads(connection, [outbox_id])
        if not found:
            raise KeyError(outbox_id)
        return found[0]

    return job


def _heads(connection: sqlite3.Connection, wanted: Sequence[int]) -> list[Head]:
    """Commands with what they stand on, in any order: three statements, however many they are."""
    if not wanted:
        return []
    marks, ids = many.among(wanted)
    rows = connection.execute(
        "SELECT o.id, o.company, o.lane, o.inbox_id, o.rule, o.kind, o.thing, o.state, o.priority, o.attempts,"  # noqa: S608 - marks only
        " o.recheck, o.approved, o.created_at, p.command, o.refs FROM outbox o"
        f" JOIN outbox_payload p ON p.outbox_id = o.id WHERE o.id IN {marks}",
        ids,
    ).fetchall()
    refs: dict[int, list[str]] = {row["id"]: json.loads(row["refs"]) for row in rows}
    things = [row["thing"] for row in rows]
    named = {thing.removeprefix(OPTIONAL) for thing in chain.from_iterable(refs.values())}
    known = links.read_many(connection, list({*things, *named}))
    doubts = attempts.doubts(connection, things)
    return [_head(row, refs[row["id"]], known, doubts.get(row["thing"], ((), False))) for row in rows]


def _head(
    row: sqlite3.Row,
    named: Sequence[str],
    known: Mapping[str, LinkRow],
    doubts: tuple[Sequence[OpenAttempt], bool],
) -> Head:
    wanted = [thing for thing in named if not thing.startswith(OPTIONAL)]
    optional = [thing.removeprefix(OPTIONAL) for thing in named if thing.startswith(OPTIONAL)]
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
        approved=bool(row["approved"]),
        created_at=row["created_at"],
        text=row["command"],
        link=known.get(row["thing"]),
        refs=refs,
        missing=tuple(thing for thing in wanted if thing not in refs or not refs[thing].verified),
        open=tuple(doubts[0]),
        doubted=doubts[1],
    )


def foreign_on(company: str, far_object: str, thing: str) -> Job[int | None]:
    """Whose open attempt keeps the far object: an outbox id, or ``None``."""
    return lambda connection: attempts.foreign_on(connection, company, far_object, thing)


def orphans(company: str, after: int, limit: int) -> Job[list[OpenAttempt]]:
    """Open attempts behind ``after`` of commands that will not go again by themselves."""
    return lambda connection: attempts.orphans(connection, company, after, limit)


def comes_first(head: Head) -> Job[int | None]:
    """What the lane that this one follows still does to the things that the command needs, of those stored before it:
    an outbox id; ``None``: nothing, or the lane follows none."""

    def job(connection: sqlite3.Connection) -> int | None:
        lane = followed(head.lane)
        if lane is None or not head.refs:
            return None
        marks, things = many.among(list(head.refs))
        row = connection.execute(
            "SELECT id FROM outbox INDEXED BY outbox_lane WHERE company = ? AND lane = ? AND finished_at IS NULL"  # noqa: S608 - marks only
            f" AND id < ? AND thing IN {marks} ORDER BY place LIMIT 1",
            (head.company, lane, head.outbox_id, *things),
        ).fetchone()
        return None if row is None else int(row["id"])

    return job


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
