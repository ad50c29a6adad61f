"""Bookkeeping of an invoice or a payment: proved by the state before and after, never repeated blindly."""

from dataclasses import replace
from decimal import Decimal

from connectors.base import Held, Json, Link, Park, Settled, Sighting, Task, Write
from connectors.fortnox.client import Client
from connectors.fortnox.refund_checks import rounding_left
from connectors.fortnox.resource import command_of, held, linked
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.wire import decimal_of, is_true, text_of
from handlers.commands import BookInvoice, BookPayment

ZERO = Decimal(0)
VOUCHER = ("VoucherSeries", "VoucherNumber", "VoucherYear")


async def _send(write: Write, reading: str, client: Client) -> tuple[Json, str]:
    """Send the booking; after a refusal the state decides, not the code: already booked is no error (facts 8)."""
    try:
        return await client.request(write.operation, path=write.path), "changed"
    except Park:
        document = await client.read(reading, write.evidence["number"])
        if is_true(document.get("Booked")):
            return document, "unchanged"
        if is_true(document.get("Cancelled")):
            raise _cancelled(write.evidence["number"]) from None
        raise


def _cancelled(number: str) -> Held:
    return held("invoice_cancelled", f"Invoice {number} is cancelled in Fortnox and cannot be booked.")


def _booking(operation_name: str, number: str, far_object: str, state: Json) -> Write:
    operation = OPERATIONS[operation_name]
    return Write(
        operation.name,
        operation.method,
        operation.at(number),
        None,
        creates=False,
        far_object=far_object,
        stands_on={"Booked": False},
        evidence={"number": number, "state": dict(state)},
    )


def state_of(invoice: Json, before: Json) -> Json:
    """What later commands stand on: the invoice as it now is, over what was known of it ``before``."""
    total, round_off = decimal_of(invoice.get("Total")), decimal_of(invoice.get("RoundOff")) or ZERO
    exact = before.get("exact") or (text_of(total - round_off) if total is not None else "")
    return {
        "mismatch": False,
        **before,
        "booked": is_true(invoice.get("Booked")),
        "cancelled": is_true(invoice.get("Cancelled")),
        "total": text_of(invoice.get("Total")),
        "round_off": text_of(round_off),
        "balance": text_of(invoice.get("Balance")),
        "currency": text_of(invoice.get("Currency")),
        "currency_rate": text_of(invoice.get("CurrencyRate") or "1"),
        "currency_unit": text_of(invoice.get("CurrencyUnit") or "1"),
        "customer": text_of(invoice.get("CustomerNumber")),
        "invoice_date": text_of(invoice.get("InvoiceDate")),
        "exact": exact,
    }


class InvoiceBookings:
    """``BookInvoice`` at Fortnox (facts, section 6.5)."""

    def far_object(self, task: Task) -> str | None:
        """The invoice."""
        return f"invoice:{linked(task.link).number}"

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """Book an unbooked invoice whose totals are the ones that were meant; no call where it is booked already."""
        command = command_of(task, BookInvoice)
        link = linked(task.link)
        state = link.state or await self._read_state(link, client)
        number = link.number
        if state.get("cancelled"):
            raise _cancelled(number)
        if state.get("booked"):
            # Since it was booked it may have been paid, or credited in part: a payment reads its balance again.
            return Settled(Link(link.kind, number, {**state, "balance": ""}), "unchanged")
        if state.get("mismatch"):
            raise held(
                "totals_differ",
                f"Invoice {number} is not what was meant: it is not booked before its question is answered.",
                about=f"invoice:{number}",
            )
        round_off = decimal_of(state.get("round_off")) or ZERO
        if round_off != ZERO and command.round_off_account is None:
            raise held(
                "round_off",
                f"Fortnox rounded invoice {number} by {round_off:.2f}, and no "
                "`round_off_account` is set: set one and retry, or book and settle it by hand.",
                about="round_off_account",
            )
        return _booking("book_invoice", number, f"invoice:{number}", state)

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Book, and see that it is the invoice that was compared before."""
        invoice, result = await _send(write, "read_invoice", client)
        return await _set_off(self._settled(invoice, write.evidence, result), client)

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """Booked or not: the invoice says so."""
        invoice = await client.read("read_invoice", evidence["number"])
        proof: Json = {"read": f"invoice:{evidence['number']}", "Booked": is_true(invoice.get("Booked"))}
        if not is_true(invoice.get("Booked")):
            return Sighting(None, proof)
        return Sighting(await _set_off(self._settled(invoice, evidence, "changed"), client), proof)

    async def _read_state(self, link: Link, client: Client) -> Json:
        """The state of an invoice that a person linked: what stands there is what was meant."""
        return state_of(await client.read("read_invoice", link.number), {})

    def _settled(self, invoice: Json, evidence: Json, result: str) -> Settled:
        state = state_of(invoice, evidence["state"])
        total, round_off = decimal_of(state["total"]), decimal_of(state["round_off"])
        same = total is not None and round_off is not None and total - round_off == decimal_of(state["exact"])
        question = None
        if not state["booked"]:
            question = f"Fortnox took the booking of invoice {evidence['number']}, but shows it as unbooked."
        elif not same:
            question = (
                f"Invoice {evidence['number']} was changed before it was booked: meant {state['exact']}, "
                f"booked {state['total']} with RoundOff {state['round_off']}."
            )
        state["mismatch"] = question is not None
        proof: Json = {name: text_of(invoice.get(name)) for name in VOUCHER}
        return Settled(Link("invoice", evidence["number"], state), result, question=question, proof=proof)


async def _set_off(settled: Settled, client: Client) -> Settled:
    """A credit that takes off what is owed, now booked: a person is told where rounding leaves something open.

    One of all of the invoice is rounded as that is, so it leaves nothing.
    """
    link = settled.link
    if link is None or not link.state.get("set_off") or link.state["all"] or settled.question is not None:
        return settled
    return replace(settled, question=await rounding_left(link.state["credits"], client))


class PaymentBookings:
    """``BookPayment`` at Fortnox (facts, section 6.6)."""

    def far_object(self, task: Task) -> str | None:
        """The invoice that is paid: its balance changes."""
        command = command_of(task, BookPayment)
        return f"invoice:{linked(task.refs.get(command.invoice)).number}"

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """Book an unbooked payment; no call where it is booked already."""
        link = linked(task.link)
        if link.state.get("mismatch"):
            raise held(
                "payment_differs",
                f"Payment {link.number} is not what was meant: it is not booked before its question is answered.",
            )
        if link.state.get("booked"):
            return Settled(link, "unchanged")
        return _booking("book_payment", link.number, str(self.far_object(task)), link.state)

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Book the payment."""
        payment, result = await _send(write, "read_payment", client)
        return self._settled(payment, write.evidence, result)

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """Booked or not: the payment says so."""
        payment = await client.read("read_payment", evidence["number"])
        proof: Json = {"read": f"payment:{evidence['number']}", "Booked": is_true(payment.get("Booked"))}
        if not is_true(payment.get("Booked")):
            return Sighting(None, proof)
        return Sighting(self._settled(payment, evidence, "changed"), proof)

    def _settled(self, payment: Json, evidence: Json, result: str) -> Settled:
        booked = is_true(payment.get("Booked"))
        question = None
        if not booked:
            question = f"Fortnox took the booking of payment {evidence['number']}, but shows it as unbooked."
        link = Link("payment", evidence["number"], {**evidence["state"], "booked": booked})
        proof: Json = {name: text_of(payment.get(name)) for name in VOUCHER}
        return Settled(link, result, question=question, proof=proof)
