"""Fields of contacts at HighLevel that are ours: the number of the contact's customer in Fortnox."""

from urllib.parse import quote

from connectors.base import Held, Json, Link, Park, Settled, Sighting, Task, Write
from connectors.highlevel.budget import SYSTEM
from connectors.highlevel.calls import Calls
from connectors.highlevel.records import word
from handlers.commands import SetSenderFields

SET_FIELD = "set custom field"
KIND = "contact"
CUSTOMER_NUMBER = "customer_number"


class ContactFields:
    """``PUT /contacts/{id}`` with one custom field and nothing else: tags that are sent replace all of them."""

    def __init__(self, calls: Calls, field: str | None) -> None:
        """``field`` is the custom field's id; ``None``: there is none."""
        self._calls = calls
        self._field = field

    async def plan(self, task: Task, command: SetSenderFields) -> Write | Settled:
        """What stands there is read first. Raises ``Park`` for a contact that is gone, ``Held`` for another number."""
        field, value = self._field, self._value(task, command)
        if field is None or value is None:
            return Settled(None, "not_created", proof={"because": "the settings name no custom field for it"})
        contact = await self._read(command.id, task.priority)
        if contact is None:
            raise Park(
                "gone",
                system=SYSTEM,
                operation=SET_FIELD,
                remedy="HighLevel has no such contact any more: discard the command",
            )
        before = _in(contact, field)
        if before == value:
            return Settled(_link(command.id, value), "unchanged")
        if before not in {"", None if task.link is None else task.link.state.get(CUSTOMER_NUMBER)}:
            raise _another(command.id, before, value)
        body: Json = {"customFields": [{"id": field, "field_value": value}]}
        return Write(
            SET_FIELD,
            "PUT",
            _path(command.id),
            body,
            creates=False,
            far_object=f"{KIND}:{command.id}",
            stands_on={"value": before},
            evidence={"contact": command.id, "field": field, "value": value},
        )

    async def perform(self, write: Write) -> Settled:
        """Send it, once. Raises ``Park`` where the answer shows the contact without the value."""
        answer = await self._calls.write(write.operation, write.method, write.path, write.body or {})
        evidence = write.evidence
        contact = _inside(answer)
        if "customFields" in contact and _in(contact, evidence["field"]) != evidence["value"]:
            raise Park(
                "not_taken",
                system=SYSTEM,
                operation=write.operation,
                remedy=f"HighLevel took the call, and the contact does not hold the value: see that a contact's custom "
                f"field {evidence['field']} for text exists (write_back.customer_number_field), then retry",
            )
        return Settled(_link(evidence["contact"], evidence["value"]), "changed")

    async def look(self, task: Task, evidence: Json) -> Sighting:
        """Whether the contact holds the value."""
        contact = await self._read(evidence["contact"], task.priority)
        holds = contact is not None and _in(contact, evidence["field"]) == evidence["value"]
        proof: Json = {"read": f"{KIND}:{evidence['contact']}", "holds": holds, "gone": contact is None}
        settled = Settled(_link(evidence["contact"], evidence["value"]), "changed", proof=proof) if holds else None
        return Sighting(settled, proof)

    async def _read(self, number: str, priority: int) -> Json | None:
        answer = await self._calls.record("read contact", _path(number), priority=priority)
        return None if answer is None else _inside(answer)

    def _value(self, task: Task, command: SetSenderFields) -> str | None:
        ref = dict(command.numbers).get(CUSTOMER_NUMBER)
        link = None if ref is None else task.refs.get(ref)
        return None if link is None else link.number


def _another(contact: str, before: str, value: str) -> Held:
    """What somebody else wrote there is not overwritten."""
    return Held(
        "another_number",
        system=SYSTEM,
        operation=SET_FIELD,
        remedy=f"The contact {contact} of HighLevel has customer number {before}, and stands in Fortnox as customer "
        f"{value}: correct one of the two (empty the field to take ours), then retry; or discard the command.",
        about=f"{KIND}:{contact}",
    )


def _path(number: str) -> str:
    return f"/contacts/{quote(number, safe='')}"


def _link(number: str, value: str) -> Link:
    return Link(KIND, number, {CUSTOMER_NUMBER: value})


def _inside(answer: Json) -> Json:
    inner = answer.get(KIND)
    return inner if isinstance(inner, dict) else answer


def _in(contact: Json, field: str) -> str:
    """The text in a custom field; empty where there is none. Answers show it as ``value``, requests say otherwise."""
    entries = contact.get("customFields")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and entry.get("id") == field:
            return word(entry.get("value", entry.get("field_value")))
    return ""
