"""Rule for invoices that a source made by itself, without an order that we know: issued, paid, voided."""

from handlers.answered import as_answered
from handlers.cancellation import cancelled
from handlers.commands import Command
from handlers.document import Drafted, Things
from handlers.events import InvoiceChanged
from handlers.evidence import with_evidence
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.finishing import finished, is_booked
from handlers.reissue import newest, taken_back
from handlers.settings import CompanySettings
from handlers.skipping import check_wanted
from handlers.values import Ref

RULE = "book_paid_invoice"


def things_of(invoice: Ref) -> Things:
    """The documents that an invoice of a source's own may have: itself, and its credit."""
    return Things(invoice=invoice, credit=invoice.model_copy(update={"kind": "invoice_credit"}), sale=invoice)


def book_own_invoice(
    event: InvoiceChanged, settings: CompanySettings, facts: Facts = NOTHING_KNOWN
) -> tuple[Command, ...]:
    """Customer, articles and invoice, as far as ``finish`` says, and a paid one's payment; a voided one is taken back.

    The invoice asks delivery to hold it where one of the same customer, total and currency was made from an order
    lately: the same sale may have come both ways. In a later generation what stood there before is taken back first.
    Raises :class:`~handlers.values.Question` where the document cannot be booked as it stands, and
    :class:`~handlers.values.Skipped` for one that the company does not want.
    """
    sale = newest(event.thing, facts)
    things, before = things_of(sale), taken_back(sale, things_of, settings, facts)
    if event.status == "voided":
        made = (*before, *cancelled(things, settings))
        return with_evidence(made, event, event.document, settings, facts, rule=RULE)
    event = as_answered(event, settings, facts)
    options = settings.rule(RULE)
    check_wanted(event.document, options)
    drafted = Drafted(event, "invoice", things, settings, options, facts)
    payment = sale.model_copy(update={"kind": "invoice_payment"}) if event.status == "paid" else None
    invoice = drafted.invoice(to_be_booked=is_booked(options, paid=payment is not None))
    after = finished(drafted, invoice, payment, settings, options)
    made = (drafted.customer, *drafted.needed, *before, invoice, *after)
    return with_evidence(made, event, event.document, settings, facts, rule=RULE)
