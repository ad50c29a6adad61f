"""What the steps of a workflow leave at the source of its event: notes, and the tasks of people."""

from dataclasses import dataclass
from datetime import date, timedelta

from handlers.commands import Command, EnsureSenderNote, EnsureSenderTask
from handlers.events import Event
from handlers.mapping.values import Template
from handlers.party import single_line
from handlers.settings import CompanySettings
from handlers.survey import shortened
from handlers.values import Question, Ref
from handlers.workflow import Known, Todo
from handlers.workflow_steps import event_of, party_in, text_of_step

LONGEST_NOTE = 2000
NO_CONTACT = "the event's party has no id at its source, so no note can be left there: cancel the workflow"
NO_NOTES = "the event's source takes no notes from us (notes = true in its write_back), or cancel the workflow"


@dataclass(frozen=True, slots=True)
class LeftNote:
    """A note on the event's party at its source."""

    text: Template

    def __call__(self, known: Known, thing: Ref, settings: CompanySettings) -> tuple[Command, ...]:
        """The note. Raises :class:`Question` where nothing can be left."""
        event = event_of(known)
        text = shortened(single_line(text_of_step(self.text, known)), LONGEST_NOTE)
        back = settings.write_back(event.thing.system)
        if not back.notes:
            raise Question(NO_NOTES)
        number = _number(event)
        if not number:
            raise Question(NO_CONTACT)
        if not text:
            raise Question("sender_note: the note has no words for this run")
        source = event.thing.system
        note = EnsureSenderNote(
            target=source, company=settings.name, thing=thing, record=back.party, id=number, text=text
        )
        return (note,)


def task_at_sender(
    todo: Todo, known: Known, thing: Ref, settings: CompanySettings, day: date
) -> EnsureSenderTask | None:
    """The task as the event's source shall show it, too; ``None`` where it takes none, or does not know the party.

    ``day`` is when the task is given.
    """
    if not todo.at_sender or not known.get("event"):
        return None
    event = event_of(known)
    back = settings.write_back(event.thing.system)
    number = _number(event)
    if not back.tasks or not number:
        return None
    return EnsureSenderTask(
        target=event.thing.system,
        company=settings.name,
        thing=thing,
        record=back.party,
        id=number,
        title=todo.title,
        due=day + timedelta(days=todo.days or 0),
    )


def _number(event: Event) -> str:
    party = party_in(event)
    return "" if party is None else (party.source_id or "").strip()
