"""What became of a delivery, as ``explain`` tells it from the daemon's disk, and the wait until it is told."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from daemon.demo.configuration import TENANTS
from daemon.explain import Explainer
from daemon.opening import database_path
from store.db import Read, open_reader

Json = dict[str, Any]
PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.05
AT_REST = frozenset({"done", "discarded", "superseded", "parked", "held"})


class StillBusy(Exception):
    """A delivery did not come to rest in time."""


class Stories:
    """Reads the daemon's database beside the running daemon, as the command ``explain`` does."""

    def __init__(self, explainer: Explainer) -> None:
        self._explainer = explainer

    async def told(self, inbox_id: str) -> Json:
        """The story so far of the delivery ``in-12``."""
        found = await self._explainer.stories(inbox_id)
        return found[0]

    async def at_rest(self, inbox_id: str, seconds: float = PATIENCE_SECONDS) -> Json:
        """The story once nothing of it goes on by itself. Raises :class:`StillBusy`."""
        return await self._once(rests, inbox_id, seconds)

    async def handled(self, inbox_id: str, seconds: float = PATIENCE_SECONDS) -> Json:
        """The story once the delivery is understood, whatever its commands wait for. Raises :class:`StillBusy`."""
        return await self._once(understood, inbox_id, seconds)

    async def _once(self, wanted: Callable[[Json], bool], inbox_id: str, seconds: float) -> Json:
        until = time.monotonic() + seconds
        while True:
            story = await self.told(inbox_id)
            if wanted(story):
                return story
            if time.monotonic() > until:
                states = ", ".join(f"{command['id']} {command['state']}" for command in story["commands"])
                raise StillBusy(f"{inbox_id} is not at rest after {seconds:g} s: {story['state']}; {states}")
            await asyncio.sleep(POLL_SECONDS)


def understood(story: Json) -> bool:
    """Whether the delivery is read and its commands are made."""
    return story["state"] not in {"waiting", "reading"}


def rests(story: Json) -> bool:
    """Whether the delivery is handled and each of its commands is done or waits for a person."""
    return understood(story) and all(command["state"] in AT_REST for command in story["commands"])


@asynccontextmanager
async def reading(data_dir: Path) -> AsyncIterator[tuple[Read, Stories]]:
    """Open the daemon's database read-only for the length of the block."""
    async with open_reader(database_path(data_dir)) as read:
        yield read, Stories(Explainer(read, kinds=dict.fromkeys(TENANTS, "simulator"), unseal=None))
