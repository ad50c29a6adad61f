"""A sale's next generation: written down, and its delivery is decided anew, in one transaction."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store import attempts, delivering, lanes, many, outbox
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

    What is unsent in the lane gives way, because it speaks of the generation before: the deliveries that it came from
    are decided again too (a payment that was told meanwhile). So does what these deliveries, or later ones, left in
    lanes that follow it. Doing this twice begins one generation. ``absent`` are doubts that were proved empty just now.
    Raises, and changes nothing: :class:`InDoubt`, :class:`Undecidable`, and :class:`store.delivering.Gone` if the
    command was ended or stopped meanwhile.
    """

    def job(connection: sqlite3.Connection) -> None:
        row = outbox.read(connection, outbox_id)
        if row.state not in {"ready", "unknown"}:
            raise delivering.Gone(outbox_id)
        delivering.close_absent(absent, now)(connection)
        followers = lanes.followers(connection, row.company, row.lane)
        unsent = _unsent(connection, row.company, row.lane)
        _check(connection, row, begun, unsent, followers)
        own = next(entry["inbox_id"] for entry in unsent if entry["id"] == row.id)
        for lane in followers:
            unsent += [entry for entry in _unsent(connection, row.company, lane) if entry["inbox_id"] >= own]
        _begin(connection, row.company, begun, now)
        for entry in unsent:
            # What is asked for again is stored anew: its key is given free.
            connection.execute("UPDATE outbox SET key = key || '#' || id WHERE id = ?", (entry["id"],))
            outbox.finish(connection, entry["id"], "superseded", now, reason=f"by generation {begun.number}")
        connection.executemany(
            "UPDATE inbox SET state = 'waiting', handled_at = NULL, reason = NULL, question = NULL WHERE id = ?",
            sorted({(entry["inbox_id"],) for entry in unsent}),
        )

    return job


def _unsent(connection: sqlite3.Connection, company: str, lane: str) -> list[sqlite3.Row]:
    return connection.execute(
        "SELECT o.id, o.kind, o.inbox_id, i.thing FROM outbox o JOIN inbox i ON i.id = o.inbox_id"
        " WHERE o.company = ? AND o.lane = ? AND o.finished_at IS NULL ORDER BY o.place",
        (company, lane),
    ).fetchall()


def _check(
    connection: sqlite3.Connection,
    row: outbox.Row,
    begun: Generation,
    unsent: Sequence[sqlite3.Row],
    followers: Sequence[str],
) -> None:
    marks, named = many.among([row.lane, *followers])
    doubt = connection.execute(
        "SELECT 1 FROM attempt a JOIN outbox o ON o.id = a.outbox_id"  # noqa: S608 - constants
        f" WHERE a.company = ? AND a.end IN {attempts.OPEN} AND o.lane IN {marks} LIMIT 1",
        (row.company, *named),
    ).fetchone()
    if doubt is not None:
        raise InDoubt(row.id)
    own = next(entry["inbox_id"] for entry in unsent if entry["id"] == row.id)
    for entry in unsent:
        if entry["inbox_id"] < own and entry["thing"] == begun.thing:
            raise Undecidable(
                "older_work_waits",
                f"out-{entry['id']} ({entry['kind']}), of an older state of this sale, still waits behind this command "
                "for documents that are to be taken back: discard it, then retry",
            )
        if not _has_body(connection, entry["inbox_id"]):
            raise Undecidable(
                "delivery_erased",
                f"in-{entry['inbox_id']} was erased by retention, so its documents cannot be made anew: let its source "
                "send it again, or discard this command",
            )


def _has_body(connection: sqlite3.Connection, inbox_id: int) -> bool:
    return connection.execute("SELECT 1 FROM inbox_body WHERE inbox_id = ?", (inbox_id,)).fetchone() is not None


def _begin(connection: sqlite3.Connection, company: str, begun: Generation, now: int) -> None:
    connection.execute(
        "INSERT INTO generation (thing, company, generation, reason, decided_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET generation = excluded.generation, reason = excluded.reason,"
        " decided_at = excluded.decided_at WHERE excluded.generation > generation.generation",
        (begun.thing, company, begun.number, begun.reason, now),
    )
