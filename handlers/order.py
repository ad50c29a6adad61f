"""Rule for orders: a won order becomes an invoice, a paid one is booked with its payment."""

from handlers.commands import Command
from handlers.document import invoice_commands, payment_commands
from handlers.events import OrderChanged
from handlers.settings import CompanySettings
from handlers.values import Question

BY_HAND = {
    "refunded": "the order was refunded and no rule books that yet: credit its invoice in Fortnox, book the repayment, "
    "then discard this delivery",
    "cancelled": "the order was cancelled and no rule books that yet: in Fortnox, cancel its invoice or, if that is "
    "booked, credit it; then discard this delivery",
}
"""What a person does about an order that took a way back."""


def book_order(event: OrderChanged, settings: CompanySettings) -> tuple[Command, ...]:
    """Customer and invoice for a won order; for a paid one the same invoice, booked, and its payment, booked.

    Both statuses name the same things, so that they may arrive in either order and more than once. Raises
    :class:`Question` for a refunded or cancelled order, and where the document cannot be booked as it stands.
    """
    if event.status in BY_HAND:
        raise Question(BY_HAND[event.status])
    invoice = event.thing.model_copy(update={"kind": "order_invoice"})
    paid = event.status == "paid"
    customer, ensured = invoice_commands(event, invoice, "order", settings.bookkeeping, to_be_booked=paid)
    if not paid:
        return customer, ensured
    payment = event.thing.model_copy(update={"kind": "order_payment"})
    return customer, ensured, *payment_commands(event.document, ensured, payment, settings.bookkeeping)
