"""Invoices: written completely, found again by our mark, and compared to the öre with what was meant."""

from connectors.base import Json, Link, Settled, Sighting, Task, Write
from connectors.fortnox import invoice_content as content
from connectors.fortnox.client import Client
from connectors.fortnox.registers import rate_of
from connectors.fortnox.resource import command_of, held, linked
from connectors.fortnox.wire import OPERATIONS, decimal_of, is_true, text_of
from handlers.commands import EnsureInvoice
from handlers.values import reference

KIND = "invoice"


def _numeric(number: str) -> tuple[int, str]:
    return (int(number), "") if number.isascii() and number.isdigit() else (0, number)


class Invoices:
    """``EnsureInvoice`` at Fortnox (facts, sections 6.1 and 6.5)."""

    def far_object(self, task: Task) -> str | None:
        """The invoice, once it is linked."""
        return f"invoice:{task.link.number}" if task.link else None

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """A linked invoice is left, updated or held; another is created, after a look where the company is looking."""
        command = command_of(task, EnsureInvoice)
        customer = linked(task.refs.get(command.customer)).number
        rows, altered = content.rows_of(command)
        ours = content.meant(command, customer, rows)
        if task.link is not None:
            return await self._linked(task, command, task.link, ours, client)
        await self._guard_same_sale(task, command, customer)
        mark = reference(task.thing)
        if task.looking:
            sighting = await self._by_mark(task, mark, ours, client, "found")
            if sighting.settled is not None:
                return sighting.settled
        rate = await rate_of(command.currency, command.currency_rate, client)
        fields = content.header(command, customer, mark, rate)
        operation = OPERATIONS["create_invoice"]
        return Write(
            operation.name,
            operation.method,
            operation.at(),
            {"Invoice": {**fields, "InvoiceRows": content.created_rows(rows)}},
            creates=True,
            evidence={"mark": mark, "meant": ours, "your_order_number": command.number},
            altered=altered,
            proof={"looked_for_mark": task.looking},
        )

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Send the invoice and compare Fortnox's answer with what was meant before anything more is done to it."""
        invoice = await client.request(write.operation, path=write.path, body=write.body)
        result = "created" if write.creates else "changed"
        return self._settled(invoice, write.evidence, result)

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """A creation is proved by our exact mark over all pages; an update by the invoice as it now is."""
        if operation == "create_invoice":
            return await self._by_mark(task, evidence["mark"], evidence["meant"], client, "created")
        invoice = await client.read("read_invoice", evidence["number"])
        proof: Json = {"read": f"invoice:{evidence['number']}"}
        ours = evidence["meant"]
        same_texts = content.texts_digest(content.stored_rows(invoice)) == ours["texts"]
        if content.differences(ours, invoice) or not same_texts:
            return Sighting(None, proof)
        return Sighting(self._settled(invoice, evidence, "changed", proof), proof)

    async def _linked(
        self, task: Task, command: EnsureInvoice, link: Link, ours: Json, client: Client
    ) -> Write | Settled:
        """The same money content needs no call; another is an update while the invoice is unbooked, else a question."""
        known = link.state.get("meant")
        settled = not link.state.get("mismatch") and not link.state.get("cancelled")
        if known == ours["digest"] and settled and (link.state.get("booked") or not command.to_be_booked):
            return Settled(link, "unchanged")
        invoice = await client.read("read_invoice", link.number)
        wrong = content.differences(ours, invoice)
        if is_true(invoice.get("Cancelled")):
            raise held(
                "invoice_cancelled",
                f"Invoice {link.number} is cancelled in Fortnox. Discard this command, or have the document made anew.",
            )
        if not wrong and known in (None, ours["digest"]):
            state = content.state_of(invoice, ours, mismatch=False)
            return Settled(Link(KIND, link.number, state), "unchanged", proof={"read": f"invoice:{link.number}"})
        if is_true(invoice.get("Booked")):
            what = "; ".join(wrong) or "its texts differ"
            raise held(
                "invoice_booked",
                f"Invoice {link.number} is booked and can no longer be changed: {what}. "
                "Credit it in Fortnox, or discard this command.",
            )
        if known == ours["digest"]:
            raise held(
                "totals_differ",
                f"Invoice {link.number} is not what was meant: {'; '.join(wrong)}. Correct it in Fortnox and retry, "
                f"accept it as it stands with `link` and `invoice:{link.number}`, or discard this command.",
            )
        return await self._update(task, command, link, invoice, ours, client)

    async def _update(
        self, task: Task, command: EnsureInvoice, link: Link, invoice: Json, ours: Json, client: Client
    ) -> Write:
        rows, altered = content.rows_of(command)
        stored = content.stored_rows(invoice)
        rate = await rate_of(command.currency, command.currency_rate, client)
        mark = reference(task.thing)
        fields = content.header(command, ours["customer"], mark, rate)
        operation = OPERATIONS["update_invoice"]
        return Write(
            operation.name,
            operation.method,
            operation.at(link.number),
            {"Invoice": {**fields, "InvoiceRows": content.updated_rows(rows, stored)}},
            creates=False,
            far_object=f"invoice:{link.number}",
            stands_on={"Booked": False, "Cancelled": False, "RowIds": [row.get("RowId") for row in stored]},
            evidence={"mark": mark, "number": link.number, "meant": ours, "your_order_number": command.number},
            altered=altered,
            proof={"read": f"invoice:{link.number}"},
        )

    async def _guard_same_sale(self, task: Task, command: EnsureInvoice, customer: str) -> None:
        """One sale may arrive as an order and as the source's own invoice: a person decides."""
        if command.made_from != "invoice" or command.hold_same_total_days == 0:
            return
        other = await task.links.same_sale(
            task.company, task.thing, customer, str(command.total), command.currency, command.hold_same_total_days
        )
        if other is not None:
            raise held(
                "same_sale",
                f"Order {other} made an invoice of the same customer and total in the last "
                f"{command.hold_same_total_days} days. Discard this command if it is the same sale; retry it with "
                "--absent if it is another one.",
            )

    async def _by_mark(self, task: Task, mark: str, ours: Json, client: Client, result: str) -> Sighting:
        """Search by our mark (Fortnox matches by prefix), compare exactly, and fetch every hit.

        Credit invoices, and what is linked to another thing of ours, are no proof.
        """
        rows = await client.search("list_invoices", {"externalinvoicereference1": mark})
        numbers = [content.number_of(row) for row in rows if text_of(row.get("ExternalInvoiceReference1")) == mark]
        elsewhere = await task.links.linked_elsewhere(task.company, KIND, numbers, task.thing)
        hits: list[Json] = []
        for number in sorted(set(numbers) - elsewhere, key=_numeric):
            invoice = await client.read("read_invoice", number)
            if not is_true(invoice.get("Credit")):
                hits.append(invoice)
        live = [hit for hit in hits if not is_true(hit.get("Cancelled"))]
        if live or hits:
            hits = live or hits[:1]
        found = [content.number_of(hit) for hit in hits]
        proof: Json = {"searched_by": "externalinvoicereference1", "mark": mark, "rows": len(rows), "matched": found}
        proof["linked_elsewhere"] = sorted(elsewhere)
        if not hits:
            return Sighting(None, proof)
        settled = self._settled(hits[0], {"mark": mark, "meant": ours}, result, proof, found[1:])
        return Sighting(settled, proof)

    def _settled(
        self, invoice: Json, evidence: Json, result: str, proof: Json | None = None, surplus: list[str] | None = None
    ) -> Settled:
        """The link with its state, and a question where the invoice is not exactly the one that was meant."""
        ours = evidence["meant"]
        number = content.number_of(invoice)
        wrong = content.differences(ours, invoice)
        if text_of(invoice.get("ExternalInvoiceReference1")) != evidence["mark"]:
            wrong.append("ExternalInvoiceReference1: our mark was not kept")
        question = None
        if surplus:
            question = f"Invoices {number}, {', '.join(surplus)} all carry our mark: one sale stands twice in Fortnox. "
            question += f"Cancel all but one in Fortnox, then retry, or name the right one: `link`, `invoice:{number}`."
        elif is_true(invoice.get("Cancelled")):
            question = f"Invoice {number} carries our mark and is cancelled in Fortnox. Discard this command, or have "
            question += "the document made anew."
        elif wrong:
            question = f"Invoice {number} stays unbooked, it is not what was meant: {'; '.join(wrong)}."
        elif decimal_of(invoice.get("Total")) == 0 and decimal_of(ours["total"]) != 0:
            question = (
                f"Fortnox rounds invoice {number} of {ours['total']} to 0, so it can take no payment: cancel it and "
            )
            question += "discard what follows, or book it by hand."
        link = Link(KIND, number, content.state_of(invoice, ours, mismatch=question is not None))
        shown: Json = dict(proof or {}) | {
            "Total": text_of(invoice.get("Total")),
            "RoundOff": text_of(invoice.get("RoundOff")),
        }
        if "your_order_number" in evidence:
            shown["cut"] = content.cut_number(evidence["your_order_number"], invoice)
        return Settled(link, result, question=question, proof=shown)
