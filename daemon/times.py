"""Moments in words: ISO 8601 in UTC for programs, Stockholm's clock and rough ages for people."""

from datetime import datetime
from zoneinfo import ZoneInfo

from store.db import moment

LOCAL = ZoneInfo("Europe/Stockholm")


def iso(stored: int | None) -> str | None:
    """A stored moment (milliseconds since 1970) as ``2026-11-21T10:45:00.123Z``."""
    return None if stored is None else moment(stored).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local(text: str | None, *, exact: bool = False) -> str:
    """An ISO moment on Stockholm's clock; ``exact`` keeps the milliseconds. A missing one is a dash."""
    if text is None:
        return "-"
    at = datetime.fromisoformat(text).astimezone(LOCAL)
    return at.strftime("%Y-%m-%d %H:%M:%S") + (f".{at.microsecond // 1000:03}" if exact else "")


def age(seconds: float) -> str:
    """A length of time in its largest unit: ``45 s``, ``12 min``, ``3 h``, ``5 d``."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} s"
