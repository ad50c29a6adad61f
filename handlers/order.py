"""Rule for orders: which documents an order becomes at each status, by the company's module, and the way back."""

from collections.abc import Iterator

from handlers.answered import as_answered
from handlers.cancellation import cancelled
from handlers.commands import Command
from handlers.document import Drafted, Things
from handlers.events import OrderChanged
from handlers.evidence import with_evidence
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.finishing import finished, is_booked, sent_too
from handlers.reissue import newest, taken_back
from handlers.settings import CompanySettings
from handlers.skipping import check_wanted
from handlers.values import Question, Ref, Skipped

RULE = "book_order"
REFUNDED = (
    "the order was refunded, and its source does not say how much of it: credit its invoice in Fortnox, book the "
    "repayment, then discard this delivery (where all of it always goes back, the source's settings can say so)"
)
"""What a person does about an order of which nobody says how much money went back."""


def things_of(order: Ref) -> Things:
    """The documents that an order may have; the order in Fortnox is the order itself."""
    return Things(
        invoice=order.model_copy(update={"kind": "order_invoice"}),
        order=order,
        offer=order.model_copy(update={"kind": "order_offer"}),
        credit=order.model_copy(update={"kind": "order_credit"}),
        sale=order,
    )


def book_order(event: OrderChanged, settings: CompanySettings, facts: Facts = NOTHING_KNOWN) -> tuple[Command, ...]:
    """The customer, the articles, and the document of the status; for a paid order also booking and payment.

    All statuses name the same things, so that they may arrive in any order and more than once; in a later generation
    what stood there before is taken back first. Last comes the evidence, where it is attached.

    Raises :class:`Question` for a refunded order and where the document cannot be made as it stands, and
    :class:`Skipped` for one that the company does not want; one that is called off is always heard.
    """
    if event.status != "cancelled":
        check_wanted(event.document, settings.rule(RULE))
    if event.status == "refunded":
        raise Question(REFUNDED)
    sale = newest(event.thing, facts)
    things, before = things_of(sale), taken_back(sale, things_of, settings, facts)
    if event.status == "cancelled":
        made = (*before, *cancelled(things, settings))
        return with_evidence(made, event, event.document, settings, facts, rule=RULE)
    event = as_answered(event, settings, facts)
    if event.status == "offer":
        made = _offered(event, things, before, settings, facts)
    else:
        drafted = Drafted(event, "order", things, settings, settings.rule(RULE), facts)
        made = (drafted.customer, *drafted.needed, *before, *_sold(event, drafted, sale, settings))
    return with_evidence(made, event, event.document, settings, facts, rule=RULE)


def _offered(
    event: OrderChanged, things: Things, before: tuple[Command, ...], settings: CompanySettings, facts: Facts
) -> tuple[Command, ...]:
    """An offer stands in Fortnox only where the company wants it; only settings let it make a customer."""
    documents = settings.documents
    if documents.module != "order+offer" or things.offer is None:
        raise Skipped("an offer, and documents.module has none")
    options = settings.rule(RULE)
    drafted = Drafted(event, "order", things, settings, options, facts)
    customer = drafted.customer.model_copy(
        update={"create": documents.offers_create_customers and drafted.customer.create}
    )
    offer = drafted.offer(things.offer)
    return (customer, *drafted.needed, *before, offer, *sent_too(things.offer, "offer", options))


def _sold(event: OrderChanged, drafted: Drafted, sale: Ref, settings: CompanySettings) -> Iterator[Command]:
    options, with_order = settings.rule(RULE), settings.documents.module != "invoice"
    if with_order:
        yield drafted.order(sale)
        yield from sent_too(sale, "order", options)
    if with_order and event.status == "won":
        return
    payment = sale.model_copy(update={"kind": "order_payment"}) if event.status == "paid" else None
    invoice = drafted.invoice(to_be_booked=is_booked(options, paid=payment is not None))
    yield invoice
    yield from finished(drafted, invoice, payment, settings, options)
