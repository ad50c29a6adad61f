"""Reads at a company's own Fortnox what events of its push stream only hint at, inside the company's rate window."""

from datetime import date

from connectors.base import Json
from connectors.fortnox.client import Client
from connectors.fortnox.table import RESOURCES
from connectors.sources import Page, ReaderFacts, Wanted

BATCH = 5
"""The priority in the rate window: everything that was sent to us goes first."""


class FortnoxReader:
    """Fits ``connectors.sources.Reader``; the company's target owns credentials and window."""

    def __init__(self, client: Client) -> None:
        """``client`` is the company's; it is used at batch priority."""
        self._client = client.with_priority(BATCH)

    async def read(self, wanted: Wanted) -> Json | None:
        """One object of the table: ``kind`` is the resource, ``id`` its number."""
        return await self._client.find(f"read_{RESOURCES[wanted.kind].one}", wanted.id)

    async def poll(self, cursor: Json | None, since: date) -> Page | None:
        """Nothing is swept yet."""
        return None

    async def keep_alive(self) -> bool:
        """The company's target does that."""
        return False

    async def facts(self) -> ReaderFacts:
        """The rate window that the company has for everything."""
        window = self._client.window
        return ReaderFacts(left=window.free() if window.calls else None, window=window.calls or None)

    async def close(self) -> None:
        """The company's target ends its renewals itself."""
