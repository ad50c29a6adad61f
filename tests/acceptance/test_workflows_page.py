"""docs/workflows.md: its configuration runs, and each command and call prints what the page shows."""

import asyncio
import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from daemon.cli import main
from daemon.requests import StartWorkflow
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.daemon.test_config import GOOD, loaded
from tests.fakes.clients import call, section

PAGE = Path(__file__).parents[2] / "docs" / "workflows.md"
MOVING = """
SELECT 1 FROM workflow w WHERE ended_at IS NULL AND NOT (
    state = 'waiting'
    AND (question IS NULL OR EXISTS (SELECT 1 FROM todo t WHERE t.workflow = w.id AND t.state = 'open'))
)"""
"""Runs that wait neither for their time nor for a task."""


def masked(text: str) -> str:
    """Without moments and days of now, and without how far a run had come while the answer was given."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<moment>", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<moment>", text)
    text = re.sub(r"(?<=  )\d{4}-\d\d-\d\d(?=  )", "<day>", text)
    text = re.sub(r'"status": "(accepted|running)".*(?="repeated")', "<on its way>", text)
    return re.sub(r"(workflow cancel .*\n)(?:(?!\$ ).*\n)*", r"\1<on its way>\n", text)


async def called(here: Scene, words: list[str]) -> str:
    """A call as curl would make it."""
    given = dict(pairwise(words))
    path = next(word for word in words if word.startswith("http")).split(":8099")[1]
    body: Any = json.loads(given["-d"]) if "-d" in given else None
    _, answer = await call(here, given.get("-X", "GET"), path, body)
    return json.dumps(answer, ensure_ascii=False) + "\n"


async def printed(here: Scene, line: str) -> str:
    """What a line of a terminal prints."""
    before, pipe, after = line.partition(" | ")
    given = shlex.split(before)[1] if pipe else None
    words = shlex.split(after or before)
    if words[0] == "curl":
        return await called(here, words)
    assert words[0] == "fortnox-bridge"
    configured = [*words[1:], "--config", str(here.folder / "config.toml")]
    result = await asyncio.to_thread(CliRunner().invoke, main, configured, input=given, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


async def rested(here: Scene) -> None:
    """Nothing goes by itself any more."""
    await here.settle()
    await here.until(lambda: not here.rows(MOVING))
    await here.settle()


async def replayed(here: Scene, block: str) -> str:
    """The block as it would be printed now."""
    lines: list[str] = []
    for line in re.findall(r"^\$ ((?:.*\\\n)*.*)$", block, re.MULTILINE):
        answer = await printed(here, line.replace("\\\n", " "))
        lines.append(f"$ {line}\n{answer}")
        await rested(here)
    return "".join(lines)


@pytest.mark.asyncio
@pytest.mark.capability("000-24", "000-25", "000-26", "000-29", "000-30", "000-31", "f22")
async def test_the_page_is_what_happens(tmp_path: Path) -> None:
    """Its sections in one configuration, its response, then its terminal from top to bottom."""
    found = re.findall(
        r"^```(toml|json|console)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    settings = "\n".join(text for kind, text in found if kind == "toml")
    (body,) = [json.loads(text) for kind, text in found if kind == "json"]
    terminal = [text for kind, text in found if kind == "console"]
    async with scene(tmp_path, CompanyPlan(sections=settings), more=section()) as here:
        await here.send(body)
        await here.until("SELECT 1 FROM workflow WHERE state = 'waiting'")
        now = [await replayed(here, block) for block in terminal]
        assert [masked(block) for block in now] == [masked(block) for block in terminal]
        cards, projects = (await here.state())["customers"], (await here.state())["projects"]
        assert ["Referenskund, projekt 1" in card["Comments"] for card in cards] == [True]
        assert [one["Description"] for one in projects] == ["Referens Tallbacken Bygg AB", "Vårkampanj igen"]
        for flow in ("vat_return", "till"):  # as the calendar starts them
            day = '{"day": "2026-11-13"}'
            await here.act(StartWorkflow(person="anna", company="demo", workflow=flow, workflow_id=flow, input=day))
        await rested(here)
        await here.until("SELECT 1 FROM todo WHERE title = 'Räkna kassan för 2026-11-13 på projekt 4'")
        assert here.rows("SELECT name, state FROM workflow WHERE workflow_id IN ('vat_return', 'till')") == [
            ("vat_return", "done"),
            ("till", "waiting"),
        ]


def test_the_section_of_the_manual_loads(tmp_path: Path) -> None:
    """As it stands in config.example.toml, without its comment signs."""
    manual = (PAGE.parents[1] / "config.example.toml").read_text(encoding="utf-8")
    section = manual.partition("# [companies.demo.workflows.welcome]\n")[2].partition("\n\n")[0]
    stated = "\n".join(line.removeprefix("# ") for line in section.splitlines())
    company = loaded(tmp_path, f"{GOOD}\n[companies.demo.workflows.welcome]\n{stated}").companies["demo"]
    assert {flow.name: len(flow.steps) for flow in company.workflows} == {"welcome": 4, "vat_return": 1}
    assert company.schedules["vat_return"].days_after == 5
