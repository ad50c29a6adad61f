"""Holds: what waits for a person, grouped by the one question that frees it; one group for each company and key."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.db import Job, milliseconds

STOPPED = ("parked", "held")


@dataclass(frozen=True, slots=True)
class Ask:
    """The question that a row waits for.

    ``key`` is the same for everything that one answer frees; it holds nothing personal. ``input`` is the key that rules
    know the answer by (empty: no rule takes one), ``of_sale`` whether it is remembered for the ``thing`` alone,
    ``choices`` the answers that are possible besides what the reason allows. ``sale`` is the business object behind a
    delivery, with its ``total`` in ``currency`` and kronor per unit, all as decimal text (empty: not known).
    """

    key: str
    reason: str
    input: str = ""
    of_sale: bool = False
    choices: Sequence[str] = ()
    thing: str = ""
    sale: str = ""
    total: str = ""
    currency: str = ""
    rate: str = ""


def worded(reason: str, question: str | None) -> Ask:
    """What names nothing better is grouped by its words: questions name fields, numbers of ours and sums only."""
    return Ask(f"{reason}:{question or ''}", reason)


def hold(connection: sqlite3.Connection, place: str, number: int, company: str, ask: Ask, now: int) -> None:
    """Let row ``number`` of ``place`` (in, out) wait for its question, and for no other."""
    question = connection.execute(
        "INSERT INTO asked (company, key, reason, input, of_sale, choices, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET choices = excluded.choices, at = excluded.at RETURNING id",
        (company, ask.key, ask.reason, ask.input, ask.of_sale, json.dumps(list(ask.choices)), now),
    ).fetchone()["id"]
    connection.execute("DELETE FROM hold WHERE place = ? AND id = ?", (place, number))
    connection.execute(
        "INSERT INTO hold (place, id, question, at, thing, sale, total, currency, rate)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (place, number, question, now, ask.thing, ask.sale, ask.total, ask.currency, ask.rate),
    )


def told(questions: Sequence[int], now: int) -> Job[None]:
    """A person was told of these questions at this moment."""
    return lambda connection: _all(
        connection, "UPDATE asked SET told_at = ? WHERE id = ?", [(now, one) for one in questions]
    )


def to_be_told_again(question: int) -> Job[None]:
    """The question was answered: what waits for it from now on is told anew."""
    return lambda connection: _all(connection, "UPDATE asked SET told_at = NULL WHERE id = ?", [(question,)])


def forgotten(before: datetime, limit: int) -> Job[int]:
    """Erase questions that nothing has waited for since then and that no remembered answer belongs to."""
    return lambda connection: (
        connection.execute(
            "DELETE FROM asked WHERE id IN (SELECT id FROM asked a WHERE waiting = 0 AND at < ? AND NOT EXISTS"
            " (SELECT 1 FROM answer r WHERE r.company = a.company AND r.question = a.input) LIMIT ?)",
            (milliseconds(before), limit),
        ).rowcount
    )


def _all(connection: sqlite3.Connection, statement: str, values: Sequence[tuple[int, ...]]) -> None:
    connection.executemany(statement, values)
