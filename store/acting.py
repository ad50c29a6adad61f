"""What people do to commands and deliveries: one transaction each, with who did it, when and why."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from store import attempts, delivering, facts, fetching, heads, links, outbox
from store.attempts import End, OpenAttempt
from store.db import Job
from store.delivering import Settlement
from store.links import LinkRow

T = TypeVar("T")

STOPPED = ("parked", "held")
FINISHED = ("done", "discarded", "superseded")
SENT_AGAIN = (*STOPPED, "ready", "unknown")


class NotPossible(Exception):
    """The state on disk does not allow what a person asked for; the text is one clear line for that person."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts (name at the operating system), when (milliseconds since 1970) and, where it is asked for, why."""

    name: str
    now: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Touched:
    """A command after an action: its new state, and how many doubts about its thing the person's word ended."""

    id: int
    company: str
    state: str
    doubts_ended: int = 0


@dataclass(frozen=True, slots=True)
class Linked:
    """A command whose thing was linked by a person; ``freed`` are commands that had been parked for want of it."""

    command: Touched
    freed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Discarded:
    """A command that a person ended; ``parked`` are the commands that waited for what it was to make."""

    command: Touched
    parked: tuple[int, ...]


def note(connection: sqlite3.Connection, person: Person, action: str, subject: str) -> None:
    """Remember the action; ``subject`` is ``out-34``, ``in-12``, ``company:NAME`` or ``rule:NAME``."""
    connection.execute(
        "INSERT INTO action (at, person, action, subject, reason) VALUES (?, ?, ?, ?, ?)",
        (person.now, person.name, action, subject, person.reason),
    )


def tried(job: Job[T]) -> Job[T | NotPossible]:
    """A job of many: that it is not possible is an answer, so that the others are known too."""

    def answered(connection: sqlite3.Connection) -> T | NotPossible:
        try:
            return job(connection)
        except NotPossible as refused:
            return refused

    return answered


def command(connection: sqlite3.Connection, outbox_id: int) -> outbox.Row:
    """The narrow row of a command; raises :class:`NotPossible` where there is none."""
    try:
        return outbox.read(connection, outbox_id)
    except KeyError:
        raise NotPossible(f"there is no command out-{outbox_id}") from None


# --- retry ----------------------------------------------------------------------------------------------------------


def retry_command(
    outbox_id: int, person: Person, *, absent: bool, text: str | None = None, remember: facts.Said | None = None
) -> Job[Touched]:
    """Send a command again, before all others; with ``absent`` a person says that nothing of its thing exists.

    A thing with an open attempt is looked for first. ``text`` replaces the command's text (a question answered), and
    ``remember`` is what rules are told of that from then on. Raises :class:`NotPossible`.
    """

    def job(connection: sqlite3.Connection) -> Touched:
        row = command(connection, outbox_id)
        if row.state not in SENT_AGAIN:
            raise NotPossible(f"out-{row.id} is {row.state}: only a stopped or delayed command is sent again")
        ended = _declared_absent(connection, row, person) if absent else 0
        if text is not None:
            replace_text(connection, row.id, text)
        if remember is not None:
            facts.keep_answer(connection, row.company, remember, person.name, person.now)
        state = "unknown" if _open(connection, row.thing) else "ready"
        connection.execute("UPDATE outbox SET priority = 0, attempts = 0 WHERE id = ?", (row.id,))
        outbox.move(connection, row.id, state, due_at=person.now)
        word = "retry --absent" if absent else "retry" if text is None else "retry --allow"
        note(connection, person, word, f"out-{row.id}")
        return Touched(row.id, row.company, state, ended)

    return job


def retry_delivery(inbox_id: int, person: Person) -> Job[str]:
    """Let intake read a parked or held delivery again, and what was read for it at its sender with it.

    Also one that waits for its sender. Returns its company. Raises :class:`NotPossible`.
    """

    def job(connection: sqlite3.Connection) -> str:
        row = _stopped_delivery(connection, inbox_id, "read again")
        fetching.forget(connection, inbox_id)
        connection.execute(
            "UPDATE inbox SET state = 'waiting', handled_at = NULL, reason = NULL, question = NULL WHERE id = ?",
            (inbox_id,),
        )
        note(connection, person, "retry", f"in-{inbox_id}")
        return str(row["company"])

    return job


def stopped(table: str, *, reason: str | None, company: str | None, after: int, limit: int) -> Job[list[int]]:
    """Ids behind ``after`` of parked and held rows of ``outbox`` or ``inbox`` that match, in order."""
    assert table in {"outbox", "inbox"}
    narrowed = "" if company is None else " AND company = :company"

    def job(connection: sqlite3.Connection) -> list[int]:
        rows = connection.execute(
            f"SELECT id FROM {table} WHERE state IN ('parked', 'held') AND id > :after{narrowed}"  # noqa: S608 - constants
            " AND (:reason IS NULL OR reason = :reason) ORDER BY id LIMIT :limit",
            {"after": after, "company": company, "reason": reason, "limit": limit},
        )
        return [int(row["id"]) for row in rows]

    return job


def reason_of(outbox_id: int) -> Job[str | None]:
    """Why a command is stopped or delayed, as a closed word; ``None`` where there is no reason or no such command."""

    def job(connection: sqlite3.Connection) -> str | None:
        row = connection.execute("SELECT reason FROM outbox WHERE id = ?", (outbox_id,)).fetchone()
        return None if row is None else row["reason"]

    return job


def _declared_absent(connection: sqlite3.Connection, row: outbox.Row, person: Person) -> int:
    doubts = _settled_doubts(connection, row)
    for doubt in doubts:
        proof = {"person": person.name, "says": "nothing of it exists"}
        delivering.looked(doubt, row.id, "absent", proof, person.now, closes_as="absent")(connection)
    return len(doubts)


def _settled_doubts(connection: sqlite3.Connection, row: outbox.Row) -> list[OpenAttempt]:
    """Open attempts that a person may end: none of them is a call that is under way just now."""
    doubts = _open(connection, row.thing)
    if any(doubt.end == "in_flight" for doubt in doubts):
        raise NotPossible(f"a call for out-{row.id} is under way just now: try again when it has ended")
    return doubts


def _open(connection: sqlite3.Connection, thing: str) -> list[OpenAttempt]:
    return attempts.open_for_thing(connection, thing)


def replace_text(connection: sqlite3.Connection, outbox_id: int, text: str) -> None:
    """Give a command another text; the one before it is kept for ``explain``, and only that one was approved."""
    connection.execute(
        "UPDATE outbox_payload SET replaced = command, command = ? WHERE outbox_id = ?", (text, outbox_id)
    )
    connection.execute("UPDATE outbox SET approved = 0 WHERE id = ?", (outbox_id,))


# --- link -----------------------------------------------------------------------------------------------------------


def link(
    outbox_id: int,
    found: LinkRow,
    person: Person,
    *,
    keys: Sequence[str],
    again: bool,
    shared: bool,
    question: str | None = None,
) -> Job[Linked]:
    """Store that a command's thing is this far object, as a person says and a read has confirmed.

    ``keys`` are a party's match keys; ``again`` lets the command go once more with the link in place, because the link
    alone is not what it asks for; ``shared`` allows several things on one object (customers); ``question`` holds the
    command although the link is stored (the object is not as meant). Raises :class:`NotPossible`.
    """

    def job(connection: sqlite3.Connection) -> Linked:
        row = command(connection, outbox_id)
        _check_linkable(connection, row, found, shared=shared)
        doubts = _settled_doubts(connection, row)
        for doubt in doubts:
            proof = {"person": person.name, "says": f"it is {found.kind}:{found.number}"}
            attempts.look(connection, doubt.id, outbox_id=row.id, found="found", proof=proof, now=person.now)
        _move_keys(connection, found)
        settlement = Settlement(
            link=found,
            result="found",
            question=question,
            again=again,
            keys=keys,
            closes=[(doubt.id, End("found")) for doubt in doubts],
        )
        connection.execute("UPDATE outbox SET recheck = 0 WHERE id = ?", (row.id,))
        state = delivering.settle(row.id, None, settlement, person.now)(connection)
        note(connection, person, f"link {found.kind}:{found.number}", f"out-{row.id}")
        freed = _freed(connection, row, person)
        return Linked(Touched(row.id, row.company, state, len(doubts)), freed)

    return job


def _check_linkable(connection: sqlite3.Connection, row: outbox.Row, found: LinkRow, *, shared: bool) -> None:
    if row.state in {"done", "superseded", "in_flight"}:
        raise NotPossible(f"out-{row.id} is {row.state}: there is nothing to link")
    if shared:
        return
    other = links.linked_elsewhere(row.company, found.kind, [found.number], row.thing)(connection)
    if other:
        owner = connection.execute(
            "SELECT outbox_id FROM link WHERE company = ? AND kind = ? AND number = ? AND thing <> ?",
            (row.company, found.kind, found.number, row.thing),
        ).fetchone()
        raise NotPossible(f"{found.kind}:{found.number} belongs to another thing: see explain out-{owner['outbox_id']}")


def _move_keys(connection: sqlite3.Connection, found: LinkRow) -> None:
    """A party that a person links to another card takes its match keys along."""
    before = links.read(connection, found.thing)
    if before is not None and before.number != found.number:
        connection.execute(
            "UPDATE party_key SET number = ? WHERE company = ? AND number = ? AND thing = ?",
            (found.number, found.company, before.number, found.thing),
        )


def _freed(connection: sqlite3.Connection, row: outbox.Row, person: Person) -> tuple[int, ...]:
    """Commands that were parked because this thing would never come can go now."""
    candidates = connection.execute(
        "SELECT id, refs FROM outbox WHERE company = ? AND state IN ('parked', 'held') AND reason = 'depends_on_ended'"
        " ORDER BY id",
        (row.company,),
    ).fetchall()
    freed = tuple(int(entry["id"]) for entry in candidates if row.thing in json.loads(entry["refs"]))
    for outbox_id in freed:
        outbox.move(connection, outbox_id, "ready", due_at=person.now)
    return freed


# --- discard --------------------------------------------------------------------------------------------------------


def discard_command(outbox_id: int, person: Person) -> Job[Discarded]:
    """End a command for good; it closes no attempt, and what waits for its thing is parked, naming it.

    Raises :class:`NotPossible`.
    """

    def job(connection: sqlite3.Connection) -> Discarded:
        row = command(connection, outbox_id)
        if row.state in FINISHED:
            raise NotPossible(f"out-{row.id} is {row.state} already")
        if row.state == "in_flight":
            raise NotPossible(f"a call for out-{row.id} is under way just now: try again when it has ended")
        outbox.finish(connection, row.id, "discarded", person.now, reason=person.reason)
        note(connection, person, "discard", f"out-{row.id}")
        return Discarded(
            Touched(row.id, row.company, "discarded"), park_waiters(connection, row, "was discarded", person.now)
        )

    return job


def park_waiters(connection: sqlite3.Connection, row: outbox.Row, how: str, now: int) -> tuple[int, ...]:
    """Park what waits for the thing of an ended command, unless another unfinished command makes it."""
    pending, _, _ = heads.unfinished_for(row.thing)(connection)
    link = links.read(connection, row.thing)
    if pending or (link is not None and link.verified):
        return ()
    waiting = connection.execute("SELECT id FROM outbox WHERE waits_for = ?", (f"thing:{row.thing}",)).fetchall()
    question = (
        f"out-{row.id}, which was to make what this command needs, {how}: "
        f"link out-{row.id} KIND:NUMBER, or discard this command too"
    )
    for entry in waiting:
        outbox.stop(connection, entry["id"], "parked", now, reason="depends_on_ended", question=question)
    return tuple(int(entry["id"]) for entry in waiting)


def discard_delivery(inbox_id: int, person: Person) -> Job[str]:
    """End a parked or held delivery for good; returns its company. Raises :class:`NotPossible`."""

    def job(connection: sqlite3.Connection) -> str:
        row = _stopped_delivery(connection, inbox_id, "discarded")
        connection.execute(
            "UPDATE inbox SET state = 'discarded', reason = ?, question = NULL, handled_at = coalesce(handled_at, ?)"
            " WHERE id = ?",
            (person.reason, person.now, inbox_id),
        )
        fetching.forget(connection, inbox_id)
        note(connection, person, "discard", f"in-{inbox_id}")
        return str(row["company"])

    return job


def _stopped_delivery(connection: sqlite3.Connection, inbox_id: int, what: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        "SELECT company, state FROM inbox WHERE id = ?", (inbox_id,)
    ).fetchone()
    if row is None:
        raise NotPossible(f"there is no delivery in-{inbox_id}")
    if row["state"] not in {*STOPPED, "reading"}:
        raise NotPossible(f"in-{inbox_id} is {row['state']}: only a parked or held delivery is {what}")
    return row
