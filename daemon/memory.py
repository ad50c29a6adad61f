"""Answers a target's questions about what we made before, from the store."""

from collections.abc import Sequence

from daemon.clock import Clock
from store import handling, links
from store.db import Database

DAY_MS = 86_400_000


class MemoryLinks:
    """Answers a target's questions from the store (see :class:`connectors.base.LinkReader`)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def linked_elsewhere(self, company: str, kind: str, numbers: Sequence[str], thing: str) -> frozenset[str]:
        """Those of ``numbers`` that are linked to another thing of ours."""
        return await self._database.read(links.linked_elsewhere(company, kind, numbers, thing))

    async def same_sale(self, thing: str, days: int) -> tuple[str, str | None] | None:
        """A sale of the same buyer and sum that came the other way in the last ``days``, before this."""
        since = self._clock.milliseconds() - days * DAY_MS
        return await self._database.read(handling.same_sale(thing, since=since))
