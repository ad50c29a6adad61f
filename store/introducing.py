"""The first time: everything that a company's copy holds is told to those who follow it, each object once."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store import inbox, news
from store.db import Job, moment
from store.inbox import Arrival
from store.news import Following

FIRST = "first/"
"""Between the beginning of a key and what it names: an object is introduced once to the same followers, however often
that is asked for."""

CHUNK = 500
"""Objects of one transaction: whoever waits to write waits no longer than for these."""


@dataclass(frozen=True, slots=True)
class Introduced:
    """``counted`` objects of one chunk by resource, ``made`` deliveries of them; ``last`` is where the next begins."""

    counted: dict[str, int]
    made: int
    last: tuple[str, str] | None


def unread(company: str, following: Following) -> Job[list[str]]:
    """The followed registers whose copy was never whole: nobody knows what they hold."""

    def job(connection: sqlite3.Connection) -> list[str]:
        resources = sorted({name.partition(":")[0] for name in following.resources})
        return [name for name in resources if not news.is_whole(connection, company, name)]

    return job


def introduce(
    company: str, following: Following, followers: str, after: tuple[str, str] | None, now: int, *, begin: bool
) -> Job[Introduced]:
    """Count one chunk of objects behind ``after`` and, where it is to ``begin``, make a delivery of each.

    ``followers`` tells who is told what: where that changes, everything is told again.
    """

    def job(connection: sqlite3.Connection) -> Introduced:
        rows = connection.execute(
            "SELECT resource, number, fields FROM register WHERE company = ? AND (resource, number) > (?, ?)"
            " AND fields <> 'null' ORDER BY resource, number LIMIT ?",
            (company, *(after or ("", "")), CHUNK),
        ).fetchall()
        told = [row for row in rows if news.is_followed(following, row["resource"], row["number"])]
        counted: dict[str, int] = {}
        for row in told:
            counted[row["resource"]] = counted.get(row["resource"], 0) + 1
        made = _accepted(connection, company, following, followers, told, now) if begin else 0
        last = (rows[-1]["resource"], rows[-1]["number"]) if len(rows) == CHUNK else None
        return Introduced(counted, made, last)

    return job


def _accepted(
    connection: sqlite3.Connection,
    company: str,
    following: Following,
    followers: str,
    rows: Sequence[sqlite3.Row],
    now: int,
) -> int:
    arrivals = [_arrival(row, company, following, followers, now) for row in rows]
    return sum(not one.repeated for one in inbox.accept_all(arrivals)(connection)) if arrivals else 0


def _arrival(row: sqlite3.Row, company: str, following: Following, followers: str, now: int) -> Arrival:
    resource, number = row["resource"], row["number"]
    said = {"changed": resource, "number": number, "at": now, "new": False, "fields": [], "first": True}
    if resource in following.plain:
        said["kept"] = {name: value for name, value in json.loads(row["fields"]).items() if name != news.SEEN}
    return Arrival(
        source=following.source,
        company=company,
        dedupe_key=f"{news.KEY}{FIRST}{followers}/{resource}/{number}",
        headers={},
        body=json.dumps(said).encode(),
        received_at=moment(now),
        origin="poll",
    )
