"""Crediting a booked invoice: once, in full, and compared to the öre with what it takes back before it is booked."""

from connectors.base import Json, Link, Settled, Sighting, Task, UnknownEnd, Write
from connectors.fortnox import bookings
from connectors.fortnox.client import Client
from connectors.fortnox.credit_notes import REFERENCE, amounts, credits_of, exact_total, taken_back, wrong_in
from connectors.fortnox.document_state import number_of
from connectors.fortnox.errors import SYSTEM
from connectors.fortnox.forms import reference_of
from connectors.fortnox.refunds import Refunds
from connectors.fortnox.resource import command_of, held
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.wire import decimal_of, is_true, plain, text_of
from handlers.commands import EnsureCredit


class Credits:
    """``EnsureCredit`` at Fortnox (facts, sections 6.5 and 8): nothing there guards against a second credit.

    One with a content is a refund, whose steps are :class:`connectors.fortnox.refunds.Refunds`.
    """

    def __init__(self) -> None:
        self._refunds = Refunds()

    def far_object(self, task: Task) -> str | None:
        """The invoice that is credited: its reference to the credit changes."""
        command = command_of(task, EnsureCredit)
        if command.content is not None:
            return self._refunds.far_object(task)
        original = task.refs.get(command.invoice)
        return None if original is None else f"invoice:{original.number}"

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """Nothing to credit without a booked invoice; one that was credited or paid is a person's."""
        command = command_of(task, EnsureCredit)
        if command.content is not None:
            return await self._refunds.plan(task, command.content, client)
        original = task.refs.get(command.invoice)
        if task.link is not None:
            return await self._compared(task.link, client)
        if original is None:
            return Settled(None, "not_created", proof={"because": "this sale has no invoice in Fortnox"})
        invoice = await client.read("read_invoice", original.number)
        proof: Json = {"read": f"invoice:{original.number}", "Booked": is_true(invoice.get("Booked"))}
        if not is_true(invoice.get("Booked")):
            return Settled(None, "not_created", proof=proof | {"because": "the invoice is not booked"})
        settled = await _credited(task, original.number, invoice, client)
        if settled is not None:
            return settled
        _refuse_paid(original.number, invoice)
        operation = OPERATIONS["credit_invoice"]
        return Write(
            operation.name,
            operation.method,
            operation.at(original.number),
            None,
            creates=True,
            far_object=f"invoice:{original.number}",
            stands_on={REFERENCE: "0", "Balance": text_of(invoice.get("Balance"))},
            evidence={"number": original.number, "original": amounts(invoice)},
            proof=proof,
        )

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Credit; the answer is the original, whose reference names the credit invoice (read again if it does not)."""
        if write.evidence.get("refund"):
            return await self._refunds.perform(task, write, client)
        number = write.evidence["number"]
        answer = await client.request(write.operation, path=write.path)
        credit = number_of(answer) if number_of(answer) != number else reference_of(answer, REFERENCE)
        if not credit:
            credit = reference_of(await client.read("read_invoice", number), REFERENCE)
        if not credit:
            raise UnknownEnd("reference_missing", system=SYSTEM, operation=write.operation)
        return self._made(credit, write.evidence)

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """The original names its credit invoice, or nothing was made."""
        if evidence.get("refund"):
            return await self._refunds.look(task, operation, evidence, client)
        invoice = await client.read("read_invoice", evidence["number"])
        credit = reference_of(invoice, REFERENCE)
        proof: Json = {"read": f"invoice:{evidence['number']}", REFERENCE: credit or "0"}
        if not credit:
            return Sighting(None, proof)
        if task.link is not None and task.link.number != credit:
            return Sighting(_twice(task.link, credit, evidence["number"]), proof)
        return Sighting(self._made(credit, evidence), proof)

    def _made(self, credit: str, evidence: Json) -> Settled:
        """The link to the new invoice; what it says is read in a pass of its own."""
        state: Json = {"compared": False, "original": evidence["original"]}
        return Settled(Link("invoice", credit, state), "created", again=True, proof={"credits": evidence["number"]})

    async def _compared(self, link: Link, client: Client) -> Settled:
        if link.state.get("compared"):
            return Settled(link, "unchanged")
        invoice = await client.read("read_invoice", link.number)
        original = link.state["original"]
        wrong = wrong_in(invoice, original)
        state = bookings.state_of(invoice, {}) | {"compared": not wrong, "mismatch": bool(wrong), "original": original}
        question = None
        if wrong:
            question = f"Credit invoice {link.number} stays unbooked, it is not what was meant: {'; '.join(wrong)}."
        proof: Json = {"read": f"invoice:{link.number}", "Total": text_of(invoice.get("Total"))}
        return Settled(Link("invoice", link.number, state), "created", question=question, proof=proof)


async def _credited(task: Task, number: str, invoice: Json, client: Client) -> Settled | None:
    """What credits the invoice already: nothing, or our refunds in full, whose last one then stands for the credit.

    Raises ``Held`` where they are a part of it, and for somebody else's credit: a second one is never made.
    """
    named = reference_of(invoice, REFERENCE)
    if not named:
        return None
    found = await credits_of(number, invoice, client)
    numbers, taken = [number_of(credit) for credit in found], taken_back(found)
    ours = await task.links.linked_elsewhere(task.company, "invoice", numbers, task.thing) if numbers else frozenset()
    if ours and taken != exact_total(invoice):
        raise held(
            "credited_already",
            f"Of invoice {number} of {plain(exact_total(invoice))}, {plain(taken)} is credited and booked by invoice "
            f"{', '.join(numbers)} already, and a second credit is never made by itself: credit the rest in Fortnox "
            "and book that, then discard this command.",
        )
    if ours and ours.issuperset(numbers):
        state = bookings.state_of(found[-1], {}) | {"compared": True}
        proof: Json = {"because": f"invoice {number} is credited in full by our refunds {', '.join(numbers)}"}
        return Settled(Link("invoice", numbers[-1], state), "unchanged", proof=proof)
    raise held(
        "credited_already",
        f"Invoice {number} is credited by invoice {named} already. Link that one to this command "
        f"(`invoice:{named}`), or discard the command: a second credit is never made.",
    )


def _refuse_paid(number: str, invoice: Json) -> None:
    balance, total = decimal_of(invoice.get("Balance")), decimal_of(invoice.get("Total"))
    if balance is None or balance != total:
        raise held(
            "invoice_paid",
            f"Of invoice {number} of {text_of(invoice.get('Total'))}, {text_of(invoice.get('Balance'))} is left to "
            "pay: credit it in Fortnox, book the repayment, then discard this command.",
        )


def _twice(ours: Link, other: str, original: str) -> Settled:
    """An earlier credit took effect after all, when another had been made: the original names the last of them."""
    question = (
        f"Invoices {ours.number} and {other} both credit invoice {original}: cancel one of them in Fortnox, then link "
        f"the other to this command, for instance `invoice:{ours.number}`."
    )
    return Settled(Link(ours.kind, ours.number, {**ours.state, "mismatch": True}), "created", question=question)
