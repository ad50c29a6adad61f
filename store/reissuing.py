"""A sale's next generation: written down, and its delivery is decided anew, in one transaction."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store import attempts, delivering, outbox
from store.db import Job


@dataclass(frozen=True, slots=True)
class Generation:
    """The thing of events whose documents are made anew, the generation that begins, and why, for ``explain``."""

    thing: str
    number: int
    reason: str


class InDoubt(Exception):
    """The end of another write of the same lane is not known yet: a payment or a credit may still take effect."""


class Undecidable(Exception):
    """The delivery cannot be decided anew; ``reason`` is a closed word, the text a question to a person."""

    def __init__(self, reason: str, question: str) -> None:
        super().__init__(question)
        self.reason = reason


def issue_anew(outbox_id: int, begun: Generation, now: int, *, absent: Sequence[int] = ()) -> Job[None]:
    """Begin the generation and let intake decide the command's delivery again: it waits in the inbox.

    What the delivery left unsent in the lane gives way: it speaks of the generation before. Doing this twice begins one
    generation. ``absent`` are doubts that were proved empty just now. Raises, and changes nothing: :class:`InDoubt`,
    :class:`Undecidable`, and :class:`store.delivering.Gone` if the command was ended or stopped meanwhile.
    """

    def job(connection: sqlite3.Connection) -> None:
        row = outbox.read(connection, outbox_id)
        if row.state not in {"ready", "unknown"}:
            raise delivering.Gone(outbox_id)
        delivering.close_absent(absent, now)(connection)
        inbox_id = _delivery(connection, outbox_id)
        _check(connection, row, inbox_id)
        _begin(connection, row.company, begun, now)
        _give_way(connection, row, inbox_id, begun, now)
        connection.execute(
            "UPDATE inbox SET state = 'waiting', handled_at = NULL, reason = NULL, question = NULL WHERE id = ?",
            (inbox_id,),
        )

    return job


def _delivery(connection: sqlite3.Connection, outbox_id: int) -> int:
    return int(connection.execute("SELECT inbox_id FROM outbox WHERE id = ?", (outbox_id,)).fetchone()["inbox_id"])


def _check(connection: sqlite3.Connection, row: outbox.Row, inbox_id: int) -> None:
    doubt = connection.execute(
        "SELECT 1 FROM attempt a JOIN outbox o ON o.id = a.outbox_id"  # noqa: S608 - constants
        f" WHERE a.company = ? AND a.end IN {attempts.OPEN} AND o.lane = ? LIMIT 1",
        (row.company, row.lane),
    ).fetchone()
    if doubt is not None:
        raise InDoubt(row.id)
    if connection.execute("SELECT 1 FROM inbox_body WHERE inbox_id = ?", (inbox_id,)).fetchone() is None:
        raise Undecidable(
            "delivery_erased",
            f"in-{inbox_id} was erased by retention, so its documents cannot be made anew: let its source send it "
            "again, or discard this command",
        )
    older = connection.execute(
        "SELECT id, kind FROM outbox WHERE company = ? AND lane = ? AND finished_at IS NULL AND inbox_id < ?"
        " ORDER BY place LIMIT 1",
        (row.company, row.lane, inbox_id),
    ).fetchone()
    if older is not None:
        raise Undecidable(
            "older_work_waits",
            f"out-{older['id']} ({older['kind']}) of an earlier delivery still waits behind this command, for "
            "documents that are to be taken back: discard it, then retry",
        )


def _begin(connection: sqlite3.Connection, company: str, begun: Generation, now: int) -> None:
    connection.execute(
        "INSERT INTO generation (thing, company, generation, reason, decided_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET generation = excluded.generation, reason = excluded.reason,"
        " decided_at = excluded.decided_at WHERE excluded.generation > generation.generation",
        (begun.thing, company, begun.number, begun.reason, now),
    )


def _give_way(connection: sqlite3.Connection, row: outbox.Row, inbox_id: int, begun: Generation, now: int) -> None:
    """End what the delivery has unsent in the lane; what it asks for again is stored anew: the keys are given free."""
    unsent = connection.execute(
        "UPDATE outbox SET key = key || '#' || id"
        " WHERE company = ? AND lane = ? AND inbox_id = ? AND finished_at IS NULL RETURNING id",
        (row.company, row.lane, inbox_id),
    ).fetchall()
    for entry in unsent:
        outbox.finish(connection, entry["id"], "superseded", now, reason=f"by generation {begun.number}")
