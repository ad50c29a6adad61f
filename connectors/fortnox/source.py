"""A company's own Fortnox as a source: what its push stream told and what a sweep found, read into register entries."""

from collections.abc import Collection
from datetime import datetime

from connectors.base import Json
from connectors.fortnox.news import ECHO_SECONDS, NEWS, OBJECT, told_of_news
from connectors.fortnox.push_frames import FrameFault, PushedEvent, event_of
from connectors.fortnox.register_entries import REGISTERED, entry_of
from connectors.fortnox.sweep_source import learned_from_documents, learned_from_page
from connectors.fortnox.table import RESOURCES
from connectors.fortnox.topics import Meaning, document_of, meaning_of, written_of
from connectors.json_body import BodyFault, read_object
from connectors.sources import (
    Delivery,
    Echo,
    Entry,
    Ignored,
    Learned,
    Needs,
    RawRequest,
    Refused,
    Stored,
    Told,
    Unreadable,
    Wanted,
)
from handlers.following import DOCUMENT_COMMENTS, DOCUMENTS


def key_of(event: PushedEvent) -> str:
    """What tells events of a company apart: an offset is unique within its topic (Fortnox facts, section 7.4)."""
    return f"push/{event.tenant}/{event.topic}/{event.offset}"


class FortnoxSource:
    """Nobody knocks for it at the door: its rows come from the push stream and from sweeps."""

    retry_status = 503
    kept_headers: frozenset[str] = frozenset()

    def __init__(self, name: str, *, followed: Collection[str] = frozenset()) -> None:
        """``name`` is the company's with a colon before it, which no configured source can have.

        ``followed`` says what anybody is told of: what becomes of documents, and their comments, count here.
        """
        self.name = name
        self._followed = followed

    def verify(self, request: RawRequest, now: datetime) -> Delivery:
        """No request is ever of this source."""
        raise Refused("bad_request", status=404)

    def events(self, stored: Stored) -> Told:
        """What a row tells of the company's registers and documents, or the event that a piece of news of them is.

        Raises only :class:`connectors.sources.Unreadable`.
        """
        try:
            body = read_object(stored.body)
        except BodyFault as fault:
            raise Unreadable(str(fault)) from None
        if stored.key.startswith(NEWS):
            return told_of_news(body, stored, self.name)
        if stored.origin == "poll":
            return learned_from_documents(body) if "documents" in body else learned_from_page(body)
        return _told(body, stored, self._followed)


def _told(body: Json, stored: Stored, followed: Collection[str]) -> Ignored | Needs | Learned:
    """An event is only a hint: what Fortnox shows afterwards counts, and "not there" means deleted (section 7.4).

    What was told is dated by our own clock, when it came: what is read afterwards cannot be older than that.
    """
    try:
        event = event_of(body)
    except FrameFault:
        raise Unreadable("the frame is no event") from None
    document = document_of(event.topic, event.kind) if DOCUMENTS in followed else None
    written = written_of(event.topic, event.kind) if DOCUMENT_COMMENTS in followed else None
    if document is not None or written is not None:
        return Learned(
            "document_told",
            documents=() if document is None else ((document, event.entity),),
            written=() if written is None else ((written, event.entity),),
        )
    meaning = meaning_of(event.topic, event.kind)
    if meaning is None or meaning.resource not in REGISTERED:
        return Ignored("nothing_asks_for_it")
    if meaning.step == "deleted":
        return _gone(meaning, event, stored.received_at)
    if OBJECT not in stored.reads:
        made = Echo(RESOURCES[meaning.resource].one, event.entity, ECHO_SECONDS)
        return Needs(
            (Wanted(OBJECT, meaning.resource, event.entity),), echo=made if meaning.step == "created" else None
        )
    row = stored.reads[OBJECT]
    if row is None:
        # A type that we do not know may name something else than the object's number.
        return _gone(meaning, event, stored.received_at) if meaning.step != "other" else Ignored("unknown_type")
    entry = entry_of(meaning.resource, row, stored.received_at)
    return Learned(meaning.step, (entry,), made=(entry.resource, entry.number) if meaning.step == "created" else None)


def _gone(meaning: Meaning, event: PushedEvent, told_at: datetime) -> Ignored | Learned:
    """An account is kept for each financial year, and no event says of which it is: the next whole sweep shows it."""
    if meaning.resource == "accounts":
        return Ignored("left_to_the_next_sweep")
    return Learned("deleted", (Entry(meaning.resource, event.entity, told_at, None),))
