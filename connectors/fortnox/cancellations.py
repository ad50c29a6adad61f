"""Cancelling an invoice, an order or an offer: its state is read first, and nothing is cancelled twice."""

from connectors.base import Json, Link, Park, Settled, Sighting, Task, Write
from connectors.fortnox.client import Client
from connectors.fortnox.forms import FORMS, Form
from connectors.fortnox.resource import command_of, held, linked
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.wire import is_true
from handlers.commands import EnsureCancelled


class Cancellations:
    """``EnsureCancelled`` at Fortnox (facts, sections 6.5, 6.7, 6.8 and 8)."""

    def far_object(self, task: Task) -> str | None:
        """The document, where it stands there."""
        command = command_of(task, EnsureCancelled)
        return None if task.link is None else f"{command.document}:{task.link.number}"

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """What is not linked, or cancelled already, is as it shall be; what became another document is asked about."""
        command = command_of(task, EnsureCancelled)
        if task.link is None:
            return Settled(None, "unchanged", proof={"because": f"this sale has no {command.document} in Fortnox"})
        link, form = task.link, FORMS[command.document]
        if link.state.get("cancelled"):
            return Settled(link, "unchanged")
        stored = await client.read(f"read_{form.kind}", link.number)
        proof: Json = {"read": f"{form.kind}:{link.number}"}
        if is_true(stored.get("Cancelled")):
            return Settled(_cancelled(link), "unchanged", proof=proof)
        if form.locked(stored):
            return self._locked(task, command, form, stored, proof)
        operation = OPERATIONS[f"cancel_{form.kind}"]
        return Write(
            operation.name,
            operation.method,
            operation.at(link.number),
            None,
            creates=False,
            far_object=f"{form.kind}:{link.number}",
            stands_on={"Cancelled": False, "locked": False},
            evidence={"kind": form.kind, "number": link.number, "state": dict(link.state)},
            proof=proof,
        )

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Cancel; after a refusal the state decides, not the code: cancelled already is no error."""
        evidence = write.evidence
        try:
            stored = await client.request(write.operation, path=write.path)
            result = "changed"
        except Park:
            stored = await client.read(f"read_{evidence['kind']}", evidence["number"])
            result = "unchanged"
            if not is_true(stored.get("Cancelled")):
                raise
        return self._settled(stored, evidence, result)

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """Cancelled or not: the document says so."""
        stored = await client.read(f"read_{evidence['kind']}", evidence["number"])
        cancelled = is_true(stored.get("Cancelled"))
        proof: Json = {"read": f"{evidence['kind']}:{evidence['number']}", "Cancelled": cancelled}
        return Sighting(self._settled(stored, evidence, "changed") if cancelled else None, proof)

    def _locked(self, task: Task, command: EnsureCancelled, form: Form, stored: Json, proof: Json) -> Settled:
        """A booked invoice is credited or asked about; what became our next document is handled there."""
        link = linked(task.link)
        if form.kind == "invoice":
            if command.booked == "credit":
                because = {"because": "the invoice is booked, so it is credited"}
                return Settled(_with(link, booked=True), "unchanged", proof=proof | because)
            raise held(
                "invoice_booked",
                f"The sale was called off, and its invoice {link.number} is booked: credit it in Fortnox, then discard "
                "this command (`documents.credit_cancelled` lets the bridge credit such invoices while they are not "
                "paid).",
            )
        became = form.became(stored)
        ours = {other.number for ref in command.later if (other := task.refs.get(ref)) is not None}
        if became in ours:
            return Settled(_with(link, became=became), "unchanged", proof=proof | {"because": f"it became {became}"})
        raise held(
            f"{form.kind}_locked",
            f"The sale was called off, but its {form.kind} {link.number} was made into document {became} by somebody: "
            "cancel or credit that in Fortnox, then discard this command.",
        )

    def _settled(self, stored: Json, evidence: Json, result: str) -> Settled:
        named = FORMS[evidence["kind"]].named(evidence["number"])
        done = is_true(stored.get("Cancelled"))
        question = None if done else f"Fortnox took the cancelling of {named}, but shows it as it was."
        link = Link(evidence["kind"], evidence["number"], {**evidence["state"], "cancelled": done})
        return Settled(link, result, question=question)


def _with(link: Link, **changes: object) -> Link:
    return Link(link.kind, link.number, {**link.state, **changes}, link.verified)


def _cancelled(link: Link) -> Link:
    return _with(link, cancelled=True)
