"""Companies: what each was pinned to, whether its absence of doubles is proved, and what is paused."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.db import Job, milliseconds


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """One Fortnox tenant as we know it; ``proof`` is looking, empty or new_work."""

    name: str
    proof: str
    kind: str | None
    tenant: str | None
    organisation_number: str | None
    called: bool
    pinned_at: int | None = None

    @property
    def looking(self) -> bool:
        """Whether every create is still preceded by a proof of absence."""
        return self.proof == "looking"


@dataclass(frozen=True, slots=True)
class Pause:
    """A company or rule that a person paused."""

    scope: str
    name: str
    reason: str
    since: int


def register(names: Sequence[str]) -> Job[dict[str, CompanyRow]]:
    """Make rows for companies that are new in the configuration; returns all that are named, by name."""

    def job(connection: sqlite3.Connection) -> dict[str, CompanyRow]:
        connection.executemany(
            "INSERT INTO company (name) VALUES (?) ON CONFLICT DO NOTHING", [(name,) for name in names]
        )
        return {name: read(connection, name) for name in names}

    return job


def read(connection: sqlite3.Connection, name: str) -> CompanyRow:
    """One registered company; raises ``KeyError`` for an unknown name."""
    row = connection.execute("SELECT * FROM company WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise KeyError(name)
    return CompanyRow(
        row["name"],
        row["proof"],
        row["kind"],
        row["tenant"],
        row["organisation_number"],
        bool(row["called"]),
        row["pinned_at"],
    )


def registered(connection: sqlite3.Connection) -> dict[str, CompanyRow]:
    """All companies that this database knows, by name."""
    names = [row["name"] for row in connection.execute("SELECT name FROM company ORDER BY name")]
    return {name: read(connection, name) for name in names}


def kinds() -> Job[dict[str, str]]:
    """Every pinned company and its kind, for the guard that a simulator's folder never serves a real company."""

    def job(connection: sqlite3.Connection) -> dict[str, str]:
        return dict(connection.execute("SELECT name, kind FROM company WHERE kind IS NOT NULL").fetchall())

    return job


def pin(name: str, *, kind: str, tenant: str, organisation_number: str, at: datetime) -> Job[None]:
    """Pin a company at its first connect: tenant, organisation number and kind (live, test, simulator)."""

    def job(connection: sqlite3.Connection) -> None:
        connection.execute(
            "UPDATE company SET kind = ?, tenant = ?, organisation_number = ?, pinned_at = ?"
            " WHERE name = ? AND tenant IS NULL",
            (kind, tenant, organisation_number, milliseconds(at), name),
        )

    return job


def called(name: str) -> Job[None]:
    """Note that calls are on record: after a restart the company waits one whole rate window."""

    def job(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE company SET called = 1 WHERE name = ?", (name,))

    return job


def declare(name: str, proof: str) -> Job[bool]:
    """A person declares the company empty, or its work after ``start`` as new; false for an unknown company."""

    def job(connection: sqlite3.Connection) -> bool:
        return connection.execute("UPDATE company SET proof = ? WHERE name = ?", (proof, name)).rowcount == 1

    return job


def pause(scope: str, name: str, reason: str, at: datetime) -> Job[None]:
    """Pause a company, a rule or a workflow; survives a restart."""

    def job(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO pause (scope, name, reason, since) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET reason = excluded.reason",
            (scope, name, reason, milliseconds(at)),
        )

    return job


def resume(scope: str | None, name: str | None) -> Job[list[Pause]]:
    """End the named pause, or every pause where none is named; returns what was paused."""

    def job(connection: sqlite3.Connection) -> list[Pause]:
        rows = connection.execute(
            "DELETE FROM pause WHERE (?1 IS NULL OR scope = ?1) AND (?2 IS NULL OR name = ?2)"
            " RETURNING scope, name, reason, since",
            (scope, name),
        ).fetchall()
        return [Pause(*row) for row in rows]

    return job


def pauses(connection: sqlite3.Connection) -> list[Pause]:
    """All pauses in force."""
    return [Pause(*row) for row in connection.execute("SELECT scope, name, reason, since FROM pause ORDER BY since")]
