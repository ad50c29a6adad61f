"""What a request speaks of and what it touched: ids from a person, and in the answer and the log line."""

import re
from typing import Any

from daemon.ids import Place, command_id, parse
from daemon.requests import Misused
from store.acting import Touched

Answer = dict[str, Any]
"""What became of a request, as JSON: ``commands`` and ``deliveries`` with ids and new states, and more by action."""


def parsed(text: str, bare: Place) -> tuple[Place, int]:
    """Place and number of an id; a bare number is of the place ``bare``. Raises :class:`Misused`."""
    found = parse(text, bare)
    if found is None:
        raise Misused(f"{text} is no id: in-12 names a delivery, out-34 a command")
    return found


def touched_answer(touched: Touched) -> Answer:
    """A command that a request touched."""
    answer: Answer = {"id": command_id(touched.id), "state": touched.state}
    return answer | ({"doubts_ended": touched.doubts_ended} if touched.doubts_ended else {})


def subjects(answer: Answer) -> list[str]:
    """What the request touched, for one log line; a long list is cut by the log."""
    parts = ("commands", "deliveries", "freed", "parked", "tasks")
    ids = [entry["id"] for part in parts for entry in answer.get(part, ())]
    names = [f"{entry['scope']}:{entry['name']}" for part in ("paused", "resumed") for entry in answer.get(part, ())]
    names += [f"register:{entry['company']}" for entry in answer.get("registers", ())]
    return ids + names + [f"company:{entry['name']}" for entry in answer.get("companies", ())]


def word(name: str) -> str:
    """A person's name at the operating system in the log's alphabet."""
    return re.sub(r"[^A-Za-z0-9_.+-]", "_", name)
