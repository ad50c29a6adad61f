"""Periodic jobs and starts of the process: when each last ran, and how the last run of the process ended."""

import sqlite3
from datetime import datetime

from store.db import Database, Job, milliseconds, moment


class JobRuns:
    """When each named job last ran, on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last_run(self, name: str) -> datetime | None:
        """The moment of the last run (UTC), ``None`` before the first."""

        def job(connection: sqlite3.Connection) -> int | None:
            row = connection.execute("SELECT last_run FROM job WHERE name = ?", (name,)).fetchone()
            return None if row is None else int(row["last_run"])

        stored = await self._database.read(job)
        return None if stored is None else moment(stored)

    async def record(self, name: str, at: datetime, outcome: str) -> None:
        """Store that the job ran, and how it ended."""

        def job(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO job (name, last_run, outcome) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET last_run = excluded.last_run, outcome = excluded.outcome",
                (name, milliseconds(at), outcome),
            )

        await self._database.write(job)


def started(at: datetime, version: str) -> Job[tuple[int, str]]:
    """Count this start; returns its number and what came before it: first, stop or crash."""

    def job(connection: sqlite3.Connection) -> tuple[int, str]:
        last = connection.execute("SELECT stopped_at FROM start ORDER BY id DESC LIMIT 1").fetchone()
        number = connection.execute(
            "INSERT INTO start (at, version) VALUES (?, ?)", (milliseconds(at), version)
        ).lastrowid
        if last is None:
            return int(number or 0), "first"
        return int(number or 0), "crash" if last["stopped_at"] is None else "stop"

    return job


def stopped(start: int, at: datetime) -> Job[None]:
    """Note that this start ended in order."""

    def job(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE start SET stopped_at = ? WHERE id = ?", (milliseconds(at), start))

    return job
