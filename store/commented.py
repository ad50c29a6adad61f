"""Customers whose comments somebody follows: which lines stood there, and which records of which sources they are."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from store import many

COMMENTS = "comments"
"""What the register keeps of them: ``lines`` (fingerprints) and ``parties``, until the customer is gone."""


@dataclass(frozen=True, slots=True)
class Commented:
    """The customer ``number``; ``known`` are fingerprints of its lines when they were read last, ``None``: never.

    ``parties`` are its records: the thing that is linked, and the source's own id.
    """

    number: str
    known: list[str] | None
    parties: dict[str, str]


def commented(
    connection: sqlite3.Connection, company: str, sources: Collection[str], numbers: Sequence[str], *, unread: bool
) -> Iterator[Commented]:
    """Those of the customers that ``sources`` know by an id of their own; ``unread``: only those never read.

    The id is read from the text of the command that linked the record, and kept with the lines before that is pruned.
    """
    marks, wanted = many.among(numbers)
    named, told = many.among([*sources])
    rows = connection.execute(
        "SELECT l.number, l.thing, r.fields, (SELECT json_extract(p.command, '$.thing.id') FROM outbox o"  # noqa: S608 - marks only
        " JOIN outbox_payload p ON p.outbox_id = o.id WHERE o.thing = l.thing AND o.kind = 'ensure_customer'"
        f" AND json_extract(p.command, '$.thing.system') IN {named}"
        " AND json_extract(p.command, '$.thing.kind') = 'customer' ORDER BY o.id DESC LIMIT 1) AS id"
        " FROM link l LEFT JOIN register r ON r.company = l.company AND r.resource = ? AND r.number = l.number"
        f" WHERE l.company = ? AND l.kind = 'customer' AND l.verified = 1 AND l.number IN {marks}"
        " ORDER BY l.number, l.thing",
        (*told, COMMENTS, company, *wanted),
    ).fetchall()
    for number, linked in groupby(rows, itemgetter("number")):
        one = _one(number, list(linked))
        if one.parties and not (unread and one.known is not None):
            yield one


def forget_gone(connection: sqlite3.Connection, company: str) -> None:
    """What is kept of comments goes with its customer; to be asked where the customers were just read whole."""
    connection.execute(
        "DELETE FROM register WHERE company = ?1 AND resource = ?2 AND NOT EXISTS (SELECT 1 FROM register c"
        " WHERE c.company = ?1 AND c.resource = 'customers' AND c.number = register.number AND c.fields <> 'null')",
        (company, COMMENTS),
    )


def _one(number: str, linked: Sequence[sqlite3.Row]) -> Commented:
    fields = linked[0]["fields"]
    kept: dict[str, Any] = {} if fields is None else json.loads(fields)
    ids = {row["thing"]: row["id"] or kept.get("parties", {}).get(row["thing"]) for row in linked}
    return Commented(number, kept.get("lines"), {thing: known for thing, known in ids.items() if known})
