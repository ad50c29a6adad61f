"""Polling: what a sender shows enters the inbox with its cursor, and both paths of one event meet."""

import json
from datetime import date
from pathlib import Path

import pytest

from connectors.base import Later
from connectors.sources import Found
from store import senders
from tests.conftest import Lines
from tests.daemon.test_fetching import desk


@pytest.mark.asyncio
@pytest.mark.capability("f5")
async def test_a_poll_stores_its_cursor_with_what_it_found(tmp_path: Path, log_lines: Lines) -> None:
    """Page by page; a page that fails leaves the cursor before it, and nothing is stored twice."""
    async with desk(tmp_path) as made:
        pages = [[Found(f"order:{number}", json.dumps({"order": "4711"}).encode())] for number in range(3)]
        made.reader.pages = [*pages, pages[0]]
        assert await made.poll() == 3
        assert (made.reader.cursors[0], made.reader.since) == (None, date(2026, 1, 1))
        made.reader.pages = [*made.reader.pages, [Found("order:9", b'{"order": "4711"}')]]
        made.reader.errors.append(Later("timeout", system="crm", operation="poll"))
        assert await made.poll() == 0
        assert (await made.rows("SELECT outcome FROM sender"))[0]["outcome"] == "timeout"
        assert await made.poll() == 1
        assert made.reader.cursors[-1] == {"page": 4}
        assert [row["origin"] for row in await made.rows()] == ["poll"] * 4
        seen = await made.database.read(senders.seen)
        assert (seen["crm"].outcome, seen["crm"].webhook_at) == ("finished", None)
    assert [(line["found"], line["new"]) for line in log_lines.named("source.polled")] == [(4, 3), (1, 1)]


@pytest.mark.asyncio
async def test_both_paths_of_one_submission_are_one_event(tmp_path: Path) -> None:
    """A webhook and a poll of it; a second submission by either path is an event of its own."""
    async with desk(tmp_path) as made:
        await made.arrive("4711")
        await made.until("handled")
        made.reader.pages = [[Found("order:1", b'{"order": "4711", "at": 120}')]]
        await made.poll()
        await made.until("handled", "ignored")
        assert (await made.rows())[1]["reason"] == "the same event as in-1"
        await made.arrive("4711", at=130)
        await made.arrive("4711", at=3600)
        await made.until("handled", "ignored", "handled", "handled")
        made.reader.pages = [*made.reader.pages, [Found("order:2", b'{"order": "4711", "at": 9000}')]]
        await made.poll()
        await made.until("handled", "ignored", "handled", "handled", "handled")


@pytest.mark.asyncio
async def test_sources_of_the_last_days_are_remembered(tmp_path: Path) -> None:
    """Those that are no longer configured, with the status that their sender honours."""
    async with desk(tmp_path) as made:
        await made.database.write(senders.configured({"crm": 503, "ghl": 429}, 1_000))
        await made.database.write(senders.configured({"crm": 503}, 5_000))
        assert await made.database.read(senders.removed({"crm"}, 500)) == {"ghl": 429}
        assert await made.database.read(senders.removed({"crm"}, 1_000)) == {}
