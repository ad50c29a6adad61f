"""How what a client sent stands by now, in one word and in detail; and waiting for it to come to rest."""

from collections.abc import Sequence
from typing import Any

from daemon.clock import Clock
from daemon.ids import command_id, delivery_id
from store.db import Database
from store.standing import STOPPED, CommandStanding, Standing, standing

AT_REST = frozenset({"done", "held", "parked", "skipped"})
"""States that do not change by themselves."""

LOOK_SECONDS = 0.05


def word_of(one: Standing) -> str:
    """``accepted``, ``running``, ``done``, ``held``, ``parked``, or ``skipped`` where nothing is to be done."""
    if one.state in {"waiting", "reading"}:
        return "accepted"
    if one.state in STOPPED:
        return one.state
    if one.state != "handled":
        return "skipped"
    states = {command.state for command in one.commands}
    if states & STOPPED:
        return "held" if "held" in states else "parked"
    if states - {"done", "discarded", "superseded"}:
        return "running"
    return "done" if "done" in states else "skipped"


def shown(one: Standing) -> dict[str, Any]:
    """The delivery with its commands, as clients see it: states, questions, and objects in Fortnox; nothing sent."""
    stopped = next((command for command in one.commands if command.state in STOPPED), None)
    told: dict[str, Any] = {"id": delivery_id(one.inbox_id), "status": word_of(one)}
    reason, question = (one.reason, one.question) if stopped is None else (stopped.reason, stopped.question)
    if told["status"] in STOPPED | {"skipped"}:
        told |= {"reason": reason, "question": question}
    return told | {"commands": [_command(command) for command in one.commands]}


def _command(command: CommandStanding) -> dict[str, Any]:
    return {
        "id": command_id(command.id),
        "command": command.kind,
        "status": command.state,
        "result": command.result,
        "object": command.object,
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
