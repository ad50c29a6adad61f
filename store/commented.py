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
"""What the register keeps of a sale's documents, by the lane of the sale: of each of the ``lines`` that were told, on
which document (``invoice:7``), until its commands are gone."""

LINES = "lines"
"""What a document's link keeps the fingerprints of our own lines under."""

OURS = ""
"""In place of a document: the line is our own."""

_SALE_OF_LINK = (
    "link l JOIN outbox m ON m.id = l.outbox_id JOIN inbox i ON i.id = m.inbox_id"
    " JOIN inbox t ON t.id = i.id OR t.thing = i.thing JOIN outbox o ON o.inbox_id = t.id"
)
"""From the link of a document to the commands of its sale: of every delivery that speaks of the same thing."""


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
            lines: dict[str, str] = {} if row["fields"] is None else json.loads(row["fields"])["lines"]
            known = dict.fromkeys([*json.loads(row["ours"]), *lines])
            yield CommentedDocument(kind, number, row["lane"], [*known], json.loads(row["buyer"]))


def known_lines(connection: sqlite3.Connection, company: str, document: tuple[str, str], sale: str) -> dict[str, str]:
    """Of each line that is no news on a ``document`` (kind and number) of this ``sale``: on which it was told, or ours.

    Ours are those that any call for a document of the sale meant to write, also one under way: Fortnox may tell of it
    before it answers, keeps lines that a later call leaves out, and copies them to what is made from the document.
    """
    kept = connection.execute(
        "SELECT fields FROM register WHERE company = ? AND resource = ? AND number = ?",
        (company, DOCUMENT_COMMENTS, sale),
    ).fetchone()
    ours = connection.execute(
        f"WITH made AS (SELECT DISTINCT o.id, o.thing FROM {_SALE_OF_LINK}"  # noqa: S608 - constant
        " WHERE l.company = ? AND l.kind = ? AND l.number = ?)"
        " SELECT j.value FROM made JOIN attempt a ON a.outbox_id = made.id, json_each(a.evidence, ?) j"
        " UNION SELECT j.value FROM made JOIN link l ON l.thing = made.thing, json_each(l.state, ?) j",
        (company, *document, f"$.meant.{LINES}", f"$.{LINES}"),
    )
    told: dict[str, str] = {} if kept is None else json.loads(kept["fields"])["lines"]
    return told | {row["value"]: OURS for row in ours if row["value"] is not None}


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
        "DELETE FROM register WHERE company = ? AND resource = ? AND NOT EXISTS (SELECT 1"  # noqa: S608 - constant
        f" FROM json_each(register.fields, ?) j CROSS JOIN {_SALE_OF_LINK}"
        " JOIN outbox_payload p ON p.outbox_id = o.id WHERE l.company = register.company"
        " AND l.kind = substr(j.value, 1, instr(j.value, ':') - 1)"
        " AND l.number = substr(j.value, instr(j.value, ':') + 1))",
        (company, DOCUMENT_COMMENTS, f"$.{LINES}"),
    )


def _one(number: str, linked: Sequence[sqlite3.Row]) -> Commented:
    fields = linked[0]["fields"]
    kept: dict[str, Any] = {} if fields is None else json.loads(fields)
    ids = {row["thing"]: row["id"] or kept.get("parties", {}).get(row["thing"]) for row in linked}
    return Commented(number, kept.get("lines"), {thing: known for thing, known in ids.items() if known})
