"""Rows to start from: a migrated file, events and commands as intake stores them."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from store import attempts, delivering, handling, inbox
from store.attempts import NewAttempt
from store.handling import Handled
from store.inbox import Arrival
from store.migrate import migrate
from store.outbox import NewCommand
from store.sales import Sale

NOW = 1_000_000
ARRIVED = datetime(2026, 11, 13, 10, 15, tzinfo=UTC)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A migrated file at ``path``, open for jobs without the writer's thread."""
    migrate(path / "bridge.db")
    connection = sqlite3.connect(path / "bridge.db", isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = OFF")
    try:
        yield connection
    finally:
        connection.close()


def arrival(key: str, **fields: Any) -> Arrival:
    """A delivery of the shop for company demo."""
    known: dict[str, Any] = {"source": "shop", "company": "demo", "headers": {}, "body": b"{}", "received_at": ARRIVED}
    return Arrival(dedupe_key=key, **(known | fields))


def command(thing: str, **fields: Any) -> NewCommand:
    """A customer's command in lane a."""
    known: dict[str, Any] = {
        "key": f"key {thing}",
        "company": "demo",
        "lane": "a",
        "inbox_id": 0,
        "rule": "rule",
        "kind": "ensure_customer",
        "refs": (),
        "text": "{}",
    }
    return NewCommand(thing=thing, **(known | fields))


def event(
    connection: sqlite3.Connection,
    *commands: NewCommand,
    sales: Sequence[Sale] = (),
    thing: str | None = None,
    version: str | None = None,
    now: int = NOW,
) -> list[int]:
    """Store one delivery and what it caused; the outbox ids of the commands that were new."""
    count = connection.execute("SELECT count(*) FROM inbox").fetchone()[0]
    row = inbox.accept(arrival(f"msg_{count}"))(connection)
    own = [_of(entry, row.inbox_id) for entry in commands]
    handled = Handled(row.inbox_id, "handled", commands=own, sales=sales, thing=thing, version=version)
    handling.record(handled, now)(connection)
    found = connection.execute("SELECT id FROM outbox WHERE inbox_id = ? ORDER BY id", (row.inbox_id,))
    return [entry["id"] for entry in found]


def _of(entry: NewCommand, inbox_id: int) -> NewCommand:
    fields = {name: getattr(entry, name) for name in NewCommand.__dataclass_fields__}
    return NewCommand(**(fields | {"inbox_id": inbox_id, "key": f"{inbox_id}/{entry.key}"}))


def new_attempt(outbox_id: int, thing: str, **fields: Any) -> NewAttempt:
    """A create that is about to leave."""
    known: dict[str, Any] = {
        "company": "demo",
        "far_object": None,
        "operation": "create",
        "creates": True,
        "stands_on": {},
        "evidence": {},
        "altered": (),
        "proof": {},
    }
    return NewAttempt(outbox_id=outbox_id, thing=thing, **(known | fields))


def begun(connection: sqlite3.Connection, outbox_id: int, thing: str, **fields: Any) -> int:
    """Begin an attempt; its id."""
    return delivering.begin(new_attempt(outbox_id, thing, **fields), NOW)(connection)


def unknown(connection: sqlite3.Connection, outbox_id: int, attempt_id: int) -> None:
    """End the attempt as not known."""
    end = attempts.End("unknown", reason="timeout")
    delivering.end_attempt(outbox_id, attempt_id, end, NOW, state="unknown", due_at=NOW, reason="timeout")(connection)


def states(connection: sqlite3.Connection) -> dict[int, str]:
    """Every command's state."""
    return {row["id"]: row["state"] for row in connection.execute("SELECT id, state FROM outbox ORDER BY id")}


def row(connection: sqlite3.Connection, outbox_id: int) -> dict[str, Any]:
    """One command's narrow row."""
    return dict(connection.execute("SELECT * FROM outbox WHERE id = ?", (outbox_id,)).fetchone())
