"""News of a company's own Fortnox for those who follow it: what differs from the copy, and documents of ours.

Judged in the transaction that keeps what was told, before it is kept: each piece of news becomes a delivery of its own.
It says which fields differ and never what stands in them, but for resources that hold nothing personal.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from store import inbox, many
from store.commented import COMMENTS, DOCUMENT_COMMENTS, commented, commented_documents
from store.db import moment
from store.inbox import Arrival
from store.register import Entry, Swept

SEEN = "seen"
"""What prints of an object's fields are kept under, by whoever made its entry."""

KEY = "news/"
"""What the keys of such deliveries begin with."""

GONE: dict[str, Any] = {"new": False, "fields": []}


@dataclass(frozen=True, slots=True)
class Following:
    """What of a company is told to others, and the ``source`` of its news.

    ``resources`` are registers; a part of one is named by what its numbers begin with (``prices:A``). ``plain`` are
    those of which an entry's fields are told along. ``documents`` are those (kind and number) that may have changed.
    ``commented`` are the sources that are told of customers' comments. ``written`` are documents in whose comments
    somebody may have written, of which the sources ``written_told`` are told. ``whole``: what is told is all there is,
    and not what changed.
    """

    source: str
    resources: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    documents: Sequence[tuple[str, str]] = ()
    commented: frozenset[str] = frozenset()
    written: Sequence[tuple[str, str]] = ()
    written_told: frozenset[str] = frozenset()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _News:
    """One piece of news: what names it, and what it says."""

    name: str
    says: dict[str, Any]
    told_at: int
    once: bool = False


def notice(
    connection: sqlite3.Connection,
    company: str,
    following: Following,
    entries: Sequence[Entry],
    swept: Swept | None,
    inbox_id: int,
    now: int,
) -> int:
    """Make deliveries of what is news in ``entries`` and at the end of a sweep; returns how many.

    Only a copy that was whole before tells what is new: the first sweep of a register causes nothing. What a later one
    finds changed or gone is news, also after a doubt.
    """
    found = [*_of_entries(connection, company, following, entries)]
    if swept is not None and swept.whole and _followed(following, swept.resource):
        found += _unseen(connection, company, following, swept, {entry.number for entry in entries})
    found += _of_documents(connection, company, following.documents, now)
    found += _of_comments(connection, company, following, entries)
    found += _of_document_comments(connection, company, following, now)
    if found:
        row = connection.execute("SELECT origin FROM inbox WHERE id = ?", (inbox_id,)).fetchone()
        inbox.accept_all([_arrival(one, company, following.source, row["origin"], inbox_id, now) for one in found])(
            connection
        )
    return len(found)


def _of_entries(
    connection: sqlite3.Connection, company: str, following: Following, entries: Sequence[Entry]
) -> Iterator[_News]:
    for resource in dict.fromkeys(entry.resource for entry in entries):
        if not _followed(following, resource) or not is_whole(connection, company, resource):
            continue
        told = {
            entry.number: entry
            for entry in entries
            if entry.resource == resource and is_followed(following, resource, entry.number)
        }
        before = _before(connection, company, resource, [*told]) if told else {}
        for number, entry in told.items():
            known, told_at = before.get(number, (None, 0))
            says = _differs(known, entry.fields) if entry.told_at >= told_at else None
            if says is not None:
                kept = {"kept": _named(entry)} if resource in following.plain and entry.fields is not None else {}
                said = {"changed": resource, "number": number, "at": entry.told_at, **says, **kept}
                yield _News(f"{resource}/{number}", said, entry.told_at)


def _unseen(
    connection: sqlite3.Connection, company: str, following: Following, swept: Swept, shown: Collection[str]
) -> Iterator[_News]:
    """What a whole sweep did not show, and nothing told since, is gone, if it was known."""
    if not is_whole(connection, company, swept.resource):
        return
    rows = connection.execute(
        "SELECT number FROM register WHERE company = ? AND resource = ? AND told_at < ? AND fields <> 'null'",
        (company, swept.resource, swept.begun),
    ).fetchall()
    for row in rows:
        if row["number"] not in shown and is_followed(following, swept.resource, row["number"]):
            said = {"changed": swept.resource, "number": row["number"], "at": swept.begun, **GONE}
            yield _News(f"{swept.resource}/{row['number']}", said, swept.begun)


def _of_documents(
    connection: sqlite3.Connection, company: str, documents: Sequence[tuple[str, str]], now: int
) -> Iterator[_News]:
    """Of documents only those that are linked and that we did not cancel; with the lane of what made them."""
    for kind, number in documents:
        rows = connection.execute(
            "SELECT l.thing, o.lane FROM link l JOIN outbox o ON o.id = l.outbox_id WHERE l.company = ? AND l.kind = ?"
            " AND l.number = ? AND coalesce(json_extract(l.state, '$.cancelled'), 0) = 0",
            (company, kind, number),
        ).fetchall()
        for row in rows:
            said = {"document": kind, "number": number, "thing": row["thing"], "lane": row["lane"], "at": now}
            # An offer may be told of many times before it becomes more; the others only when they were cancelled.
            yield _News(f"{kind}/{number}/{row['thing']}", said, now, once=kind != "offer")


def _of_comments(
    connection: sqlite3.Connection, company: str, following: Following, entries: Sequence[Entry]
) -> Iterator[_News]:
    """No list shows comments: those of a customer that changed, or were never read, may be news."""
    told = {
        entry.number: entry.told_at
        for entry in entries
        if entry.resource == "customers" and entry.fields is not None and following.commented
    }
    if not told:
        return
    for one in commented(connection, company, following.commented, [*told], unread=following.whole):
        at = told[one.number]
        said = {COMMENTS: one.number, "at": at, "known": one.known, "parties": one.parties}
        yield _News(f"{COMMENTS}/{one.number}", said, at)


def _of_document_comments(
    connection: sqlite3.Connection, company: str, following: Following, now: int
) -> Iterator[_News]:
    """No list and no event shows comments: those of a document of ours that changed may be news to who bought."""
    if not following.written_told:
        return
    for one in commented_documents(connection, company, following.written_told, following.written):
        said = {DOCUMENT_COMMENTS: one.kind, "number": one.number, "at": now, "sale": one.sale}
        said |= {"known": one.known, "buyer": one.buyer}
        yield _News(f"{DOCUMENT_COMMENTS}/{one.kind}/{one.number}", said, now)


def _differs(before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any] | None:
    """What an entry says that the copy did not; a field that one of the two does not show is no difference."""
    if after is None:
        return None if before is None else GONE
    if before is None:
        return {"new": True, "fields": []}
    ours, theirs = before.get(SEEN, {}), after.get(SEEN, {})
    fields = sorted(name for name in ours.keys() & theirs.keys() if ours[name] != theirs[name])
    return {"new": False, "fields": fields} if fields else None


def _followed(following: Following, resource: str) -> bool:
    return any(name.partition(":")[0] == resource for name in following.resources)


def is_followed(following: Following, resource: str, number: str) -> bool:
    """Whether anybody is told of this object of a register."""
    return resource in following.resources or f"{resource}:{number.partition(':')[0]}" in following.resources


def is_whole(connection: sqlite3.Connection, company: str, resource: str) -> bool:
    """Whether the copy of a register has ever been read whole."""
    row = connection.execute(
        "SELECT 1 FROM register_age WHERE company = ? AND resource = ? AND whole_at IS NOT NULL", (company, resource)
    ).fetchone()
    return row is not None


def _before(
    connection: sqlite3.Connection, company: str, resource: str, numbers: Sequence[str]
) -> dict[str, tuple[dict[str, Any] | None, int]]:
    marks, wanted = many.among(numbers)
    rows = connection.execute(
        "SELECT number, fields, told_at FROM register WHERE company = ? AND resource = ?"  # noqa: S608 - marks only
        f" AND number IN {marks}",
        (company, resource, *wanted),
    )
    return {row["number"]: (json.loads(row["fields"]), row["told_at"]) for row in rows}


def _named(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in (entry.fields or {}).items() if name != SEEN}


def _arrival(news: _News, company: str, source: str, origin: str, inbox_id: int, now: int) -> Arrival:
    return Arrival(
        source=source,
        company=company,
        dedupe_key=f"{KEY}{news.name}" if news.once else f"{KEY}{news.name}/{inbox_id}",
        headers={},
        body=json.dumps(news.says).encode(),
        received_at=moment(now),
        origin=origin,
    )
