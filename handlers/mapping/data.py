"""An event as expressions see it: plain tables and lists under our own names, decimals exact, dates as ISO 8601."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from handlers.events import EventBase


def data_of(event: EventBase) -> dict[str, Any]:
    """The event's fields, all the way down."""
    plain = _plain(event.model_dump())
    assert isinstance(plain, dict)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
