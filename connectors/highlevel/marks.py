"""Our mark in notes and tasks at HighLevel: a last line that says whose it is, and of which thing of ours."""

import re

from handlers.values import short_reference

SIGN = "fortnox-bridge #"
_OURS = re.compile(re.escape(SIGN) + r"[a-z2-7]{12}(?![A-Za-z0-9])")


def mark_of(thing: str) -> str:
    """The mark of a thing: always the same 12 letters and digits."""
    return short_reference(thing)


def marked(text: str, mark: str) -> str:
    """The text with our last line behind it."""
    return f"{text}\n\n{SIGN}{mark}" if text else SIGN + mark


def has_mark(text: str, mark: str) -> bool:
    """Whether this very mark stands in the text, which HighLevel may have dressed in HTML."""
    return any(found.removeprefix(SIGN) == mark for found in _OURS.findall(text))


def mark_in(text: str) -> str | None:
    """The last mark of ours in a text; ``None`` where it carries none."""
    found = _OURS.findall(text)
    return found[-1].removeprefix(SIGN) if found else None


def is_ours(text: str) -> bool:
    """Whether a text carries a mark of ours, of whatever thing."""
    return mark_in(text) is not None
