"""What people read: lists, figures of one company, and which rows an id, a number or a document names."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from store import lanes
from store.db import Job

WINDOW = 20_000
"""Newest rows that a list searches where no index leads to a state: a list must not read a million rows."""

UNFINISHED = ("waiting", "ready", "in_flight", "unknown")


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One line of ``inbox``; moments are milliseconds since 1970."""

    id: int
    source: str
    company: str
    received_at: int
    state: str
    reason: str | None
    question: str | None
    kind: str | None
    number: str | None


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One line of ``outbox``; ``link`` is ``invoice:1042`` where its thing is linked.

    ``behind`` is the head of its lane, where it is ready and another command comes first.
    """

    id: int
    inbox_id: int
    company: str
    rule: str
    kind: str
    state: str
    attempts: int
    created_at: int
    due_at: int
    waits_for: str | None
    reason: str | None
    question: str | None
    result: str | None
    link: str | None
    behind: int | None


@dataclass(frozen=True, slots=True)
class CompanyFigures:
    """How one company stands: kept counters by name, and moments that are read through an index.

    ``due_at`` is when the next command may go, or since when it is overdue; ``stopped_since`` when the oldest command
    that is parked or held was made. ``None`` where there is none.
    """

    counters: Mapping[str, int]
    due_at: int | None
    stopped_since: int | None


def deliveries(
    *, state: str | None, company: str | None, limit: int, source: str | None = None, quiet: str | None = None
) -> Job[list[DeliveryRow]]:
    """The newest deliveries first; a state without an index is searched among the newest only.

    Of sources whose names begin with ``quiet`` those are left out that told no event and wait for nobody.
    """
    origin = {
        "parked": "inbox AS t INDEXED BY inbox_stopped",
        "held": "inbox AS t INDEXED BY inbox_stopped",
        "waiting": "inbox AS t INDEXED BY inbox_waiting",
    }.get(state or "", "(SELECT * FROM inbox ORDER BY id DESC LIMIT :window) AS t")
    selected = "t.id, t.source, t.company, t.received_at, t.state, t.reason, t.question, t.kind, t.number"
    more = [] if source is None else ["t.source = :source"]
    if quiet is not None:
        more.append("NOT (t.source LIKE :quiet AND t.kind IS NULL AND t.state IN ('handled', 'ignored'))")
    query = _query(selected, origin, state, company, more)
    values = {"state": state, "company": company, "limit": limit, "window": WINDOW}
    values |= {"source": source, "quiet": f"{quiet}%"}
    return lambda connection: [DeliveryRow(*row) for row in connection.execute(query, values)]


def commands(*, state: str | None, company: str | None, limit: int) -> Job[list[CommandRow]]:
    """The newest commands first; finished ones are searched among the newest only."""
    origin = "(SELECT * FROM outbox ORDER BY id DESC LIMIT :window) AS t"
    if state in {"parked", "held"}:
        origin = "outbox AS t INDEXED BY outbox_stopped"
    elif state in UNFINISHED:
        origin = "outbox AS t INDEXED BY outbox_lane"
    selected = (
        "t.id, t.inbox_id, t.company, t.rule, t.kind, t.state, t.attempts, t.created_at, t.due_at, t.waits_for,"
        " t.reason, t.question, t.result, l.kind || ':' || l.number,"
        " CASE WHEN t.state = 'ready' AND h.head <> t.id THEN h.head END"
    )
    joined = (
        f"{origin} LEFT JOIN link AS l ON l.thing = t.thing"
        " LEFT JOIN lane AS h ON h.company = t.company AND h.lane = t.lane"
    )
    query = _query(selected, joined, state, company)
    values = {"state": state, "company": company, "limit": limit, "window": WINDOW}
    return lambda connection: [CommandRow(*row) for row in connection.execute(query, values)]


def _query(selected: str, origin: str, state: str | None, company: str | None, more: Sequence[str] = ()) -> str:
    """All parts are constants of this file; an index is used only where its own condition stands word for word."""
    conditions = ["1", *more]
    if company is not None:
        conditions.append("t.company = :company")
    if state is not None:
        conditions.append("t.state = :state")
    if state in {"parked", "held"}:
        conditions.append("t.state IN ('parked', 'held')")
    elif state == "waiting":
        conditions.append("t.state = 'waiting'")
    if state in UNFINISHED and "outbox" in origin:
        conditions.append("t.finished_at IS NULL")
    narrowed = " AND ".join(conditions)
    return " ".join(["SELECT", selected, "FROM", origin, "WHERE", narrowed, "ORDER BY t.id DESC LIMIT :limit"])


# --- figures --------------------------------------------------------------------------------------------------------


def company_figures(company: str) -> Job[CompanyFigures]:
    """The figures of one company; the same cost however much waits."""

    def job(connection: sqlite3.Connection) -> CompanyFigures:
        counted = connection.execute("SELECT name, value FROM counter WHERE company = ?", (company,))
        counters: dict[str, int] = {row["name"]: row["value"] for row in counted}
        stopped = connection.execute(
            "SELECT created_at FROM outbox INDEXED BY outbox_stopped"
            " WHERE company = ? AND state IN ('parked', 'held') ORDER BY id LIMIT 1",
            (company,),
        ).fetchone()
        return CompanyFigures(
            counters, lanes.next_due(company, ())(connection), None if stopped is None else stopped["created_at"]
        )

    return job


def unfinished(connection: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """How many commands stand in which state that is no end, by whom they are for; only who has any."""
    states = [*UNFINISHED, "parked", "held"]
    rows = connection.execute(
        "SELECT company, name, value FROM counter WHERE value > 0 ORDER BY company"  # a few rows for each company
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        place, _, state = row["name"].partition("_")
        if place == "outbox" and state in states:
            found.setdefault(row["company"], {})[state] = row["value"]
    return found


def inbox_oldest(connection: sqlite3.Connection) -> int | None:
    """Since when the oldest delivery waits for intake (milliseconds), ``None`` where none does."""
    row = connection.execute("SELECT received_at FROM inbox WHERE state = 'waiting' ORDER BY id LIMIT 1").fetchone()
    return None if row is None else int(row["received_at"])


# --- what an id means -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """Rows that an id names: deliveries first. A delivery stands for all of its commands."""

    deliveries: Sequence[int]
    commands: Sequence[int]


def by_row(place: str, number: int) -> Job[Named]:
    """The delivery (``in``) or command (``out``) of that number, if there is one."""

    def job(connection: sqlite3.Connection) -> Named:
        table = "inbox" if place == "in" else "outbox"
        found = connection.execute(f"SELECT id FROM {table} WHERE id = ?", (number,)).fetchall()  # noqa: S608 - constants
        ids = tuple(int(row["id"]) for row in found)
        return Named(ids, ()) if place == "in" else Named((), ids)

    return job


def by_source_id(text: str, company: str | None) -> Job[Named]:
    """Deliveries whose delivery id, or whose source's own number, is ``text``; newest last, at most fifty."""

    def job(connection: sqlite3.Connection) -> Named:
        found: set[int] = set()
        for source in _sources(connection):
            rows = connection.execute(
                "SELECT id FROM inbox WHERE source = ? AND dedupe_key = ? AND (?3 IS NULL OR company = ?3)",
                (source, text, company),
            )
            found.update(int(row["id"]) for row in rows)
        numbered = connection.execute(
            "SELECT id FROM inbox WHERE number = ?1 AND (?2 IS NULL OR company = ?2) ORDER BY id DESC LIMIT 50",
            (text, company),
        )
        found.update(int(row["id"]) for row in numbered)
        return Named(sorted(found), ())

    return job


def by_document(kind: str, number: str, company: str | None) -> Job[Named]:
    """Commands of the things that are linked to a far document, for instance ``invoice`` 1042.

    Without a ``company`` it is one in Fortnox: a sender that is written to has a colon in its name.
    """

    def job(connection: sqlite3.Connection) -> Named:
        rows = connection.execute(
            "SELECT DISTINCT o.id FROM link l JOIN outbox o ON o.thing = l.thing"
            " WHERE l.kind = ?1 AND l.number = ?2 AND iif(?3 IS NULL, instr(l.company, ':') = 0, l.company = ?3)"
            " ORDER BY o.id LIMIT 50",
            (kind, number, company),
        )
        return Named((), tuple(int(row["id"]) for row in rows))

    return job


def _sources(connection: sqlite3.Connection) -> list[str]:
    """Every source that ever sent something: one step of the index per source, not per delivery."""
    rows = connection.execute(
        "WITH RECURSIVE known (source) AS (SELECT min(source) FROM inbox UNION ALL"
        " SELECT (SELECT min(source) FROM inbox WHERE source > known.source) FROM known WHERE known.source IS NOT NULL)"
        " SELECT source FROM known WHERE source IS NOT NULL"
    )
    return [row["source"] for row in rows]


LATELY = 2_000
"""Newest commands of all companies among which those of one are looked for."""


def commands_lately(company: str, limit: int) -> Job[list[str]]:
    """The texts of the company's newest commands, the newest first; those that retention erased are left out."""

    def job(connection: sqlite3.Connection) -> list[str]:
        rows = connection.execute(
            "SELECT p.command FROM (SELECT id, company FROM outbox ORDER BY id DESC LIMIT ?) AS t"
            " JOIN outbox_payload AS p ON p.outbox_id = t.id WHERE t.company = ? ORDER BY t.id DESC LIMIT ?",
            (LATELY, company, limit),
        )
        return [row["command"] for row in rows]

    return job
