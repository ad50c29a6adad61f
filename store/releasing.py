"""Documents that were held because their party is doubled go on when that is answered."""

import json
import sqlite3
from collections.abc import Sequence

from store import links, outbox
from store.db import Job

DOUBLED = "customer_doubled"


def documents_of(connection: sqlite3.Connection, company: str, numbers: Sequence[str], now: int) -> list[int]:
    """Let the documents of these customers go that were held for that; returns their outbox ids."""
    things = {link.thing for number in numbers for link in links.by_number(company, "customer", number)(connection)}
    held = connection.execute(
        "SELECT id, refs FROM outbox WHERE company = ? AND state = 'held' AND reason = ? ORDER BY id",
        (company, DOUBLED),
    ).fetchall()
    freed = [int(row["id"]) for row in held if things & {*json.loads(row["refs"])}]
    for outbox_id in freed:
        outbox.move(connection, outbox_id, "ready", due_at=now)
    return freed


def maker_of(thing: str) -> Job[int | None]:
    """The newest command that makes a party, whose text is still there."""

    def job(connection: sqlite3.Connection) -> int | None:
        row = connection.execute(
            "SELECT max(o.id) AS maker FROM outbox o JOIN outbox_payload p ON p.outbox_id = o.id"
            " WHERE o.thing = ? AND o.kind = 'ensure_customer'",
            (thing,),
        ).fetchone()
        return None if row["maker"] is None else int(row["maker"])

    return job
