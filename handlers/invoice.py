"""Rule for invoices that a source made by itself, without an order that we know: issued, paid, voided."""

from handlers.answered import as_answered
from handlers.cancellation import cancelled
from handlers.commands import Command
from handlers.document import Drafted, Things
from handlers.events import InvoiceChanged
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.settings import CompanySettings


def book_own_invoice(
    event: InvoiceChanged, settings: CompanySettings, facts: Facts = NOTHING_KNOWN
) -> tuple[Command, ...]:
    """Customer, articles and invoice; for a paid one also booking, payment and its booking; a voided one is taken back.

    The invoice asks delivery to hold it where one of the same customer, total and currency was made from an order
    lately: the same sale may have come both ways. Raises :class:`~handlers.values.Question` where the document cannot
    be booked as it stands.
    """
    things = Things(invoice=event.thing, credit=event.thing.model_copy(update={"kind": "invoice_credit"}))
    if event.status == "voided":
        return cancelled(things, settings)
    drafted = Drafted(as_answered(event, settings, facts), "invoice", things, settings)
    paid = event.status == "paid"
    invoice = drafted.invoice(to_be_booked=paid)
    made: tuple[Command, ...] = (drafted.customer, *drafted.needed, invoice)
    if not paid:
        return made
    payment = event.thing.model_copy(update={"kind": "invoice_payment"})
    return (*made, *drafted.paid(invoice, payment))
