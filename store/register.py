"""The local copy of a company's registers: what the far side told of its customers, articles, accounts and the like."""

import json
import sqlite3
from collections.abc import Collection, Sequence
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
    """When the last sweep that ended had begun, and the last whole one (milliseconds); ``None``: never.

    ``doubted_at``: the copy may be wrong since then, until a whole sweep that began later has ended.
    """

    swept_at: int | None = None
    whole_at: int | None = None
    doubted_at: int | None = None


def learn(connection: sqlite3.Connection, company: str, entries: Sequence[Entry], swept: Swept | None) -> None:
    """Keep what was told; older news of an object never overwrites newer, also where the newer says that it is gone."""
    for entry in entries:
        _keep(connection, company, entry)
    if swept is not None:
        _end_sweep(connection, company, swept)


def read(company: str, resource: str, number: str) -> Job[dict[str, Any] | None]:
    """The fields of one object; ``None`` where the copy has none."""

    def job(connection: sqlite3.Connection) -> dict[str, Any] | None:
        row = connection.execute(
            "SELECT fields FROM register WHERE company = ? AND resource = ? AND number = ?", (company, resource, number)
        ).fetchone()
        found: dict[str, Any] | None = None if row is None else json.loads(row["fields"])
        return found

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
        return {row["resource"]: Age(row["swept_at"], row["whole_at"], row["doubted_at"]) for row in rows}

    return job


def age(company: str, resource: str) -> Job[Age]:
    """How old the copy of one register is."""
    return lambda connection: ages(company)(connection).get(resource, Age())


def has(company: str, resource: str, key: str) -> Job[bool]:
    """Whether a normalised key finds anything."""

    def job(connection: sqlite3.Connection) -> bool:
        row = connection.execute(
            "SELECT 1 FROM register_key WHERE company = ? AND resource = ? AND key = ?", (company, resource, key)
        ).fetchone()
        return row is not None

    return job


def doubt(company: str, resources: Collection[str], now: int) -> Job[None]:
    """These copies may be wrong: they are not asked before a whole sweep that begins after ``now`` has ended."""

    def job(connection: sqlite3.Connection) -> None:
        connection.executemany(
            "INSERT INTO register_age (company, resource, doubted_at) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET doubted_at = excluded.doubted_at",
            [(company, resource, now) for resource in resources],
        )

    return job


def counted(company: str) -> Job[dict[str, int]]:
    """How many objects of each register the copy holds."""

    def job(connection: sqlite3.Connection) -> dict[str, int]:
        rows = connection.execute(
            "SELECT resource, count(*) AS held FROM register WHERE company = ? AND fields <> 'null' GROUP BY resource",
            (company,),
        )
        return {row["resource"]: row["held"] for row in rows}

    return job


def duplicates(company: str, resource: str, names: Collection[str]) -> Job[list[tuple[str, list[str]]]]:
    """Keys of these names that find several objects: the key's name and the numbers, by the first of them."""

    def job(connection: sqlite3.Connection) -> list[tuple[str, list[str]]]:
        rows = connection.execute(
            "SELECT key, json_group_array(number) AS numbers FROM (SELECT key, number FROM register_key"
            " WHERE company = ? AND resource = ? ORDER BY key, length(number), number)"
            " GROUP BY key HAVING count(*) > 1",
            (company, resource),
        )
        found = [(row["key"].partition(":")[0], json.loads(row["numbers"])) for row in rows]
        return sorted((entry for entry in found if entry[0] in names), key=lambda entry: (entry[0], entry[1]))

    return job


def _keep(connection: sqlite3.Connection, company: str, entry: Entry) -> None:
    """Of an object that is gone a row without fields and keys is left, until the next whole sweep has ended."""
    kept = connection.execute(
        "INSERT INTO register (company, resource, number, fields, told_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET fields = excluded.fields, told_at = excluded.told_at WHERE excluded.told_at >= told_at",
        (company, entry.resource, entry.number, json.dumps(entry.fields, ensure_ascii=False), entry.told_at),
    )
    if kept.rowcount == 0:
        return
    where = (company, entry.resource, entry.number)
    connection.execute("DELETE FROM register_key WHERE company = ? AND resource = ? AND number = ?", where)
    connection.executemany(
        "INSERT OR IGNORE INTO register_key (company, resource, key, number) VALUES (?, ?, ?, ?)",
        [(company, entry.resource, key, entry.number) for key in entry.keys],
    )


def _end_sweep(connection: sqlite3.Connection, company: str, swept: Swept) -> None:
    if swept.whole:
        unseen = (company, swept.resource, swept.begun)
        connection.execute(
            "DELETE FROM register_key WHERE company = ?1 AND resource = ?2 AND number IN (SELECT number FROM register"
            " WHERE company = ?1 AND resource = ?2 AND told_at < ?3)",
            unseen,
        )
        connection.execute("DELETE FROM register WHERE company = ? AND resource = ? AND told_at < ?", unseen)
    connection.execute(
        "INSERT INTO register_age (company, resource, swept_at, whole_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE"
        " SET swept_at = max(coalesce(swept_at, 0), ?3),"
        " whole_at = CASE WHEN ?4 IS NULL OR whole_at > ?4 THEN whole_at ELSE ?4 END,"
        " doubted_at = CASE WHEN ?4 > doubted_at THEN NULL ELSE doubted_at END",
        (company, swept.resource, swept.begun, swept.begun if swept.whole else None),
    )


def _object(text: str) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(text)
    return kept
