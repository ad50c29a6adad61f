"""Claims: before a party is looked up or created, all its match keys are taken, so that nobody else makes it too."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store import lanes
from store.db import Job

ORGANISATION_NUMBER = "organisation_number:"
EMAIL = "email:"


@dataclass(frozen=True, slots=True)
class Claimed:
    """All keys are ours now: look up, and create if nothing is found."""


@dataclass(frozen=True, slots=True)
class Known:
    """One of the keys belongs to a customer that is linked already: ``number``, without a call."""

    number: str
    thing: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Another command holds ``key``: wait for ``waits_for``; ``holder`` is its outbox id."""

    key: str
    holder: int
    waits_for: str


@dataclass(frozen=True, slots=True)
class Contradicted:
    """The e-mail belongs to a known customer, but only one side has an organisation number: a person must say."""

    number: str


Outcome = Claimed | Known | Taken | Contradicted


def take(connection: sqlite3.Connection, company: str, keys: Sequence[str], thing: str, outbox_id: int) -> Outcome:
    """Claim all ``keys`` (``name:value``, strongest first) for ``thing``, or say why not; all or none.

    The thing itself is claimed too: two orders of one buyer whom the source names lie in two lanes.
    """
    known = _known(connection, company, keys)
    if known is not None:
        return known
    keys = [f"thing:{thing}", *keys]
    for key in keys:
        holder = connection.execute(
            "SELECT outbox_id FROM claim WHERE company = ? AND key = ? AND outbox_id <> ?", (company, key, outbox_id)
        ).fetchone()
        if holder is not None:
            return Taken(key, holder["outbox_id"], waits_for(company, key))
    connection.executemany(
        "INSERT INTO claim (company, key, thing, outbox_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(company, key, thing, outbox_id) for key in keys],
    )
    return Claimed()


def known(company: str, keys: Sequence[str]) -> Job[Known | Contradicted | None]:
    """What a claim of these keys would find, without claiming anything."""
    return lambda connection: _known(connection, company, keys)


def _known(connection: sqlite3.Connection, company: str, keys: Sequence[str]) -> Known | Contradicted | None:
    ours = {key for key in keys if key.startswith(ORGANISATION_NUMBER)}
    for key in keys:
        row = connection.execute(
            "SELECT l.number, p.thing FROM party_key p JOIN link l ON l.thing = p.thing AND l.verified = 1"
            " WHERE p.company = ? AND p.key = ?",
            (company, key),
        ).fetchone()
        if row is None:
            continue
        theirs = _organisation_numbers(connection, company, row["number"])
        if ours and theirs and not ours & theirs:
            continue
        if key.startswith(EMAIL) and bool(ours) != bool(theirs):
            return Contradicted(row["number"])
        return Known(row["number"], row["thing"])
    return None


def _organisation_numbers(connection: sqlite3.Connection, company: str, number: str) -> set[str]:
    rows = connection.execute(
        "SELECT key FROM party_key WHERE company = ? AND number = ? AND key >= ? AND key < ?",
        (company, number, ORGANISATION_NUMBER, "organisation_number;"),
    )
    return {row["key"] for row in rows}


def waits_for(company: str, key: str) -> str:
    """What a command waits for whose key is claimed by another."""
    return f"claim:{company}:{key}"


def release(connection: sqlite3.Connection, company: str, outbox_id: int, now: int) -> None:
    """Give the command's claims back and wake the waiters; the first of them takes the claim over."""
    freed = connection.execute(
        "DELETE FROM claim WHERE company = ? AND outbox_id = ? RETURNING key", (company, outbox_id)
    )
    for row in freed.fetchall():
        lanes.wake(connection, waits_for(company, row["key"]), now)


def remember(connection: sqlite3.Connection, company: str, thing: str, number: str, keys: Sequence[str]) -> None:
    """Keep the keys of a party that is linked now; a key stays with its first owner as long as that one is linked."""
    connection.executemany(
        "INSERT INTO party_key (company, key, thing, number) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " thing = excluded.thing, number = excluded.number WHERE party_key.thing = excluded.thing"
        " OR NOT EXISTS (SELECT 1 FROM link WHERE link.thing = party_key.thing)",
        [(company, key, thing, number) for key in keys],
    )
