"""The frames of Fortnox's push stream: commands as they leave, answers and events as they come.

Pure (Fortnox facts, sections 7.1 and 7.2). Nothing that comes is believed: a frame with texts that could
not be stored or shown is one that cannot be read.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from connectors.base import Json
from connectors.json_body import BodyFault, read_object

ADD_TENANTS, LIST_TENANTS, ADD_TOPICS, SUBSCRIBE = (
    "add-tenants-v1", "list-tenants-v1", "add-topics-v1", "subscribe-v1",
)  # fmt: skip

EARLIEST = "0"
"""No offset of any topic that we know of: an unknown one begins with the earliest event kept (section 7.4)."""

LONGEST = 200
_NAME = re.compile(r"[a-z0-9-]{1,64}")


class FrameFault(Exception):
    """A frame that is neither an answer nor an event that we can read; ``reason`` is a closed word."""

    def __init__(self, reason: Literal["unreadable", "unknown_frame"]) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PushedEvent:
    """Something changed: the object ``entity`` of a tenant. ``moment`` is aware, ``None`` where it is missing."""

    topic: str
    kind: str
    tenant: int
    entity: str
    offset: str
    moment: datetime | None


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a command. ``tenants`` are those that it names, ``None`` where it names none in a way that we read;
    ``refused`` are topics that were not taken."""

    command: str
    worked: bool
    tenants: frozenset[int] | None = None
    refused: frozenset[str] = frozenset()


def add_tenant(secret: str, access: str) -> Json:
    """One tenant by its access token: of several in one command a bad one might take the others with it."""
    return {"command": ADD_TENANTS, "clientSecret": secret, "accessTokens": [f"Bearer {access}"]}


def add_topics(positions: Mapping[str, str | None]) -> Json:
    """Topic -> the offset behind which it goes on; ``None``: with what happens from now on."""
    topics = [
        {"topic": topic} if offset is None else {"topic": topic, "offset": offset}
        for topic, offset in positions.items()
    ]
    return {"command": ADD_TOPICS, "topics": topics}


def frame_of(text: str) -> PushedEvent | Answered:
    """What a text frame is. Raises :class:`FrameFault` for anything else, whatever the text is."""
    try:
        found = read_object(text.encode("utf-8", "surrogatepass"))
    except BodyFault:
        raise FrameFault("unreadable") from None
    return _answered(found) if "response" in found else event_of(found)


def event_of(found: Json) -> PushedEvent:
    """The event in a frame, also one read from disk. Raises :class:`FrameFault`."""
    topic, kind = found.get("topic"), found.get("type")
    tenant, entity, offset = _number(found.get("tenantId")), _text(found.get("entityId")), _text(found.get("offset"))
    named = isinstance(topic, str) and isinstance(kind, str) and _NAME.fullmatch(topic) and _NAME.fullmatch(kind)
    if not named or tenant is None or entity is None or offset is None:
        raise FrameFault("unknown_frame")
    return PushedEvent(str(topic), str(kind), tenant, entity, offset, _moment(found.get("timestamp")))


def _answered(found: Json) -> Answered:
    command, topics = found["response"], found.get("invalidTopics")
    if not isinstance(command, str):
        raise FrameFault("unknown_frame")
    refused = [topic for topic in topics if isinstance(topic, str)] if isinstance(topics, list) else []
    return Answered(command, found.get("result") == "ok", _tenants(found.get("tenantIds")), frozenset(refused))


def _tenants(given: object) -> frozenset[int] | None:
    """An object of tokens after adding, a list after listing: two shapes exist."""
    stated = list(given.values()) if isinstance(given, dict) else given
    if not isinstance(stated, list):
        return None
    return frozenset(number for one in stated if (number := _number(one)) is not None)


def _number(given: object) -> int | None:
    """A tenant's number, also as digits: both have been seen for other ids (section 1.7)."""
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= 18:
        return int(given)
    return given if type(given) is int and 0 < given < 10**18 else None


def _text(given: object) -> str | None:
    """A text of printable characters, which can be stored and shown; a number is taken as its digits."""
    if type(given) is int and abs(given) < 10**18:
        return str(given)
    return given if isinstance(given, str) and 0 < len(given) <= LONGEST and given.isprintable() else None


def _moment(given: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) else None
        return None if found is None or found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def written(command: Json) -> str:
    """A command as it leaves."""
    return json.dumps(command)
