"""The ids that people see: ``in-12`` is a delivery, ``out-34`` a command, ``q-5`` a question that they wait for."""

import re
from typing import Literal

Place = Literal["in", "out"]
_ID = re.compile(r"(?:(in|out)-)?([0-9]{1,18})")
_QUESTION = re.compile(r"(?:q-)?([0-9]{1,18})")


def delivery_id(inbox_id: int) -> str:
    """``in-12``."""
    return f"in-{inbox_id}"


def command_id(outbox_id: int) -> str:
    """``out-34``."""
    return f"out-{outbox_id}"


def parse(text: str, bare: Place) -> tuple[Place, int] | None:
    """Which table and row an id names; a bare number means ``bare``. ``None`` where it is no id of ours."""
    match = _ID.fullmatch(text.strip().lower())
    if match is None:
        return None
    place: Place = "in" if match[1] == "in" else "out" if match[1] == "out" else bare
    return place, int(match[2])


def question_id(number: int) -> str:
    """``q-5``."""
    return f"q-{number}"


def question_number(text: str) -> int | None:
    """The number of ``q-5``, or of a bare ``5``; ``None`` where it is no id of a question."""
    match = _QUESTION.fullmatch(text.strip().lower())
    return None if match is None else int(match[1])
