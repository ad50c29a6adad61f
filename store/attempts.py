"""Attempts and looks: every write call is on disk before it leaves, and every doubt is resolved with its proof."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store import lanes, many

OPEN = "('in_flight', 'unknown', 'throttled')"
OPEN_OR_ABSENT = "('in_flight', 'unknown', 'throttled', 'absent')"
"""The very text of the index by thing: a query finds that index only by it."""


@dataclass(frozen=True, slots=True)
class NewAttempt:
    """A write call about to leave: see ``connectors.base.Write`` for the fields."""

    outbox_id: int
    company: str
    thing: str
    far_object: str | None
    operation: str
    creates: bool
    stands_on: dict[str, Any]
    evidence: dict[str, Any]
    altered: tuple[tuple[str, str, str], ...]
    proof: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """A write whose end is not known, or (``end`` throttled) one that the far side refused with 429."""

    id: int
    outbox_id: int
    thing: str
    far_object: str | None
    operation: str
    creates: bool
    evidence: dict[str, Any]
    end: str


@dataclass(frozen=True, slots=True)
class End:
    """How an attempt ended: known, unknown, throttled, found or absent; with their status and code where one came."""

    end: str
    status: int | None = None
    code: int | None = None
    reason: str | None = None
    detail: str | None = None


def begin(connection: sqlite3.Connection, attempt: NewAttempt, now: int) -> int:
    """Store the attempt as in flight; returns its id."""
    return begin_all(connection, [attempt], now)[0]


def begin_all(connection: sqlite3.Connection, new: Sequence[NewAttempt], now: int) -> Sequence[int]:
    """Store several attempts as in flight; returns their ids."""
    inserted, last = many.insert(
        connection,
        "INSERT INTO attempt (outbox_id, company, thing, far_object, operation, creates, stands_on, evidence, altered,"
        " started_at, end)",
        [
            (
                attempt.outbox_id,
                attempt.company,
                attempt.thing,
                attempt.far_object,
                attempt.operation,
                int(attempt.creates),
                _text(attempt.stands_on),
                _text(attempt.evidence),
                _text(attempt.altered),
                now,
                "in_flight",
            )
            for attempt in new
        ],
    )
    # There is one writer, so the ids of what went in follow on one another.
    return range(last - inserted + 1, last + 1)


_text = json.JSONEncoder(default=str).encode


def end(connection: sqlite3.Connection, attempt_id: int, how: End, now: int) -> tuple[int, str | None]:
    """Store how the attempt ended; returns the outbox id of its command, and its far object."""
    row = connection.execute(
        "UPDATE attempt SET end = ?, ended_at = ?, status = coalesce(?, status), code = coalesce(?, code),"
        " reason = coalesce(?, reason), detail = coalesce(?, detail) WHERE id = ? RETURNING outbox_id, far_object",
        (how.end, now, how.status, how.code, how.reason, how.detail, attempt_id),
    ).fetchone()
    return int(row["outbox_id"]), row["far_object"]


def known_all(connection: sqlite3.Connection, ended: Sequence[int], now: int) -> list[tuple[int, str | None]]:
    """:func:`end` as known, with nothing more to say, for several attempts."""
    marks, ids = many.among(ended)
    rows = connection.execute(
        "UPDATE attempt SET end = 'known', ended_at = ?"  # noqa: S608 - marks only
        f" WHERE id IN {marks} RETURNING outbox_id, far_object",
        (now, *ids),
    )
    return [(row["outbox_id"], row["far_object"]) for row in rows.fetchall()]


def open_for_thing(connection: sqlite3.Connection, thing: str) -> list[OpenAttempt]:
    """Attempts for a thing whose end must be looked for before anything is written for it."""
    rows = connection.execute(
        f"SELECT * FROM attempt WHERE thing = ? AND end IN {OPEN_OR_ABSENT} AND end IN {OPEN} ORDER BY id",  # noqa: S608 - constant
        (thing,),
    )
    return [row(entry) for entry in rows]


def all_open(connection: sqlite3.Connection, wanted: Sequence[int]) -> bool:
    """Whether the end of each of those attempts is still to be looked for."""
    if not wanted:
        return True
    marks, ids = many.among(wanted)
    row = connection.execute(
        f"SELECT count(*) AS count FROM attempt WHERE id IN {marks} AND end IN {OPEN}",  # noqa: S608 - constants
        ids,
    ).fetchone()
    return int(row["count"]) == len(set(wanted))


def foreign_on(connection: sqlite3.Connection, company: str, far_object: str, thing: str) -> int | None:
    """The outbox id of another thing's open attempt on the same far object, or ``None``."""
    row = connection.execute(
        f"SELECT outbox_id FROM attempt WHERE company = ? AND far_object = ? AND thing <> ? AND end IN {OPEN} LIMIT 1",  # noqa: S608 - constant
        (company, far_object, thing),
    ).fetchone()
    return None if row is None else int(row["outbox_id"])


def look(
    connection: sqlite3.Connection, attempt_id: int, *, outbox_id: int, found: str, proof: dict[str, Any], now: int
) -> None:
    """Record one look: ``found`` is absent, found or failed; ``proof`` holds queries and answers."""
    connection.execute(
        "INSERT INTO look (attempt_id, outbox_id, at, found, proof) VALUES (?, ?, ?, ?, ?)",
        (attempt_id, outbox_id, now, found, json.dumps(proof, default=str)),
    )


def orphans(connection: sqlite3.Connection, company: str, after: int, limit: int) -> list[OpenAttempt]:
    """Open attempts behind ``after`` whose own command will not go again by itself (parked, held, ended), in order."""
    rows = connection.execute(
        f"SELECT a.* FROM attempt a JOIN outbox o ON o.id = a.outbox_id WHERE a.company = ? AND a.end IN {OPEN}"  # noqa: S608 - constant
        " AND o.state IN ('parked', 'held', 'done', 'discarded', 'superseded') AND a.id > ? ORDER BY a.id LIMIT ?",
        (company, after, limit),
    )
    return [row(entry) for entry in rows]


def doubts(connection: sqlite3.Connection, things: Sequence[str]) -> Mapping[str, tuple[list[OpenAttempt], bool]]:
    """The open attempts of those things that have any, or a :func:`doubted` past, and whether they have that."""
    marks, wanted = many.among(things)
    rows = connection.execute(
        f"SELECT * FROM attempt WHERE thing IN {marks} AND end IN {OPEN_OR_ABSENT} ORDER BY id",  # noqa: S608 - constant
        wanted,
    )
    found: dict[str, list[sqlite3.Row]] = {}
    for entry in rows.fetchall():
        found.setdefault(entry["thing"], []).append(entry)
    return {thing: _doubts(entries) for thing, entries in found.items()}


def _doubts(entries: Sequence[sqlite3.Row]) -> tuple[list[OpenAttempt], bool]:
    proved_absent = [entry for entry in entries if entry["end"] == "absent"]
    return [row(entry) for entry in entries if entry["end"] != "absent"], any(map(_doubtful, proved_absent))


def doubted(connection: sqlite3.Connection, thing: str) -> bool:
    """Whether a create of this thing had an unknown end and was proved absent: the next one is looked at again.

    A refusal with 429 is a complete answer: it keeps its status, and needs no such last look.
    """
    return doubts(connection, [thing]).get(thing, ([], False))[1]


def _doubtful(absent: sqlite3.Row) -> bool:
    return bool(absent["creates"]) and absent["status"] != 429


def take_over(connection: sqlite3.Connection, now: int) -> int:
    """What the last process left in flight has an unknown end now; returns how many attempts that were."""
    count = connection.execute(
        "UPDATE attempt SET end = 'unknown', ended_at = ?, reason = 'crash' WHERE end = 'in_flight'", (now,)
    ).rowcount
    left = connection.execute(
        "UPDATE outbox SET state = 'unknown', reason = 'crash' WHERE state = 'in_flight' RETURNING company, lane"
    )
    for entry in left.fetchall():
        lanes.refresh(connection, entry["company"], entry["lane"])
    return count


def row(entry: sqlite3.Row) -> OpenAttempt:
    """Read one stored attempt."""
    return OpenAttempt(
        id=entry["id"],
        outbox_id=entry["outbox_id"],
        thing=entry["thing"],
        far_object=entry["far_object"],
        operation=entry["operation"],
        creates=bool(entry["creates"]),
        evidence=json.loads(entry["evidence"]),
        end=entry["end"],
    )
