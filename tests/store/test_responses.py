"""Responses: kept in place of their older version, told by person and moment, counted from one index."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from store import facts, pruning, responses
from store.db import moment
from store.facts import Asked
from store.responses import Answered, Asker, Before, Response, Tally
from tests.store.rows import opened


def response(thing: str, at: int, score: str | None = "9", **fields: Any) -> Response:
    """A response of one person to the survey a."""
    known: dict[str, Any] = {"company": "demo", "survey": "a", "person": "p", "scale": None, "met": ("note_survey",)}
    return Response(thing=thing, score=score, at=at, day="2026-11-13", **({"inbox_id": at} | known | fields))


def before(connection: sqlite3.Connection, thing: str, at: int, inbox_id: int, survey: str = "a") -> Before:
    """What is known before a response of the same person."""
    (found,) = facts.remembered([Asked("demo", thing, Asker("p", survey, at, inbox_id))])(connection)
    return found.before


@pytest.mark.capability("000-43")
def test_earlier_ones_are_those_of_the_person_by_moment(tmp_path: Path) -> None:
    """Never another person's or company's, never the response itself; of equal moments those that arrived before."""
    with opened(tmp_path) as connection:
        responses.keep(
            connection,
            [
                response("late", 50, "1"),
                response("first", 10, "7"),
                response("same", 30, "3", inbox_id=5),
                response("other", 20, "2", person="q"),
                response("abroad", 20, "2", company="demi"),
                response("bare", 20, None, survey="b"),
            ],
        )
        told = before(connection, "new", 30, 6)
        assert told.earlier == [Answered("a", "7", 10), Answered("b", None, 20), Answered("a", "3", 30)]
        assert (told.overtaken, told.met) == (True, ())
        assert not before(connection, "new", 30, 6, survey="b").overtaken
        assert before(connection, "same", 30, 5).earlier == told.earlier[:2]
        assert before(connection, "same", 30, 5).met == ["note_survey"]
        assert facts.remembered([Asked("demo", "same")])(connection)[0].before == Before()


def test_only_the_last_ones_are_told(tmp_path: Path) -> None:
    """However often somebody answered."""
    with opened(tmp_path) as connection:
        responses.keep(connection, [response(f"r{place}", place, str(place)) for place in range(50)])
        told = before(connection, "new", 50, 50)
        assert [one.score for one in told.earlier] == [str(place) for place in range(30, 50)]


def test_a_newer_version_takes_the_place_and_old_ones_go(tmp_path: Path) -> None:
    """The delivery that told of it first stays, so that the order of arrival does; pruning forgets by the moment."""
    with opened(tmp_path) as connection:
        responses.keep(connection, [response("r", 10, "9"), response("r2", 20, "4")])
        responses.keep(connection, [response("r", 12, "2", inbox_id=99, met=("a", "b"))])
        row = connection.execute("SELECT * FROM response WHERE thing = 'r'").fetchone()
        assert (row["score"], row["at"], row["inbox_id"], row["met"]) == ("2", 12, 10, "a\nb")
        assert pruning.responses(moment(20), 500)(connection) == 1
        assert [row["thing"] for row in connection.execute("SELECT thing FROM response")] == ["r2"]


def test_statistics_are_read_from_one_index_alone(tmp_path: Path) -> None:
    """By survey, day and score: entries of the index in their order, no row of the table and no sorting."""
    with opened(tmp_path) as connection:
        many = [response(f"r{place}", place, str(place % 3), survey="ab"[place % 2]) for place in range(12)]
        responses.keep(connection, [*many, response("x", 1, None), response("y", 1, company="demi")])
        counted = responses.tallies("demo")(connection)
        assert sum(one.count for one in counted) == 13
        assert responses.tallies("demo", "b")(connection) == [
            Tally("b", None, "2026-11-13", score, 2) for score in ("0", "1", "2")
        ]
        assert responses.tallies("demo", "a", "2026-11-14")(connection) == []
        seen: list[str] = []
        connection.set_trace_callback(seen.append)
        responses.tallies("demo", "b")(connection)
        connection.set_trace_callback(None)
        plan = connection.execute(f"EXPLAIN QUERY PLAN {seen[0]}").fetchall()
        assert [row["detail"].split(" (")[0] for row in plan] == [
            "SEARCH response USING COVERING INDEX response_survey"
        ]
