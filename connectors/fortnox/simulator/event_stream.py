"""The events kept for replay: per topic, under opaque offsets, for 14 days (Fortnox facts, 7.2 and 7.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from connectors.fortnox.simulator.company import STOCKHOLM
from connectors.fortnox.simulator.happenings import Happening
from connectors.fortnox.simulator.topics import TOPICS

RETENTION = timedelta(days=14)
MOST_KEPT = 10_000
"""Per topic; the oldest go first (*simulator choice*: Fortnox names only the days)."""

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SPACE = len(_ALPHABET) ** 5
# Coprime to the space, so that every number has its own text and neighbours look nothing alike.
_STEP = 412_345_679
_BACK = pow(_STEP, -1, _SPACE)


def _shift(topic: str) -> int:
    """Give what keeps the offsets of one topic from being those of another."""
    return crc32(topic.encode())


def offset_text(topic: str, number: int) -> str:
    """Write a topic's running number as an offset whose order nobody can read off."""
    rest = (number * _STEP + _shift(topic)) % _SPACE
    text = ""
    for _ in range(5):
        rest, place = divmod(rest, len(_ALPHABET))
        text += _ALPHABET[place]
    return text


def offset_number(topic: str, text: str) -> int | None:
    """Read an offset of a topic back; None for what never was one."""
    if len(text) != 5 or any(character not in _ALPHABET for character in text):
        return None
    value = 0
    for character in reversed(text):
        value = value * len(_ALPHABET) + _ALPHABET.index(character)
    return (value - _shift(topic)) * _BACK % _SPACE


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it is kept; `number` runs per topic from 1, `moment` is when the thing happened (aware)."""

    happening: Happening
    tenant_id: int
    number: int
    moment: datetime

    def as_json(self) -> dict[str, Any]:
        """Give the event's frame."""
        kind = self.happening.kind
        return {
            "topic": kind.topic,
            "type": kind.type,
            "tenantId": self.tenant_id,
            "entityId": self.happening.entity_id,
            "offset": offset_text(kind.topic, self.number),
            "timestamp": self.moment.astimezone(STOCKHOLM).isoformat(timespec="milliseconds"),
            **self.happening.details,
        }


class EventStream:
    """Keeps the events of every topic in the order of their offsets."""

    def __init__(self) -> None:
        self._events: dict[str, list[Event]] = {topic: [] for topic in TOPICS}
        self._last: dict[str, int] = dict.fromkeys(TOPICS, 0)

    def append(self, happening: Happening, tenant_id: int, happened: datetime, now: datetime) -> None:
        """Keep an event under the next offset of its topic, and drop what has been kept long enough."""
        topic = happening.kind.topic
        self._last[topic] += 1
        self._events[topic].append(Event(happening, tenant_id, self._last[topic], happened))
        self.forget_old(now)

    def forget_old(self, now: datetime) -> None:
        """Drop what is older than 14 days or more than a topic may hold."""
        for events in self._events.values():
            surplus = max(0, len(events) - MOST_KEPT)
            while surplus < len(events) and now - events[surplus].moment > RETENTION:
                surplus += 1
            del events[:surplus]

    def last(self, topic: str) -> int:
        """Give the number of a topic's latest event, 0 before the first."""
        return self._last[topic]

    def position(self, topic: str, offset: str) -> int:
        """Give the number behind which a replay from an offset begins; an unknown one begins with the earliest kept."""
        events = self._events[topic]
        earliest = events[0].number - 1 if events else self._last[topic]
        number = offset_number(topic, offset)
        return number if number is not None and earliest <= number <= self._last[topic] else earliest

    def next_after(self, topic: str, number: int) -> Event | None:
        """Give a topic's first kept event behind a number."""
        events = self._events[topic]
        place = max(0, number + 1 - events[0].number) if events else 0
        return events[place] if place < len(events) else None

    def of(self, topic: str) -> list[Event]:
        """Give a topic's kept events in order."""
        return list(self._events[topic])

    def kept(self) -> list[Event]:
        """Give every kept event, topic by topic."""
        return [event for events in self._events.values() for event in events]

    def clear(self) -> None:
        """Forget everything; offsets start again."""
        for topic, events in self._events.items():
            events.clear()
            self._last[topic] = 0

    def saved(self) -> dict[str, Any]:
        """Give what is to be stored."""
        return {"events": self._events, "last": self._last}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take back what was stored."""
        self._events = {topic: saved["events"].get(topic, []) for topic in TOPICS}
        self._last = {topic: saved["last"].get(topic, 0) for topic in TOPICS}
