"""The outbox: one narrow row per command, its text apart, and the changes of its state."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from store import attempts, claims, holds, lanes, links, many
from store.db import Job
from store.holds import Ask


@dataclass(frozen=True, slots=True)
class NewCommand:
    """A command that a rule made; ``refs`` and ``thing`` are keys of things, ``text`` the command as JSON.

    A ref that is used where it is linked and never waited for has :data:`store.heads.OPTIONAL` before it.
    ``supersedes`` are kinds of commands that mean the opposite of this one, each with the key of its thing;
    ``replaces`` says whether older ones of its own kind and thing give way to it. ``rule_version`` and
    ``mapping_version`` name what made it: the code, and the section of the configuration where there is one.
    """

    key: str
    company: str
    lane: str
    inbox_id: int
    rule: str
    kind: str
    thing: str
    refs: Sequence[str]
    text: str
    priority: int = 1
    supersedes: Sequence[tuple[str, str]] = ()
    replaces: bool = True
    rule_version: str | None = None
    mapping_version: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """The narrow row, as state changes need it."""

    id: int
    company: str
    lane: str
    kind: str
    thing: str
    state: str
    attempts: int


def add(connection: sqlite3.Connection, command: NewCommand, now: int) -> int | None:
    """Store a command as ready; ``None`` where its key is there already (a rule that ran twice)."""
    inserted = connection.execute(
        "INSERT INTO outbox"
        " (key, company, lane, place, inbox_id, rule, kind, thing, refs, state, priority, due_at, created_at,"
        " rule_version, mapping_version)"
        " VALUES (?, ?, ?, (SELECT coalesce(max(id), 0) + 1 FROM outbox), ?, ?, ?, ?, ?, 'ready', ?, ?, ?, ?, ?)"
        " ON CONFLICT (key) DO NOTHING",
        (
            command.key,
            command.company,
            command.lane,
            command.inbox_id,
            command.rule,
            command.kind,
            command.thing,
            json.dumps(list(command.refs)),
            command.priority,
            now,
            now,
            command.rule_version,
            command.mapping_version,
        ),
    )
    if not inserted.rowcount:
        return None
    outbox_id = int(inserted.lastrowid or 0)
    connection.execute("INSERT INTO outbox_payload (outbox_id, command) VALUES (?, ?)", (outbox_id, command.text))
    return outbox_id


def add_fresh(connection: sqlite3.Connection, commands: Sequence[tuple[NewCommand, int]]) -> None:
    """Store several commands, each with its moment, whose keys are all new."""
    last = connection.execute("SELECT coalesce(max(id), 0) FROM outbox").fetchone()[0]
    numbered = [(outbox_id, *entry) for outbox_id, entry in enumerate(commands, start=last + 1)]
    many.insert(
        connection,
        "INSERT INTO outbox"
        " (id, key, company, lane, place, inbox_id, rule, kind, thing, refs, state, priority, due_at, created_at,"
        " rule_version, mapping_version)",
        [
            (
                outbox_id,
                command.key,
                command.company,
                command.lane,
                outbox_id,
                command.inbox_id,
                command.rule,
                command.kind,
                command.thing,
                json.dumps(list(command.refs)),
                "ready",
                command.priority,
                now,
                now,
                command.rule_version,
                command.mapping_version,
            )
            for outbox_id, command, now in numbered
        ],
    )
    payloads = [(outbox_id, command.text) for outbox_id, command, _ in numbered]
    many.insert(connection, "INSERT INTO outbox_payload (outbox_id, command)", payloads)


def supersede(connection: sqlite3.Connection, command: NewCommand, outbox_id: int, now: int) -> list[int]:
    """Older unsent commands for the same thing and purpose, or for the opposite one, give way to ``outbox_id``.

    One with an open attempt of its own stays; another command's is looked for by whoever goes next for the thing. What
    stood behind them in the lane may need what they were to make: it stands behind the new one now.
    """
    purposes = {*command.supersedes, *([(command.kind, command.thing)] if command.replaces else [])}
    # What an older program stored stands in the lane that this one follows.
    older = connection.execute(
        "SELECT id, kind, thing, place, lane FROM outbox INDEXED BY outbox_lane"
        " WHERE company = ? AND lane IN (?, ?) AND finished_at IS NULL AND id < ?"
        " AND state <> 'in_flight' AND recheck = 0",
        (command.company, command.lane, lanes.followed(command.lane) or command.lane, outbox_id),
    ).fetchall()
    given_way = [
        row
        for row in older
        if (row["kind"], row["thing"]) in purposes
        and row["id"] not in {attempt.outbox_id for attempt in attempts.open_for_thing(connection, row["thing"])}
    ]
    for row in given_way:
        if row["lane"] == command.lane:
            _step_behind(connection, command, outbox_id, row["place"])
        # Who waits in another lane until it has ended means what it was for: that is the new one's now.
        connection.execute(
            "UPDATE outbox SET waits_for = ?, reason = ? WHERE waits_for = ? AND id <> ?",
            (f"end:{outbox_id}", f"out-{outbox_id}", f"end:{row['id']}", outbox_id),
        )
        finish(connection, row["id"], "superseded", now, reason=f"by {outbox_id}")
    return [row["id"] for row in given_way]


def _step_behind(connection: sqlite3.Connection, command: NewCommand, outbox_id: int, place: float) -> None:
    """Let what older events left behind ``place`` in the lane stand behind ``outbox_id``, in the order it has."""
    behind = connection.execute(
        "SELECT id FROM outbox WHERE company = ? AND lane = ? AND finished_at IS NULL AND place > ? AND inbox_id <> ?"
        " ORDER BY place",
        (command.company, command.lane, place, command.inbox_id),
    ).fetchall()
    connection.executemany(
        "UPDATE outbox SET place = ? WHERE id = ?",
        [(outbox_id + turn / (len(behind) + 1), row["id"]) for turn, row in enumerate(behind, start=1)],
    )


def let_pass(connection: sqlite3.Connection, told: NewCommand, now: int) -> None:
    """Refunds that came before what they are of stand behind what their sale has ``told`` now, and look again.

    Such a refund was never sent, and its invoice is not linked, or it was held for that or for its booking. Whatever
    else its delivery wants goes with it.
    """
    early = connection.execute(
        "SELECT id, inbox_id, thing, place, refs, state FROM outbox INDEXED BY outbox_lane"
        " WHERE company = ? AND lane = ? AND finished_at IS NULL AND kind = 'ensure_credit' AND rule <> ?"
        " AND (state IN ('ready', 'waiting') OR state = 'held' AND reason IN ('refund_before_sale',"
        " 'refund_before_booking')) ORDER BY place",
        (told.company, told.lane, told.rule),
    ).fetchall()
    for row in early:
        if _is_early(connection, row) and not attempts.open_for_thing(connection, row["thing"]):
            _step_behind_all(connection, told, row)
            move(connection, row["id"], "ready", due_at=now)


def _is_early(connection: sqlite3.Connection, row: sqlite3.Row) -> bool:
    invoices = [thing.removeprefix("?") for thing in json.loads(row["refs"]) if thing.startswith("?")]
    known = links.read_many(connection, [row["thing"], *invoices])
    return row["thing"] not in known and (row["state"] == "held" or not known)


def _step_behind_all(connection: sqlite3.Connection, told: NewCommand, early: sqlite3.Row) -> None:
    last = connection.execute(
        "SELECT max(place) FROM outbox WHERE company = ? AND lane = ? AND finished_at IS NULL",
        (told.company, told.lane),
    ).fetchone()[0]
    room = floor(last) + 1 - last  # what comes later stands behind these
    mine = connection.execute(
        "SELECT id FROM outbox WHERE company = ? AND lane = ? AND finished_at IS NULL AND inbox_id = ? AND place >= ?"
        " ORDER BY place",
        (told.company, told.lane, early["inbox_id"], early["place"]),
    ).fetchall()
    connection.executemany(
        "UPDATE outbox SET place = ? WHERE id = ?",
        [(last + room * turn / (len(mine) + 1), row["id"]) for turn, row in enumerate(mine, start=1)],
    )


def read(connection: sqlite3.Connection, outbox_id: int) -> Row:
    """The narrow row; raises ``KeyError`` for an unknown id."""
    row = connection.execute(
        "SELECT id, company, lane, kind, thing, state, attempts FROM outbox WHERE id = ?", (outbox_id,)
    ).fetchone()
    if row is None:
        raise KeyError(outbox_id)
    return Row(*row)


def documents_made(company: str, *, since: int, limit: int) -> Job[frozenset[str]]:
    """The things of at most ``limit`` invoices, orders and offers that were made since then, the newest first."""

    def job(connection: sqlite3.Connection) -> frozenset[str]:
        rows = connection.execute(
            "SELECT thing FROM outbox INDEXED BY outbox_finished WHERE finished_at > ? AND company = ?"
            " AND kind IN ('ensure_invoice', 'ensure_order', 'ensure_offer') AND result = 'created'"
            " ORDER BY finished_at DESC LIMIT ?",
            (since, company, limit),
        )
        return frozenset(row["thing"] for row in rows)

    return job


def read_all(connection: sqlite3.Connection, wanted: Sequence[int]) -> list[Row]:
    """The narrow rows of those that are there, in any order."""
    marks, ids = many.among(wanted)
    rows = connection.execute(
        f"SELECT id, company, lane, kind, thing, state, attempts FROM outbox WHERE id IN {marks}",  # noqa: S608 - marks only
        ids,
    )
    return [Row(*row) for row in rows.fetchall()]


def move(
    connection: sqlite3.Connection,
    outbox_id: int,
    state: str,
    *,
    due_at: int | None = None,
    waits_for: str | None = None,
    reason: str | None = None,
    question: str | None = None,
) -> None:
    """Give an unfinished command another unfinished state, and its lane the consequence."""
    row = connection.execute(
        "UPDATE outbox SET state = ?, due_at = coalesce(?, due_at), waits_for = ?, reason = ?, question = ?"
        " WHERE id = ? RETURNING company, lane",
        (state, due_at, waits_for, reason, question, outbox_id),
    ).fetchone()
    lanes.refresh(connection, row["company"], row["lane"])


def stop(
    connection: sqlite3.Connection,
    outbox_id: int,
    state: str,
    now: int,
    *,
    reason: str,
    question: str | None = None,
    ask: Ask | None = None,
) -> None:
    """Park or hold a command; its claims pass on unless an attempt of its thing is still open.

    ``ask`` is what groups it with others; without one that is the words of the question.
    """
    move(connection, outbox_id, state, due_at=now, reason=reason, question=question)
    row = read(connection, outbox_id)
    holds.hold(connection, "out", outbox_id, row.company, ask or holds.worded(reason, question), now)
    _pass_on(connection, row, now)


def finish(
    connection: sqlite3.Connection,
    outbox_id: int,
    state: str,
    now: int,
    *,
    reason: str | None = None,
    result: str | None = None,
) -> None:
    """End a command for good: done, discarded or superseded; the next one of its lane becomes the head.

    What waits for its thing looks again who makes it now (one that ends as not_created stores no link that would wake
    it); after a discard the waiters are parked instead, in the same transaction, by the person's action. What stands
    beside its makers looks again after every end.
    """
    row = connection.execute(
        "UPDATE outbox SET state = ?, finished_at = ?, waits_for = NULL, recheck = 0, reason = ?, question = NULL,"
        " result = ? WHERE id = ? RETURNING id, company, lane, kind, thing, state, attempts",
        (state, now, reason, result, outbox_id),
    ).fetchone()
    lanes.refresh(connection, row["company"], row["lane"])
    ended = [f"maker:{row['thing']}", f"end:{outbox_id}"]
    waited_for = ended if state == "discarded" else [f"thing:{row['thing']}", *ended]
    for company, lane in lanes.wake_all(connection, waited_for, now):
        lanes.refresh(connection, company, lane)
    _pass_on(connection, Row(*row), now)


def is_unfinished(connection: sqlite3.Connection, outbox_id: int) -> bool:
    """Whether the command has not ended yet."""
    found = connection.execute("SELECT 1 FROM outbox WHERE id = ? AND finished_at IS NULL", (outbox_id,)).fetchone()
    return found is not None


def done_all(connection: sqlite3.Connection, wanted: Sequence[int], result: str, now: int) -> None:
    """:func:`finish` as done for several that hold no claims; their lanes and who waits are left to the caller."""
    marks, ids = many.among(wanted)
    connection.execute(
        "UPDATE outbox SET state = 'done', finished_at = ?, waits_for = NULL, recheck = 0, reason = NULL,"  # noqa: S608 - marks only
        f" question = NULL, result = ? WHERE id IN {marks}",
        (now, result, *ids),
    )


def _pass_on(connection: sqlite3.Connection, row: Row, now: int) -> None:
    if row.kind == "ensure_customer" and not attempts.open_for_thing(connection, row.thing):
        claims.release(connection, row.company, row.id, now)
