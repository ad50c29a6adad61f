"""Sending a document: a GET that leaves the house, so it goes once, and is never repeated on a guess (facts, 6.1)."""

from connectors.base import Json, Settled, Sighting, Task, Write
from connectors.fortnox.client import Client
from connectors.fortnox.record_actions import act, number_meant
from connectors.fortnox.record_names import far_object
from connectors.fortnox.record_proofs import unprovable
from connectors.fortnox.record_reads import find, path_of
from connectors.fortnox.resource import command_of, held
from connectors.fortnox.table import OPERATIONS, RESOURCES
from connectors.fortnox.wire import is_true, text_of
from handlers.commands import SendDocument

CARRIER = "send_document"
SHOWN_BY = {
    action.name: action.shown_by
    for resource in RESOURCES.values()
    for action in resource.actions
    if action.effect == "send"
}
"""The flag ``Sent``, which turns true once in a document's life, or ``Reminders``, which counts them."""


def operations() -> tuple[str, ...]:
    """Everything of the table that leaves the house."""
    return tuple(name for name, operation in OPERATIONS.items() if operation.effect == "send")


class Sendings:
    """``SendDocument`` at Fortnox: proved by what the table says shows it, where that can still move."""

    def far_object(self, task: Task) -> str | None:
        """The document."""
        command = command_of(task, SendDocument)
        return far_object(RESOURCES[command.resource], number_meant(task, command))

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """Read what shows it beforehand, because that decides what a later look can prove; then send it.

        It counts as a create: what a 429 refused is looked for, too, before it goes again.
        """
        command = command_of(task, SendDocument)
        if task.link is not None:
            return Settled(task.link, "unchanged")
        resource, number = RESOURCES[command.resource], number_meant(task, command)
        _check_compared(task, command)
        operation = OPERATIONS.get(f"{command.how}_{resource.one}")
        named = far_object(resource, number)
        if operation is None:
            raise held("cannot_be_sent", f"Fortnox has no {command.how} for {resource.name}: discard this command.")
        stored = await find(resource, number, client)
        if stored is None:
            raise held("record_missing", f"There is no {named} in Fortnox: correct it, or discard the command.")
        if is_true(stored.get("Cancelled")):
            raise held("document_cancelled", f"{named} is cancelled in Fortnox: it is not sent. Discard this command.")
        if command.once_booked and not is_true(stored.get("Booked")):
            raise held("not_booked", f"{named} is not booked, so it is not sent: book it and retry, or discard this.")
        shown_by = SHOWN_BY[operation.name]
        before = _shown(shown_by, stored)
        if command.unless_sent and before is True:
            proof: Json = {"read": named, "because": "it was sent before"}
            return Settled(act(operation.name, number), "unchanged", proof=proof)
        return Write(
            operation.name,
            operation.method,
            path_of(operation.name, resource, number),
            None,
            creates=True,
            # Where it was sent before, only a person can end a doubt: it must not keep the document from others.
            far_object=None if before is True else named,
            stands_on={shown_by: before},
            evidence={"carrier": CARRIER, "resource": resource.name, "number": number, "before": before},
            proof={"read": named, shown_by: before},
        )

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Send it once; a complete answer is the proof."""
        answer = await client.request(write.operation, path=write.path)
        named = far_object(RESOURCES[write.evidence["resource"]], write.evidence["number"])
        proof: Json = {"object": named} | ({"Sent": is_true(answer["Sent"])} if "Sent" in answer else {})
        return Settled(act(write.operation, write.evidence["number"]), "changed", proof=proof)

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """Sent now and not before, or one reminder more: it went. Sent before: nothing can be proved, so a person is
        asked."""
        resource = RESOURCES[evidence["resource"]]
        named = far_object(resource, evidence["number"])
        shown_by, before = SHOWN_BY[operation], evidence["before"]
        if before is True:
            raise unprovable(f"whether {operation} of {named} went once more")
        stored = await find(resource, evidence["number"], client)
        if stored is None:
            raise held("record_missing", f"There is no {named} in Fortnox any more: discard the command.")
        now = _shown(shown_by, stored)
        proof: Json = {"read": named, "before": before, shown_by: now}
        settled = Settled(act(operation, evidence["number"]), "changed", proof=proof) if now != before else None
        return Sighting(settled, proof)


def _check_compared(task: Task, command: SendDocument) -> None:
    """Nothing leaves the house that is not what was meant (architecture, invariant 11)."""
    link = None if command.record is None else task.refs.get(command.record)
    if link is not None and link.state.get("mismatch"):
        raise held(
            "totals_differ",
            f"{link.kind.capitalize()} {link.number} is not what was meant: it is not sent before its question is "
            "answered.",
        )


def _shown(name: str, stored: Json) -> bool | str:
    """Whether the flag is set, or the count as it stands; where none is shown, none was counted."""
    return is_true(stored.get(name)) if name == "Sent" else text_of(stored.get(name)) or "0"
