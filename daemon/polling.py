"""Polling: asks one sender what was added or changed, and puts it into the inbox together with the cursor."""

from collections.abc import Callable
from datetime import date

import anyio

from connectors.base import CredentialsLost, OutsideError
from connectors.sources import Found
from daemon.clock import Clock
from daemon.fetching import Fetching
from daemon.logs import get_log
from store import senders
from store.db import Database
from store.inbox import Arrival, Seal

MOST_PAGES = 2000
"""Pages of one run; what is beyond them is found by the next, which goes on at the cursor."""


class Poll:
    """The scheduler's job for one source; what a webhook brought already is recognised by its key."""

    def __init__(
        self,
        fetching: Fetching,
        *,
        database: Database,
        clock: Clock,
        seal: Seal | None,
        since: date,
        company: Callable[[], str],
        arrived: Callable[[], None],
    ) -> None:
        """``since`` is where polling begins the first time; ``company`` the one whose records these are."""
        self._fetching = fetching
        self._database = database
        self._clock = clock
        self._seal = seal
        self._since = since
        self._company = company
        self._arrived = arrived
        self._one_run = anyio.Lock()

    async def __call__(self) -> int:
        """Run once, behind a run under way; returns how many records were new."""
        async with self._one_run:
            return await self._run()

    async def _run(self) -> int:
        source = self._fetching.source
        try:
            found, new = await self._pages()
        except OutsideError as error:
            if isinstance(error, CredentialsLost):
                self._fetching.credentials_lost(error)
            else:
                self._say_failed(error)
            await self._database.write(senders.polled(source, error.reason, self._clock.milliseconds()))
            return 0
        await self._fetching.credentials_work()
        await self._database.write(senders.polled(source, "finished", self._clock.milliseconds()))
        if new:
            get_log().info("source.polled", source=source, found=found, new=new)
        return new

    async def _pages(self) -> tuple[int, int]:
        """Page after page, each on disk before the next is asked for; returns records found, and new ones of them."""
        source = self._fetching.source
        cursor = await self._database.read(senders.cursor(source))
        found = new = 0
        for _ in range(MOST_PAGES):
            page = await self._fetching.reader.poll(cursor, self._since)
            if page is None:
                break
            arrivals = [self._arrival(entry) for entry in page.found]
            accepted = await self._database.write(senders.advance(source, arrivals, page.cursor, self._seal))
            fresh = sum(not row.repeated for row in accepted)
            found, new = found + len(arrivals), new + fresh
            if fresh:
                self._arrived()
            if page.failed is not None:
                self._say_failed(page.failed)
            if not page.more:
                break
            cursor = page.cursor
        return found, new

    def _say_failed(self, error: OutsideError) -> None:
        source = self._fetching.source
        get_log().warning("source.poll_failed", source=source, reason=error.reason, status=error.status)

    def _arrival(self, found: Found) -> Arrival:
        return Arrival(
            source=self._fetching.source,
            company=self._company(),
            dedupe_key=found.key,
            headers={},
            body=found.body,
            received_at=self._clock.now(),
            origin="poll",
        )
