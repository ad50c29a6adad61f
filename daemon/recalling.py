"""What is remembered for events before their rules run: read from disk in one go for a whole batch."""

from collections.abc import Collection, Sequence
from typing import Protocol, TypeVar

from daemon.bus import LIVE
from daemon.deciding import Deciding, Heard
from handlers.facts import Facts
from store import facts
from store.db import Job
from store.handling import Handled
from store.inbox import Waiting

T = TypeVar("T")


class Memory(Protocol):
    """What facts are read from: the daemon's database, or a reader beside it."""

    async def read(self, job: Job[T]) -> T:
        """A reading job's answer."""
        ...


class Recalling:
    """Reads the facts of events, and decides with them."""

    def __init__(self, database: Memory, deciding: Deciding) -> None:
        self._database = database
        self.deciding = deciding

    async def facts(self, heard: Sequence[Heard]) -> list[list[Facts]]:
        """The facts of each event of each delivery. Raises :class:`store.db.StoreUnavailable`."""
        asked = [
            facts.Asked(one.settings.name, event.thing.thing(one.settings.name))
            for one in heard
            for event in one.events
        ]
        known = iter(await self._database.read(facts.remembered(asked)) if asked else [])
        return [[_facts(next(known)) for _ in one.events] for one in heard]

    async def handle(self, row: Waiting, modes: Collection[str] = LIVE) -> Handled:
        """What becomes of one row by today's rules in one of ``modes``, and memory; nothing is stored."""
        heard = self.deciding.read(row)
        if isinstance(heard, Handled):
            return heard
        (known,) = await self.facts([heard])
        return self.deciding.decide(heard, known, modes)


def _facts(found: facts.Remembered) -> Facts:
    return Facts(generation=found.generation, answers=found.answers)
