"""What rules are told besides the event: generations of things, and answers of people."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from store import responses
from store.db import Job
from store.responses import Asker, Before


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which company and thing something is to be remembered; an ``asker`` is who answered a survey."""

    company: str
    thing: str
    asker: Asker | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """The thing's newest generation, and answers by their question's key (the thing's own before the company's).

    ``before`` is what the asker answered besides.
    """

    generation: int = 1
    answers: Mapping[str, str] = field(default_factory=dict)
    before: Before = field(default_factory=Before)


def remembered(asked: Sequence[Asked]) -> Job[list[Remembered]]:
    """What is remembered for each, in their order."""
    return lambda connection: [_remembered(connection, one) for one in asked]


def _remembered(connection: sqlite3.Connection, asked: Asked) -> Remembered:
    row = connection.execute("SELECT generation FROM generation WHERE thing = ?", (asked.thing,)).fetchone()
    answers = connection.execute(
        "SELECT question, answer FROM answer WHERE company = ? AND subject IN ('', ?) ORDER BY subject",
        (asked.company, asked.thing),
    ).fetchall()
    asker = asked.asker
    before = Before() if asker is None else responses.before(connection, asked.company, asked.thing, asker)
    return Remembered(
        1 if row is None else row["generation"], {one["question"]: one["answer"] for one in answers}, before
    )
