"""The senders' triggers, as facts for a screen: kinds of events, what each holds, and who tells it."""

from typing import Any

from connectors.registry import SOURCES
from daemon.mappings import EVENTS, event_shape
from handlers.mapping.shapes import fields_named

Json = dict[str, Any]
RESOURCE = "events"
"""What stands where an operation has its resource."""

TRIGGERS = tuple(kind for kind in EVENTS if any(kind in source.tells for source in SOURCES.values()))
"""Kinds of events that a configured sender can tell, in the order of the table of events."""


def senders_of(kind: str) -> list[str]:
    """The types of senders that tell it."""
    return sorted(name for name, source in SOURCES.items() if kind in source.tells)


def triggers() -> list[Json]:
    """Every trigger in a line's worth, under the names that operations have."""
    return [
        {
            "name": kind,
            "resource": RESOURCE,
            "method": None,
            "path": None,
            "scope": ", ".join(senders_of(kind)),
            "effect": "event",
            "says": _says(kind),
        }
        for kind in TRIGGERS
    ]


def trigger(kind: str) -> Json:
    """All of one: every path that mappings can name. Raises ``KeyError`` for another name."""
    return {
        "name": kind,
        "resource": RESOURCE,
        "says": _says(kind),
        "effect": "event",
        "senders": senders_of(kind),
        "fields": list(fields_named(event_shape(kind))),
    }


def _says(kind: str) -> str:
    """The first sentence of the event's own description."""
    return (EVENTS[kind].__doc__ or "").split("\n\n")[0].split(": ")[0].split("; ")[0].replace("``", "").rstrip(".")
