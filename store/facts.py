"""What rules are told besides the event: generations of things, and answers of people."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from store.db import Job


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which company and thing something is to be remembered."""

    company: str
    thing: str


@dataclass(frozen=True, slots=True)
class Remembered:
    """The thing's newest generation, and answers by their question's key (the thing's own before the company's)."""

    generation: int = 1
    answers: Mapping[str, str] = field(default_factory=dict)


def remembered(asked: Sequence[Asked]) -> Job[list[Remembered]]:
    """What is remembered for each, in their order."""
    return lambda connection: [_remembered(connection, one) for one in asked]


def _remembered(connection: sqlite3.Connection, asked: Asked) -> Remembered:
    row = connection.execute("SELECT generation FROM generation WHERE thing = ?", (asked.thing,)).fetchone()
    answers = connection.execute(
        "SELECT question, answer FROM answer WHERE company = ? AND subject IN ('', ?) ORDER BY subject",
        (asked.company, asked.thing),
    ).fetchall()
    return Remembered(1 if row is None else row["generation"], {one["question"]: one["answer"] for one in answers})
