"""An action of the table on one object, or its deletion: done once, proved by what the object shows afterwards."""

from collections.abc import Sequence

from connectors.base import Json, Link, Park, Settled, Sighting, Task, Write
from connectors.fortnox.client import Client
from connectors.fortnox.forms import NO_REFERENCE
from connectors.fortnox.record_names import far_object, number_of, number_of_keys
from connectors.fortnox.record_proofs import unprovable
from connectors.fortnox.record_reads import all_of, find, path_of
from connectors.fortnox.resource import command_of, held, linked
from connectors.fortnox.table import OPERATIONS, RESOURCES, Action, Resource
from connectors.fortnox.wire import decimal_of, is_true, text_of
from handlers.commands import ActOnRecord, RecordCommand

CARRIER = "act_on_record"
MOVING = frozenset({"LastInvoiceDate", "InvoicesRemaining"})
"""Fields that show an action by another value than before; all others by a flag that is set, or a number."""

COUNTED = "InvoicesRemaining"
NOT_OURS = frozenset(
    {"append_note", "create_email_sender", "create_asset_type", "delete_attachment", "delete_archive_folder"}
)
"""What is a create by another path, has a command of its own, or is never done (a folder with all its files)."""


def operations() -> tuple[str, ...]:
    """The deletions and the actions that change or create something."""
    found = [
        operation.name
        for resource in RESOURCES.values()
        for operation in resource.operations()
        if operation.effect == "delete"
        or (operation.effect not in {"none", "send"} and _action(resource, operation.name))
    ]
    return tuple(name for name in found if name not in NOT_OURS)


def number_meant(task: Task, command: RecordCommand) -> str:
    """The number of the object that a command names, by its keys or by a thing of ours."""
    if command.record is not None:
        return linked(task.refs.get(command.record)).number
    return number_of_keys(command.keys)


def _action(resource: Resource, name: str) -> Action | None:
    return next((action for action in resource.actions if action.name == name), None)


def act(operation: str, number: str) -> Link:
    """That it was done, as a link: so that it is known for ever, and the object itself stays nobody's."""
    return Link("act", f"{operation}:{number}", {})


class RecordActions:
    """``ActOnRecord`` at Fortnox (facts, section 8): the state decides, before and after."""

    def far_object(self, task: Task) -> str | None:
        """The object."""
        command = command_of(task, ActOnRecord)
        number = number_meant(task, command)
        return far_object(RESOURCES[command.resource], number) if number else None

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """What is so already is left alone; where nothing will show the action, it goes once and is never repeated."""
        command = command_of(task, ActOnRecord)
        if task.link is not None:
            return Settled(task.link, "unchanged")
        resource, number = RESOURCES[command.resource], number_meant(task, command)
        shown_by = _shown_by(resource, command.action)
        if not shown_by:
            return self._write(task, command, number, {}, {"because": "no field will show it: it is sent once only"})
        stored = await _state(resource, number, shown_by, client)
        proof: Json = {"read": far_object(resource, number)}
        if stored is None:
            if OPERATIONS[command.action].effect == "delete":
                done = act(command.action, number)
                return Settled(done, "unchanged", proof=proof | {"because": "it is not there"})
            raise held("record_missing", f"There is no {proof['read']} in Fortnox: correct it, or discard the command.")
        before = {name: text_of(stored.get(name)) for name in (*shown_by, COUNTED) if name in stored}
        if _set(shown_by, stored):
            return Settled(act(command.action, number), "unchanged", proof=proof | before)
        return self._write(task, command, number, before, proof | before)

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Send it; after a refusal the state decides, not the code."""
        evidence = write.evidence
        resource = RESOURCES[evidence["resource"]]
        named, done = far_object(resource, evidence["number"]), act(write.operation, evidence["number"])
        try:
            answer = await client.request(write.operation, path=write.path, body=write.body)
        except Park:
            if evidence["shown_by"] and (await self._after(resource, evidence, client))[0]:
                return Settled(done, "unchanged", proof={"object": named, "because": "it is so already"})
            raise
        question = _unshown(named, write.operation, evidence, answer)
        return Settled(done, "changed", question=question, proof={"object": named})

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """The object is gone, or shows the action; a question where no look can tell."""
        resource = RESOURCES[evidence["resource"]]
        if not evidence["shown_by"]:
            raise unprovable(f"whether {operation} took effect")
        done, proof = await self._after(resource, evidence, client)
        settled = Settled(act(operation, evidence["number"]), "changed", proof=proof) if done else None
        if settled is None and _undated(operation, evidence):
            raise unprovable(f"whether {operation} took effect")
        return Sighting(settled, proof)

    async def _after(self, resource: Resource, evidence: Json, client: Client) -> tuple[bool, Json]:
        shown_by, before = evidence["shown_by"], evidence["before"]
        stored = await _state(resource, evidence["number"], shown_by, client)
        proof: Json = {"read": far_object(resource, evidence["number"]), "exists": stored is not None}
        if stored is None or shown_by == [""]:
            return stored is None and shown_by == [""], proof
        now = {name: text_of(stored.get(name)) for name in before}
        moved = any(now[name] != before[name] for name in before if name in MOVING)
        return moved or _set(tuple(shown_by), stored), proof | {"before": before, "now": now}

    def _write(self, task: Task, command: ActOnRecord, number: str, before: Json, proof: Json) -> Write:
        resource, operation = RESOURCES[command.resource], OPERATIONS[command.action]
        shown_by = list(_shown_by(resource, command.action))
        bodies = {"nothing": None, "envelope": {operation.envelope: command.fields}, "bare": command.fields}
        return Write(
            operation.name,
            operation.method,
            path_of(operation.name, resource, number),
            bodies[operation.sends],
            creates=operation.effect == "create",
            # A doubt that only a person can end must not keep the object from everybody else.
            far_object=self.far_object(task) if shown_by and not _undated(operation.name, {"before": before}) else None,
            stands_on=before,
            evidence={
                "carrier": CARRIER,
                "resource": resource.name,
                "number": number,
                "shown_by": shown_by,
                "before": before,
            },
            proof=proof,
        )


def _shown_by(resource: Resource, name: str) -> tuple[str, ...]:
    """The fields that show it; one empty name for a deletion, which the object's absence shows."""
    if OPERATIONS[name].effect == "delete":
        return ("",)
    action = _action(resource, name)
    return (action.shown_by,) if action is not None and action.shown_by else ()


async def _state(resource: Resource, number: str, shown_by: Sequence[str], client: Client) -> Json | None:
    """The object, and where a filter of the list shows the action (``filter=finished``), whether it stands there."""
    stored = await find(resource, number, client)
    for name in shown_by if stored is not None else ():
        parameter, _, value = name.partition("=")
        if value:
            rows = await all_of(resource, {parameter: value}, client)
            stored = {**(stored or {}), name: any(number_of(resource, row) == number for row in rows)}
    return stored


def _set(shown_by: tuple[str, ...], stored: Json) -> bool:
    """Whether a flag is true, or a reference names what was made; a field that moves says nothing by itself."""
    lasting = [stored.get(name) for name in shown_by if name and name not in MOVING]
    return any(is_true(value) or _names_another(text_of(value)) for value in lasting)


def _names_another(number: str) -> bool:
    return number.isdigit() and number not in NO_REFERENCE


def _undated(operation: str, evidence: Json) -> bool:
    """A second invoice of a contract on one day moves only the count, which an endless contract has not."""
    before = evidence["before"]
    endless = (decimal_of(before.get(COUNTED)) or 0) <= 0
    return operation == "contract_to_invoice" and bool(before.get("LastInvoiceDate")) and endless


def _unshown(named: str, operation: str, evidence: Json, answer: Json) -> str | None:
    """A question where the answer is the object itself and shows its flag as it was."""
    flags = [name for name in evidence["shown_by"] if name in answer and isinstance(answer[name], bool)]
    if any(not answer[name] for name in flags):
        return f"Fortnox took {operation} of {named}, but shows it as it was."
    return None
