"""Notes on contacts at HighLevel: one for each thing of ours, told by our mark."""

from connectors.base import Json, Settled, Sighting, Task, Write
from connectors.highlevel.calls import Calls
from connectors.highlevel.marked_records import looked_for, made, path_of
from connectors.highlevel.marks import mark_of, marked
from handlers.commands import EnsureSenderNote

CREATE_NOTE = "create note"
KIND = "note"


class Notes:
    """``POST /contacts/{id}/notes`` (HighLevel facts, section 8)."""

    def __init__(self, calls: Calls) -> None:
        """``calls`` are the source's own."""
        self._calls = calls

    async def plan(self, task: Task, command: EnsureSenderNote) -> Write | Settled:
        """A note is left once: what its text would be today changes nothing about one that stands there."""
        if task.link is not None:
            return Settled(task.link, "unchanged")
        return self.write(task, command.id, command.text, mark_of(task.thing))

    def write(self, task: Task, contact: str, text: str, mark: str) -> Write:
        """The one call that leaves ``text`` on the contact."""
        evidence: Json = {"contact": contact, "mark": mark}
        body: Json = {"body": marked(text, mark)}
        creates = task.link is None
        return Write(CREATE_NOTE, "POST", path_of(contact, KIND), body, creates=creates, evidence=evidence)

    async def perform(self, write: Write) -> Settled:
        """Send it, once."""
        answer = await self._calls.write(write.operation, write.method, write.path, write.body or {})
        return made(answer, KIND, write.evidence["mark"], write.operation)

    async def look(self, task: Task, operation: str, evidence: Json) -> Sighting:
        """Whether a note with the mark stands on the contact. Raises ``Unprovable`` where they cannot all be read."""
        return await looked_for(self._calls, task, KIND, operation, evidence)
