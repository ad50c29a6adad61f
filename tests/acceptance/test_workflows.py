"""Workflows: from an event, a call, a person or the calendar to the simulated Fortnox, over restarts, and back."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from daemon.cli.direct import perform
from daemon.clock import Clock
from daemon.config import load_config
from daemon.requests import CancelWorkflow, FinishTodo, Misused, Pause, Replay, Resume, StartWorkflow
from store.acting import NotPossible
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.conftest import Lines
from tests.daemon.test_cli import beside, told
from tests.fakes.clients import call, section
from tests.fakes.senders import COMPANY, survey

FLOW = """
[companies.demo.workflows.welcome]
event = "survey_submitted"
when = "event.score >= `9`"
survey_id = "event.survey"
account_id = "steps.account.number"

[[companies.demo.workflows.welcome.steps]]
name = "customer"
customer = true

[[companies.demo.workflows.welcome.steps]]
name = "account"
action = "create_account"
fields.Number = { path = "input.number", default = 3055 }
fields.Description = { template = "Kund {event.survey}", as = "text:60" }
undo = { action = "update_account", keys = ["steps.account.number"], fields = { Active = { constant = false } } }

[[companies.demo.workflows.welcome.steps]]
name = "call"
todo = "Ring kunden om {event.survey}"
todo_days = 3
todo_awaited = true

[[companies.demo.workflows.welcome.steps]]
name = "line"
note = "Välkomnad"

[companies.demo.workflows.unit]
[[companies.demo.workflows.unit.steps]]
name = "unit"
action = "create_unit"
fields = { Code = "input.code", Description = { template = "Enhet {input.code}" } }
undo = { action = "delete_unit", keys = ["steps.unit.number"] }

[[companies.demo.workflows.unit.steps]]
name = "never"
when = "input.more"
action = "create_unit"
fields = { Code = "input.more", Description = { constant = "mer" } }

[companies.demo.workflows.day]
[[companies.demo.workflows.day.steps]]
name = "unit"
action = "create_unit"
fields = { Code = { template = "d{input.day}", as = "text:20" }, Description = "input.day" }

[companies.demo.schedules.evening]
workflow = "day"
on = "weekdays"
at = "17:00"
"""


def plan() -> CompanyPlan:
    """A company with three workflows and a schedule."""
    return CompanyPlan(sections=FLOW)


def at(moment: datetime) -> Clock:
    """A clock that stands at a moment now, and goes on from there."""
    began = monotonic()
    return Clock(now=lambda: moment + timedelta(seconds=monotonic() - began))


def standing(stage: Scene) -> list[tuple[str, str]]:
    """Each run's name and state."""
    return stage.rows("SELECT name, state FROM workflow ORDER BY id")


@pytest.mark.asyncio
@pytest.mark.capability("000-24", "000-25", "000-26", "000-27", "000-30", "f22")
async def test_a_survey_starts_a_workflow_that_survives_a_restart_at_each_step(tmp_path: Path) -> None:
    """Customer, ledger account, a task that is waited for, a note; one run for each response."""
    async with scene(tmp_path, plan(), run=False) as stage:
        async with stage.running():
            body = survey("R-1", COMPANY, score=10)
            named = body["data"]["survey_id"]
            await stage.send(body)
            await stage.until("SELECT 1 FROM workflow WHERE state = 'waiting' AND question IS NOT NULL")
        async with stage.running():
            state = await stage.state()
            assert len(state["customers"]) == 1
            assert [one["Number"] for one in state["accounts"] if one["Description"].startswith("Kund ")] == [3055]
            assert stage.rows("SELECT state, title FROM todo") == [("open", f"Ring kunden om {named}")]
            assert stage.rows("SELECT survey_id, account_id FROM workflow") == [(named, "3055")]
            await stage.act(FinishTodo(person="anna", id="todo-1"))
            await stage.until("SELECT 1 FROM workflow WHERE state = 'done'")
            await stage.send(
                survey("R-1", COMPANY, score=10, timestamp="2026-11-20T10:00:00Z"), survey("R-2", COMPANY, score=3)
            )
            await stage.settle()
            assert standing(stage) == [("welcome", "done")]
            (customer,) = (await stage.state())["customers"]
            assert "Välkomnad" in customer["Comments"]
            assert [row[0] for row in stage.rows("SELECT name FROM workflow_step ORDER BY place")] == [
                "customer",
                "account",
                "call",
                "line",
            ]


@pytest.mark.asyncio
@pytest.mark.capability("000-24")
async def test_a_paused_workflow_keeps_its_place_over_a_restart(tmp_path: Path) -> None:
    """New runs are kept and begin nothing, other workflows go on; who looks sees it, and resumed it goes on."""
    async with scene(tmp_path, plan(), run=False) as stage:
        async with stage.running():
            paused = await stage.act(Pause(person="anna", name="unit", reason="new units are wrong"))
            assert paused["paused"] == [{"scope": "workflow", "name": "unit", "reason": "new units are wrong"}]
            started = {"person": "anna", "company": "demo", "workflow_id": "w-1", "input": '{"code": "lass"}'}
            await stage.act(StartWorkflow(workflow="unit", **started))
            await stage.until("SELECT 1 FROM workflow")
        async with stage.running():
            day = StartWorkflow(person="anna", company="demo", workflow="day", workflow_id="d", input='{"day": "2026"}')
            await stage.act(day)
            await stage.until("SELECT 1 FROM workflow WHERE name = 'day' AND state = 'done'")
            assert stage.rows("SELECT name, place FROM workflow WHERE ended_at IS NULL") == [("unit", 0)]
            shown = await beside(stage, "status")
            assert (shown.exit_code, "workflow unit: PAUSED (new units are wrong)" in shown.stdout) == (1, True)
            listed = told(await beside(stage, "workflow", "list", "--json"))
            assert {run["workflow"]: run["paused"] for run in listed} == {"unit": "new units are wrong", "day": None}
            assert "running, PAUSED (new units are wrong)" in (await beside(stage, "workflow", "list")).stdout
            one = await beside(stage, "workflow", "show", "w-1", "--company", "demo")
            assert "workflow w-1 (unit)  running, PAUSED (new units are wrong)" in one.stdout
            with pytest.raises(Misused, match="there is no company, rule or workflow units; did you mean unit"):
                await stage.act(Pause(person="anna", name="units", reason="x"))
            await stage.act(Resume(person="anna", name="workflow:unit"))
            await stage.until("SELECT 1 FROM workflow WHERE name = 'unit' AND state = 'done'")


@pytest.mark.asyncio
@pytest.mark.capability("000-29", "000-30")
async def test_a_client_starts_reads_finds_and_cancels_runs(tmp_path: Path) -> None:
    """With exactly these names; the same id is one run; what is cancelled is taken back, and ends once."""
    async with scene(tmp_path, plan(), more=section()) as stage:
        given = {
            "workflow": "unit",
            "workflow_id": "w-1",
            "survey_id": "S-1",
            "account_id": "A-1",
            "input": {"code": "lass"},
        }
        status, told = await call(stage, "POST", "/fortnox/workflows?wait=20", given)
        assert (status, told["status"]) == (200, "done")
        assert (told["workflow_id"], told["survey_id"], told["account_id"]) == ("w-1", "S-1", "A-1")
        assert [(step["step"], step["status"]) for step in told["steps"]] == [("unit", "done"), ("never", "skipped")]
        assert (await call(stage, "POST", "/fortnox/workflows", given))[1]["repeated"]
        for query in ("survey_id=S-1", "account_id=A-1"):
            status, found = await call(stage, "GET", f"/fortnox/workflows?{query}")
            assert [one["workflow_id"] for one in found["workflows"]] == ["w-1"]
        assert (await call(stage, "GET", "/fortnox/workflows/w-1"))[1]["status"] == "done"
        assert (await call(stage, "DELETE", "/fortnox/workflows/w-1"))[0] == 409
        assert (await call(stage, "GET", "/fortnox/workflows/w-2"))[0] == 404
        status, asks = await call(
            stage, "POST", "/fortnox/workflows?wait=20", given | {"workflow_id": "w-3", "input": {}}
        )
        assert (status, asks["status"]) == (200, "held")
        status, cancelled = await call(stage, "DELETE", "/fortnox/workflows/w-3?wait=20")
        assert (status, cancelled["status"]) == (200, "cancelled")
        assert (await call(stage, "POST", "/fortnox/workflows", {"workflow": "nothing"}))[0] == 422
        assert len([one for one in (await stage.state())["units"] if one["Code"] == "lass"]) == 1


@pytest.mark.asyncio
@pytest.mark.capability("000-25", "000-26")
async def test_a_run_that_is_cancelled_undoes_its_steps_the_last_first(tmp_path: Path) -> None:
    """The account is made inactive again, the open task is called off, and nothing more is done."""
    async with scene(tmp_path, plan()) as stage:
        body = tmp_path / "body.json"
        body.write_text(json.dumps(survey("R-1", COMPANY, score=9)), encoding="utf-8")
        dry = await beside(stage, "dry-run", str(body), "--source", "shop")
        await stage.send(survey("R-1", COMPANY, score=9))
        await stage.until("SELECT 1 FROM workflow WHERE state = 'waiting' AND question IS NOT NULL")
        ((workflow_id,),) = stage.rows("SELECT workflow_id FROM workflow")
        assert f"begins workflow welcome ({workflow_id}), unless it has begun" in dry.stdout
        await stage.act(CancelWorkflow(person="anna", company="demo", workflow_id=workflow_id, reason="test"))
        await stage.until("SELECT 1 FROM workflow WHERE state = 'cancelled'")
        await stage.settle()
        (account,) = [one for one in (await stage.state())["accounts"] if one["Description"].startswith("Kund ")]
        assert account["Active"] is False
        assert stage.rows("SELECT state FROM todo") == [("cancelled",)]
        shown = told(await beside(stage, "workflow", "show", workflow_id, "--company", "demo", "--json"))
        assert {step["step"]: step["status"] for step in shown["steps"] if not step["undo"]}["call"] == "cancelled"
        assert stage.rows("SELECT name, undo, state FROM workflow_step WHERE undo") == [("account", 1, "done")]


@pytest.mark.asyncio
async def test_a_step_that_cannot_go_holds_its_run_until_a_person_helps(tmp_path: Path) -> None:
    """A field that the input does not give is asked about; a person at the terminal starts another run."""
    async with scene(tmp_path, plan()) as stage:
        await stage.act(StartWorkflow(person="anna", company="demo", workflow="unit", workflow_id="w-1", input="{}"))
        await stage.until("SELECT 1 FROM workflow WHERE state = 'held'")
        ((question,),) = stage.rows("SELECT question FROM workflow")
        assert "Code" in question
        status = await beside(stage, "status")
        assert (status.exit_code, "runs of workflows that wait for a person: 1: held demo" in status.stdout) == (
            1,
            True,
        )
        waits = await beside(stage, "held")
        assert (waits.exit_code, f"workflow w-1 (unit) of demo waits: {question}" in waits.stdout) == (1, True)
        (run,) = told(await beside(stage, "held", "--json"))["workflows"]
        assert (run["workflow_id"], run["question"]) == ("w-1", question)
        assert "  began workflow w-1 (unit): held\n" in (await beside(stage, "explain", "w-1")).stdout
        assert "startade arbetsflöde w-1" in (await beside(stage, "explain", "w-1", "--language", "sv")).stdout
        await stage.act(
            StartWorkflow(person="anna", company="demo", workflow="unit", workflow_id="w-2", input='{"code": "kg"}')
        )
        await stage.until("SELECT 1 FROM workflow WHERE state = 'done'")
        await stage.act(CancelWorkflow(person="anna", company="demo", workflow_id="w-1", reason="test"))
        await stage.until("SELECT 1 FROM workflow WHERE state = 'cancelled'")
        assert "nothing waits for a person" in (await beside(stage, "held")).stdout


LATE = """
[companies.demo.workflows.late]
[[companies.demo.workflows.late.steps]]
name = "unit"
wait = "1 second"
action = "create_unit"
fields = { Code = "input.code", Description = { constant = "Enhet" } }
"""


@pytest.mark.asyncio
async def test_a_step_that_asks_after_its_wait_is_held_too(tmp_path: Path, log_lines: Lines) -> None:
    """It waits for a person and not for its time, and the log says so once."""
    async with scene(tmp_path, CompanyPlan(sections=LATE)) as stage:
        await stage.act(StartWorkflow(person="anna", company="demo", workflow="late", workflow_id="w-1", input="{}"))
        await stage.until("SELECT 1 FROM workflow WHERE question IS NOT NULL")
        shown = await beside(stage, "workflow", "show", "w-1", "--company", "demo", "--json")
        assert (shown.exit_code, told(shown)["status"]) == (1, "held")
        assert [line["reason"] for line in log_lines.named("workflow.held")] == ["question"]


@pytest.mark.asyncio
@pytest.mark.capability("000-18", "000-37")
async def test_a_schedule_starts_its_workflow_once_a_day_also_after_an_absence(tmp_path: Path) -> None:
    """A new schedule begins with its next day; a missed one is made up for once; a weekend has none."""
    friday = datetime(2026, 11, 13, 15, 0, tzinfo=UTC)
    async with scene(tmp_path, plan(), run=False, clock=at(friday)) as stage:
        days: list[Any] = []
        for moment in (friday, friday + timedelta(hours=1, minutes=30), friday + timedelta(days=2)):
            stage.clock = at(moment)
            async with stage.running():
                await stage.until("SELECT 1 FROM job WHERE name = 'schedule.demo.evening'")
                await stage.until(
                    f"SELECT 1 FROM job WHERE name = 'calendar' AND last_run >= {int(moment.timestamp() * 1000)}"
                )
                await stage.settle()
                await stage.until("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM workflow WHERE ended_at IS NULL)")
            days.append(stage.rows("SELECT workflow_id, state FROM workflow ORDER BY id"))
        assert days == [[], [("evening-2026-11-13", "done")], [("evening-2026-11-13", "done")]]


@pytest.mark.asyncio
async def test_a_replay_without_a_daemon_starts_what_the_event_starts(tmp_path: Path) -> None:
    """The same rules and the same flows decide, whoever runs them; a step of a run is not replayed."""
    async with scene(tmp_path, plan(), run=False) as stage:
        async with stage.running():
            await stage.send(survey("R-1", COMPANY, score=10))
            await stage.until("SELECT 1 FROM workflow WHERE state = 'waiting' AND question IS NOT NULL")
            await stage.settle()
        ((step,),) = stage.rows("SELECT max(id) FROM inbox WHERE source = 'workflow'")
        with sqlite3.connect(stage.data / "bridge.db") as file:
            for table in ("todo", "workflow_step", "workflow_context", "workflow"):
                file.execute(f"DELETE FROM {table}")
        file.close()
        config = load_config(stage.folder / "config.toml")
        await perform(config, Replay(person="anna", id="in-1"))
        assert standing(stage) == [("welcome", "running")]
        with pytest.raises(NotPossible, match="step of a workflow"):
            await perform(config, Replay(person="anna", id=f"in-{step}"))
