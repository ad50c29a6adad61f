"""What is asked of people: the open questions, what waits for each, the sales behind them, and remembered answers."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store.acting import NotPossible, Person, note
from store.db import Job
from store.facts import Said, keep_answer


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; ``waiting`` rows stand behind it, the oldest since ``since``, ``text`` is the newest one's."""

    id: int
    company: str
    key: str
    reason: str
    input: str
    of_sale: bool
    choices: tuple[str, ...]
    waiting: int
    deliveries: int
    since: int | None
    text: str
    told_at: int | None


@dataclass(frozen=True, slots=True)
class Held:
    """One delivery (in) or command (out) behind a question."""

    place: str
    id: int
    state: str
    kind: str | None
    number: str | None
    question: str | None
    at: int
    thing: str
    inbox_id: int


@dataclass(frozen=True, slots=True)
class State:
    """How a row stands now, and the question that it waits for."""

    place: str
    id: int
    state: str
    reason: str | None
    question: str | None
    asks: int | None


@dataclass(frozen=True, slots=True)
class Behind:
    """A sale behind a question: the business object, and its sum as decimal text (empty: not known)."""

    question: int
    sale: str
    total: str
    currency: str
    rate: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A remembered answer; ``thing`` is empty where it is for the whole company."""

    question: int | None
    company: str
    thing: str
    input: str
    answer: str
    person: str
    at: int
    number: str | None


_ASKED = (
    "SELECT a.*, (SELECT count(*) FROM hold h WHERE h.question = a.id AND h.place = 'in') AS deliveries,"
    " (SELECT min(at) FROM hold h WHERE h.question = a.id) AS since,"
    " (SELECT CASE h.place WHEN 'in' THEN (SELECT question FROM inbox i WHERE i.id = h.id)"
    " ELSE (SELECT question FROM outbox o WHERE o.id = h.id) END FROM hold h WHERE h.question = a.id"
    " ORDER BY h.place DESC, h.id DESC LIMIT 1) AS text FROM asked a"
)


def open_questions(company: str | None) -> Job[list[Asked]]:
    """The questions that something waits for, of one company or of all, in the order they were first asked."""

    def job(connection: sqlite3.Connection) -> list[Asked]:
        narrowed = "" if company is None else " AND company = :company"
        rows = connection.execute(
            f"{_ASKED} WHERE waiting > 0{narrowed} ORDER BY company, id",
            {"company": company},
        )
        return [_asked(row) for row in rows]

    return job


def question(number: int) -> Job[Asked | None]:
    """One question, whether anything waits for it or not."""

    def job(connection: sqlite3.Connection) -> Asked | None:
        row = connection.execute(f"{_ASKED} WHERE a.id = ?", (number,)).fetchone()
        return None if row is None else _asked(row)

    return job


def first(company: str, limit: int) -> Job[tuple[int, list[int]]]:
    """How many questions of a company are open, and which of them the most waits for."""

    def job(connection: sqlite3.Connection) -> tuple[int, list[int]]:
        count = connection.execute(
            "SELECT count(*) FROM asked WHERE company = ? AND waiting > 0", (company,)
        ).fetchone()
        rows = connection.execute(
            "SELECT id FROM asked WHERE company = ? AND waiting > 0 ORDER BY waiting DESC, id LIMIT ?", (company, limit)
        )
        return int(count[0]), [int(row["id"]) for row in rows]

    return job


def untold(before: int) -> Job[list[int]]:
    """The open questions that nobody was told of since ``before`` (milliseconds since 1970), in order."""

    def job(connection: sqlite3.Connection) -> list[int]:
        rows = connection.execute(
            "SELECT id FROM asked WHERE waiting > 0 AND (told_at IS NULL OR told_at <= ?) ORDER BY company, id",
            (before,),
        )
        return [int(row["id"]) for row in rows]

    return job


def of_row(place: str, number: int) -> Job[int | None]:
    """The question that a delivery (in) or command (out) waits for."""

    def job(connection: sqlite3.Connection) -> int | None:
        row = connection.execute("SELECT question FROM hold WHERE place = ? AND id = ?", (place, number)).fetchone()
        return None if row is None else int(row["question"])

    return job


def behind(number: int, *, after: tuple[str, int] = ("", 0), limit: int) -> Job[list[Held]]:
    """What waits for the question, in order, behind the place and id ``after``."""

    def job(connection: sqlite3.Connection) -> list[Held]:
        rows = connection.execute(
            "SELECT h.place, h.id, coalesce(o.state, i.state) AS state, coalesce(o.kind, i.kind) AS kind,"
            " coalesce(i.number, d.number) AS number, coalesce(o.question, i.question) AS question, h.at, h.thing,"
            " coalesce(o.inbox_id, i.id) AS inbox_id FROM hold h"
            " LEFT JOIN inbox i ON h.place = 'in' AND i.id = h.id"
            " LEFT JOIN outbox o ON h.place = 'out' AND o.id = h.id LEFT JOIN inbox d ON d.id = o.inbox_id"
            " WHERE h.question = ? AND (h.place, h.id) > (?, ?) ORDER BY h.place, h.id LIMIT ?",
            (number, *after, limit),
        )
        return [Held(*row) for row in rows]

    return job


def states(rows: Sequence[tuple[str, int]]) -> Job[list[State]]:
    """How these rows (place and id) stand now; in place of a handled delivery its commands."""

    def job(connection: sqlite3.Connection) -> list[State]:
        found: list[State] = []
        for place, number in rows:
            of_inbox = "inbox_id = ?" if place == "in" else "id = ?"
            commands = connection.execute(
                "SELECT 'out', o.id, o.state, o.reason, o.question, h.question FROM outbox o"  # noqa: S608 - constants
                f" LEFT JOIN hold h ON h.place = 'out' AND h.id = o.id WHERE o.{of_inbox} ORDER BY o.id",
                (number,),
            ).fetchall()
            delivery = connection.execute(
                "SELECT 'in', i.id, i.state, i.reason, i.question, h.question FROM inbox i"
                " LEFT JOIN hold h ON h.place = 'in' AND h.id = i.id WHERE i.id = ? AND i.state <> 'handled'",
                (number if place == "in" else 0,),
            ).fetchall()
            found += [State(*row) for row in delivery or commands]
        return found

    return job


def kinds(number: int) -> Job[list[str]]:
    """The kinds of commands that wait for the question."""

    def job(connection: sqlite3.Connection) -> list[str]:
        rows = connection.execute(
            "SELECT DISTINCT o.kind FROM hold h JOIN outbox o ON o.id = h.id WHERE h.question = ? AND h.place = 'out'"
            " ORDER BY o.kind",
            (number,),
        )
        return [str(row["kind"]) for row in rows]

    return job


def sales(company: str | None = None, number: int | None = None) -> Job[list[Behind]]:
    """The sales behind the open questions of a company (or of all), or behind one question; one may stand there twice.

    A command's sale is what the commands of its lane and delivery mean to make.
    """

    def job(connection: sqlite3.Connection) -> list[Behind]:
        narrowed = "h.question = :number" if number is not None else "(:company IS NULL OR a.company = :company)"
        rows = connection.execute(
            "SELECT h.question, h.sale, h.total, h.currency, h.rate FROM hold h JOIN asked a ON a.id = h.question"  # noqa: S608 - constants
            f" WHERE h.place = 'in' AND h.sale <> '' AND {narrowed}"
            " UNION ALL SELECT h.question, o.lane, CASE s.total WHEN '' THEN s.net ELSE s.total END, s.currency, s.rate"
            " FROM hold h JOIN asked a ON a.id = h.question JOIN outbox o ON o.id = h.id"
            " JOIN outbox c ON c.inbox_id = o.inbox_id AND c.lane = o.lane JOIN sale s ON s.thing = c.thing"
            f" WHERE h.place = 'out' AND {narrowed}",
            {"company": company, "number": number},
        )
        return [Behind(*row) for row in rows]

    return job


# --- answers --------------------------------------------------------------------------------------------------------


def remember(asked: Asked, things: Sequence[str], answer: str, person: Person) -> Job[None]:
    """Keep an answer for rules: for each of ``things``, or for the company where the question is not of one sale."""
    subjects = sorted({*things}) if asked.of_sale else [""]

    def job(connection: sqlite3.Connection) -> None:
        for subject in subjects:
            keep_answer(connection, asked.company, Said(subject, asked.input, answer), person.name, person.now)

    return job


def answered(number: int, answer: str, person: Person) -> Job[None]:
    """Put on record who answered a question, and how."""
    return lambda connection: note(connection, person, f"answer {answer}", f"q-{number}")


def answers(company: str | None) -> Job[list[Answered]]:
    """Every remembered answer, the newest first, with the question that it was given to."""

    def job(connection: sqlite3.Connection) -> list[Answered]:
        rows = connection.execute(
            "SELECT (SELECT max(a.id) FROM asked a WHERE a.company = r.company AND a.input = r.question) AS question,"
            " r.company, r.subject, r.question, r.answer, r.person, r.at,"
            " (SELECT number FROM inbox i WHERE i.thing = r.subject AND r.subject <> '' LIMIT 1) AS number"
            " FROM answer r WHERE :company IS NULL OR r.company = :company ORDER BY r.at DESC, r.question, r.subject",
            {"company": company},
        )
        return [Answered(*row) for row in rows]

    return job


def forget(number: int, person: Person, *, sale: str | None) -> Job[list[str]]:
    """Forget the answers to a question, or only what was said of the sale that its source calls ``sale``.

    Returns the answers. What was made by them stays. Raises :class:`NotPossible` where none is remembered.
    """

    def job(connection: sqlite3.Connection) -> list[str]:
        rows = connection.execute(
            "DELETE FROM answer WHERE (company, question) IN (SELECT company, input FROM asked WHERE id = :number)"
            " AND (:sale IS NULL OR subject IN (SELECT thing FROM inbox WHERE number = :sale)) RETURNING answer",
            {"number": number, "sale": sale},
        ).fetchall()
        if not rows:
            raise NotPossible(f"no answer to q-{number} is remembered" + (f" for {sale}" if sale else ""))
        note(connection, person, "forget answer", f"q-{number}")
        return [str(row["answer"]) for row in rows]

    return job


def _asked(row: sqlite3.Row) -> Asked:
    return Asked(
        id=row["id"],
        company=row["company"],
        key=row["key"],
        reason=row["reason"],
        input=row["input"],
        of_sale=bool(row["of_sale"]),
        choices=tuple(json.loads(row["choices"])),
        waiting=row["waiting"],
        deliveries=row["deliveries"],
        since=row["since"],
        text=row["text"] or "",
        told_at=row["told_at"],
    )
