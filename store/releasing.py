"""What waits goes on when something else is known: of a doubled party, a sale passed by, a payment made."""

import json
import sqlite3
from collections.abc import Sequence

from store import attempts, links, outbox
from store.db import Job

DOUBLED = "customer_doubled"
IMPOSSIBLE_PAYMENT = "('paid_before_invoice', 'amount_differs', 'more_than_open', 'paid_in_parts')"
"""Why a payment that is not made yet is held; none of them matters once it is."""


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


def refunds_of(connection: sqlite3.Connection, company: str, lane: str, now: int) -> None:
    """The sale of this lane was passed by: unsent refunds that wait for its documents are decided again by intake.

    One whose write may have taken effect, or whose delivery was erased by retention, stays where it is.
    """
    early = connection.execute(
        "SELECT o.inbox_id, o.thing FROM outbox o INDEXED BY outbox_lane JOIN inbox_body b ON b.inbox_id = o.inbox_id"
        " WHERE o.company = ? AND o.lane = ? AND o.finished_at IS NULL AND o.kind = 'ensure_credit'"
        " AND o.rule = 'book_refund'"
        " AND (o.state IN ('ready', 'waiting') OR o.state = 'held' AND o.reason = 'refund_before_sale')"
        " ORDER BY o.place",
        (company, lane),
    ).fetchall()
    for row in early:
        if not links.read_many(connection, [row["thing"]]) and not attempts.open_for_thing(connection, row["thing"]):
            _decide_again(connection, row["inbox_id"], now)


def _decide_again(connection: sqlite3.Connection, inbox_id: int, now: int) -> None:
    unsent = connection.execute(
        "SELECT id, state, recheck FROM outbox WHERE inbox_id = ? AND finished_at IS NULL ORDER BY place", (inbox_id,)
    ).fetchall()
    if any(entry["state"] in {"in_flight", "unknown"} or entry["recheck"] for entry in unsent):
        return
    for entry in unsent:
        # What is asked for again is stored anew: its key is given free.
        connection.execute("UPDATE outbox SET key = key || '#' || id WHERE id = ?", (entry["id"],))
        outbox.finish(connection, entry["id"], "superseded", now, reason="its sale was passed by")
    connection.execute(
        "UPDATE inbox SET state = 'waiting', handled_at = NULL, reason = NULL, question = NULL WHERE id = ?",
        (inbox_id,),
    )


def payments_like(connection: sqlite3.Connection, rows: Sequence[outbox.Row], now: int) -> None:
    """Payments among these commands that are made: what told of the same ones, and was held for what they could not
    be, goes on and sees that."""
    things = [row.thing for row in rows if row.kind == "ensure_payment"]
    for thing in links.read_many(connection, things) if things else ():
        held = connection.execute(
            "SELECT id FROM outbox WHERE thing = ? AND kind = 'ensure_payment' AND state = 'held'"  # noqa: S608 - constants
            f" AND reason IN {IMPOSSIBLE_PAYMENT}",
            (thing,),
        ).fetchall()
        for row in held:
            outbox.move(connection, row["id"], "ready", due_at=now)


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
