"""Responses to surveys: who answered which, when, with what score, and which rules it met; never what was written."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store.db import Job


@dataclass(frozen=True, slots=True)
class Response:
    """The newest version of one response.

    ``thing`` and ``person`` are things of ours (hashes). ``score`` is exact decimal text on the survey's own scale;
    ``scale`` is what its source calls that, if anything. ``at`` is the moment (milliseconds), ``day`` the day in
    Stockholm. ``inbox_id`` is the delivery that told of it first, ``met`` the names of rules that any version met.
    """

    thing: str
    company: str
    survey: str
    person: str
    score: str | None
    scale: str | None
    at: int
    day: str
    inbox_id: int
    met: Sequence[str]


@dataclass(frozen=True, slots=True)
class Answered:
    """One earlier response of somebody."""

    survey: str
    score: str | None
    at: int


@dataclass(frozen=True, slots=True)
class Asker:
    """Who answered what in the event that facts are read for: the same person's other responses are wanted."""

    person: str
    survey: str
    at: int
    inbox_id: int


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of a person's other responses, and of an older version of the same one.

    ``earlier`` has the last ones, the newest last; ``overtaken``: the same survey was answered again later.
    """

    earlier: Sequence[Answered] = ()
    overtaken: bool = False
    met: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many responses of a survey had this score on this day; both texts, ``score`` ``None`` without any."""

    survey: str
    scale: str | None
    day: str
    score: str | None
    count: int


MOST_EARLIER = 20
"""Earlier responses of a person that rules are told of."""


def keep(connection: sqlite3.Connection, responses: Sequence[Response]) -> None:
    """Store responses, each in place of its older version; the delivery that told of it first stays with it."""
    connection.executemany(
        "INSERT INTO response (thing, company, survey, person, score, scale, at, day, inbox_id, met)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET survey = excluded.survey,"
        " person = excluded.person, score = excluded.score, scale = excluded.scale, at = excluded.at,"
        " day = excluded.day, met = excluded.met",
        [
            (
                one.thing,
                one.company,
                one.survey,
                one.person,
                one.score,
                one.scale,
                one.at,
                one.day,
                one.inbox_id,
                "\n".join(one.met),
            )
            for one in responses
        ],
    )


def before(connection: sqlite3.Connection, company: str, thing: str, asker: Asker) -> Before:
    """What came before a response: by its moment, and of equal moments by order of arrival."""
    known = connection.execute("SELECT met FROM response WHERE thing = ?", (thing,)).fetchone()
    asked = (company, asker.person, thing, asker.at, asker.inbox_id)
    earlier = connection.execute(
        "SELECT survey, score, at FROM response WHERE company = ? AND person = ? AND thing <> ?"
        " AND (at, inbox_id) < (?, ?) ORDER BY at DESC, inbox_id DESC LIMIT ?",
        (*asked, MOST_EARLIER),
    ).fetchall()
    later = connection.execute(
        "SELECT 1 FROM response WHERE company = ? AND person = ? AND thing <> ? AND (at, inbox_id) > (?, ?)"
        " AND survey = ? LIMIT 1",
        (*asked, asker.survey),
    ).fetchone()
    return Before(
        earlier=[Answered(row["survey"], row["score"], row["at"]) for row in reversed(earlier)],
        overtaken=later is not None,
        met=() if known is None or not known["met"] else known["met"].split("\n"),
    )


def told_by(connection: sqlite3.Connection, inbox_id: int) -> Response | None:
    """The response as the delivery told it, where it was its newest version."""
    row = connection.execute(
        "SELECT r.* FROM thing_version v JOIN inbox i ON i.thing = v.thing JOIN response r ON r.thing = v.thing"
        " WHERE i.id = ?1 AND v.inbox_id = ?1",
        (inbox_id,),
    ).fetchone()
    return None if row is None else Response(**{**dict(row), "met": row["met"].split("\n") if row["met"] else ()})


def tallies(company: str, survey: str | None = None, since: str = "") -> Job[list[Tally]]:
    """The responses of a company by survey, day and score, from the day ``since`` on (ISO 8601); one index has all."""

    def job(connection: sqlite3.Connection) -> list[Tally]:
        one = "" if survey is None else " AND survey = ?"
        rows = connection.execute(
            "SELECT survey, scale, day, score, count(*) AS count FROM response INDEXED BY response_survey"  # noqa: S608 - a fixed text
            f" WHERE company = ?{one} AND day >= ? GROUP BY survey, day, scale, score",
            (company, *(() if survey is None else (survey,)), since),
        )
        return [Tally(**dict(row)) for row in rows]

    return job
