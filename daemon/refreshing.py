"""A person asks for the registers of a company to be read whole: a doubt on disk, and the sweep at once."""

from collections.abc import Callable

from connectors.fortnox.register_entries import REGISTERED
from connectors.nearest import meant
from daemon.clock import Clock
from daemon.following import Follow
from daemon.requests import Misused, Refresh
from daemon.settings import Config
from daemon.subjects import Answer
from store import register
from store.db import Database


class Refreshing:
    """What was asked for is on disk: without a daemon its next start begins with the sweep."""

    def __init__(self, *, config: Callable[[], Config], database: Database, clock: Clock, follow: Follow) -> None:
        self._config = config
        self._database = database
        self._clock = clock
        self._follow = follow

    async def perform(self, request: Refresh) -> Answer:
        """Doubt every register of the company and have it swept. Raises :class:`daemon.requests.Misused`."""
        known = self._config().companies
        if request.company not in known:
            raise Misused(f"there is no company {request.company}{meant(request.company, known)}")
        if not known[request.company].fortnox.register_on:
            raise Misused(f"company {request.company} keeps no register: set `register = true`")
        await self._database.write(register.doubt(request.company, REGISTERED, self._clock.milliseconds()))
        begun = self._follow.sweep(request.company)
        return {"registers": [{"company": request.company, "registers": len(REGISTERED), "begun": begun}]}
