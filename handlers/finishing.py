"""How far a document goes by itself once it stands in Fortnox: left as a draft, booked, sent, paid."""

from collections.abc import Iterator
from typing import Literal

from handlers.commands import BookInvoice, Command, DocumentKind, EnsureInvoice, SendDocument, sending_of
from handlers.document import Drafted
from handlers.settings import CompanySettings, RuleOptions
from handlers.values import Ref

RESOURCES: dict[DocumentKind, Literal["invoices", "orders", "offers"]] = {
    "invoice": "invoices",
    "order": "orders",
    "offer": "offers",
}


def is_booked(options: RuleOptions, *, paid: bool) -> bool:
    """Whether the rule books the invoice now."""
    return options.finish in {"booked", "sent"} or (paid and options.finish == "as_paid")


def finished(
    drafted: Drafted, invoice: EnsureInvoice, payment: Ref | None, settings: CompanySettings, options: RuleOptions
) -> Iterator[Command]:
    """What follows an invoice: its booking, its sending, and its payment where it was paid (``payment``).

    A draft stays one: Fortnox takes no payment on an invoice that is not booked, so none is entered either (Fortnox
    facts, section 6.6). Raises what :meth:`Drafted.paid` raises.
    """
    if not is_booked(options, paid=payment is not None):
        return
    booked = BookInvoice(thing=invoice.thing, round_off_account=settings.bookkeeping.round_off_account)
    for command in (booked,) if payment is None else drafted.paid(invoice, payment):
        yield command
        if isinstance(command, BookInvoice) and options.finish == "sent":
            yield _sending(invoice.thing, "invoice", options)


def sent_too(document: Ref, kind: Literal["order", "offer"], options: RuleOptions) -> Iterator[Command]:
    """The sending of an order or an offer, where the rule sends these."""
    if kind in options.also_send:
        yield _sending(document, kind, options)


def _sending(document: Ref, kind: DocumentKind, options: RuleOptions) -> SendDocument:
    """Once for the document's generation: an invoice as it was chosen, others by e-mail unless all is printed."""
    return SendDocument(
        thing=sending_of(document),
        resource=RESOURCES[kind],
        record=document,
        how=options.send_by if kind == "invoice" or options.send_by == "print" else "email",
        unless_sent=True,
        once_booked=kind == "invoice",
    )
