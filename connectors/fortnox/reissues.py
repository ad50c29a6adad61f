"""Whether a sale whose documents can no longer follow it may be made anew; nothing new stands beside the old."""

from connectors.base import Held, Json, Link, OutsideError, Task
from connectors.fortnox.brakes import check_amount
from connectors.fortnox.client import Client
from connectors.fortnox.credit_notes import REFERENCE, credits_of, exact_total, taken_back
from connectors.fortnox.document_questions import Outgrown
from connectors.fortnox.errors import SYSTEM
from connectors.fortnox.forms import reference_of
from connectors.fortnox.registers import rate_of
from connectors.fortnox.resource import held
from connectors.fortnox.wire import decimal_of, is_true, text_of
from connectors.reasons import OUTGROWN
from connectors.reissue import Reissue
from handlers.commands import DocumentCommand, EnsureInvoice


async def judged(task: Task, command: DocumentCommand, found: Outgrown, client: Client) -> OutsideError:
    """What follows for a document that can no longer become what is meant: the error to raise.

    ``Reissue`` where the company or a person lets the sale be made anew, else ``Held`` with how to let it. An invoice
    with payments is always a person's: they are not moved.
    """
    invoice = task.link if isinstance(command, EnsureInvoice) else _linked(task, command)
    ours = "" if invoice is None else invoice.number
    if command.sale is None or found.reason not in OUTGROWN or found.became not in {"", ours}:
        return found
    paid = None if invoice is None else await _paid(invoice, found, client)
    if paid is not None:
        return paid
    if not command.reissue and found.reason not in command.allowed:
        return held(
            found.reason,
            f"{found.found} Retry with --allow to have what stands there cancelled, or credited in full where it is "
            'booked, and made anew (`documents.changed_after_booking = "reissue"` does so by itself). Else: '
            f"{found.by_hand}",
        )
    check_amount(command, await rate_of(command.currency, command.currency_rate, client, day=command.dated))
    sale = command.sale.model_copy(update={"generation": command.sale.generation + 1})
    return Reissue("made_anew", sale=sale, because=found.found, system=SYSTEM, operation="plan")


def _linked(task: Task, command: DocumentCommand) -> Link | None:
    return None if command.invoice is None else task.refs.get(command.invoice)


async def _paid(invoice: Link, found: Outgrown, client: Client) -> Held | None:
    """The question about a booked invoice that money came in for: booked payments show in its balance."""
    stored = await client.read("read_invoice", invoice.number)
    if is_true(stored.get("Cancelled")) or not is_true(stored.get("Booked")):
        return None
    rows = await client.search("list_payments", {"invoicenumber": invoice.number})
    payments = [text_of(row.get("Number")) for row in rows if text_of(row.get("InvoiceNumber")) == invoice.number]
    if not payments and (reference_of(stored, REFERENCE) or _unpaid(stored)):
        return None
    if await _paid_back(invoice.number, stored, client):
        return None
    numbers = f" (payments {', '.join(payments)})" if payments else ""
    total, balance = text_of(stored.get("Total")), text_of(stored.get("Balance"))
    return held(
        "invoice_paid",
        f"{found.found} Of invoice {invoice.number} of {total}, {balance} is left to pay{numbers}, and payments are "
        "not moved by themselves: credit the invoice and make the right one in Fortnox, move the payment there, and "
        "name the new invoice here (`link`), or discard this command.",
    )


async def _paid_back(number: str, invoice: Json, client: Client) -> bool:
    """Whether all of the invoice was credited and its money went back: then there is no payment to move."""
    found = await credits_of(number, invoice, client)
    return taken_back(found) == exact_total(invoice) and not any(decimal_of(one.get("Balance")) for one in found)


def _unpaid(invoice: Json) -> bool:
    balance, total = decimal_of(invoice.get("Balance")), decimal_of(invoice.get("Total"))
    return balance is not None and balance == total


async def refuse_beside_replaced(task: Task, command: DocumentCommand, client: Client) -> None:
    """Nothing new is made beside the invoice that it replaces, as long as that one counts. Raises ``Held``."""
    old = None if command.replaces is None else task.refs.get(command.replaces)
    if old is None or old.state.get("cancelled"):
        return
    credit = None if command.replaces_credit is None else task.refs.get(command.replaces_credit)
    if credit is not None and credit.state.get("booked"):
        return
    stored = await client.read("read_invoice", old.number)
    if is_true(stored.get("Cancelled")):
        return
    if taken_back(await credits_of(old.number, stored, client)) == exact_total(stored):
        return
    raise held(
        "still_counts",
        f"Invoice {old.number}, which this document replaces, is neither cancelled nor credited in full by booked "
        "credit invoices: do that in Fortnox, then retry, or discard this command.",
    )
