"""What a step of a run stores: the delivery of its own with its commands, under keys that make it begin once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from connectors.json_body import write_object
from daemon.deciding import new_command
from handlers.commands import Command, EnsureSenderTask
from handlers.values import short_reference
from handlers.workflow import SYSTEM
from store.inbox import Arrival
from store.todos import AtSender, Shown
from store.workflows import StepBegun


def step_begun(
    company: str, workflow_id: str, rule: str, part: str, commands: Sequence[Command], now: datetime
) -> StepBegun:
    """The commands of one ``part`` of a run (its place, and which way); ``rule`` names flow and step."""
    key = f"{company}/{workflow_id}/{part}"
    made = [
        replace(
            new_command(0, company, f"{SYSTEM}:{workflow_id}", rule, command),
            key=f"{SYSTEM}/{key}/{command.kind}/{command.thing.thing(company)}",
        )
        for command in commands
    ]
    name = rule.partition(".")[2]
    body = write_object({"workflow_id": workflow_id, "step": name})
    return StepBegun(name, Arrival(SYSTEM, company, key, {}, body, now), made)


def shown_at_sender(workflow_id: str, rule: str, place: int, task: EnsureSenderTask, now: datetime) -> AtSender:
    """A person's task as a sender shows it, too."""
    company = task.company
    begun = step_begun(company, workflow_id, rule, f"{place}/task", [task], now)
    return AtSender(short_reference(task.thing.thing(company)), task.model_dump_json(), begun)


def completed_at_sender(shown: Shown, now: datetime) -> StepBegun:
    """What completes the task there once ours is done."""
    task = EnsureSenderTask.model_validate_json(shown.command).model_copy(update={"done": True})
    rule = f"{shown.flow}.{shown.name}"
    return step_begun(shown.company, shown.workflow_id, rule, f"{shown.place}/task_done", [task], now)
