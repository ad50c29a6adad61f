"""Checks a person's word that a thing of ours is a certain object at Fortnox, by reading that object."""

import re
from typing import NoReturn

from connectors.base import Json, Link, Settled, Task
from connectors.fortnox import articles, bookings
from connectors.fortnox import document_state as far
from connectors.fortnox.client import Client
from connectors.fortnox.customer_search import normal_number
from connectors.fortnox.document_content import content_of
from connectors.fortnox.forms import FORMS, Form, reference_of
from connectors.fortnox.labels import KIND
from connectors.fortnox.note_text import has_mark
from connectors.fortnox.record_reads import find
from connectors.fortnox.resource import parked
from connectors.fortnox.table import RESOURCES
from connectors.fortnox.wire import is_true, text_of
from handlers.commands import (
    ActOnRecord,
    BookInvoice,
    BookPayment,
    Command,
    DocumentCommand,
    EnsureArticle,
    EnsureCancelled,
    EnsureCredit,
    EnsureCurrency,
    EnsureCustomer,
    EnsureEvidence,
    EnsureLabel,
    EnsureNote,
    EnsurePayment,
    EnsureRecord,
    ReverseVoucher,
    SendDocument,
    SenderCommand,
)
from handlers.values import REFERENCE_LENGTH, reference, short_reference

SHARED = frozenset({"customer", "article", "currency", KIND, "note"})
"""Kinds of far objects that several things of ours may be."""
OUR_MARK = re.compile(f"[a-z2-7]{{{REFERENCE_LENGTH}}}")
READS = {
    "ensure_customer": ("customer", "read_customer"),
    "ensure_article": ("article", "read_article"),
    "ensure_currency": ("currency", "read_currency"),
    "ensure_order": ("order", "read_order"),
    "ensure_offer": ("offer", "read_offer"),
    "ensure_credit": ("invoice", "read_invoice"),
    "ensure_invoice": ("invoice", "read_invoice"),
    "book_invoice": ("invoice", "read_invoice"),
    "ensure_payment": ("payment", "read_payment"),
    "book_payment": ("payment", "read_payment"),
    "ensure_note": ("note", "read_customer"),
}
"""Kind of command -> kind of the far object that its thing is, and how that is read (a note by its customer)."""


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeio" else f"a {kind}"


def _refuse(remedy: str) -> NoReturn:
    raise parked("not_identified", remedy)


async def identify(task: Task, kind: str, number: str, client: Client) -> Settled:
    """Read ``kind`` ``number`` and answer as if the command had found it; a question where it is not as meant.

    Raises ``Park`` where the object does not exist, is of another kind, is another thing's, or contradicts the command;
    and the errors of a read.
    """
    command = task.command
    if isinstance(command, EnsureCancelled):
        _refuse("This command cancels a document of ours that is linked: retry it, or discard it.")
    if isinstance(command, ActOnRecord | EnsureEvidence | SendDocument | SenderCommand) or (
        isinstance(command, EnsureRecord) and _names(command)
    ):
        _refuse("This command makes nothing that could be linked: retry it, say that it is absent, or discard it.")
    made, stored = await _read(command, kind, number, client)
    if made != kind:
        _refuse(f"This command makes {_a(made)}, not {_a(kind)}.")
    if stored is None:
        _refuse(f"There is no {kind} {number} in Fortnox.")
    if kind not in SHARED:
        await _refuse_linked(task, kind, number)
    if isinstance(command, EnsureRecord | ReverseVoucher):
        return _found(kind, number, {})
    if isinstance(command, DocumentCommand):
        return _document(task, command, FORMS[kind], number, stored)
    return _judged(task, command, number, stored)


def _names(command: EnsureRecord) -> bool:
    return bool(command.keys) or command.record is not None


async def _read(command: Command, kind: str, number: str, client: Client) -> tuple[str, Json | None]:
    """The kind of what the command makes, and the object where it is of that kind and exists."""
    if isinstance(command, EnsureRecord | ReverseVoucher):
        resource = RESOURCES[command.resource]
        return resource.one, await find(resource, number, client) if resource.one == kind else None
    if isinstance(command, EnsureLabel):
        return KIND, await find(RESOURCES["labels"], number, client) if kind == KIND else None
    made, reading = READS[command.kind]
    return made, await client.find(reading, number) if made == kind else None


Other = (
    EnsureCustomer
    | EnsureArticle
    | EnsureCurrency
    | EnsureLabel
    | EnsureCredit
    | BookInvoice
    | EnsurePayment
    | BookPayment
    | EnsureNote
)


def _judged(task: Task, command: Other, number: str, stored: Json) -> Settled:
    match command:
        case EnsureCustomer():
            return _customer(command, number, stored)
        case EnsureArticle():
            return _found("article", number, articles.state_of(stored))
        case EnsureCurrency():
            return _found("currency", number, {})
        case EnsureLabel():
            return _found(KIND, number, {})
        case EnsureCredit():
            return _credit(task, command, number, stored)
        case BookInvoice():
            return _booked_invoice(task, number, stored)
        case EnsurePayment() | BookPayment():
            return _payment(task, command, number, stored)
        case EnsureNote():
            return _note(task, number, stored)


async def _refuse_linked(task: Task, kind: str, number: str) -> None:
    if await task.links.linked_elsewhere(task.company, kind, [number], task.thing):
        _refuse(f"{kind}:{number} is linked to another thing of ours already (see explain).")


def _customer(command: EnsureCustomer, number: str, card: Json) -> Settled:
    """Two sources may know one customer, so another mark on the card is no contradiction; another number is."""
    theirs, ours = text_of(card.get("OrganisationNumber")).strip(), command.organisation_number
    if theirs and ours and normal_number(theirs) != normal_number(ours):
        _refuse(f"Customer {number} has another organisation number: correct it in Fortnox or at the source first.")
    return _found("customer", number, {})


def _document(task: Task, command: DocumentCommand, form: Form, number: str, stored: Json) -> Settled:
    _refuse_foreign(task, command, form, number, stored)
    customer = task.refs.get(command.customer)
    ours = content_of(command, customer.number if customer else text_of(stored.get("CustomerNumber")), task.refs).meant
    wrong = far.differences(form, ours, stored)
    question = None
    if is_true(stored.get("Cancelled")):
        question = f"{form.named(number)} is cancelled in Fortnox. Name another one, or discard this command."
    elif wrong:
        question = f"{form.named(number)} stays as it is, it is not what was meant: {'; '.join(wrong)}."
    return _found(form.kind, number, far.state_of(form, stored, ours, mismatch=question is not None), question)


def _credit(task: Task, command: EnsureCredit, number: str, invoice: Json) -> Settled:
    """A credit made by hand is what it is; only the invoice that it credits must be the right one."""
    original = task.refs.get(command.invoice)
    if not is_true(invoice.get("Credit")):
        _refuse(f"Invoice {number} is no credit invoice.")
    credited = reference_of(invoice, "CreditInvoiceReference")
    if original is not None and credited not in {"", original.number}:
        _refuse(f"Invoice {number} credits invoice {credited}, not invoice {original.number}.")
    return _found("invoice", number, bookings.state_of(invoice, {}) | {"compared": True})


def _booked_invoice(task: Task, number: str, invoice: Json) -> Settled:
    """The invoice that is booked; the thing of a credit's booking is the credit invoice."""
    before = task.link.state if task.link and task.link.number == number else {}
    if is_true(invoice.get("Credit")) and "compared" not in before:
        _refuse(f"Invoice {number} is a credit invoice.")
    _refuse_mark(invoice, "invoice", number, {reference(task.thing), text_of(before.get("mark"))})
    return _found("invoice", number, bookings.state_of(invoice, before))


def _refuse_foreign(task: Task, command: DocumentCommand, form: Form, number: str, stored: Json) -> None:
    """Another thing's mark is a contradiction; an invoice made from our order carries the order's."""
    if is_true(stored.get("Credit")):
        _refuse(f"Invoice {number} is a credit invoice.")
    order = None if command.order is None else reference(command.order.thing(task.company))
    _refuse_mark(stored, form.kind, number, {reference(task.thing), order})


def _refuse_mark(stored: Json, kind: str, number: str, ours: set[str | None]) -> None:
    mark = text_of(stored.get("ExternalInvoiceReference1"))
    if OUR_MARK.fullmatch(mark) and mark not in ours:
        _refuse(f"{kind.capitalize()} {number} carries the mark of another document of ours.")


def _payment(task: Task, command: EnsurePayment | BookPayment, number: str, payment: Json) -> Settled:
    """A payment entered by hand is what it is; only the invoice that it pays must be the right one."""
    paid, invoice = text_of(payment.get("InvoiceNumber")), task.refs.get(command.invoice)
    if invoice is not None and paid != invoice.number:
        _refuse(f"Payment {number} is of invoice {paid}, not of invoice {invoice.number}.")
    amount = payment.get("AmountCurrency") if payment.get("AmountCurrency") is not None else payment.get("Amount")
    state: Json = {
        "invoice": paid,
        "amount": text_of(amount),
        "currency": text_of(payment.get("Currency")),
        "paid": text_of(payment.get("PaymentDate")),
        "booked": is_true(payment.get("Booked")),
        "mismatch": False,
    }
    return _found("payment", number, state)


def _note(task: Task, number: str, card: Json) -> Settled:
    if not has_mark(text_of(card.get("Comments")), short_reference(task.thing)):
        _refuse(f"The comments of customer {number} have no line with this note's mark.")
    return _found("note", number, {})


def _found(kind: str, number: str, state: Json, question: str | None = None) -> Settled:
    proof: Json = {"read": f"{kind}:{number}", "by": "a person"}
    return Settled(Link(kind, number, state), "found", question=question, proof=proof)
