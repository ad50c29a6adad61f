"""Whose comments somebody follows, customers' and documents': which lines were told, and which records they are of."""

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


DOCUMENT_COMMENTS = "document_comments"
"""What the register keeps of a sale's documents, by the lane of the sale: ``lines``, until its commands are gone."""

LINES = "lines"
"""What a document's link keeps the fingerprints of our own lines under."""


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


@dataclass(frozen=True, slots=True)
class CommentedDocument:
    """A document of ours; ``known`` are fingerprints of our own lines and of those that were told of its ``sale``.

    ``buyer`` is who bought, as the source of the sale names it.
    """

    kind: str
    number: str
    sale: str
    known: list[str]
    buyer: dict[str, str]


def commented_documents(
    connection: sqlite3.Connection, company: str, sources: Collection[str], documents: Sequence[tuple[str, str]]
) -> Iterator[CommentedDocument]:
    """Those of the documents that we made for a buyer whom one of the ``sources`` knows, for as long as that is kept.

    What older programs linked does not say which lines are ours, and is left out.
    """
    named, told = many.among([*sources])
    for kind, number in documents:
        row = connection.execute(
            "SELECT o.lane, json_extract(l.state, ?) AS ours, json_extract(p.command, '$.customer') AS buyer, r.fields"  # noqa: S608 - marks only
            " FROM link l JOIN outbox o ON o.id = l.outbox_id JOIN outbox_payload p ON p.outbox_id = o.id"
            " LEFT JOIN register r ON r.company = l.company AND r.resource = ? AND r.number = o.lane"
            " WHERE l.company = ? AND l.kind = ? AND l.number = ? AND ours IS NOT NULL"
            " AND json_extract(p.command, '$.customer.kind') = 'customer'"
            f" AND json_extract(p.command, '$.customer.system') IN {named}",
            (f"$.{LINES}", DOCUMENT_COMMENTS, company, kind, number, *told),
        ).fetchone()
        if row is not None:
            lines: list[str] = [] if row["fields"] is None else json.loads(row["fields"])["lines"]
            known = dict.fromkeys([*json.loads(row["ours"]), *lines])
            yield CommentedDocument(kind, number, row["lane"], [*known], json.loads(row["buyer"]))


def forget_gone(connection: sqlite3.Connection, company: str) -> None:
    """What is kept of comments goes with its customer; to be asked where the customers were just read whole.

    What was told of a sale's documents goes with the text of its commands, without which nobody is told any more.
    """
    connection.execute(
        "DELETE FROM register WHERE company = ?1 AND resource = ?2 AND NOT EXISTS (SELECT 1 FROM register c"
        " WHERE c.company = ?1 AND c.resource = 'customers' AND c.number = register.number AND c.fields <> 'null')",
        (company, COMMENTS),
    )

    connection.execute(
        "DELETE FROM register WHERE company = ?1 AND resource = ?2 AND number NOT IN (SELECT o.lane FROM outbox o"
        " JOIN outbox_payload p ON p.outbox_id = o.id WHERE o.company = ?1)",
        (company, DOCUMENT_COMMENTS),
    )


def _one(number: str, linked: Sequence[sqlite3.Row]) -> Commented:
    fields = linked[0]["fields"]
    kept: dict[str, Any] = {} if fields is None else json.loads(fields)
    ids = {row["thing"]: row["id"] or kept.get("parties", {}).get(row["thing"]) for row in linked}
    return Commented(number, kept.get("lines"), {thing: known for thing, known in ids.items() if known})
