"""Deliveries whose sender is a system of its own: noticed when they are on disk, followed until they are at rest."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from daemon.demo.configuration import COMPANY
from daemon.demo.stage import Stage
from daemon.demo.stories import POLL_SECONDS, StillBusy
from daemon.ids import delivery_id
from store import reading

Json = dict[str, Any]
PATIENCE_SECONDS = 20.0
MOST = 100


async def newest(stage: Stage, source: str) -> int:
    """The number of the newest delivery of a source, 0 where it has none."""
    rows = await stage.read(reading.deliveries(state=None, company=None, limit=MOST))
    return max((row.id for row in rows if row.source == source), default=0)


async def arrived(stage: Stage, source: str, after: int) -> str:
    """Wait for a delivery of the source behind number ``after``; gives its id. Raises ``StillBusy``."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (found := await newest(stage, source)) <= after:
        if time.monotonic() > until:
            raise StillBusy(f"nothing of {source} arrived within {PATIENCE_SECONDS:g} s")
        await asyncio.sleep(POLL_SECONDS)
    return delivery_id(found)


async def followed(
    stage: Stage, source: str, sending: Callable[[], Awaitable[str]], company: str = COMPANY
) -> tuple[Json, int]:
    """Do what makes the source send, wait, show the whole way; its story, and how many calls to Fortnox it took.

    ``sending`` returns what was sent and answered, for the reader.
    """
    fortnox = stage.fortnox.of(company)
    before, last = await fortnox.count(), await newest(stage, source)
    told = await sending()
    inbox_id = await arrived(stage, source, last)
    stage.screen.labelled("received", [f"{told}  →  stored as {inbox_id}"])
    story = await stage.stories.at_rest(inbox_id)
    calls = await fortnox.calls(before)
    stage.show(story, calls, await fortnox.state())
    return story, sum(call.spent for call in calls)
