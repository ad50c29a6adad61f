"""One SubscriptionFlow instance as a target: a customer and an invoice are told their numbers in Fortnox."""

from typing import NoReturn

from connectors.base import Held, Json, Later, OutsideError, Park, Settled, Sighting, Task, UnknownEnd, Write
from connectors.rest import Rest
from connectors.sources import Unreadable
from connectors.subscriptionflow.loose import Record, record_of
from connectors.subscriptionflow.telling import Meant, digest, emptied, evidence_of, meant_by, meant_then
from handlers.commands import SetSenderFields


class SubscriptionFlowDesk:
    """How commands become calls at one instance (SubscriptionFlow facts, section 5, point 4).

    A ``PUT`` names the one field that changes. Whether the others then stay as they are is not documented, so what
    the instance holds afterwards is compared by the names of its fields.
    """

    def __init__(self, name: str, rest: Rest, note_field: str) -> None:
        """``note_field`` is the field of an invoice that the line goes into."""
        self._name = name
        self._rest = rest
        self._note_field = note_field

    def far_object(self, task: Task) -> str | None:
        """The record that would change."""
        command = task.command
        return f"{command.record}:{command.id}" if isinstance(command, SetSenderFields) else None

    async def plan(self, task: Task) -> Write | Settled:
        """Read the record, and add the number where it does not show it.

        A line that somebody took out stays out. Raises ``Held`` where the customer has another number that is none of
        ours, ``Park`` where there is no such record or no place for what is meant.
        """
        meant = meant_by(task, self._note_field, self._name)
        record = await self._record(meant)
        text = self._text(meant, record)
        shown, last = meant.shown(text), None if task.link is None else task.link.state.get("number")
        proof: Json = {"read": meant.far_object, "field": meant.field, "shown": shown}
        if shown == meant.number:
            return Settled(meant.link, "unchanged", proof=proof)
        if meant.mark is not None and shown is None and last == meant.number:
            because = "our line was written before, and no longer stands there"
            return Settled(meant.link, "unchanged", proof=proof | {"because": because})
        if meant.mark is None and shown not in {None, last}:
            self._another(meant, shown)
        whole = meant.told(text)
        return Write(
            f"tell_{meant.record}",
            "PUT",
            meant.path,
            {meant.field: whole},
            creates=False,
            far_object=meant.far_object,
            stands_on={"updated_at": record.text("updated_at")},
            evidence=evidence_of(meant, whole, record),
            proof=proof,
        )

    async def perform(self, task: Task, write: Write) -> Settled:
        """Send the change, and see what the instance holds now: in its answer, else by reading once more."""
        meant = meant_then(write.evidence)
        answer = await self._sent(meant, write)
        question = self._amiss(meant, answer, write.evidence)
        if question is not None:
            question = self._amiss(meant, await self._seen(meant, write.operation), write.evidence)
        proof: Json = {"wrote": meant.far_object, "field": meant.field, "shown": meant.number}
        return Settled(meant.link, "changed", question=question, proof=proof if question is None else {})

    async def look(self, task: Task, operation: str, evidence: Json) -> Sighting:
        """Whether the record shows the number that was sent."""
        meant = meant_then(evidence)
        answer = await self._rest.read(f"read {meant.record}", meant.path)
        record = None if answer is None else self._in(meant, answer)
        shown = None if record is None else meant.shown(self._text(meant, record))
        proof: Json = {"read": meant.far_object, "field": meant.field, "shown": shown}
        if record is None or shown != meant.number:
            return Sighting(None, proof)
        lost = self._lost(meant, record, evidence)
        return Sighting(Settled(meant.link, "changed", question=lost, proof=proof), proof)

    async def probe(self) -> None:
        """List one invoice: the instance answers, and knows us."""
        one = {"page": "1", "per_page": "1", "limit": "1"}
        # An instance without a list of invoices (404) gave a complete answer too.
        await self._rest.read("probe", "/invoices", params=one, priority=0)

    async def _record(self, meant: Meant) -> Record:
        answer = await self._rest.read(f"read {meant.record}", meant.path)
        if answer is None:
            raise Park(
                "gone",
                system=self._name,
                operation=f"read {meant.record}",
                status=404,
                remedy=f"{self._name} has no such {meant.record} any more: discard the command.",
            )
        return self._in(meant, answer)

    def _in(self, meant: Meant, answer: Json) -> Record:
        """The record of an answer. Raises ``Later`` where it holds none, or another one."""
        try:
            record = record_of(answer, meant.record)
            found = record.identifier("id")
        except Unreadable:
            found = None
        if found is None or found.casefold() != meant.id.casefold():
            raise Later("unreadable", system=self._name, operation=f"read {meant.record}", status=200)
        return record

    def _text(self, meant: Meant, record: Record) -> str:
        """What the field holds, as it stands; empty for each way to write nothing."""
        held = record.find(meant.field)[1]
        if isinstance(held, str):
            return held
        try:
            return record.text(meant.field) or ""
        except Unreadable as fault:
            raise Park(
                "no_text",
                system=self._name,
                operation=f"read {meant.record}",
                remedy=f"{fault}. Choose another field (invoice_note_field in write_back), or discard the command.",
            ) from fault

    def _another(self, meant: Meant, shown: str | None) -> NoReturn:
        raise Held(
            "another_number",
            system=self._name,
            operation=f"tell_{meant.record}",
            remedy=f"{meant.record} {meant.id} has {meant.field} {shown} at {self._name}, and is {meant.number} in "
            f"Fortnox: empty or correct it at {self._name}, then retry; or discard the command.",
            about=meant.far_object,
        )

    async def _sent(self, meant: Meant, write: Write) -> Json:
        try:
            return await self._rest.write(write.operation, write.method, write.path, write.body or {})
        except Park as refusal:
            if refusal.reason != "refused":
                raise
            raise Park(
                "refused",
                system=self._name,
                operation=write.operation,
                status=refusal.status,
                remedy=f"{self._name} refuses to change {meant.field} of its {meant.record} (status {refusal.status}): "
                "see that the API client may change it there, then retry; or discard the command.",
                detail=refusal.detail,
            ) from refusal

    async def _seen(self, meant: Meant, operation: str) -> Json:
        """The record once more. Whatever keeps it from us leaves the end of the change unknown: it is looked for."""
        try:
            answer = await self._rest.read(f"read {meant.record}", meant.path)
        except OutsideError as error:
            raise UnknownEnd(error.reason, system=self._name, operation=operation, status=error.status) from error
        if answer is None:
            raise UnknownEnd("not_shown", system=self._name, operation=operation, status=404)
        return answer

    def _amiss(self, meant: Meant, answer: Json, evidence: Json) -> str | None:
        """What is not as it was meant to become, as a question; ``None`` where all is well."""
        where = f"{meant.record} {meant.id} at {self._name}"
        try:
            record = self._in(meant, answer)
            text = self._text(meant, record)
        except (Later, Park):
            return f"{where} cannot be read: see there whether {meant.field} holds {meant.number}."
        if digest(text) != evidence["written_digest"]:
            return f"{where}: {meant.field} holds another text than was sent; see there."
        return self._lost(meant, record, evidence)

    def _lost(self, meant: Meant, record: Record, evidence: Json) -> str | None:
        """Fields that the change emptied, as a question; ``None`` where there are none."""
        lost = emptied(record, evidence["filled"])
        if not lost:
            return None
        return (
            f"{meant.record} {meant.id} at {self._name}: {', '.join(lost)} became empty when {meant.field} was "
            "written. Restore it there, and take write_back out of the source's settings."
        )
