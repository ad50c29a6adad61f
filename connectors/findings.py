"""What a check found: sound or not, in one sentence, with the remedy in another."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "failed", "unchecked"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of an examination.

    ``check`` is a closed word, ``about`` what it is said of where a check looks at several things (an account, a code):
    never personal data, because both are logged. ``says`` and ``remedy`` are for a person's screen. ``code`` is the
    error code with which Fortnox refuses, or would refuse; then ``remedy`` is the catalogue's text of it.
    """

    check: str
    level: Level
    says: str
    remedy: str = ""
    about: str = ""
    code: int | None = None


def ok(check: str, says: str) -> Finding:
    """Everything that the check looks at is as it must be."""
    return Finding(check, "ok", says)


def warning(check: str, says: str, remedy: str, *, about: str = "") -> Finding:
    """It works today, and a person should look."""
    return Finding(check, "warning", says, remedy, about)


def failed(check: str, says: str, remedy: str, *, about: str = "") -> Finding:
    """What the company is configured to do does not work."""
    return Finding(check, "failed", says, remedy, about)
