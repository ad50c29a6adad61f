"""Claims: before a party is looked up or created, all its match keys are taken, so that nobody else makes it too."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from store import lanes
from store.db import Job

ORGANISATION_NUMBER = "organisation_number:"
VAT_NUMBER = "vat_number:"
EMAIL = "email:"
PARTIES: Sequence[str] = (ORGANISATION_NUMBER, VAT_NUMBER)
"""Keys that name a party beyond doubt, the stronger first: where two sides have different ones they are two parties."""


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
    ours = {name: {key for key in keys if key.startswith(name)} for name in PARTIES}
    for key in keys:
        row = connection.execute(
            "SELECT l.number, p.thing FROM party_key p JOIN link l ON l.thing = p.thing AND l.verified = 1"
            " WHERE p.company = ? AND p.key = ?",
            (company, key),
        ).fetchone()
        if row is None:
            continue
        theirs = {name: _keys_of(connection, company, row["number"], name) for name in PARTIES}
        if _another_party(ours, theirs):
            continue
        if key.startswith(EMAIL) and bool(ours[ORGANISATION_NUMBER]) != bool(theirs[ORGANISATION_NUMBER]):
            return Contradicted(row["number"])
        return Known(row["number"], row["thing"])
    return None


def _another_party(ours: Mapping[str, set[str]], theirs: Mapping[str, set[str]]) -> bool:
    """The strongest key that both sides have decides."""
    both = next((name for name in PARTIES if ours[name] and theirs[name]), None)
    return both is not None and not ours[both] & theirs[both]


def _keys_of(connection: sqlite3.Connection, company: str, number: str, name: str) -> set[str]:
    """The keys with this name of a customer."""
    rows = connection.execute(
        "SELECT key FROM party_key WHERE company = ? AND number = ? AND key >= ? AND key < ?",
        (company, number, name, f"{name[:-1]};"),
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
