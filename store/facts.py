"""What rules are told besides the event: generations of things, and answers of people."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from store import own_writes, responses
from store.db import Job
from store.own_writes import OwnWrite
from store.responses import Asker, Before


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which company and thing something is to be remembered; an ``asker`` is who answered a survey.

    ``own`` is what would show that a change in Fortnox was ours.
    """

    company: str
    thing: str
    asker: Asker | None = None
    own: OwnWrite | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """The thing's newest generation, and answers by their question's key (the thing's own before the company's).

    ``before`` is what the asker answered besides; ``own_write`` says whether the change was ours.
    """

    generation: int = 1
    answers: Mapping[str, str] = field(default_factory=dict)
    before: Before = field(default_factory=Before)
    own_write: bool = False


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
        1 if row is None else row["generation"],
        {one["question"]: one["answer"] for one in answers},
        before,
        own_write=asked.own is not None and own_writes.is_own(connection, asked.company, asked.own),
    )
