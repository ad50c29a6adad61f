"""The simulator's page: its tables are the code's, its program runs, and what it names exists."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from connectors.fortnox.simulator.deviations import DEVIATIONS
from connectors.fortnox.simulator.faults import KINDS
from scripts.simulator_page import BLOCKS, PAGE, page
from tests.connectors.fortnox.simulator.caller import opened

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_code() -> None:
    """`make simulator-page` writes them; every table stands on the page once."""
    assert page(TEXT) == TEXT
    assert sorted(re.findall(r"<!-- made: ([a-z ]+) -->", TEXT)) == sorted(BLOCKS)


def test_every_deviation_is_told_once() -> None:
    """Nothing stands twice, and everything is on the page."""
    assert len(set(DEVIATIONS)) == len(DEVIATIONS)
    assert all(f"| {subject} | {text} |" in TEXT for subject, text in DEVIATIONS)


def test_every_fault_is_described() -> None:
    """Its name stands in the table of faults."""
    assert all(f"`{kind}`" in TEXT for kind in KINDS)


@pytest.mark.asyncio
async def test_every_control_call_is_described() -> None:
    """The simulator names its control calls itself when asked for one that it has not."""
    async with opened() as caller:
        reply = await caller.send("GET", "/_sim/nothing")
    known = re.findall(r"([A-Z]+) (/_sim/[a-z]+)", reply.json["error"])
    assert len(known) > 10
    for method, path in known:
        assert re.search(rf"`(?:[A-Z]+`, `)*{method}(?:`, `[A-Z]+)* {path}\b", TEXT), f"{method} {path}"


@pytest.mark.asyncio
async def test_the_listening_program_runs_as_printed(tmp_path: Path) -> None:
    """The page's own program prints the three responses and an event, and ends when it is closed."""
    (program,) = re.findall(r"```python\n(import asyncio\n.*?)```", TEXT, re.DOTALL)
    path = tmp_path / "listen.py"
    await asyncio.to_thread(path.write_text, program, encoding="utf-8")
    async with opened() as caller:
        url = caller.server.url.replace("http", "ws") + "/topics-v1"
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(path), url, caller.token, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        async with asyncio.timeout(30):
            for command in ("add-tenants-v1", "add-topics-v1", "subscribe-v1"):
                line = (await process.stdout.readline()).decode()
                assert f'"{command}", "result": "ok"' in line
            await caller.customer()
            assert "customer-created-v1" in (await process.stdout.readline()).decode()
            await caller.control("POST", "events", {"do": "close", "code": 1001})
            assert (await process.stdout.readline()).decode() == "closed with 1001\n"
            assert await process.wait() == 0
