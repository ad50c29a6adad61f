"""The inbox: every delivery that was accepted, exactly once, with its raw body until that is pruned."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from store import holds, many
from store.db import Job, milliseconds, moment

Seal = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A verified delivery to be stored. ``company`` is empty where the sender's account is in no table of ours.

    ``digest_window_s`` is set where ``dedupe_key`` is only a digest of the body: the key counts that many seconds.
    ``parked`` is why the row is parked from the start (a body that cannot be read, an unknown account), else ``None``.
    ``origin`` is webhook or poll.
    """

    source: str
    company: str
    dedupe_key: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    digest_window_s: int | None = None
    parked: str | None = None
    origin: str = "webhook"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The row that holds the delivery; ``repeated`` if it was there before."""

    inbox_id: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read at the sender; ``body`` is ``None`` where it has no such record."""

    sealed: bool
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that intake has not handled yet, with what was read for it at the sender so far, by name."""

    id: int
    source: str
    company: str
    dedupe_key: str
    received_at: datetime
    headers: dict[str, str]
    sealed: bool
    body: bytes
    origin: str = "webhook"
    reads: Mapping[str, Answer] = field(default_factory=dict)


def accept(arrival: Arrival, seal: Seal | None = None) -> Job[Accepted]:
    """Store the delivery, or find that it is there: key, row and pending work are one row in one transaction."""
    return lambda connection: accept_all([arrival], seal)(connection)[0]


def accept_all(arrivals: Sequence[Arrival], seal: Seal | None = None) -> Job[list[Accepted]]:
    """Store several deliveries with few statements; of equal ones the first is stored, the others are repeated."""

    def job(connection: sqlite3.Connection) -> list[Accepted]:
        for arrival in arrivals:
            if arrival.digest_window_s is not None:
                _retire(connection, arrival, milliseconds(arrival.received_at) - arrival.digest_window_s * 1000)
        accepted = _insert(connection, arrivals)
        new = [(row.inbox_id, arrival) for row, arrival in zip(accepted, arrivals, strict=True) if not row.repeated]
        many.insert(
            connection,
            "INSERT INTO inbox_body (inbox_id, headers, sealed, body)",
            [
                (
                    inbox_id,
                    json.dumps(dict(arrival.headers), ensure_ascii=True),
                    int(seal is not None),
                    seal(arrival.body) if seal else arrival.body,
                )
                for inbox_id, arrival in new
            ],
        )
        for inbox_id, arrival in new:
            if arrival.parked is not None:
                ask, received = holds.worded(arrival.parked, None), milliseconds(arrival.received_at)
                holds.hold(connection, "in", inbox_id, arrival.company, ask, received)
        return accepted

    return job


def _insert(connection: sqlite3.Connection, arrivals: Sequence[Arrival]) -> list[Accepted]:
    """The narrow rows, and which of the arrivals each stands for."""
    inserted, last = many.insert(
        connection,
        "INSERT INTO inbox (source, company, dedupe_key, received_at, state, reason, handled_at, origin)",
        [_row(arrival) for arrival in arrivals],
        "ON CONFLICT (source, dedupe_key) DO NOTHING",
    )
    # There is one writer, so the ids of what went in follow on one another.
    new = range(last - inserted + 1, last + 1)
    if inserted == len(arrivals):
        return [Accepted(inbox_id, repeated=False) for inbox_id in new]
    known = [_known(connection, arrival) for arrival in arrivals]
    return [Accepted(found, found not in new or found in known[:place]) for place, found in enumerate(known)]


def _row(arrival: Arrival) -> tuple[str, str, str, int, str, str | None, int | None, str]:
    received = milliseconds(arrival.received_at)
    return (
        arrival.source,
        arrival.company,
        arrival.dedupe_key,
        received,
        "parked" if arrival.parked else "waiting",
        arrival.parked,
        received if arrival.parked else None,
        arrival.origin,
    )


def _known(connection: sqlite3.Connection, arrival: Arrival) -> int:
    """The row that holds the delivery."""
    row = connection.execute(
        "SELECT id FROM inbox WHERE source = ? AND dedupe_key = ?", (arrival.source, arrival.dedupe_key)
    ).fetchone()
    return int(row["id"])


def _retire(connection: sqlite3.Connection, arrival: Arrival, before: int) -> None:
    """A digest older than its window no longer counts: its row keeps it under another name."""
    connection.execute(
        "UPDATE inbox SET dedupe_key = dedupe_key || '#' || id WHERE source = ? AND dedupe_key = ? AND received_at < ?",
        (arrival.source, arrival.dedupe_key, before),
    )


def give_key_free(connection: sqlite3.Connection, inbox_id: int) -> None:
    """The delivery meant nothing yet: the same key may come again, and counts as new then."""
    connection.execute("UPDATE inbox SET dedupe_key = dedupe_key || '#' || id WHERE id = ?", (inbox_id,))


def waiting(limit: int, after: int = 0) -> Job[list[Waiting]]:
    """The oldest rows that intake has not handled, in order of arrival, beginning behind row ``after``."""

    def job(connection: sqlite3.Connection) -> list[Waiting]:
        rows = connection.execute(
            "SELECT i.id, i.source, i.company, i.dedupe_key, i.received_at, i.origin, b.headers, b.sealed, b.body"
            " FROM inbox i JOIN inbox_body b ON b.inbox_id = i.id"
            " WHERE i.state = 'waiting' AND i.id > ? ORDER BY i.id LIMIT ?",
            (after, limit),
        ).fetchall()
        reads = _answers(connection, rows[0]["id"], rows[-1]["id"]) if rows else {}
        return [_waiting(row, reads.get(row["id"], {})) for row in rows]

    return job


def stored(inbox_id: int) -> Job[Waiting | None]:
    """One row with its body, whatever its state; ``None`` where the row is unknown or its body was pruned."""

    def job(connection: sqlite3.Connection) -> Waiting | None:
        row = connection.execute(
            "SELECT i.id, i.source, i.company, i.dedupe_key, i.received_at, i.origin, b.headers, b.sealed, b.body"
            " FROM inbox i JOIN inbox_body b ON b.inbox_id = i.id WHERE i.id = ?",
            (inbox_id,),
        ).fetchone()
        return None if row is None else _waiting(row, _answers(connection, inbox_id, inbox_id).get(inbox_id, {}))

    return job


def received_since(since: int, own: str) -> Job[int]:
    """How many deliveries came since a moment; sources whose name begins with ``own`` are left out."""

    def job(connection: sqlite3.Connection) -> int:
        statement = f"SELECT count(*) {_SINCE}"
        return int(connection.execute(statement, {"since": since, "after": 0, "own": f"{own}*"}).fetchone()[0])

    return job


def stored_since(since: int, own: str, after: int, limit: int) -> Job[list[Waiting]]:
    """Those deliveries with their bodies, behind row ``after``, in order of arrival."""

    def job(connection: sqlite3.Connection) -> list[Waiting]:
        statement = (
            "SELECT i.id, i.source, i.company, i.dedupe_key, i.received_at, i.origin, b.headers, b.sealed, b.body"
            f" {_SINCE} ORDER BY i.id LIMIT :limit"
        )
        rows = connection.execute(
            statement, {"since": since, "after": after, "own": f"{own}*", "limit": limit}
        ).fetchall()
        reads = _answers(connection, rows[0]["id"], rows[-1]["id"]) if rows else {}
        return [_waiting(row, reads.get(row["id"], {})) for row in rows]

    return job


_SINCE = (
    "FROM inbox i JOIN inbox_body b ON b.inbox_id = i.id"
    " WHERE i.received_at >= :since AND i.id > :after AND i.source NOT GLOB :own"
)


def _answers(connection: sqlite3.Connection, first: int, last: int) -> dict[int, dict[str, Answer]]:
    """What was read for rows of a range; most have nothing."""
    found: dict[int, dict[str, Answer]] = {}
    for row in connection.execute("SELECT * FROM inbox_read WHERE inbox_id BETWEEN ? AND ?", (first, last)):
        found.setdefault(row["inbox_id"], {})[row["name"]] = Answer(bool(row["sealed"]), row["body"])
    return found


def _waiting(row: sqlite3.Row, reads: Mapping[str, Answer]) -> Waiting:
    return Waiting(
        id=row["id"],
        source=row["source"],
        company=row["company"],
        dedupe_key=row["dedupe_key"],
        received_at=moment(row["received_at"]),
        headers=json.loads(row["headers"]),
        sealed=bool(row["sealed"]),
        body=row["body"],
        origin=row["origin"],
        reads=reads,
    )
