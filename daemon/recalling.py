"""What is remembered for events before their rules run: read from disk in one go for a whole batch."""

from collections.abc import Sequence

from daemon.deciding import Deciding, Heard
from handlers.facts import Facts
from store import facts
from store.db import Database
from store.handling import Handled
from store.inbox import Waiting


class Recalling:
    """Reads the facts of events, and decides with them."""

    def __init__(self, database: Database, deciding: Deciding) -> None:
        self._database = database
        self.deciding = deciding

    async def facts(self, heard: Sequence[Heard]) -> list[list[Facts]]:
        """The facts of each event of each delivery. Raises :class:`store.db.StoreUnavailable`."""
        asked = [
            facts.Asked(one.settings.name, event.remembered_by.thing(one.settings.name))
            for one in heard
            for event in one.events
        ]
        known = iter(await self._database.read(facts.remembered(asked)) if asked else [])
        return [[_facts(next(known)) for _ in one.events] for one in heard]

    async def handle(self, row: Waiting) -> Handled:
        """What becomes of one row by today's rules and memory; nothing is stored."""
        heard = self.deciding.read(row)
        if isinstance(heard, Handled):
            return heard
        (known,) = await self.facts([heard])
        return self.deciding.decide(heard, known)


def _facts(found: facts.Remembered) -> Facts:
    return Facts(generation=found.generation, answers=found.answers)
