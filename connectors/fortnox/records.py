"""An object of any resource, as it shall be: made once and found again, or changed in the given fields alone."""

from typing import Any

from connectors.base import Json, Link, Settled, Sighting, Task, Write
from connectors.fortnox.client import Client
from connectors.fortnox.open_days import voucher_on_open_day
from connectors.fortnox.record_fields import body_of, differing
from connectors.fortnox.record_names import far_object, number_of, number_of_keys
from connectors.fortnox.record_proofs import (
    ALIKE,
    Sought,
    hits_of,
    identity,
    marked,
    of_evidence,
    sought_for,
)
from connectors.fortnox.record_reads import find, path_of, year_of
from connectors.fortnox.record_rows import RecordRows
from connectors.fortnox.resource import command_of, held, linked
from connectors.fortnox.table import OPERATIONS, RESOURCES, Operation, Resource
from connectors.fortnox.wire import text_of
from handlers.commands import EnsureRecord

CARRIER = "ensure_record"
"""Stands in the evidence, because the same operation may also be sent by a command of its own."""


def operations() -> tuple[str, ...]:
    """The writes that make or change an object of a resource by its fields."""
    verbs = [f"{verb}_{resource.one}" for resource in RESOURCES.values() for verb in ("create", "update")]
    return tuple(name for name in verbs if name in OPERATIONS and OPERATIONS[name].sends == "envelope")


class Records:
    """``EnsureRecord`` at Fortnox (facts, sections 1.8 and 8)."""

    def __init__(self) -> None:
        self._rows = RecordRows()

    def far_object(self, task: Task) -> str | None:
        """The object; before it exists what it is known by, so that two creates of one never run side by side."""
        command = command_of(task, EnsureRecord)
        resource = RESOURCES[command.resource]
        number = _existing(task, command)
        if not number and resource.name == "payments":
            return f"invoice:{text_of(_fields(task, command).get('InvoiceNumber'))}"
        number = number or _known_by(resource, _fields(task, command))
        return far_object(resource, number) if number else None

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """A linked or named object is read and changed where it differs; another is looked for, then made."""
        command = command_of(task, EnsureRecord)
        resource, number = RESOURCES[command.resource], _existing(task, command)
        if command.row is not None:
            return await self._rows.plan(task, command, resource, number, client)
        if number:
            fields = {name: value for name, value in _fields(task, command).items() if name not in command.once}
            return await self._update(task, resource, number, fields, client)
        return await self._creation(task, command, resource, client)

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Send the one call and compare the answer with what was meant."""
        evidence = write.evidence
        resource = RESOURCES[evidence["resource"]]
        stored = await client.request(write.operation, path=write.path, body=write.body)
        if "row" in evidence:
            return self._rows.settled(task, resource, stored, evidence, "changed", {})
        if not write.creates:
            return _changed(task, resource, evidence, stored, {})
        return _made(resource, stored, evidence, "created", {})

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """A create by its proof of absence, a change by the object's own fields."""
        resource = RESOURCES[evidence["resource"]]
        if "row" in evidence:
            return await self._rows.look(task, resource, evidence, client)
        if "sought" in evidence:
            hits, proof = await hits_of(resource, of_evidence(evidence["sought"]), task, client)
            if not hits:
                return Sighting(None, proof)
            settled = _several(resource, hits, evidence, proof) or _made(resource, hits[0], evidence, "created", proof)
            return Sighting(settled, proof)
        stored = await find(resource, evidence["number"], client)
        wrong = sorted(evidence["fields"]) if stored is None else differing(resource.schema, evidence["fields"], stored)
        proof = {"read": far_object(resource, evidence["number"]), "not_as_meant": wrong}
        if stored is None or wrong:
            return Sighting(None, proof)
        return Sighting(_changed(task, resource, evidence, stored, proof), proof)

    async def _update(
        self, task: Task, resource: Resource, number: str, fields: Json, client: Client
    ) -> Write | Settled:
        stored = await find(resource, number, client)
        named = far_object(resource, number)
        if stored is None:
            raise held("record_missing", f"There is no {named} in Fortnox: correct the number, or discard the command.")
        fields = _as_made(resource, fields, stored, task.thing)
        wrong = differing(resource.schema, fields, stored)
        proof: Json = {"read": named, "fields_to_change": wrong}
        if not wrong:
            return Settled(task.link, "unchanged", proof=proof)
        if "update" not in resource.verbs:
            raise held("cannot_be_changed", _cannot(resource, number))
        operation = OPERATIONS[f"update_{resource.one}"]
        change = {name: fields[name] for name in wrong}
        return Write(
            operation.name,
            operation.method,
            path_of(operation.name, resource, number),
            {operation.envelope: body_of(resource.schema, change)},
            creates=False,
            far_object=named,
            stands_on={name: text_of(stored.get(name)) for name in wrong},
            evidence={"carrier": CARRIER, "resource": resource.name, "number": number, "fields": change},
            proof=proof,
        )

    async def _creation(self, task: Task, command: EnsureRecord, resource: Resource, client: Client) -> Write | Settled:
        given, moved = _fields(task, command), dict[str, Any]()
        if resource.name == "vouchers":
            given, moved = await voucher_on_open_day(command, given, client)
        fields = marked(resource, given, task.thing)
        year = await year_of(text_of(fields.get("TransactionDate")), client) if resource.name == "vouchers" else ""
        sought = sought_for(resource, fields, year)
        proof: Json = {"because": "nothing tells whether it was made: a lost answer is asked about"}
        if sought.by != "nothing":
            hits, proof = await hits_of(resource, sought, task, client)
            if hits and not (command.although_alike and sought.by == "fields"):
                return _found(resource, sought, hits, fields, proof)
            before = [number_of(resource, hit, year) for hit in hits]
            sought = Sought(sought.by, sought.fields, sought.number, sought.narrowed, year, before)
        operation = OPERATIONS[f"create_{resource.one}"]
        evidence: Json = {"carrier": CARRIER, "resource": resource.name, "fields": fields}
        return Write(
            operation.name,
            operation.method,
            _creating(operation, year),
            {operation.envelope: body_of(resource.schema, fields)},
            creates=True,
            far_object=None if sought.by in {"nothing", "mark"} else self.far_object(task),
            evidence=evidence | {"sought": sought.evidence()},
            altered=_altered(given, fields),
            proof=proof | moved,
        )


def _fields(task: Task, command: EnsureRecord) -> Json:
    """The given fields, with the numbers of things of ours in theirs."""
    return command.fields | {name: linked(task.refs.get(ref)).number for name, ref in command.numbers.items()}


def _existing(task: Task, command: EnsureRecord) -> str:
    """The number of the object that stands there already; empty where one is to be made."""
    if command.keys:
        return number_of_keys(command.keys)
    if command.record is not None:
        return linked(task.refs.get(command.record)).number
    return "" if task.link is None else task.link.number


def _as_made(resource: Resource, fields: Json, stored: Json, thing: str) -> Json:
    """The fields as a create of ours wrote them: a text that ends with our mark says what it says without."""
    said = marked(resource, fields, thing)
    return fields | {name: said[name] for name in fields if text_of(stored.get(name)) == text_of(said[name])}


def _known_by(resource: Resource, fields: Json) -> str:
    absence = resource.absence
    if absence is None or absence.by not in {"number", "fields"}:
        return ""
    keys = identity(absence, fields)
    return number_of_keys(keys) if all(keys) else ""


def _creating(operation: Operation, year: str) -> str:
    """The path of a create; the description gives that of an asset's type a key, though a new one has none yet."""
    path = operation.at(*("0" for _ in operation.keys))
    return f"{path}?financialyear={year}" if year else path


def _altered(given: Json, fields: Json) -> tuple[tuple[str, str, str], ...]:
    """Where our mark took the place of something, or of the end of a text."""
    return tuple(
        (name, text_of(given[name]), text_of(value))
        for name, value in fields.items()
        if name in given and given[name] != value
    )


def _cannot(resource: Resource, number: str) -> str:
    named = far_object(resource, number)
    if resource.name == "vouchers":
        return (
            f"{named} cannot be changed in Fortnox: take it back and write it anew (`task start correct_voucher`), "
            "then discard this command."
        )
    return f"{named} cannot be changed in Fortnox: discard this command."


def _found(resource: Resource, sought: Sought, hits: list[Json], fields: Json, proof: Json) -> Settled:
    """What stands there before we made anything: taken where it surely is what is meant, else a question."""
    evidence: Json = {"fields": fields, "sought": sought.evidence()}
    several = _several(resource, hits, evidence, proof)
    if several is not None:
        return several
    number = number_of(resource, hits[0], sought.year)
    chosen = resource.absence is not None and resource.absence.by == sought.by
    if not chosen or resource.name in ALIKE:
        raise held(
            "stands_there_already",
            f"{far_object(resource, number)} in Fortnox looks the same: link it to this command "
            f"(`{far_object(resource, number)}`), or say that another one is meant (`retry --absent`).",
        )
    wrong = differing(resource.schema, fields, hits[0])
    if wrong:
        raise held(
            "stands_there_otherwise",
            f"{far_object(resource, number)} stands in Fortnox already and is not as meant in {', '.join(wrong)}: "
            "change it there or with a command of its own and retry, or discard this command.",
        )
    return _made(resource, hits[0], evidence, "found", proof)


def _several(resource: Resource, hits: list[Json], evidence: Json, proof: Json) -> Settled | None:
    """Nothing to settle where nothing was found; a question where more than one was."""
    if len(hits) < 2:
        return None
    year = evidence["sought"]["year"]
    numbers = [number_of(resource, hit, year) for hit in hits]
    question = (
        f"{', '.join(far_object(resource, number) for number in numbers)} all are what was meant. Keep one in Fortnox, "
        f"then link it to this command (`{far_object(resource, numbers[0])}`)."
    )
    return Settled(Link(resource.one, numbers[0], {}), "created", question=question, proof=proof)


def _made(resource: Resource, stored: Json, evidence: Json, result: str, proof: Json) -> Settled:
    """The link, and a question where the object is not as meant."""
    sought = evidence["sought"]
    number = number_of(resource, stored, sought["year"]) or sought["number"]
    wrong = differing(resource.schema, evidence["fields"], stored)
    question = _unlike(resource, number, wrong) if wrong else None
    shown = proof | {"object": far_object(resource, number)}
    return Settled(Link(resource.one, number, {}), result, question=question, proof=shown)


def _changed(task: Task, resource: Resource, evidence: Json, stored: Json, proof: Json) -> Settled:
    """An object that was only named stays nobody's: it gets no link."""
    wrong = differing(resource.schema, evidence["fields"], stored)
    question = _unlike(resource, evidence["number"], wrong) if wrong else None
    shown = proof | {"object": far_object(resource, evidence["number"])}
    return Settled(task.link, "changed", question=question, proof=shown)


def _unlike(resource: Resource, number: str, wrong: list[str]) -> str:
    named = far_object(resource, number)
    return f"{named} is not as meant in {', '.join(wrong)}: correct it there, then link it or discard this command."
