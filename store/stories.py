"""The whole way of one delivery or command as it lies on disk: rows, attempts, looks, links and what people did."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store import attempts, doubles, heads, responses
from store.attempts import OpenAttempt
from store.db import Job
from store.doubles import Double
from store.responses import Response

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Acted:
    """What a person did."""

    at: int
    person: str
    action: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Looked:
    """One look for what an attempt may have done; ``found`` is absent, found or failed."""

    at: int
    found: str
    proof: Json


@dataclass(frozen=True, slots=True)
class Attempted:
    """One write call; ``altered`` lists field, before, after. Moments are milliseconds since 1970."""

    id: int
    operation: str
    creates: bool
    far_object: str | None
    stands_on: Json
    evidence: Json
    altered: Sequence[Sequence[str]]
    started_at: int
    ended_at: int | None
    end: str
    status: int | None
    code: int | None
    reason: str | None
    detail: str | None
    looks: Sequence[Looked]


@dataclass(frozen=True, slots=True)
class Waits:
    """What keeps a command from going: ``what`` is link, claim, far_object, earlier, rule or lane, ``name``
    the key's name, the far object or the rule; ``holder`` the command that it waits for, with its state."""

    what: str
    name: str
    holder: int | None
    state: str | None


@dataclass(frozen=True, slots=True)
class CommandStory:
    """One command; ``text`` is what shall be true, ``replaced`` the text before a replay (``None`` after retention).

    ``doubts`` are open attempts of its thing that other commands left.
    """

    row: Mapping[str, Any]
    text: Json | None
    replaced: Json | None
    proof: Json | None
    link: Mapping[str, Any] | None
    waits: Waits | None
    attempts: Sequence[Attempted]
    doubts: Sequence[OpenAttempt]
    actions: Sequence[Acted]


@dataclass(frozen=True, slots=True)
class Read:
    """What was read at the sender; ``body`` is ``None`` where it has no such record."""

    name: str
    at: int
    sealed: bool
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Story:
    """One delivery with those of its commands that were asked for; ``others`` are the rest of them.

    ``reads`` is what was read for it at its sender, ``reading`` the row of what is still to be read; ``response`` what
    is kept of the answer to a survey that it told.
    """

    row: Mapping[str, Any]
    headers: Mapping[str, str] | None
    body: bytes | None
    sealed: bool
    reads: Sequence[Read]
    reading: Mapping[str, Any] | None
    actions: Sequence[Acted]
    commands: Sequence[CommandStory]
    others: Sequence[int]
    doubles: Sequence[Double] = ()
    generation: Mapping[str, Any] | None = None
    response: Response | None = None


def story(inbox_id: int, outbox_ids: Sequence[int] | None = None) -> Job[Story | None]:
    """The story of a delivery, with all its commands or only those named; ``None`` for an unknown one."""

    def job(connection: sqlite3.Connection) -> Story | None:
        row = connection.execute("SELECT * FROM inbox WHERE id = ?", (inbox_id,)).fetchone()
        if row is None:
            return None
        body = connection.execute("SELECT * FROM inbox_body WHERE inbox_id = ?", (inbox_id,)).fetchone()
        reads = connection.execute(
            "SELECT name, read_at, sealed, body FROM inbox_read WHERE inbox_id = ? ORDER BY read_at, name", (inbox_id,)
        ).fetchall()
        reading = connection.execute("SELECT * FROM reading WHERE inbox_id = ?", (inbox_id,)).fetchone()
        made = connection.execute("SELECT * FROM outbox WHERE inbox_id = ? ORDER BY id", (inbox_id,)).fetchall()
        wanted = [entry for entry in made if outbox_ids is None or entry["id"] in outbox_ids]
        shown = {entry["id"] for entry in wanted}
        return Story(
            row=dict(row),
            headers=None if body is None else json.loads(body["headers"]),
            body=None if body is None else bytes(body["body"]),
            sealed=body is not None and bool(body["sealed"]),
            reads=[Read(entry["name"], entry["read_at"], bool(entry["sealed"]), entry["body"]) for entry in reads],
            reading=None if reading is None else dict(reading),
            actions=_actions(connection, f"in-{inbox_id}"),
            commands=[_command(connection, entry) for entry in wanted],
            others=[entry["id"] for entry in made if entry["id"] not in shown],
            doubles=doubles.told_by(connection, inbox_id),
            generation=_generation(connection, row["thing"]),
            response=responses.told_by(connection, inbox_id),
        )

    return job


def _generation(connection: sqlite3.Connection, thing: str | None) -> Mapping[str, Any] | None:
    """The newest generation of what the event speaks of, where its documents were made anew."""
    row = connection.execute("SELECT * FROM generation WHERE thing = ?", (thing,)).fetchone()
    return None if row is None else dict(row)


def delivery_of(outbox_id: int) -> Job[int | None]:
    """The delivery that a command was made from."""

    def job(connection: sqlite3.Connection) -> int | None:
        row = connection.execute("SELECT inbox_id FROM outbox WHERE id = ?", (outbox_id,)).fetchone()
        return None if row is None else int(row["inbox_id"])

    return job


def _command(connection: sqlite3.Connection, row: sqlite3.Row) -> CommandStory:
    payload = connection.execute("SELECT * FROM outbox_payload WHERE outbox_id = ?", (row["id"],)).fetchone()
    link = connection.execute("SELECT * FROM link WHERE thing = ?", (row["thing"],)).fetchone()
    tried = connection.execute("SELECT * FROM attempt WHERE outbox_id = ? ORDER BY id", (row["id"],))
    return CommandStory(
        row=dict(row),
        text=None if payload is None else json.loads(payload["command"]),
        replaced=None if payload is None or payload["replaced"] is None else json.loads(payload["replaced"]),
        proof=None if payload is None or payload["proof"] is None else json.loads(payload["proof"]),
        link=None if link is None else dict(link) | {"state": json.loads(link["state"])},
        waits=_waits(connection, row),
        attempts=[_attempt(connection, entry) for entry in tried.fetchall()],
        doubts=[doubt for doubt in attempts.open_for_thing(connection, row["thing"]) if doubt.outbox_id != row["id"]],
        actions=_actions(connection, f"out-{row['id']}"),
    )


def _attempt(connection: sqlite3.Connection, row: sqlite3.Row) -> Attempted:
    looks = connection.execute("SELECT at, found, proof FROM look WHERE attempt_id = ? ORDER BY id", (row["id"],))
    return Attempted(
        id=row["id"],
        operation=row["operation"],
        creates=bool(row["creates"]),
        far_object=row["far_object"],
        stands_on=json.loads(row["stands_on"]),
        evidence=json.loads(row["evidence"]),
        altered=json.loads(row["altered"]),
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        end=row["end"],
        status=row["status"],
        code=row["code"],
        reason=row["reason"],
        detail=row["detail"],
        looks=[Looked(look["at"], look["found"], json.loads(look["proof"])) for look in looks],
    )


def _actions(connection: sqlite3.Connection, subject: str) -> list[Acted]:
    rows = connection.execute("SELECT at, person, action, reason FROM action WHERE subject = ? ORDER BY id", (subject,))
    return [Acted(*row) for row in rows]


def _waits(connection: sqlite3.Connection, row: sqlite3.Row) -> Waits | None:
    if row["waits_for"] is not None:
        return _waited(connection, row, row["waits_for"])
    if row["finished_at"] is not None:
        return None
    head = connection.execute(
        "SELECT l.head, o.state FROM lane l JOIN outbox o ON o.id = l.head WHERE l.company = ? AND l.lane = ?",
        (row["company"], row["lane"]),
    ).fetchone()
    if head is None or head["head"] == row["id"]:
        return None
    return Waits("lane", row["lane"], head["head"], head["state"])


def _waited(connection: sqlite3.Connection, row: sqlite3.Row, waits_for: str) -> Waits:
    """The key of a claim is a name and a value: only the name is told, the value may be a person's."""
    what, _, name = waits_for.partition(":")
    if what in {"thing", "maker"}:
        _, holder, _ = heads.unfinished_for(name)(connection)
        return Waits("link", "what it refers to", holder, _state(connection, holder))
    if what == "claim":
        company, _, key = name.partition(":")
        claim = connection.execute(
            "SELECT outbox_id FROM claim WHERE company = ? AND key = ?", (company, key)
        ).fetchone()
        holder = None if claim is None else int(claim["outbox_id"])
        return Waits("claim", key.partition(":")[0], holder, _state(connection, holder))
    if what == "far":
        company, _, far_object = name.partition(":")
        holder = attempts.foreign_on(connection, company, far_object, row["thing"])
        return Waits("far_object", far_object, holder, _state(connection, holder))
    if what == "end":
        return Waits("earlier", "the same document", int(name), _state(connection, int(name)))
    return Waits("rule", name, None, None)


def _state(connection: sqlite3.Connection, outbox_id: int | None) -> str | None:
    if outbox_id is None:
        return None
    row = connection.execute("SELECT state FROM outbox WHERE id = ?", (outbox_id,)).fetchone()
    return None if row is None else str(row["state"])
