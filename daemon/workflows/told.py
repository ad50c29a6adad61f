"""How a run stands, for the terminal and for clients, with the three names it is found by."""

from collections.abc import Mapping
from typing import Any

from daemon.ids import delivery_id
from daemon.times import iso
from store import companies, workflows
from store.db import Read
from store.workflows import StepRow, WorkflowRow


async def run_told(read: Read, company: str, workflow_id: str) -> dict[str, Any] | None:
    """The run with its steps; ``None`` where the company has none of that id."""
    found = await read(workflows.found([company], workflow_id=workflow_id, limit=1))
    if not found:
        return None
    steps = await read(workflows.steps(company, workflow_id))
    ended = found[0].ended_at is not None
    return row_told(found[0], await paused_workflows(read)) | {"steps": [_step(step, ended) for step in steps]}


async def paused_workflows(read: Read) -> dict[str, str]:
    """The workflows that a person paused, each with the reason."""
    return {pause.name: pause.reason for pause in await read(companies.pauses) if pause.scope == "workflow"}


def row_told(row: WorkflowRow, paused: Mapping[str, str]) -> dict[str, Any]:
    """The run without its steps; ``paused`` says why it does not go on, where its workflow is paused."""
    return {
        "workflow_id": row.workflow_id,
        "survey_id": row.survey_id,
        "account_id": row.account_id,
        "workflow": row.name,
        "status": row.state,
        "paused": None if row.ended_at is not None else paused.get(row.name),
        "question": row.question,
        "started_at": iso(row.started_at),
        "ended_at": iso(row.ended_at),
        "id": delivery_id(row.started_by),
    }


def _step(step: StepRow, ended: bool) -> dict[str, Any]:
    """The step; what was still to be done when its run ended (a task) was called off."""
    return {
        "step": step.name,
        "undo": step.undo,
        "status": "cancelled" if ended and step.state == "running" else step.state,
        "result": step.result,
        "object": step.object,
        "id": None if step.inbox_id is None else delivery_id(step.inbox_id),
        "began_at": iso(step.began_at),
        "ended_at": iso(step.ended_at),
    }
