"""Notes that tell a sale's contact which documents it has in Fortnox: HighLevel's orders have no field for a number."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from connectors.base import Json, Settled, Sighting, Task, Write
from connectors.highlevel.calls import Calls
from connectors.highlevel.marks import mark_of
from connectors.highlevel.notes import Notes
from connectors.highlevel.records import Record
from handlers.commands import SetSenderFields
from handlers.values import Ref

WORDS: Mapping[str, str] = {"offer_number": "offer", "order_number": "order", "invoice_number": "invoice"}
PLACES: Mapping[str, str] = {"order": "/payments/orders/", "invoice": "/invoices/"}
"""Records of HighLevel's that name their contact (HighLevel facts, sections 7 and 8)."""

SAID = "said"


class DocumentNotes:
    """One note for each set of numbers that a sale has had; the link keeps the mark of the newest."""

    def __init__(self, calls: Calls, notes: Notes, location: str) -> None:
        """``notes`` sends and looks for them."""
        self._calls = calls
        self._notes = notes
        self._location = location

    async def plan(self, task: Task, command: SetSenderFields) -> Write | Settled:
        """Where the newest note says the same, nothing; else the note, on the contact that the sale names."""
        numbers = [(WORDS[name], task.refs[ref].number) for name, ref in command.numbers if name in WORDS]
        if not numbers:
            return _nothing(task, "there is no number to tell")
        text = f"In Fortnox: {', '.join(f'{word} {number}' for word, number in numbers)} (for {_named(command)})"
        mark = mark_of(Ref(system=command.target, kind="document_note", id=f"{task.thing}/{text}").thing(""))
        if task.link is not None and task.link.state.get(SAID) == mark:
            return Settled(task.link, "unchanged")
        contact = await self._contact(task, command)
        if contact is None:
            return _nothing(task, "the sale names no contact")
        return self._notes.write(task, contact, text, mark)

    async def perform(self, write: Write) -> Settled:
        """Send it, once."""
        return _keeping(await self._notes.perform(write), write.evidence)

    async def look(self, task: Task, operation: str, evidence: Json) -> Sighting:
        """Whether the note stands on the contact."""
        seen = await self._notes.look(task, operation, evidence)
        return seen if seen.settled is None else replace(seen, settled=_keeping(seen.settled, evidence))

    async def _contact(self, task: Task, command: SetSenderFields) -> str | None:
        place = PLACES.get(_kind(command))
        if place is None:
            return None
        own = {"altId": self._location, "altType": "location"}
        path = place + quote(command.id, safe="")
        answer = await self._calls.record(f"read {_kind(command)}", path, own, priority=task.priority)
        if answer is None:
            return None
        inner = answer.get(_kind(command))
        sale = Record(inner if isinstance(inner, dict) else answer)
        return (
            sale.text("contactId")
            or sale.inner("contactSnapshot").text("id")
            or sale.inner("contactDetails").text("id")
        )


def _kind(command: SetSenderFields) -> str:
    """What HighLevel calls the sale: its thing says so, also where several kinds are told as orders."""
    return command.thing.kind.removesuffix("_told")


def _named(command: SetSenderFields) -> str:
    return f"{_kind(command)} {command.id}"


def _nothing(task: Task, because: str) -> Settled:
    return Settled(task.link, "not_created", proof={"because": because})


def _keeping(settled: Settled, evidence: Json) -> Settled:
    """With the mark of what was said, so that other numbers are told anew."""
    if settled.link is None:
        return settled
    return replace(settled, link=replace(settled.link, state={SAID: evidence["mark"]}))
