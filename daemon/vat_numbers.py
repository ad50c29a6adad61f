"""VAT numbers of one company's buyers: asked at VIES, and the answers kept as evidence for good."""

from connectors.base import Json
from connectors.vies.client import ViesClient
from connectors.vies.settings import ViesSettings
from daemon.clock import Clock
from store import register
from store.db import Database
from store.register import Entry

RESOURCE = "vat_numbers"
"""What the answers are called beside the copies of Fortnox's registers."""

HOUR_MS = 3_600_000


class KeptVatNumbers:
    """See :class:`connectors.vat_numbers.VatNumbers`."""

    def __init__(
        self, company: str, settings: ViesSettings, client: ViesClient, database: Database, clock: Clock
    ) -> None:
        self._company = company
        self._settings = settings
        self._client = client
        self._database = database
        self._clock = clock

    async def check(self, number: str) -> Json:
        """The kept answer while it counts, else a new one, which is on disk before it is used.

        That a number is not valid counts once only: it may have been registered since.
        """
        now = self._clock.milliseconds()
        kept = await self._database.read(register.read(self._company, RESOURCE, number))
        if kept is not None and kept["valid"] and 0 <= now - kept["at"] < self._settings.valid_hours * HOUR_MS:
            return {name: kept[name] for name in ("valid", "asked", "consultation")}
        answer = await self._client.ask(number)
        entry = Entry(RESOURCE, number, now, {**answer, "at": now})
        await self._database.write(lambda connection: register.learn(connection, self._company, [entry], None))
        return answer
