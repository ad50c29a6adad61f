"""Our own writes, recognised when they come back: what Fortnox stored of the last one, our mark, and our commands."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

STORED = "stored"
"""What a link's state keeps the prints under that tell what Fortnox stored of our last write."""


@dataclass(frozen=True, slots=True)
class OwnWrite:
    """What would show that a change was ours.

    The far object of that ``kind`` and ``number`` is linked, and our last write left exactly these ``prints``; or its
    ``mark`` is that of a thing of ours; or one of ``commands`` (a kind and a thing) means that change and was not
    called off. A ``new`` object is ours, too, while the end of a call of ours that would make it is unknown.
    """

    kind: str
    number: str
    prints: Mapping[str, str] = field(default_factory=dict)
    mark: str | None = None
    commands: tuple[tuple[str, str], ...] = ()
    new: bool = False


def is_own(connection: sqlite3.Connection, company: str, asked: OwnWrite) -> bool:
    """Whether any of that is so."""
    return (
        any(_commanded(connection, kind, thing) for kind, thing in asked.commands)
        or (asked.mark is not None and _is_mark(connection, asked.mark))
        or (asked.new and _under_way(connection, company, asked))
        or (bool(asked.prints) and _stored(connection, company, asked))
    )


def clear(connection: sqlite3.Connection, company: str, kind: str, number: str) -> None:
    """Somebody else changed the object: what our last write left there is told by nothing any more."""
    connection.execute(
        "UPDATE link SET state = json_remove(state, ?) WHERE company = ? AND kind = ? AND number = ?",
        (f"$.{STORED}", company, kind, number),
    )


def _commanded(connection: sqlite3.Connection, kind: str, thing: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM outbox WHERE thing = ? AND kind = ? AND state NOT IN ('discarded', 'superseded')", (thing, kind)
    ).fetchone()
    return row is not None


def _is_mark(connection: sqlite3.Connection, mark: str) -> bool:
    """A mark is what the thing's key begins with; letters and digits sort below the brace."""
    row = connection.execute("SELECT 1 FROM outbox WHERE thing >= ? AND thing < ?", (mark, mark + "{")).fetchone()
    return row is not None


def _under_way(connection: sqlite3.Connection, company: str, asked: OwnWrite) -> bool:
    row = connection.execute(
        "SELECT 1 FROM attempt WHERE company = ? AND far_object = ? AND end IN ('in_flight', 'unknown', 'throttled')",
        (company, f"{asked.kind}:{asked.number}"),
    ).fetchone()
    return row is not None


def _stored(connection: sqlite3.Connection, company: str, asked: OwnWrite) -> bool:
    rows = connection.execute(
        "SELECT json_extract(state, ?) AS stored FROM link WHERE company = ? AND kind = ? AND number = ?",
        (f"$.{STORED}", company, asked.kind, asked.number),
    )
    kept = [json.loads(row["stored"]) for row in rows if row["stored"] is not None]
    return any(stored == {name: asked.prints.get(name) for name in stored} for stored in kept if stored)
