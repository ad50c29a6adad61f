"""How what a client sent stands by now, in one word and in detail; and waiting for it to come to rest."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from daemon.clock import Clock
from daemon.destinations import written_to
from daemon.ids import command_id, delivery_id
from handlers.commands import FORTNOX
from store.db import Database
from store.standing import STOPPED, CommandStanding, Standing, standing

AT_REST = frozenset({"done", "held", "parked", "skipped"})
"""States that do not change by themselves."""

ENDED = frozenset({"done", "discarded", "superseded"})
"""States of commands that have come to their end."""

LOOK_SECONDS = 0.05


def word_of(one: Standing) -> str:
    """``accepted``, ``running``, ``done``, ``held``, ``parked``, or ``skipped`` where nothing is to be done.

    What a sender is told besides does not count: :func:`told` says how that stands.
    """
    if one.state in {"waiting", "reading"}:
        return "accepted"
    if one.state in STOPPED:
        return one.state
    if one.state != "handled":
        return "skipped"
    return _word({command.state for command in counted(one)})


def _word(states: AbstractSet[str]) -> str:
    if states & STOPPED:
        return "held" if "held" in states else "parked"
    if states - ENDED:
        return "running"
    return "done" if "done" in states else "skipped"


def counted(one: Standing) -> Sequence[CommandStanding]:
    """The commands for Fortnox; where there are none of them, those for senders."""
    return [command for command in one.commands if written_to(command.company) is None] or one.commands


def told(commands: Iterable[CommandStanding]) -> dict[str, Any] | None:
    """How what senders are told stands, in one word and with what is waited for; ``None`` where nothing is told.

    A command that had nothing to tell does not count, unless none has.
    """
    back = [command for command in commands if written_to(command.company) is not None]
    if not back:
        return None
    word = _word({command.state if command.result != "not_created" else "superseded" for command in back})
    open_one = next((command for command in back if command.state not in ENDED), None)
    return {
        "status": word,
        "records": list(dict.fromkeys(command.object for command in back if command.object is not None)),
        "waits_for": open_one.reason if open_one is not None and open_one.state == "waiting" else None,
        "reason": open_one.reason if open_one is not None and open_one.state in STOPPED else None,
        "question": None if open_one is None else open_one.question,
    }


def shown(one: Standing) -> dict[str, Any]:
    """The delivery with its commands, as clients see it: states, questions, and objects in Fortnox; nothing sent."""
    stopped = next((command for command in counted(one) if command.state in STOPPED), None)
    known: dict[str, Any] = {"id": delivery_id(one.inbox_id), "status": word_of(one)}
    reason, question = (one.reason, one.question) if stopped is None else (stopped.reason, stopped.question)
    if known["status"] in STOPPED | {"skipped"}:
        known |= {"reason": reason, "question": question}
    return known | {"commands": [_command(command) for command in one.commands]}


def _command(command: CommandStanding) -> dict[str, Any]:
    return {
        "id": command_id(command.id),
        "command": command.kind,
        "status": command.state,
        "result": command.result,
        "object": command.object,
        "at": written_to(command.company) or FORTNOX,
    }


class States:
    """Reads how deliveries stand."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, inbox_ids: Sequence[int]) -> list[Standing]:
        """Each delivery as it stands now."""
        return await self._database.read(standing(inbox_ids))

    async def at_rest(self, inbox_id: int, seconds: float) -> Standing:
        """The delivery once it does not move by itself any more, or as it stands after ``seconds``."""
        until = self._clock.monotonic() + seconds
        while True:
            (now,) = await self.of([inbox_id])
            if word_of(now) in AT_REST or self._clock.monotonic() >= until:
                return now
            await self._clock.sleep(LOOK_SECONDS)
