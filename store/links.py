"""Links: which thing of ours is which object in the far system, and what we last saw of it."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from store import many
from store.db import Job

_text = json.JSONEncoder(default=str).encode


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as it lies on disk; ``state`` is the far state that the target keeps."""

    thing: str
    company: str
    kind: str
    number: str
    state: dict[str, Any]
    verified: bool


def read(connection: sqlite3.Connection, thing: str) -> LinkRow | None:
    """The link of a thing, or ``None``."""
    row = connection.execute("SELECT * FROM link WHERE thing = ?", (thing,)).fetchone()
    return None if row is None else _row(row)


def read_many(connection: sqlite3.Connection, things: Sequence[str]) -> dict[str, LinkRow]:
    """The links of several things; those without one are absent."""
    marks, wanted = many.among(things)
    rows = connection.execute(f"SELECT * FROM link WHERE thing IN {marks}", wanted)  # noqa: S608 - marks only
    return {row["thing"]: _row(row) for row in rows}


def save(connection: sqlite3.Connection, link: LinkRow, *, outbox_id: int, now: int) -> None:
    """Store the link, or what is new of it; the same number, once verified, stays verified."""
    save_all(connection, [(link, outbox_id)], now)


def save_all(connection: sqlite3.Connection, found: Sequence[tuple[LinkRow, int]], now: int) -> None:
    """:func:`save` for several links, each with the outbox id of its command."""
    many.insert(
        connection,
        "INSERT INTO link (thing, company, kind, number, state, verified, outbox_id, linked_at)",
        [
            (
                link.thing,
                link.company,
                link.kind,
                link.number,
                _text(link.state),
                int(link.verified),
                outbox_id,
                now,
            )
            for link, outbox_id in found
        ],
        "ON CONFLICT DO UPDATE SET number = excluded.number, state = excluded.state,"
        " verified = CASE WHEN link.number = excluded.number THEN max(link.verified, excluded.verified)"
        " ELSE excluded.verified END",
    )


def linked_elsewhere(company: str, kind: str, numbers: Sequence[str], thing: str) -> Job[frozenset[str]]:
    """Those far numbers that belong to another thing of ours already."""

    def job(connection: sqlite3.Connection) -> frozenset[str]:
        return frozenset(
            number
            for number in numbers
            if connection.execute(
                "SELECT 1 FROM link WHERE company = ? AND kind = ? AND number = ? AND thing <> ?",
                (company, kind, number, thing),
            ).fetchone()
        )

    return job


def payments_on(company: str, invoice: str, thing: str) -> Job[list[LinkRow]]:
    """The payments that are linked on the invoice of that number, but the ``thing``'s own."""

    def job(connection: sqlite3.Connection) -> list[LinkRow]:
        rows = connection.execute(
            "SELECT * FROM link WHERE company = ? AND kind = 'payment' AND json_extract(state, '$.invoice') = ?"
            " AND thing <> ?",
            (company, invoice, thing),
        ).fetchall()
        return [_row(row) for row in rows]

    return job


def some_states(company: str, kind: str, limit: int) -> Job[list[tuple[dict[str, Any], datetime]]]:
    """What was last seen of some objects of a kind, each with when it was linked: enough to tell a company's habit."""

    def job(connection: sqlite3.Connection) -> list[tuple[dict[str, Any], datetime]]:
        rows = connection.execute(
            "SELECT state, linked_at FROM link WHERE company = ? AND kind = ? ORDER BY number DESC LIMIT ?",
            (company, kind, limit),
        ).fetchall()
        return [(json.loads(row["state"]), datetime.fromtimestamp(row["linked_at"] / 1000, UTC)) for row in rows]

    return job


def by_number(company: str | None, kind: str, number: str) -> Job[list[LinkRow]]:
    """The things linked to one far object (several for a customer that two sources know)."""

    def job(connection: sqlite3.Connection) -> list[LinkRow]:
        rows = connection.execute(
            "SELECT * FROM link WHERE kind = ? AND number = ? AND (?3 IS NULL OR company = ?3)", (kind, number, company)
        ).fetchall()
        return [_row(row) for row in rows]

    return job


def _row(row: sqlite3.Row) -> LinkRow:
    return LinkRow(
        thing=row["thing"],
        company=row["company"],
        kind=row["kind"],
        number=row["number"],
        state=json.loads(row["state"]),
        verified=bool(row["verified"]),
    )
