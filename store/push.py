"""Push: events of an app's stream enter the inbox together with where each topic stands, and who listened all along."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from store import inbox
from store.db import Job
from store.inbox import Accepted, Arrival, Seal

NO_EVENT_YET = ""
"""The offset of a topic that was subscribed and has told nothing so far."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it came: ``arrival`` is ``None`` where it is nobody's of ours; ``at`` its moment (milliseconds)."""

    topic: str
    offset: str
    at: int
    arrival: Arrival | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an app's stream stands: topic -> offset, when it was last attended (milliseconds), and who listens."""

    offsets: Mapping[str, str]
    attended_at: int | None
    companies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Listening:
    """How a company listens: its app's stream was last attended at, its newest event is of, it listens without a gap
    since (milliseconds, ``None``: never), and why it began anew then (a closed word)."""

    attended_at: int | None
    told_at: int | None
    since: int | None
    reason: str | None


def standing(client: str) -> Job[Standing]:
    """Where the stream of an app stands."""

    def job(connection: sqlite3.Connection) -> Standing:
        offsets = connection.execute("SELECT topic, offset FROM push_offset WHERE client = ?", (client,))
        attended = connection.execute("SELECT attended_at FROM push_client WHERE client = ?", (client,)).fetchone()
        companies = connection.execute("SELECT company FROM push_company WHERE client = ?", (client,))
        return Standing(
            {row["topic"]: row["offset"] for row in offsets},
            None if attended is None else int(attended["attended_at"]),
            frozenset(row["company"] for row in companies),
        )

    return job


def begin(client: str, topics: Collection[str], listening: Mapping[str, str | None], now: int) -> Job[None]:
    """The stream is open, nothing of it is stored yet: ``topics`` are subscribed, and the ``listening`` listen.

    A company with a reason begins anew now; one without goes on where it stands. Others listen no longer.
    """

    def job(connection: sqlite3.Connection) -> None:
        attend(client, now)(connection)
        connection.executemany(
            "INSERT OR IGNORE INTO push_offset (client, topic, offset, at) VALUES (?, ?, ?, ?)",
            [(client, topic, NO_EVENT_YET, now) for topic in sorted(topics)],
        )
        known = connection.execute("SELECT company FROM push_company WHERE client = ?", (client,)).fetchall()
        for row in known:
            if row["company"] not in listening:
                leave(row["company"])(connection)
        for company, reason in listening.items():
            if reason is not None:
                join(client, company, reason, now)(connection)

    return job


def attend(client: str, now: int) -> Job[None]:
    """The stream is open and in order."""

    def job(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO push_client (client, attended_at) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET attended_at = excluded.attended_at",
            (client, now),
        )

    return job


def join(client: str, company: str, reason: str, now: int) -> Job[None]:
    """The company listens from now on: what came before may have been missed."""

    def job(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO push_company (company, client, since, reason) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET client = excluded.client, since = excluded.since, reason = excluded.reason",
            (company, client, now, reason),
        )

    return job


def leave(company: str) -> Job[None]:
    """The company listens no longer: whenever it does again, it begins anew."""

    def job(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM push_company WHERE company = ?", (company,))

    return job


def take(client: str, told: Sequence[Told], now: int, seal: Seal | None = None) -> Job[list[Accepted]]:
    """Store events in their order, and the offset of each topic's last one: all, or nothing.

    A topic stands where it stood where its event was known already: a repeated one is an older one.
    """

    def job(connection: sqlite3.Connection) -> list[Accepted]:
        arrivals = [event.arrival for event in told if event.arrival is not None]
        accepted = inbox.accept_all(arrivals, seal)(connection) if arrivals else []
        rows = iter(accepted)
        last: dict[str, Told] = {}
        for event in told:
            if event.arrival is None or not next(rows).repeated:
                last[event.topic] = event
        connection.executemany(
            "INSERT INTO push_offset (client, topic, offset, at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET offset = excluded.offset, at = excluded.at",
            [(client, topic, event.offset, event.at) for topic, event in last.items()],
        )
        attend(client, now)(connection)
        return accepted

    return job


def doubts(company: str, resources: Collection[str]) -> Job[dict[str, int]]:
    """Those registers of which events may have been missed, and when (milliseconds): their last whole sweep began
    before the company listened without a gap. Nothing where it does not listen: it begins anew when it does."""

    def job(connection: sqlite3.Connection) -> dict[str, int]:
        listens = connection.execute("SELECT since FROM push_company WHERE company = ?", (company,)).fetchone()
        if listens is None:
            return {}
        swept = connection.execute(
            "SELECT resource FROM register_age WHERE company = ? AND whole_at >= ?", (company, listens["since"])
        )
        return dict.fromkeys(set(resources) - {row["resource"] for row in swept}, int(listens["since"]))

    return job


def unsettled(company: str, source: str) -> Job[bool]:
    """Whether anything that the source told of the company is not handled yet, or waits for a person."""

    def job(connection: sqlite3.Connection) -> bool:
        counted = connection.execute("SELECT name, value FROM counter WHERE company = ?", (company,))
        counters: dict[str, int] = {row["name"]: row["value"] for row in counted}
        if any(counters.get(f"source_{source}_{state}", 0) for state in ("reading", "parked", "held")):
            return True
        if not counters.get("inbox_waiting", 0):
            return False
        waits = connection.execute(
            "SELECT 1 FROM inbox INDEXED BY inbox_waiting WHERE state = 'waiting' AND source = ? LIMIT 1", (source,)
        ).fetchone()
        return waits is not None

    return job


def listening(company: str) -> Job[Listening]:
    """How the company listens, as ``status`` shows it."""

    def job(connection: sqlite3.Connection) -> Listening:
        row = connection.execute("SELECT * FROM push_company WHERE company = ?", (company,)).fetchone()
        if row is None:
            return Listening(None, None, None, None)
        at = connection.execute(
            "SELECT (SELECT attended_at FROM push_client WHERE client = ?1) AS attended_at,"
            " (SELECT max(at) FROM push_offset WHERE client = ?1 AND offset <> '') AS told_at",
            (row["client"],),
        ).fetchone()
        return Listening(at["attended_at"], at["told_at"], row["since"], row["reason"])

    return job
