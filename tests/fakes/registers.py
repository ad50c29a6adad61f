"""What a company's registers tell, put into the inbox and handled there: a whole sweep, or single news by push."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from connectors.fortnox.register_entries import REGISTERED, entry_of
from connectors.sources import Delivery, Entry, Learned, RawRequest, Stored
from daemon.bridge import Bridge
from daemon.own_sources import source_of
from store import inbox, register
from store.db import Job
from store.inbox import Arrival

PATIENCE_SECONDS = 30.0
NEWS = count(1)


class Teller:
    """A source whose deliveries tell what a test said they tell."""

    name = "news"
    retry_status = 503
    kept_headers: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.told: dict[str, Learned] = {}

    def verify(self, request: RawRequest, now: datetime) -> Delivery:
        """Nothing of this comes through the door."""
        raise NotImplementedError

    def events(self, stored: Stored) -> Learned:
        """By the delivery's key."""
        return self.told[stored.key]


async def tell(bridge: Bridge, told: Learned, body: bytes = b"{}", company: str = "demo") -> int:
    """Put one delivery into the inbox and wait until intake has handled it; returns its id."""
    deciding = bridge.intake.deciding
    teller = deciding.sources.get(Teller.name)
    if not isinstance(teller, Teller):
        teller = Teller()
        deciding.sources = {**deciding.sources, Teller.name: teller}
    key = f"news:{next(NEWS)}"
    teller.told[key] = told
    arrival = Arrival(
        source=Teller.name,
        company=company,
        dedupe_key=key,
        headers={},
        body=body,
        received_at=bridge.clock.now(),
        origin="push",
    )
    database = bridge.store.database
    inbox_id = (await database.write(inbox.accept(arrival))).inbox_id
    bridge.intake.wake()
    until = bridge.clock.monotonic() + PATIENCE_SECONDS
    while (state := await database.read(_state(inbox_id))) == "waiting":
        if bridge.clock.monotonic() > until:
            raise TimeoutError(f"in-{inbox_id} is never handled")
        await asyncio.sleep(0.002)
    assert state == "handled"
    return inbox_id


def _state(inbox_id: int) -> Job[str]:
    return lambda connection: str(
        connection.execute("SELECT state FROM inbox WHERE id = ?", (inbox_id,)).fetchone()["state"]
    )


async def sweep(bridge: Bridge, company: str = "demo") -> None:
    """Have all registers of the company's simulated Fortnox read whole, as they stand now, and the pages handled."""
    database = bridge.store.database
    await database.write(register.doubt(company, REGISTERED, bridge.clock.milliseconds()))
    await bridge.readings[source_of(company)].poll()
    until = bridge.clock.monotonic() + PATIENCE_SECONDS
    while any(age.doubted_at is not None for age in (await database.read(register.ages(company))).values()):
        if bridge.clock.monotonic() > until:
            raise TimeoutError("the registers are never swept")
        await asyncio.sleep(0.002)


async def news(
    bridge: Bridge, resource: str, objects: Sequence[dict[str, Any]], gone: Sequence[str] = (), company: str = "demo"
) -> int:
    """What an event tells: objects as they stand there now, and the numbers of those that are gone."""
    now = bridge.clock.now()
    entries = [entry_of(resource, shown, now) for shown in objects]
    entries += [Entry(resource, number, now, None) for number in gone]
    return await tell(bridge, Learned("told", tuple(entries)), company=company)
