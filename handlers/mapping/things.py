"""What a mapping can name of an event's own: the customer, and the documents that the built-in rules make of it."""

from collections.abc import Mapping

from handlers.buyers import customer_of as buyer_of
from handlers.commands import EnsureCustomer
from handlers.events import (
    Event,
    InvoiceChanged,
    NoteAdded,
    OrderChanged,
    PartyChanged,
    PaymentReceived,
    Refunded,
    SurveySubmitted,
)
from handlers.facts import Facts
from handlers.order import things_of
from handlers.party import known_party, respondent
from handlers.reissue import newest
from handlers.settings import CompanySettings
from handlers.values import Question, Ref
from handlers.vat import decide

CUSTOMER = "customer"
NAMED: Mapping[str, tuple[str, ...]] = {
    "order_changed": (CUSTOMER, "offer", "order", "invoice", "credit"),
    "invoice_changed": (CUSTOMER, "invoice", "credit"),
    "refunded": ("order", "invoice"),
    "payment_received": ("invoice",),
    "survey_submitted": (CUSTOMER,),
    "note_added": (CUSTOMER,),
    "party_changed": (CUSTOMER,),
}
"""For each kind of event what can be named."""

RESOURCES: Mapping[str, str] = {
    CUSTOMER: "customers", "offer": "offers", "order": "orders", "invoice": "invoices", "credit": "invoices",
}  # fmt: skip
"""In which resource of Fortnox each of them stands."""


def mapped_thing(event: Event, mapping: str, generation: int = 1) -> Ref:
    """What a mapping makes of the event's thing: the same for every version of it, and for no other mapping.

    ``generation`` is that of the document that it is done to, where it is done to one.
    """
    return event.thing.model_copy(update={"kind": f"mapping_{mapping}", "generation": generation})


def document_of(event: Event, name: str, facts: Facts) -> Ref:
    """The document of that name (see :data:`NAMED`) in its newest generation, whether it is made or not."""
    sale = newest(event.order if isinstance(event, Refunded) else _sold(event), facts)
    if sale.kind == "invoice":
        return sale if name == "invoice" else sale.model_copy(update={"kind": "invoice_credit"})
    things = things_of(sale)
    named = {"invoice": things.invoice, "order": things.order, "offer": things.offer, "credit": things.credit}
    found = named[name]
    assert found is not None, "an order names all of its documents"
    return found


def _sold(event: Event) -> Ref:
    """The order, or the source's own invoice, that the event speaks of."""
    return event.sale if isinstance(event, PaymentReceived) else event.thing


def customer_of(event: Event, settings: CompanySettings) -> EnsureCustomer:
    """The event's party as the built-in rules would have it. Raises :class:`~handlers.values.Question`."""
    if isinstance(event, OrderChanged | InvoiceChanged):
        decided = decide(event.document.customer, settings.bookkeeping, settings.vat)
        return buyer_of(event, decided.decision, settings.customers)
    if isinstance(event, SurveySubmitted):
        return respondent(event.thing, event.respondent, settings.survey, settings.customers)
    if isinstance(event, NoteAdded):
        return respondent(event.thing, event.about, settings.survey, settings.customers)
    found = known_party(event.thing, event.party, settings.customers) if isinstance(event, PartyChanged) else None
    if found is None:
        raise Question("the party has no name")
    return found
