"""A stored delivery that a person names so that its rules run again, for real or dry."""

from daemon.requests import Misused
from daemon.subjects import parsed
from handlers.workflow import SYSTEM
from store import inbox
from store.acting import NotPossible
from store.db import Read
from store.inbox import Waiting
from store.starting import SOURCE


async def named_delivery(read: Read, named: str, done: str) -> Waiting:
    """The delivery (``in-12``, or a bare number); ``done`` says in words what is done with it.

    Raises :class:`Misused` for a command's id, :class:`store.acting.NotPossible` for what has no body or no rules.
    """
    place, number = parsed(named, "in")
    if place == "out":
        raise Misused(f"a command is not {done}: name its delivery (in-…) that explain shows")
    row = await read(inbox.stored(number))
    if row is None:
        raise NotPossible(f"there is no delivery in-{number}, or its body was erased by retention")
    if row.source == SOURCE:
        raise NotPossible(f"in-{number} is a task that a person started, which no rule made: start it anew")
    if row.source == SYSTEM:
        raise NotPossible(f"in-{number} is a step of a workflow: `workflow show` tells how that stands")
    return row
