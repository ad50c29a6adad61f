"""Tasks on contacts at HighLevel: one for each thing of ours, told by our mark, and completed when ours is done."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from urllib.parse import quote

from connectors.base import Json, Link, Park, Settled, Sighting, Task, Write
from connectors.highlevel.budget import SYSTEM
from connectors.highlevel.calls import Calls
from connectors.highlevel.marked_records import looked_for, made, path_of
from connectors.highlevel.marks import mark_of, marked
from handlers.commands import EnsureSenderTask
from handlers.values import STOCKHOLM

CREATE_TASK, COMPLETE_TASK = "create task", "complete task"
KIND = "task"
LAST_MOMENT = time(23, 59, 59)


class Tasks:
    """``POST /contacts/{id}/tasks`` and ``PUT …/tasks/{id}/completed`` (HighLevel facts, section 8)."""

    def __init__(self, calls: Calls) -> None:
        """``calls`` are the source's own."""
        self._calls = calls

    def far_object(self, task: Task, command: EnsureSenderTask) -> str | None:
        """The task that is to be completed."""
        return f"{KIND}:{task.link.number}" if command.done and task.link is not None else None

    async def plan(self, task: Task, command: EnsureSenderTask) -> Write | Settled:
        """A task is left once; one that is done is completed, and never opened again."""
        if task.link is None:
            return Settled(None, "not_created") if command.done else _create(task, command)
        if not command.done or task.link.state.get("completed"):
            return Settled(task.link, "unchanged")
        stands = await self._read(command.id, task.link.number, task.priority)
        if stands is None:
            return Settled(task.link, "unchanged", proof={"read": "task", "gone": True})
        if stands.state["completed"]:
            return Settled(stands, "unchanged")
        return _complete(command.id, task.link.number)

    async def perform(self, write: Write) -> Settled:
        """Send it, once. Raises ``Park`` where a task that was completed is said to be open."""
        answer = await self._calls.write(write.operation, write.method, write.path, write.body or {})
        if write.operation == CREATE_TASK:
            return made(answer, KIND, write.evidence["mark"], write.operation)
        inner = answer.get(KIND)
        if isinstance(inner, dict) and inner.get("completed") is False:
            raise Park(
                "not_completed",
                system=SYSTEM,
                operation=write.operation,
                remedy="HighLevel took the call and says that the task is open: complete it there, and discard this",
            )
        return Settled(Link(KIND, write.evidence["task"], {"completed": True}), "changed")

    async def look(self, task: Task, operation: str, evidence: Json) -> Sighting:
        """Whether a task with the mark stands on the contact, or was completed. Raises ``Unprovable``."""
        if operation == COMPLETE_TASK:
            stands = await self._read(evidence["contact"], evidence["task"], task.priority)
            proof: Json = {"read": "task", "gone": stands is None}
            over = stands is None or stands.state["completed"]
            link = stands or Link(KIND, evidence["task"], {"completed": True})
            return Sighting(Settled(link, "changed", proof=proof) if over else None, proof)
        seen = await looked_for(self._calls, task, KIND, operation, evidence)
        command = task.command
        if seen.settled is None or not isinstance(command, EnsureSenderTask) or not command.done:
            return seen
        # What was doubted is its creation: it is still to be completed.
        return replace(seen, settled=replace(seen.settled, again=True))

    async def _read(self, contact: str, number: str, priority: int) -> Link | None:
        """The task as it stands; ``None`` where somebody deleted it."""
        path = f"{path_of(contact, KIND)}/{quote(number, safe='')}"
        answer = await self._calls.record("read task", path, priority=priority)
        inner = (answer or {}).get(KIND)
        record = inner if isinstance(inner, dict) else answer
        return None if record is None else Link(KIND, number, {"completed": record.get("completed") is True})


def end_of(day: date) -> str:
    """The last second of a day in Stockholm, in UTC, as HighLevel writes times."""
    at = datetime.combine(day, LAST_MOMENT, STOCKHOLM).astimezone(UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _create(task: Task, command: EnsureSenderTask) -> Write:
    mark = mark_of(task.thing)
    body: Json = {
        "title": command.title,
        "body": marked(command.text, mark),
        "dueDate": end_of(command.due),
        "completed": False,
    }
    evidence: Json = {"contact": command.id, "mark": mark}
    return Write(CREATE_TASK, "POST", path_of(command.id, KIND), body, creates=True, evidence=evidence)


def _complete(contact: str, number: str) -> Write:
    path = f"{path_of(contact, KIND)}/{quote(number, safe='')}/completed"
    evidence: Json = {"contact": contact, "task": number}
    far_object = f"{KIND}:{number}"
    return Write(
        COMPLETE_TASK, "PUT", path, {"completed": True}, creates=False, far_object=far_object, evidence=evidence
    )
