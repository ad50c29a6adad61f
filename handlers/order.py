"""Rule for orders: which documents an order becomes at each status, by the company's module, and the way back."""

from collections.abc import Iterator

from handlers.answered import as_answered
from handlers.cancellation import cancelled
from handlers.commands import Command
from handlers.document import Drafted, Things
from handlers.events import OrderChanged
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.finishing import finished, is_booked, sent_too
from handlers.settings import CompanySettings
from handlers.skipping import check_wanted
from handlers.values import Question, Ref, Skipped

RULE = "book_order"
REFUNDED = (
    "the order was refunded and no rule books that yet: credit its invoice in Fortnox, book the repayment, "
    "then discard this delivery"
)
"""What a person does about an order whose money went back."""


def things_of(order: Ref) -> Things:
    """The documents that an order may have; the order in Fortnox is the order itself."""
    return Things(
        invoice=order.model_copy(update={"kind": "order_invoice"}),
        order=order,
        offer=order.model_copy(update={"kind": "order_offer"}),
        credit=order.model_copy(update={"kind": "order_credit"}),
    )


def book_order(event: OrderChanged, settings: CompanySettings, facts: Facts = NOTHING_KNOWN) -> tuple[Command, ...]:
    """The customer, the articles, and the document of the status; for a paid order also booking and payment.

    All statuses name the same things, so that they may arrive in any order and more than once. Raises
    :class:`Question` for a refunded order and where the document cannot be made as it stands, and :class:`Skipped` for
    one that the company does not want; one that is called off is always heard.
    """
    if event.status != "cancelled":
        check_wanted(event.document, settings.rule(RULE))
    if event.status == "refunded":
        raise Question(REFUNDED)
    things = things_of(event.thing)
    if event.status == "cancelled":
        return cancelled(things, settings)
    if event.status == "offer":
        return _offered(as_answered(event, settings, facts), things, settings)
    event = as_answered(event, settings, facts)
    drafted = Drafted(event, "order", things, settings, settings.rule(RULE))
    return (drafted.customer, *drafted.needed, *_sold(event, drafted, settings))


def _offered(event: OrderChanged, things: Things, settings: CompanySettings) -> tuple[Command, ...]:
    """An offer stands in Fortnox only where the company wants it; only settings let it make a customer."""
    documents = settings.documents
    if documents.module != "order+offer" or things.offer is None:
        raise Skipped("an offer, and documents.module has none")
    options = settings.rule(RULE)
    drafted = Drafted(event, "order", things, settings, options)
    customer = drafted.customer.model_copy(
        update={"create": documents.offers_create_customers and drafted.customer.create}
    )
    return (customer, *drafted.needed, drafted.offer(things.offer), *sent_too(things.offer, "offer", options))


def _sold(event: OrderChanged, drafted: Drafted, settings: CompanySettings) -> Iterator[Command]:
    options, with_order = settings.rule(RULE), settings.documents.module != "invoice"
    if with_order:
        yield drafted.order(event.thing)
        yield from sent_too(event.thing, "order", options)
    if with_order and event.status == "won":
        return
    payment = event.thing.model_copy(update={"kind": "order_payment"}) if event.status == "paid" else None
    invoice = drafted.invoice(to_be_booked=is_booked(options, paid=payment is not None))
    yield invoice
    yield from finished(drafted, invoice, payment, settings, options)
