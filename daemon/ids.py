"""The ids that people see: ``in-12`` is a delivery, ``out-34`` a command."""

import re
from typing import Literal

Place = Literal["in", "out"]
_ID = re.compile(r"(?:(in|out)-)?([0-9]{1,18})")


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
