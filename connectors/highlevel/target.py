"""HighLevel as a target: notes, tasks and one custom field on the contacts of one location."""

from urllib.parse import quote

from connectors.base import Json, Park, Settled, Sighting, Task, Write
from connectors.highlevel.budget import SYSTEM
from connectors.highlevel.calls import Calls
from connectors.highlevel.contact_fields import SET_FIELD, ContactFields
from connectors.highlevel.document_notes import DocumentNotes
from connectors.highlevel.notes import CREATE_NOTE, Notes
from connectors.highlevel.settings import HighLevelBack
from connectors.highlevel.tasks import Tasks
from handlers.commands import EnsureSenderNote, EnsureSenderTask, SetSenderFields

CONTACT = "contact"


class HighLevelDesk:
    """How commands become calls there (HighLevel facts, section 8); nothing is ever deleted."""

    def __init__(self, calls: Calls, location: str, settings: HighLevelBack) -> None:
        """``calls`` are those of the source's reader."""
        self._calls = calls
        self._location = location
        self._notes = Notes(calls)
        self._tasks = Tasks(calls)
        self._fields = ContactFields(calls, settings.customer_number_field)
        self._documents = DocumentNotes(calls, self._notes, location)

    def far_object(self, task: Task) -> str | None:
        """The contact whose field is set, or the task that is completed."""
        match task.command:
            case SetSenderFields(record="contact"):
                return f"{CONTACT}:{task.command.id}"
            case EnsureSenderTask():
                return self._tasks.far_object(task, task.command)
            case _:
                return None

    async def plan(self, task: Task) -> Write | Settled:
        """What is to be done now. Raises ``Park`` for what HighLevel has no place for."""
        command = task.command
        match command:
            case EnsureSenderNote(record="contact"):
                return await self._notes.plan(task, command)
            case EnsureSenderTask(record="contact"):
                return await self._tasks.plan(task, command)
            case SetSenderFields(record="contact"):
                return await self._fields.plan(task, command)
            case SetSenderFields():
                return await self._documents.plan(task, command)
            case _:
                raise Park(
                    "no_place_for_it",
                    system=SYSTEM,
                    operation=command.kind,
                    remedy="HighLevel has no place for this: discard the command",
                )

    async def perform(self, task: Task, write: Write) -> Settled:
        """Send the one call, once."""
        if write.operation == CREATE_NOTE:
            return await self._noting(task).perform(write)
        if write.operation == SET_FIELD:
            return await self._fields.perform(write)
        return await self._tasks.perform(write)

    async def look(self, task: Task, operation: str, evidence: Json) -> Sighting:
        """Whether an earlier call took effect."""
        if operation == CREATE_NOTE:
            return await self._noting(task).look(task, operation, evidence)
        if operation == SET_FIELD:
            return await self._fields.look(task, evidence)
        return await self._tasks.look(task, operation, evidence)

    def _noting(self, task: Task) -> Notes | DocumentNotes:
        return self._documents if isinstance(task.command, SetSenderFields) else self._notes

    async def probe(self) -> None:
        """Read the location's custom fields: a scope that reading at this source needs, too."""
        path = f"/locations/{quote(self._location, safe='')}/customFields"
        if await self._calls.read("read customFields", path) is None:
            raise Park(
                "no_such_location",
                system=SYSTEM,
                operation="read customFields",
                remedy="HighLevel knows no such location: see location_id",
            )
