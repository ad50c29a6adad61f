"""Invoices, orders and offers: written completely, found again by our mark, compared to the öre with what was meant."""

from dataclasses import replace

from connectors.base import Json, Link, Settled, Sighting, Task, Write
from connectors.fortnox import conversions
from connectors.fortnox import document_state as far
from connectors.fortnox.brakes import check_amount, check_pace
from connectors.fortnox.client import Client
from connectors.fortnox.conversions import Conversion, Made
from connectors.fortnox.document_content import (
    Content,
    carries,
    content_of,
    created_rows,
    evidence_of_extra,
    header,
    unlike_extra,
)
from connectors.fortnox.document_questions import Outgrown, Questions
from connectors.fortnox.document_search import with_mark
from connectors.fortnox.document_updates import Updates
from connectors.fortnox.forms import INVOICE, Form
from connectors.fortnox.labels import labels_of
from connectors.fortnox.open_days import invoice_on_open_day
from connectors.fortnox.registers import rate_of
from connectors.fortnox.reissues import judged, refuse_beside_replaced
from connectors.fortnox.resource import command_of, linked
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.vat_regime import check_regime
from connectors.fortnox.wire import text_of
from connectors.vat_numbers import VatNumbers
from handlers.commands import DocumentCommand, EnsureInvoice
from handlers.values import reference, short_reference


class Documents:
    """``EnsureInvoice``, ``EnsureOrder`` or ``EnsureOffer`` at Fortnox (facts, sections 6.1, 6.5, 6.7 and 6.8)."""

    def __init__(self, form: Form, kind: type[DocumentCommand], vat_numbers: VatNumbers | None = None) -> None:
        """``form`` is the kind of document, ``kind`` the command that it carries out.

        ``vat_numbers`` is asked about a buyer whom no VAT is charged; ``None`` where nobody is.
        """
        self._form = form
        self._vat_numbers = vat_numbers
        self._kind = kind
        self._ask = Questions(form)
        self._updates = Updates(form, self._ask)

    def far_object(self, task: Task) -> str | None:
        """The document once it is linked; before, the one that it is made from."""
        if task.link is not None:
            return f"{self._form.kind}:{task.link.number}"
        conversion = conversions.conversion_of(self._form, command_of(task, self._kind), task.refs)
        return None if conversion is None else f"{conversion.source.kind}:{conversion.number}"

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """A linked document is left, updated or held; another is made from the earlier stage, or created.

        It is looked for first where the company is looking. What can no longer become what is meant is asked about, or
        made anew.
        """
        command = command_of(task, self._kind)
        try:
            return await self._planned(task, command, client)
        except Outgrown as outgrown:
            raise await judged(task, command, outgrown, client) from None

    async def _planned(self, task: Task, command: DocumentCommand, client: Client) -> Write | Settled:
        if (further := self._further(task, command)) is not None:
            return further
        customer = linked(task.refs.get(command.customer)).number
        content = content_of(command, customer, task.refs)
        if task.link is not None:
            return await self._updates.plan(task, command, task.link, content, client)
        await refuse_beside_replaced(task, command, client)
        await self._ask.about_doubled(task, customer)
        await self._ask.about_same_sale(task, command)
        conversion = conversions.conversion_of(self._form, command, task.refs)
        if conversion is not None:
            return await self._made_from(task, command, content, conversion, client)
        mark = self._mark(task)
        if task.looking:
            sighting = await self._by_mark(task, {"mark": mark, "meant": content.meant}, client, "found")
            if sighting.settled is not None:
                return sighting.settled
        return await self._creation(task, command, content, mark, client)

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Send the one call and compare Fortnox's answer with what was meant before anything more is done to it."""
        if "source" in write.evidence:
            made = await conversions.convert(conversions.of_evidence(write.evidence), client)
            return await self._became(task, made, write.evidence, client)
        stored = await client.request(write.operation, path=write.path, body=write.body)
        if write.creates:
            return self._settled(stored, write.evidence, "created")
        return self._updates.settled(stored, write.evidence)

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """A creation is proved by our exact mark, a conversion by its source, an update by the document itself."""
        if "source" in evidence:
            return await self._look_at_source(task, evidence, client)
        if operation == f"create_{self._form.kind}":
            return await self._by_mark(task, evidence, client, "created")
        return await self._updates.look(evidence, client)

    def _mark(self, task: Task) -> str:
        return reference(task.thing) if self._form.marked else short_reference(task.thing)

    def _further(self, task: Task, command: DocumentCommand) -> Settled | None:
        """Where the sale has gone further already, an earlier stage is not made any more."""
        later = {"order": (command.invoice,), "offer": (command.order, command.invoice)}.get(self._form.kind, ())
        for ref in later:
            link = None if ref is None else task.refs.get(ref)
            if link is None or (task.link is not None and self._form.kind == "order"):
                continue
            if task.link is None:
                self._ask.about_cancelled_sale(link)
            proof: Json = {"because": f"the sale is {link.kind} {link.number} already"}
            return Settled(task.link, "not_created" if task.link is None else "unchanged", proof=proof)
        return None

    async def _creation(
        self, task: Task, command: DocumentCommand, content: Content, mark: str, client: Client
    ) -> Write:
        regime = await check_regime(command, content.meant["customer"], client, self._vat_numbers)
        rate = await rate_of(command.currency, command.currency_rate, client, day=command.dated)
        check_amount(command, rate)
        moved: Json = {}
        if isinstance(command, EnsureInvoice):
            command, moved = await invoice_on_open_day(command, client)
        await check_pace(task, command)
        fields, altered = header(self._form, command, content.meant["customer"], mark, rate)
        fields |= labels_of(command, task.refs)
        operation = OPERATIONS[f"create_{self._form.kind}"]
        return Write(
            operation.name,
            operation.method,
            operation.at(),
            {self._form.envelope: {**fields, self._form.rows: created_rows(self._form, content.rows)}},
            creates=True,
            evidence={
                "mark": mark,
                "meant": content.meant,
                "sent": {self._form.number: fields[self._form.number]},
                **evidence_of_extra(command),
            },
            altered=content.altered + altered,
            proof={"looked_for_mark": task.looking, **regime, **moved, **(rate.told if rate else {})},
        )

    # --- made from the earlier stage --------------------------------------------------------------------------------

    async def _made_from(
        self, task: Task, command: DocumentCommand, content: Content, conversion: Conversion, client: Client
    ) -> Write | Settled:
        """One call without a body; what the source says of itself comes first."""
        self._ask.about_source(conversion, content.meant)
        evidence: Json = {
            "source": conversion.source.kind,
            "target": self._form.kind,
            "number": conversion.number,
            "meant": content.meant,
            "same": conversion.state.get("meant") == content.meant["digest"],
            "compare_again": isinstance(command, EnsureInvoice)
            and bool(command.to_be_booked or command.due_stated or command.labels or command.extra),
        }
        if conversion.state.get("became"):
            made = await conversions.made_of(conversion, client)
            if made is not None:
                return await self._became(task, made, evidence, client)
        await check_pace(task, command)
        operation = OPERATIONS[conversion.operation]
        return Write(
            operation.name,
            operation.method,
            conversion.path,
            None,
            creates=False,
            far_object=f"{conversion.source.kind}:{conversion.number}",
            stands_on={conversion.reference: "0"},
            evidence=evidence,
            altered=content.altered,
            proof={"made_from": f"{conversion.source.kind}:{conversion.number}"},
        )

    async def _became(self, task: Task, made: Made, evidence: Json, client: Client) -> Settled:
        """The new document's link. An order gets its header in a pass of its own; an invoice is compared at once.

        The answer may show the source instead of what was made: its rows and totals are the same, and are compared.
        """
        await self._ask.about_foreign(task, made.number)
        proof: Json = {"made_from": f"{evidence['source']}:{evidence['number']}", "shown": made.form.kind}
        ours = evidence["meant"]
        if self._form is not INVOICE:
            state: Json = {"adopted": True, "same": evidence["same"]}
            return Settled(Link(self._form.kind, made.number, state), "created", again=True, proof=proof)
        if made.before:
            # It may have stood a while, or been sent: whether its dates may be changed is seen in the next pass.
            invoice = await client.read("read_invoice", made.number)
            found = self._settled(invoice, evidence, "found", proof)
            return replace(found, again=evidence["compare_again"] and found.question is None)
        if made.form is INVOICE:
            settled = self._settled(made.shown, evidence, "created", proof)
            return _to_be_dated(settled) if evidence["compare_again"] else settled
        wrong = far.differences(made.form, ours, made.shown)
        question = self._ask.unlike(made.number, wrong) if wrong else None
        state = far.state_of(INVOICE, made.shown, ours, mismatch=question is not None)
        again = evidence["compare_again"] and question is None
        state["unseen"] = again
        return Settled(Link("invoice", made.number, state), "created", question=question, again=again, proof=proof)

    async def _look_at_source(self, task: Task, evidence: Json, client: Client) -> Sighting:
        conversion = conversions.of_evidence(evidence)
        made = await conversions.made_of(conversion, client)
        proof: Json = {"read": f"{conversion.source.kind}:{conversion.number}"}
        if made is None:
            return Sighting(None, proof | {conversion.reference: "0"})
        settled = await self._became(task, made, evidence, client)
        if self._form is INVOICE and settled.question is None:
            settled = replace(settled, result="created")
            settled = _to_be_dated(settled) if evidence["compare_again"] else replace(settled, again=False)
        return Sighting(settled, proof | {conversion.reference: made.number})

    # --- found again ------------------------------------------------------------------------------------------------

    async def _by_mark(self, task: Task, evidence: Json, client: Client, result: str) -> Sighting:
        hits, proof = await with_mark(self._form, task, evidence["mark"], evidence["meant"]["customer"], client)
        if not hits:
            return Sighting(None, proof)
        surplus = [far.number_of(hit) for hit in hits[1:]]
        evidence = {"mark": evidence["mark"], "meant": evidence["meant"]}
        return Sighting(self._settled(hits[0], evidence, result, proof, surplus), proof)

    def _settled(
        self, stored: Json, evidence: Json, result: str, proof: Json | None = None, surplus: list[str] | None = None
    ) -> Settled:
        """The link with its state, and a question where the document is not exactly the one that was meant."""
        ours, mark = evidence["meant"], evidence.get("mark")
        number = far.number_of(stored)
        wrong = far.differences(self._form, ours, stored)
        if mark is not None and not carries(self._form, stored, mark):
            wrong.append(
                f"{'ExternalInvoiceReference1' if self._form.marked else self._form.number}: our mark was not kept"
            )
        question = self._ask.about_stored(number, stored, ours, wrong, surplus or [])
        state = far.state_of(self._form, stored, ours, mismatch=question is not None)
        shown: Json = dict(proof or {}) | {
            "Total": text_of(stored.get("Total")),
            "RoundOff": text_of(stored.get("RoundOff")),
        }
        if "sent" in evidence:
            shown["cut"] = far.cut_texts(evidence["sent"], stored)
            shown |= unlike_extra(self._form, evidence, stored)
        return Settled(Link(self._form.kind, number, state), result, question=question, proof=shown)


def _to_be_dated(settled: Settled) -> Settled:
    """An invoice that Fortnox just made, dated that day: a further pass gives it the dates that it shall have.

    What raises a question gets none.
    """
    if settled.link is None or settled.question is not None:
        return settled
    return replace(settled, link=replace(settled.link, state=settled.link.state | {"unseen": True}), again=True)
