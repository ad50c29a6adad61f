"""The local copy of a company's registers: what the far side told of its customers, articles, accounts and the like."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.db import Job


@dataclass(frozen=True, slots=True)
class Entry:
    """One object as the far side showed it at ``told_at`` (milliseconds); ``fields`` is ``None`` where it is gone."""

    resource: str
    number: str
    told_at: int
    fields: dict[str, Any] | None
    keys: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Swept:
    """A sweep that began at ``begun`` (milliseconds) came to its end; a ``whole`` one showed everything there is."""

    resource: str
    begun: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Age:
    """When the last sweep that ended had begun, and the last whole one (milliseconds); ``None``: never."""

    swept_at: int | None = None
    whole_at: int | None = None


def learn(connection: sqlite3.Connection, company: str, entries: Sequence[Entry], swept: Swept | None) -> None:
    """Keep what was told; older news of an object never overwrites newer."""
    for entry in entries:
        if entry.fields is None:
            _remove(connection, company, entry.resource, entry.number, entry.told_at)
        else:
            _keep(connection, company, entry, entry.fields)
    if swept is not None:
        _end_sweep(connection, company, swept)


def read(company: str, resource: str, number: str) -> Job[dict[str, Any] | None]:
    """The fields of one object; ``None`` where the copy has none."""

    def job(connection: sqlite3.Connection) -> dict[str, Any] | None:
        row = connection.execute(
            "SELECT fields FROM register WHERE company = ? AND resource = ? AND number = ?", (company, resource, number)
        ).fetchone()
        return None if row is None else _object(row["fields"])

    return job


def found_by(company: str, resource: str, key: str) -> Job[dict[str, dict[str, Any]]]:
    """The objects that a normalised key finds: number -> fields."""

    def job(connection: sqlite3.Connection) -> dict[str, dict[str, Any]]:
        rows = connection.execute(
            "SELECT r.number, r.fields FROM register_key k JOIN register r ON r.company = k.company"
            " AND r.resource = k.resource AND r.number = k.number"
            " WHERE k.company = ? AND k.resource = ? AND k.key = ? ORDER BY r.number",
            (company, resource, key),
        )
        return {row["number"]: _object(row["fields"]) for row in rows}

    return job


def ages(company: str) -> Job[dict[str, Age]]:
    """How old the copy of each register is; a register that was never swept to its end is left out."""

    def job(connection: sqlite3.Connection) -> dict[str, Age]:
        rows = connection.execute("SELECT * FROM register_age WHERE company = ?", (company,))
        return {row["resource"]: Age(row["swept_at"], row["whole_at"]) for row in rows}

    return job


def _keep(connection: sqlite3.Connection, company: str, entry: Entry, fields: dict[str, Any]) -> None:
    kept = connection.execute(
        "INSERT INTO register (company, resource, number, fields, told_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET fields = excluded.fields, told_at = excluded.told_at WHERE excluded.told_at >= told_at",
        (company, entry.resource, entry.number, json.dumps(fields, ensure_ascii=False), entry.told_at),
    )
    if kept.rowcount == 0:
        return
    where = (company, entry.resource, entry.number)
    connection.execute("DELETE FROM register_key WHERE company = ? AND resource = ? AND number = ?", where)
    connection.executemany(
        "INSERT OR IGNORE INTO register_key (company, resource, key, number) VALUES (?, ?, ?, ?)",
        [(company, entry.resource, key, entry.number) for key in entry.keys],
    )


def _remove(connection: sqlite3.Connection, company: str, resource: str, number: str, told_at: int) -> None:
    gone = connection.execute(
        "DELETE FROM register WHERE company = ? AND resource = ? AND number = ? AND told_at <= ?",
        (company, resource, number, told_at),
    )
    if gone.rowcount:
        where = (company, resource, number)
        connection.execute("DELETE FROM register_key WHERE company = ? AND resource = ? AND number = ?", where)


def _end_sweep(connection: sqlite3.Connection, company: str, swept: Swept) -> None:
    if swept.whole:
        unseen = connection.execute(
            "SELECT number FROM register WHERE company = ? AND resource = ? AND told_at < ?",
            (company, swept.resource, swept.begun),
        ).fetchall()
        for row in unseen:
            _remove(connection, company, swept.resource, row["number"], swept.begun)
    connection.execute(
        "INSERT INTO register_age (company, resource, swept_at, whole_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE"
        " SET swept_at = ?3, whole_at = coalesce(?4, whole_at)",
        (company, swept.resource, swept.begun, swept.begun if swept.whole else None),
    )


def _object(text: str) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(text)
    return kept
