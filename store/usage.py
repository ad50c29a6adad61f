"""Our own usage statistics: how many calls each company made on each day."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from store.db import Job


@dataclass(frozen=True, slots=True)
class UsageDay:
    """One company's calls on one day (``2026-11-13``, in Stockholm), and how many of them were answered 429."""

    company: str
    day: str
    calls: int
    throttled: int


def add(day: str, counted: Mapping[str, tuple[int, int]]) -> Job[None]:
    """Add calls, and those of them that were answered 429, to the ``day`` of each company."""

    def job(connection: sqlite3.Connection) -> None:
        connection.executemany(
            "INSERT INTO usage (company, day, calls, throttled) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, throttled = throttled + excluded.throttled",
            [(company, day, calls, throttled) for company, (calls, throttled) in counted.items()],
        )

    return job


def since(day: str) -> Job[list[UsageDay]]:
    """Every company's days from ``day`` on, the newest first."""

    def job(connection: sqlite3.Connection) -> list[UsageDay]:
        rows = connection.execute(
            "SELECT company, day, calls, throttled FROM usage WHERE day >= ? ORDER BY day DESC, company", (day,)
        )
        return [UsageDay(*row) for row in rows]

    return job
