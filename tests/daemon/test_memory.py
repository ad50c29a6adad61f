"""What a target may ask of our memory: whether there is room for one more document within the hour."""

from pathlib import Path

import pytest

from daemon.memory import HOUR_MS, MemoryLinks
from store.db import open_database
from store.migrate import migrate
from tests.fakes.clock import ManualClock


@pytest.mark.asyncio
async def test_places_come_free_an_hour_after_they_were_taken(tmp_path: Path) -> None:
    """Each company has its own; what asks again keeps its place, so that a retry takes no second one."""
    path = tmp_path / "bridge.db"
    migrate(path)
    manual = ManualClock()
    async with open_database(path) as database:
        links = MemoryLinks(database, manual.clock)
        assert [await links.reserve_document("demo", thing, 2) for thing in ("a", "b", "c", "a")] == [
            True,
            True,
            False,
            True,
        ]
        assert await links.reserve_document("other", "c", 2)
        manual.move(HOUR_MS / 1000 - 1)
        assert not await links.reserve_document("demo", "c", 2)
        manual.move(1)
        assert await links.reserve_document("demo", "c", 2)
