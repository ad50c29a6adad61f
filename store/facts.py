"""What rules are told besides the event: generations of things, answers of people, sales that were passed by."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from store import commented, links, own_writes, responses
from store.db import Job
from store.own_writes import OwnWrite
from store.responses import Asker, Before


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which company and thing something is to be remembered; an ``asker`` is who answered a survey.

    ``documents`` are the things that a refunded sale may have become: then it is remembered whether it was passed by.
    ``own`` is what would show that a change in Fortnox was ours. ``written`` is a document in whose comments there are
    lines: its kind and number, and what its sale is called.
    """

    company: str
    thing: str
    asker: Asker | None = None
    documents: Sequence[str] = ()
    own: OwnWrite | None = None
    written: tuple[tuple[str, str], str] | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that rules are told: of which thing (empty: of the whole company), to which question, and what."""

    thing: str
    question: str
    answer: str


def keep_answer(connection: sqlite3.Connection, company: str, said: Said, person: str, now: int) -> None:
    """What was answered last counts."""
    connection.execute(
        "INSERT INTO answer (company, subject, question, answer, person, at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET answer = excluded.answer, person = excluded.person, at = excluded.at",
        (company, said.thing, said.question, said.answer, person, now),
    )


@dataclass(frozen=True, slots=True)
class Remembered:
    """The thing's newest generation, and answers by their question's key (the thing's own before the company's).

    ``before`` is what the asker answered besides; ``own_write`` says whether the change was ours. ``passed_by`` is why
    rules made nothing of the sale. ``known_lines`` are of comments: see :func:`store.commented.known_lines`.
    """

    generation: int = 1
    answers: Mapping[str, str] = field(default_factory=dict)
    before: Before = field(default_factory=Before)
    passed_by: str | None = None
    own_write: bool = False
    known_lines: Mapping[str, str] = field(default_factory=dict)


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
        _passed_by(connection, asked.thing, asked.documents) if asked.documents else None,
        own_write=asked.own is not None and own_writes.is_own(connection, asked.company, asked.own),
        known_lines={} if asked.written is None else commented.known_lines(connection, asked.company, *asked.written),
    )


def _passed_by(connection: sqlite3.Connection, sale: str, documents: Sequence[str]) -> str | None:
    """What was recorded of the sale's newest delivery; ``None`` where anything was ever made of the sale.

    Made is what any of its deliveries asked for in Fortnox, whatever became of that, a document that is linked (by a
    person, too), and a later generation.
    """
    row = connection.execute(
        "SELECT i.reason FROM thing_version v JOIN inbox i ON i.id = v.inbox_id"
        " WHERE v.thing = ? AND i.state = 'handled' AND NOT EXISTS (SELECT 1 FROM generation WHERE thing = v.thing)"
        " AND NOT EXISTS (SELECT 1 FROM inbox t JOIN outbox o ON o.inbox_id = t.id AND o.company = t.company"
        " WHERE t.thing = v.thing)",
        (sale,),
    ).fetchone()
    if row is None or row["reason"] is None or links.read_many(connection, documents):
        return None
    return str(row["reason"])
