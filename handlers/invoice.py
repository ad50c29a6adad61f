"""Rule for invoices that a source made by itself, without an order that we know, once they are paid."""

from handlers.commands import Command
from handlers.document import invoice_commands, payment_commands
from handlers.events import InvoiceChanged
from handlers.settings import CompanySettings
from handlers.values import Question


def book_paid_invoice(event: InvoiceChanged, settings: CompanySettings) -> tuple[Command, ...]:
    """Customer, invoice, booking, payment and its booking.

    The invoice asks delivery to hold it where one of the same customer, total and currency was made from an order
    lately: the same sale may have come both ways. Raises :class:`~handlers.values.Question` where the document cannot
    be booked as it stands.
    """
    if event.status != "paid":
        raise Question(f"the invoice is {event.status}, and no rule acts on that yet")
    customer, ensured = invoice_commands(event, event.thing, "invoice", settings.bookkeeping, to_be_booked=True)
    payment = event.thing.model_copy(update={"kind": "invoice_payment"})
    return customer, ensured, *payment_commands(event.document, ensured, payment, settings.bookkeeping)
