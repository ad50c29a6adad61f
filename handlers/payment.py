"""Rule for a payment that its source tells by itself: a part of a sale, or all of it."""

from handlers.answered import method_word
from handlers.commands import BookInvoice, BookPayment, Command, EnsurePayment
from handlers.events import PaymentReceived
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.paid import booked_as, check_amount, method_of
from handlers.settings import CompanySettings

INVOICES = {"order": "order_invoice", "invoice": "invoice"}
"""Kind of sale -> kind of its invoice."""


def book_received_payment(
    event: PaymentReceived, settings: CompanySettings, facts: Facts = NOTHING_KNOWN
) -> tuple[Command, ...]:
    """The sale's invoice booked, then the payment, booked too; nothing where its method pays later, by the bank.

    The invoice may not have been told yet: the booking waits for it. Raises
    :class:`~handlers.values.Question` for a payment that is none, and for an unknown method.
    """
    payment, method = event.payment, method_of(method_word(event.payment.method, facts), settings)
    check_amount(payment.amount)
    if not method.pays:
        return ()
    booked = booked_as(method, settings)
    invoice = event.sale.model_copy(update={"kind": INVOICES[event.sale.kind], "generation": facts.generation})
    thing = event.thing.model_copy(update={"generation": facts.generation})
    return (
        BookInvoice(thing=invoice, round_off_account=booked["round_off_account"], told_later=True),
        EnsurePayment(
            thing=thing,
            invoice=invoice,
            amount=payment.amount,
            currency=event.currency,
            currency_rate=event.currency_rate,
            paid=payment.paid,
            partial=True,
            **booked,
        ),
        BookPayment(thing=thing, invoice=invoice),
    )
