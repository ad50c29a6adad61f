"""The human approval gate: which writes leave only after a person's word, and that word."""

from collections.abc import Callable
from typing import Any

from daemon.clock import Clock
from daemon.following import Follow
from daemon.ids import command_id, parse
from daemon.requests import Approve, Misused
from store import approving
from store.acting import NotPossible, Person
from store.db import Database

Answer = dict[str, Any]


class Approvals:
    """Takes a person's approval of held commands, each on record with who gave it."""

    def __init__(self, *, database: Database, clock: Clock, follow: Follow, told: Callable[[int, str], None]) -> None:
        """``told`` hears of each command that goes on, and by whose word."""
        self._database = database
        self._clock = clock
        self._follow = follow
        self._told = told

    async def approve(self, request: Approve) -> Answer:
        """Let the named commands go. One that does not wait for an approval is skipped, with the reason.

        Raises :class:`Misused` for what is no id of a command.
        """
        numbers = [_number(named) for named in request.ids]
        commands: list[Answer] = []
        skipped: list[Answer] = []
        for number in numbers:
            try:
                person = Person(request.person, self._clock.milliseconds())
                touched = await self._database.write(approving.approve(number, person))
            except NotPossible as refused:
                skipped.append({"id": command_id(number), "why": str(refused)})
                continue
            self._told(number, request.person)
            self._follow.new_work(touched.company)
            commands.append({"id": command_id(number), "state": touched.state})
        return {"commands": commands, "skipped": skipped}


def _number(named: str) -> int:
    found = parse(named, "out")
    if found is None or found[0] != "out":
        raise Misused(f"{named} is no id of a command: out-34 is one")
    return found[1]
