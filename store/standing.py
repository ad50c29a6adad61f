"""How deliveries stand by now: their own state and that of every command that they caused."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store.db import Job

STOPPED = frozenset({"held", "parked"})
"""States of deliveries and commands that a person ends."""


@dataclass(frozen=True, slots=True)
class CommandStanding:
    """One command: ``object`` is what its thing is linked to in the far system (``customer:17``).

    ``company`` is whose outbox it lies in; of one that waits the reason is what it waits for (``out-12``).
    """

    id: int
    company: str
    kind: str
    state: str
    reason: str | None
    question: str | None
    result: str | None
    object: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One delivery with its commands in their order; the state is that of the inbox."""

    inbox_id: int
    state: str
    reason: str | None
    question: str | None
    commands: tuple[CommandStanding, ...]


_COMMANDS = (
    "(SELECT json_group_array(json_array(o.id, o.company, o.kind, o.state, o.reason, o.question, o.result,"
    " (SELECT l.kind || ':' || l.number FROM link l WHERE l.thing = o.thing)))"
    " FROM outbox o WHERE o.inbox_id = i.id)"
)


def standing(inbox_ids: Sequence[int]) -> Job[list[Standing]]:
    """How each delivery stands, in the order of their ids; an unknown id is left out."""

    def job(connection: sqlite3.Connection) -> list[Standing]:
        rows = connection.execute(
            f"SELECT i.id, i.state, i.reason, i.question, {_COMMANDS} AS commands FROM inbox i"  # noqa: S608 - constants
            " WHERE i.id IN (SELECT value FROM json_each(?)) ORDER BY i.id",
            (json.dumps(list(inbox_ids)),),
        )
        return [_standing(row) for row in rows]

    return job


def documents_of(company: str, source: str, number: str, limit: int) -> Job[list[int]]:
    """Deliveries of a source about the document that it calls ``number``, the newest first."""

    def job(connection: sqlite3.Connection) -> list[int]:
        rows = connection.execute(
            "SELECT id FROM inbox WHERE number = ? AND source = ? AND company = ? ORDER BY id DESC LIMIT ?",
            (number, source, company, limit),
        )
        return [row["id"] for row in rows]

    return job


def _standing(row: sqlite3.Row) -> Standing:
    commands = (
        CommandStanding(*values) for values in sorted(json.loads(row["commands"]), key=lambda values: values[0])
    )
    return Standing(row["id"], row["state"], row["reason"], row["question"], tuple(commands))
