"""Doubled parties: a customer that somebody else made of a party that we had made; noticed when it is told of."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store.db import Job
from store.register import Entry

ORGANISATION_NUMBER = "organisation_number:"
EMAIL = "email:"


@dataclass(frozen=True, slots=True)
class Double:
    """``other`` is of the same party as our customer ``number``; told by delivery ``inbox_id`` (milliseconds)."""

    number: str
    other: str
    inbox_id: int
    noticed_at: int
    settled_at: int | None = None


def notice(
    connection: sqlite3.Connection, company: str, entries: Sequence[Entry], inbox_id: int, now: int
) -> list[str]:
    """Remember which of these customers double one that we made; one that is gone or inactive doubles nobody.

    Returns those of our customers that are doubled no more.
    """
    single = list[str]()
    for entry in entries:
        if entry.resource != "customers":
            continue
        if entry.fields is None or entry.fields.get("active") is False:
            gone = connection.execute(
                "DELETE FROM doubled_party WHERE company = ? AND (other = ? OR number = ?) RETURNING number",
                (company, entry.number, entry.number),
            )
            single += [row["number"] for row in gone.fetchall()]
            continue
        number = _ours(connection, company, entry)
        if number is not None:
            _keep(connection, company, number, entry.number, inbox_id, now)
    return [number for number in dict.fromkeys(single) if not others_of(company, number)(connection)]


def met(
    connection: sqlite3.Connection, company: str, number: str, keys: Sequence[str], outbox_id: int, now: int
) -> None:
    """A command made a customer just now: remember those of the same party that were told of while it was under way."""
    strongest = next((key for name in (ORGANISATION_NUMBER, EMAIL) for key in keys if key.startswith(name)), None)
    if strongest is None:
        return
    rows = connection.execute(
        "SELECT r.number, r.fields FROM register_key k JOIN register r ON r.company = k.company"
        " AND r.resource = k.resource AND r.number = k.number"
        " WHERE k.company = ? AND k.resource = 'customers' AND k.key = ? AND k.number <> ?",
        (company, strongest, number),
    )
    inbox_id = connection.execute("SELECT inbox_id FROM outbox WHERE id = ?", (outbox_id,)).fetchone()["inbox_id"]
    for row in rows.fetchall():
        fields = json.loads(row["fields"])
        one_sided = strongest.startswith(EMAIL) and fields.get("organisation_number")
        if fields.get("active") is not False and not one_sided and not _linked(connection, company, row["number"]):
            _keep(connection, company, number, row["number"], inbox_id, now)


def _keep(connection: sqlite3.Connection, company: str, number: str, other: str, inbox_id: int, now: int) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO doubled_party (company, number, other, inbox_id, noticed_at) VALUES (?, ?, ?, ?, ?)",
        (company, number, other, inbox_id, now),
    )


def _ours(connection: sqlite3.Connection, company: str, entry: Entry) -> str | None:
    """Our own customer that has the strongest key of this one, which is not ours itself.

    Only what a command of ours created counts: what it found was there before. An e-mail address names a party only
    where neither side has an organisation number (architecture, invariant 8).
    """
    strongest = next((key for name in (ORGANISATION_NUMBER, EMAIL) for key in entry.keys if key.startswith(name)), None)
    if strongest is None or _linked(connection, company, entry.number):
        return None
    row = connection.execute(
        "SELECT p.number FROM party_key p JOIN link l ON l.thing = p.thing AND l.number = p.number"
        " WHERE p.company = ? AND p.key = ? AND p.number <> ? AND EXISTS (SELECT 1 FROM outbox o"
        " WHERE o.thing = p.thing AND o.kind = 'ensure_customer' AND o.result = 'created')",
        (company, strongest, entry.number),
    ).fetchone()
    if row is None or (strongest.startswith(EMAIL) and _has_number(connection, company, row["number"])):
        return None
    return str(row["number"])


def _linked(connection: sqlite3.Connection, company: str, number: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM link WHERE company = ? AND kind = 'customer' AND number = ?", (company, number)
    ).fetchone()
    return row is not None


def _has_number(connection: sqlite3.Connection, company: str, number: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM party_key WHERE company = ? AND number = ? AND key >= ? AND key < ?",
        (company, number, ORGANISATION_NUMBER, "organisation_number;"),
    ).fetchone()
    return row is not None


def others_of(company: str, number: str) -> Job[tuple[str, ...]]:
    """Which customers double ours, as far as no person settled it."""

    def job(connection: sqlite3.Connection) -> tuple[str, ...]:
        rows = connection.execute(
            "SELECT other FROM doubled_party WHERE company = ? AND number = ? AND settled_at IS NULL"
            " ORDER BY length(other), other",
            (company, number),
        )
        return tuple(row["other"] for row in rows)

    return job


def of_company(company: str) -> Job[list[Double]]:
    """Every double of the company that no person settled, the oldest first."""

    def job(connection: sqlite3.Connection) -> list[Double]:
        rows = connection.execute(
            "SELECT number, other, inbox_id, noticed_at, settled_at FROM doubled_party"
            " WHERE company = ? AND settled_at IS NULL ORDER BY noticed_at, number, other",
            (company,),
        )
        return [Double(*row) for row in rows]

    return job


def told_by(connection: sqlite3.Connection, inbox_id: int) -> list[Double]:
    """The doubles that one delivery showed."""
    rows = connection.execute(
        "SELECT number, other, inbox_id, noticed_at, settled_at FROM doubled_party WHERE inbox_id = ?"
        " ORDER BY number, other",
        (inbox_id,),
    )
    return [Double(*row) for row in rows]


def settle(connection: sqlite3.Connection, company: str, number: str, now: int) -> None:
    """A person has said what the others are: they are asked about no more."""
    connection.execute(
        "UPDATE doubled_party SET settled_at = ? WHERE company = ? AND number = ? AND settled_at IS NULL",
        (now, company, number),
    )
