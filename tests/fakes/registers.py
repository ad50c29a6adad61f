"""What a company's registers tell, put into the inbox and handled there: a whole sweep, or single news by push."""

import sqlite3
from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any

from connectors.fortnox.register_entries import entry_of
from connectors.fortnox.sweep import Sweep
from connectors.fortnox.sweep_source import learned_from_page
from connectors.fortnox.target import FortnoxTarget
from connectors.json_body import read_object
from connectors.sources import Entry, Learned
from daemon.bridge import Bridge
from daemon.deciding import learned
from store import handling, inbox
from store.inbox import Arrival, Waiting

NEWS = count(1)


async def tell(bridge: Bridge, told: Learned, body: bytes = b"{}", company: str = "demo") -> int:
    """Store one delivery and what it tells in one transaction, as intake does; returns its id."""
    arrival = Arrival(
        source=f"fortnox:{company}",
        company=company,
        dedupe_key=f"news:{next(NEWS)}",
        headers={},
        body=body,
        received_at=bridge.clock.now(),
        origin="push",
    )
    now = bridge.clock.milliseconds()

    def job(connection: sqlite3.Connection) -> int:
        inbox_id = inbox.accept_all([arrival])(connection)[0].inbox_id
        row = Waiting(inbox_id, arrival.source, company, arrival.dedupe_key, arrival.received_at, {}, False, body)
        handling.record(learned(row, told), now)(connection)
        return inbox_id

    return await bridge.store.database.write(job)


async def sweep(bridge: Bridge, company: str = "demo") -> int:
    """Read all registers of the company's simulated Fortnox whole; returns how many pages that took."""
    target = bridge.targets[company]
    assert isinstance(target, FortnoxTarget)
    polled = Sweep(target.settings, target.client, bridge.clock.now)
    cursor, pages = None, 0
    while True:
        page = await polled.poll(cursor, date(2026, 1, 1))
        if page is None:
            return pages
        for found in page.found:
            await tell(bridge, learned_from_page(read_object(found.body)), found.body, company)
        cursor, pages = page.cursor, pages + 1


async def news(
    bridge: Bridge, resource: str, objects: Sequence[dict[str, Any]], gone: Sequence[str] = (), company: str = "demo"
) -> int:
    """What an event tells: objects as they stand there now, and the numbers of those that are gone."""
    now = bridge.clock.now()
    entries = [entry_of(resource, shown, now) for shown in objects]
    entries += [Entry(resource, number, now, None) for number in gone]
    return await tell(bridge, Learned("told", tuple(entries)), company=company)
