"""Answers a target's questions about what we made before, from the store."""

from collections.abc import Mapping, Sequence

from connectors.base import Json
from daemon.clock import Clock
from store import links, outbox, sales
from store.db import Database

DAY_MS = 86_400_000
HOUR_MS = 3_600_000


class MemoryLinks:
    """Answers a target's questions from the store (see :class:`connectors.base.LinkReader`)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._begun: dict[tuple[str, str], int] = {}

    async def linked_elsewhere(self, company: str, kind: str, numbers: Sequence[str], thing: str) -> frozenset[str]:
        """Those of ``numbers`` that are linked to another thing of ours."""
        return await self._database.read(links.linked_elsewhere(company, kind, numbers, thing))

    async def payments_on(self, company: str, invoice: str, thing: str) -> Mapping[str, Json]:
        """What we last saw of the other payments of ours on that invoice, by their numbers."""
        found = await self._database.read(links.payments_on(company, invoice, thing))
        return {payment.number: payment.state for payment in found}

    async def same_sale(self, thing: str, days: int) -> tuple[str, str | None] | None:
        """A sale of the same buyer and sum that came the other way in the last ``days``, before this."""
        since = self._clock.milliseconds() - days * DAY_MS
        return await self._database.read(sales.same_sale(thing, since=since))

    async def reserve_document(self, company: str, thing: str, most: int) -> bool:
        """Whether fewer than ``most`` other documents were made, or begun by this process, in the last hour."""
        now = self._clock.milliseconds()
        since = now - HOUR_MS
        made = await self._database.read(outbox.documents_made(company, since=since, limit=most + 1))
        # Nothing is awaited from here on: of several that ask at once, each sees those before it.
        self._begun = {key: at for key, at in self._begun.items() if at > since}
        begun = {other for name, other in self._begun if name == company}
        if len((made | begun) - {thing}) >= most:
            return False
        self._begun[company, thing] = now
        return True
