"""Why nothing leaves: said for every reason that a gate can have, in status, outbox and explain, with the next step."""

import asyncio
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connectors.base import CredentialsLost
from connectors.fortnox.auth import REMEDIES
from connectors.fortnox.error_codes import MEANINGS
from daemon.cli import main
from daemon.shut_text import SENDER_SENTENCES, SENTENCES, nothing_leaves, store_refuses
from store import reading
from store.db import Job
from tests.acceptance.scene import Scene, scene
from tests.fakes.pipe import customer, note, pipe
from tests.fakes.senders import order
from tests.fakes.target import park

ROOT = Path(__file__).resolve().parents[2]


async def beside(here: Scene, *words: str) -> Result:
    """Run the command beside the daemon of a scene."""
    given = [*words, "--config", str(here.folder / "config.toml")]
    return await asyncio.to_thread(CliRunner().invoke, main, given, catch_exceptions=False)


async def lines(here: Scene, *words: str) -> Sequence[str]:
    """What the command printed."""
    return [line.strip() for line in (await beside(here, *words)).stdout.splitlines()]


async def first(here: Scene, *words: str) -> Any:
    """The first entry of what the command printed as JSON."""
    return json.loads((await beside(here, *words, "--json")).stdout)[0]


def test_every_reason_of_a_gate_has_a_sentence() -> None:
    """The closed words of the connector, of its token answers and of Fortnox's codes, and those of the gate itself."""
    raised = {
        word
        for folder in ("connectors/fortnox", "daemon")
        for path in (ROOT / folder).glob("*.py")
        for word in re.findall(r"(?:CredentialsLost|_lost)\(\s*\"(\w+)\"", path.read_text(encoding="utf-8"))
    }
    codes = {meaning.reason for meaning in MEANINGS.values() if meaning.next == "credentials"}
    assert {"another_company", "unauthorized", "not_connected"} <= raised
    assert {*raised, *codes, *REMEDIES, "refused", "down", "unproved"} - set(SENTENCES) == set()
    for reason in SENTENCES:
        assert nothing_leaves(reason, None).startswith("nothing leaves: ")
        assert reason not in nothing_leaves(reason, None).split()
    assert nothing_leaves("news", None) == "nothing leaves: news; the log says more (target.paused)"


def test_a_sender_that_is_written_to_is_called_by_its_name() -> None:
    """Nothing is said of Fortnox; what keeps its gate shut is what ``Rest`` raises, and what every gate has."""
    raised = set(re.findall(r"\"(unauthorized|forbidden)\"", (ROOT / "connectors/rest.py").read_text(encoding="utf-8")))
    assert {*raised, "down", "unproved", "read_only"} == set(SENDER_SENTENCES)
    for reason in SENDER_SENTENCES:
        said = nothing_leaves(reason, None, "to:crm")
        assert "Fortnox" not in said
        assert reason not in said.split()
    assert nothing_leaves("down", None, "to:crm").startswith("nothing leaves: crm cannot be reached")
    assert nothing_leaves("forbidden", None, "to:crm").endswith("then resume to:crm")
    assert nothing_leaves("person", "stock-taking", "to:crm") == nothing_leaves("person", "stock-taking")
    assert nothing_leaves("news", None, "to:crm") == "nothing leaves: news; the log says more (target.paused)"


@pytest.mark.asyncio
async def test_lost_credentials_and_a_pause_are_said_where_one_looks(tmp_path: Path) -> None:
    """Status and the story of a command that waits; the story of a finished one says nothing of it."""
    async with scene(tmp_path) as here:
        await here.send(order("SO-1"))
        await here.settle()
        gate = here.bridge.deliveries["demo"].gate
        gate.credentials_lost(CredentialsLost("invalid_client", system="fortnox", operation="token", remedy=""))
        await here.send(order("SO-2"))
        await here.until("SELECT 1 FROM outbox WHERE finished_at IS NULL")
        said = nothing_leaves("invalid_client", None)
        assert said in await lines(here, "status")
        assert said in await lines(here, "explain", "SO-2")
        assert said not in await lines(here, "explain", "SO-1")
        command = (await first(here, "explain", "SO-2"))["commands"][0]
        assert (command["paused"], command["shut_by"]) == (None, "invalid_client")
        await beside(here, "pause", "demo", "--reason", "stock-taking")
        for words in (("status",), ("explain", "SO-2")):
            assert "PAUSED by a person: stock-taking; resume ends it" in await lines(here, *words)
        command = (await first(here, "explain", "SO-2"))["commands"][0]
        assert (command["paused"], command["shut_by"]) == ("stock-taking", "person")
        done = (await first(here, "explain", "SO-1"))["commands"][0]
        assert (done["paused"], done["shut_by"]) == (None, None)


@pytest.mark.asyncio
async def test_a_pause_is_told_from_the_disk_without_a_daemon(tmp_path: Path) -> None:
    """The daemon has stopped; its company is still paused."""
    async with scene(tmp_path, run=False) as here:
        async with here.running():
            await beside(here, "pause", "demo", "--reason", "audit")
            await here.send(order("SO-1"))
            await here.until("SELECT 1 FROM outbox")
        assert "PAUSED by a person: audit; resume ends it" in await lines(here, "explain", "SO-1")


@pytest.mark.asyncio
async def test_who_stands_behind_a_stopped_head_says_so(tmp_path: Path) -> None:
    """In the list and in the story: ready, behind out-N; the head itself and other lanes stand behind nobody."""
    async with scene(tmp_path) as here:
        refusal = {"ErrorInformation": {"error": 1, "message": "no", "code": 2000106}}
        here.fault("status", method="POST", path="/3/customers", status=400, body=refusal)
        await here.send(order("SO-1"))
        await here.until("SELECT 1 FROM outbox WHERE state = 'parked'")
        [head, behind] = [f"out-{row[0]}" for row in here.rows("SELECT id FROM outbox ORDER BY id")]
        assert any(line.endswith(f"ready, behind {head}") for line in await lines(here, "outbox"))
        assert f"ready, behind {head}" in await lines(here, "explain", behind)
        assert (await first(here, "outbox", "--state", "ready"))["behind"] == head
        assert (await first(here, "outbox", "--state", "parked"))["behind"] is None


@pytest.mark.asyncio
async def test_the_head_is_found_through_the_index_of_lanes(tmp_path: Path) -> None:
    """One step for each line of the list, however many lanes there are."""
    async with pipe(tmp_path) as made, made.running():
        made.target.scripts["ensure_customer"] = [park()]
        ids = await made.add(customer("C-1"), note("R-1"))
        await made.until("parked", ids[0])
        rows = await made.database.read(reading.commands(state="ready", company="demo", limit=5))
        assert [(row.id, row.behind) for row in rows] == [(ids[1], ids[0])]


@pytest.mark.asyncio
async def test_a_full_disk_is_seen_in_status(tmp_path: Path) -> None:
    """A line and exit 1 while the database refuses writes; it goes by itself when there is room again."""

    def limit(pages: int) -> Job[None]:
        return lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()[0] and None

    async with scene(tmp_path) as here:
        database = here.bridge.store.database
        await database.write(limit(1))
        big = order("SO-1")
        big["data"]["customer"]["name"] = "Granskogen " * 20_000
        for _ in range(20):
            # A job's own small write may still fit, and says that writing works; the next delivery tells again.
            assert (await here.sender().send(big)).status == 503
            result = await beside(here, "status")
            if result.exit_code:
                break
        assert (result.exit_code, result.stdout.splitlines()[1]) == (1, store_refuses("disk_full"))
        await database.write(limit(100_000))
        result = await beside(here, "status")
        assert (result.exit_code, "refuses" in result.stdout) == (0, False)
