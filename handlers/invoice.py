"""Rule for invoices that a source made by itself, without an order that we know: issued, paid, voided."""

from handlers.cancellation import cancelled
from handlers.commands import Command
from handlers.document import Drafted, Things
from handlers.events import InvoiceChanged
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.reissue import newest, taken_back
from handlers.settings import CompanySettings
from handlers.values import Ref


def things_of(invoice: Ref) -> Things:
    """The documents that an invoice of a source's own may have: itself, and its credit."""
    return Things(invoice=invoice, credit=invoice.model_copy(update={"kind": "invoice_credit"}), sale=invoice)


def book_own_invoice(
    event: InvoiceChanged, settings: CompanySettings, facts: Facts = NOTHING_KNOWN
) -> tuple[Command, ...]:
    """Customer, articles and invoice; for a paid one also booking, payment and its booking; a voided one is taken back.

    The invoice asks delivery to hold it where one of the same customer, total and currency was made from an order
    lately: the same sale may have come both ways. In a later generation what stood there before is taken back first.
    Raises :class:`~handlers.values.Question` where the document cannot be booked as it stands.
    """
    sale = newest(event.thing, facts)
    things, before = things_of(sale), taken_back(sale, things_of, settings, facts)
    if event.status == "voided":
        return (*before, *cancelled(things, settings))
    drafted = Drafted(event, "invoice", things, settings)
    paid = event.status == "paid"
    invoice = drafted.invoice(to_be_booked=paid)
    made: tuple[Command, ...] = (drafted.customer, *drafted.needed, *before, invoice)
    if not paid:
        return made
    payment = sale.model_copy(update={"kind": "invoice_payment"})
    return (*made, *drafted.paid(invoice, payment))
