"""What clients of our own endpoints gave: contacts and batches, stored in one transaction with their deliveries."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store import inbox
from store.acting import NotPossible
from store.db import Job
from store.inbox import Arrival, Seal

STATEMENT = "statement"
"""Under which name a contact's delivery keeps the digest of what it states."""


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact that a delivery states. ``thing`` is the client's, ``customer`` the thing that is linked in Fortnox."""

    company: str
    survey_id: str
    thing: str
    customer: str
    email: str | None
    update_date: int


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact as it is kept; ``number`` is its customer's in Fortnox, once it is linked."""

    survey_id: str
    email: str | None
    update_date: int
    number: str | None
    inbox_id: int


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row of a batch: the delivery that it becomes, or what is wrong with it."""

    row_id: str
    arrival: Arrival | None
    fault: str | None = None
    contact: NewContact | None = None


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch as it was given; ``digest`` tells whether one of the same id is the same."""

    company: str
    batch_id: str
    source: str
    digest: str
    received_at: int
    rows: Sequence[NewRow]


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One row: its delivery, or its fault."""

    place: int
    row_id: str
    inbox_id: int | None
    fault: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it is kept; moments are milliseconds since 1970."""

    company: str
    batch_id: str
    source: str
    received_at: int
    rows: int


def keep_contact(arrival: Arrival, contact: NewContact, seal: Seal | None) -> Job[inbox.Accepted]:
    """Store the delivery and what it states of the contact: both, or neither; an older statement changes nothing.

    Raises :class:`store.acting.NotPossible` where the client's key is that of another statement, as long as its body is
    kept.
    """

    def job(connection: sqlite3.Connection) -> inbox.Accepted:
        accepted = inbox.accept(arrival, seal)(connection)
        if accepted.repeated:
            _refuse_another(connection, accepted.inbox_id, arrival)
        else:
            _keep(connection, contact, accepted.inbox_id)
        return accepted

    return job


def _refuse_another(connection: sqlite3.Connection, inbox_id: int, arrival: Arrival) -> None:
    row = connection.execute("SELECT headers FROM inbox_body WHERE inbox_id = ?", (inbox_id,)).fetchone()
    stated = None if row is None else json.loads(row["headers"]).get(STATEMENT)
    if stated is not None and stated != arrival.headers.get(STATEMENT):
        raise NotPossible("another statement came with this Idempotency-Key: give this one its own")


def contacts(company: str, *, survey_id: str | None, email: str | None, limit: int) -> Job[list[ContactRow]]:
    """Contacts of a survey id, an e-mail, or both."""

    def job(connection: sqlite3.Connection) -> list[ContactRow]:
        rows = connection.execute(
            "SELECT c.survey_id, c.email, c.update_date, l.number, c.inbox_id FROM contact c"
            " LEFT JOIN link l ON l.thing = c.customer WHERE c.company = ?1"
            " AND (?2 IS NULL OR c.survey_id = ?2) AND (?3 IS NULL OR c.email = ?3) ORDER BY c.inbox_id LIMIT ?4",
            (company, survey_id, email, limit),
        )
        return [ContactRow(**dict(row)) for row in rows]

    return job


def start(batch: NewBatch, seal: Seal | None) -> Job[bool]:
    """Store a batch with all of its rows, each sound one as a delivery; tells whether it was there already.

    Raises :class:`store.acting.NotPossible` where the id is that of another batch.
    """

    def job(connection: sqlite3.Connection) -> bool:
        known = connection.execute(
            "SELECT digest FROM batch WHERE company = ? AND batch_id = ?", (batch.company, batch.batch_id)
        ).fetchone()
        if known is not None:
            if known["digest"] != batch.digest:
                raise NotPossible("there is another batch of this batch_id: give this one its own")
            return True
        connection.execute(
            "INSERT INTO batch (company, batch_id, source, digest, received_at) VALUES (?, ?, ?, ?, ?)",
            (batch.company, batch.batch_id, batch.source, batch.digest, batch.received_at),
        )
        arrivals = [row.arrival for row in batch.rows if row.arrival is not None]
        accepted = iter(inbox.accept_all(arrivals, seal)(connection) if arrivals else [])
        placed = [(row, next(accepted).inbox_id if row.arrival is not None else None) for row in batch.rows]
        connection.executemany(
            "INSERT INTO batch_row (company, batch_id, place, row_id, inbox_id, fault) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (batch.company, batch.batch_id, place, row.row_id, inbox_id, row.fault)
                for place, (row, inbox_id) in enumerate(placed)
            ],
        )
        for row, inbox_id in placed:
            if row.contact is not None and inbox_id is not None:
                _keep(connection, row.contact, inbox_id)
        return False

    return job


def batch(company: str, batch_id: str) -> Job[Batch | None]:
    """One batch of a company; ``None`` where there is none."""
    return lambda connection: next(
        iter(_batches(connection, "b.company = ? AND b.batch_id = ?", (company, batch_id), 1)), None
    )


def batches(companies: Sequence[str], limit: int) -> Job[list[Batch]]:
    """The newest batches of these companies."""
    marks = ", ".join("?" * len(companies))
    return lambda connection: _batches(connection, f"b.company IN ({marks})", companies, limit)


def rows(company: str, batch_id: str, *, after: int, limit: int) -> Job[list[BatchRow]]:
    """Rows of a batch from place ``after`` on."""

    def job(connection: sqlite3.Connection) -> list[BatchRow]:
        found = connection.execute(
            "SELECT place, row_id, inbox_id, fault FROM batch_row WHERE company = ? AND batch_id = ? AND place >= ?"
            " ORDER BY place LIMIT ?",
            (company, batch_id, after, limit),
        )
        return [BatchRow(**dict(row)) for row in found]

    return job


def counts(company: str, batch_id: str) -> Job[dict[str, int]]:
    """How many rows of a batch stand how: refused, accepted, running, held, parked, done, skipped."""

    def job(connection: sqlite3.Connection) -> dict[str, int]:
        found = connection.execute(_COUNTS, (company, batch_id))
        return {row["word"]: row["rows"] for row in found}

    return job


# The words are those of daemon/endpoints/states.py, which a test compares.
_COUNTS = """
WITH stands AS (
    SELECT r.inbox_id, i.state,
        sum(o.state = 'held') AS held, sum(o.state = 'parked') AS parked, sum(o.state = 'done') AS done,
        sum(o.finished_at IS NULL AND o.state NOT IN ('held', 'parked')) AS moving
    FROM batch_row r LEFT JOIN inbox i ON i.id = r.inbox_id LEFT JOIN outbox o ON o.inbox_id = r.inbox_id
    WHERE r.company = ? AND r.batch_id = ? GROUP BY r.place
)
SELECT CASE
    WHEN inbox_id IS NULL THEN 'refused'
    WHEN state IN ('waiting', 'reading') THEN 'accepted'
    WHEN state IN ('held', 'parked') THEN state
    WHEN state <> 'handled' THEN 'skipped'
    WHEN held > 0 THEN 'held'
    WHEN parked > 0 THEN 'parked'
    WHEN moving > 0 THEN 'running'
    WHEN done > 0 THEN 'done'
    ELSE 'skipped' END AS word, count(*) AS rows
FROM stands GROUP BY word
"""


def _batches(connection: sqlite3.Connection, condition: str, values: Sequence[str], limit: int) -> list[Batch]:
    found = connection.execute(
        "SELECT b.company, b.batch_id, b.source, b.received_at, (SELECT count(*) FROM batch_row r"  # noqa: S608 - constants
        " WHERE r.company = b.company AND r.batch_id = b.batch_id) AS rows FROM batch b"
        f" WHERE {condition} ORDER BY b.received_at DESC, b.batch_id LIMIT ?",
        (*values, limit),
    )
    return [Batch(**dict(row)) for row in found]


def _keep(connection: sqlite3.Connection, contact: NewContact, inbox_id: int) -> None:
    connection.execute(
        "INSERT INTO contact (company, survey_id, thing, customer, email, update_date, inbox_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET customer = excluded.customer, email = excluded.email,"
        " update_date = excluded.update_date, inbox_id = excluded.inbox_id"
        " WHERE excluded.update_date >= update_date",
        (
            contact.company,
            contact.survey_id,
            contact.thing,
            contact.customer,
            contact.email,
            contact.update_date,
            inbox_id,
        ),
    )
