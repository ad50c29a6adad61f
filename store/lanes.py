"""Lanes: one narrow row per lane with unfinished work, so that picking due work never reads a backlog."""

import sqlite3
from collections.abc import Collection, Sequence

from store import many
from store.db import Job

PRIORITIES = {0: "person", 1: "live", 5: "batch", 9: "backfill"}
"""What a command's number of priority means; the lower goes first."""

RUNNABLE = ("ready", "unknown")

_FOLLOWS = "follows/"


def follower(lane: str, name: str) -> str:
    """The lane of what follows ``lane`` and never stops it: in order within itself. ``name`` holds no slash."""
    return f"{_FOLLOWS}{name}/{lane}"


def followed(lane: str) -> str | None:
    """The lane that this one follows; ``None`` for every other lane."""
    return lane.removeprefix(_FOLLOWS).partition("/")[2] if lane.startswith(_FOLLOWS) else None


def refresh(connection: sqlite3.Connection, company: str, lane: str) -> None:
    """Make the lane's row say again which command is its head, when it is due and whether it may go."""
    head = connection.execute(
        "SELECT id, state, priority, due_at FROM outbox"
        " WHERE company = ? AND lane = ? AND finished_at IS NULL ORDER BY place LIMIT 1",
        (company, lane),
    ).fetchone()
    if head is None:
        connection.execute("DELETE FROM lane WHERE company = ? AND lane = ?", (company, lane))
        return
    connection.execute(
        "INSERT INTO lane (company, lane, head, priority, due_at, runnable) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET head = excluded.head, priority = excluded.priority, due_at = excluded.due_at,"
        " runnable = excluded.runnable",
        (company, lane, head["id"], head["priority"], head["due_at"], int(head["state"] in RUNNABLE)),
    )


def refresh_all(connection: sqlite3.Connection, named: Collection[tuple[str, str]]) -> None:
    """:func:`refresh` for several lanes (company, lane) with few statements."""
    table, values = many.table(list(named))
    found = connection.execute(
        "SELECT DISTINCT column1, column2, (SELECT id FROM outbox WHERE company = column1 AND lane = column2"  # noqa: S608 - marks only
        f" AND finished_at IS NULL ORDER BY place LIMIT 1) FROM ({table})",
        values,
    ).fetchall()
    _set_heads(connection, [head for _, _, head in found if head is not None])
    empty: dict[str, list[str]] = {}
    for company, lane, head in found:
        if head is None:
            empty.setdefault(company, []).append(lane)
    for company, names in empty.items():
        marks, lanes = many.among(names)
        connection.execute(f"DELETE FROM lane WHERE company = ? AND lane IN {marks}", (company, *lanes))  # noqa: S608 - marks only


def _set_heads(connection: sqlite3.Connection, heads: Sequence[int]) -> None:
    if not heads:
        return
    marks, ids = many.among(heads)
    connection.execute(
        "INSERT INTO lane (company, lane, head, priority, due_at, runnable)"  # noqa: S608 - marks only
        " SELECT company, lane, id, priority, due_at, state IN ('ready', 'unknown') FROM outbox"
        f" WHERE id IN {marks} ON CONFLICT DO UPDATE SET head = excluded.head,"
        " priority = excluded.priority, due_at = excluded.due_at, runnable = excluded.runnable",
        ids,
    )


def stopped_heads(company: str, lanes: Sequence[str]) -> Job[list[int]]:
    """The heads (outbox ids) of those lanes that are parked or held: what is stored behind them waits for a person."""

    def job(connection: sqlite3.Connection) -> list[int]:
        marks, named = many.among(lanes)
        rows = connection.execute(
            "SELECT o.id FROM lane l JOIN outbox o ON o.id = l.head WHERE l.company = ?"  # noqa: S608 - marks only
            f" AND l.lane IN {marks} AND o.state IN ('parked', 'held') ORDER BY o.id",
            (company, *named),
        )
        return [row["id"] for row in rows]

    return job


def busy(connection: sqlite3.Connection, company: str, lane: str) -> bool:
    """Whether the lane has unfinished work."""
    found = connection.execute("SELECT 1 FROM lane WHERE company = ? AND lane = ?", (company, lane)).fetchone()
    return found is not None


def followers(connection: sqlite3.Connection, company: str, lane: str) -> list[str]:
    """The lanes with unfinished work that follow ``lane``; reads the company's lanes, so for what is rare."""
    rows = connection.execute(
        "SELECT lane FROM lane WHERE company = ? AND substr(lane, 1, ?) = ?", (company, len(_FOLLOWS), _FOLLOWS)
    )
    return [row["lane"] for row in rows if followed(row["lane"]) == lane]


def is_head(connection: sqlite3.Connection, company: str, lane: str, outbox_id: int) -> bool:
    """Whether this command is the head of its lane."""
    found = connection.execute("SELECT head FROM lane WHERE company = ? AND lane = ?", (company, lane)).fetchone()
    return found is not None and found["head"] == outbox_id


def wake(connection: sqlite3.Connection, waits_for: str, now: int) -> int:
    """Make every command that waits for ``waits_for`` ready, in the transaction that made it true; returns how many."""
    woken = wake_all(connection, [waits_for], now)
    for company, lane in woken:
        refresh(connection, company, lane)
    return len(woken)


def wake_all(connection: sqlite3.Connection, waited_for: Sequence[str], now: int) -> list[tuple[str, str]]:
    """Make every command ready that waits for one of these; returns their lanes, for the caller to refresh."""
    marks, names = many.among(waited_for)
    woken = connection.execute(
        "UPDATE outbox SET state = 'ready', waits_for = NULL, reason = NULL, due_at = ?"  # noqa: S608 - marks only
        f" WHERE waits_for IN {marks} RETURNING company, lane",
        (now, *names),
    )
    return [(row["company"], row["lane"]) for row in woken.fetchall()]


def next_due(company: str, busy: Collection[str]) -> Job[int | None]:
    """When the next runnable head outside ``busy`` lanes is due (milliseconds); costs the same however much waits."""

    def job(connection: sqlite3.Connection) -> int | None:
        due: list[int] = []
        for priority in PRIORITIES:
            rows = connection.execute(
                "SELECT lane, due_at FROM lane WHERE company = ? AND runnable = 1 AND priority = ?"
                " ORDER BY due_at LIMIT ?",
                (company, priority, len(busy) + 1),
            )
            due.extend(row["due_at"] for row in rows if row["lane"] not in busy)
        return min(due, default=None)

    return job


def pull_in(longest: int, now: int) -> Job[int]:
    """Bring due moments that lie further away than the ``longest`` step back to it (a clock that was wrong)."""

    def job(connection: sqlite3.Connection) -> int:
        rows = connection.execute(
            "UPDATE outbox SET due_at = ?1 WHERE due_at > ?1 AND finished_at IS NULL RETURNING company, lane",
            (now + longest,),
        ).fetchall()
        for row in rows:
            refresh(connection, row["company"], row["lane"])
        return len(rows)

    return job
