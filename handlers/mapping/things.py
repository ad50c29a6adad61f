"""What a mapping can name of an event's own: the customer, and the documents that the built-in rules make of it."""

from collections.abc import Mapping

from handlers.commands import EnsureCustomer
from handlers.events import Event, InvoiceChanged, NoteAdded, OrderChanged, PartyChanged, SurveySubmitted
from handlers.order import things_of
from handlers.party import buyer, known_party, respondent
from handlers.settings import CompanySettings
from handlers.values import Question, Ref

CUSTOMER = "customer"
NAMED: Mapping[str, tuple[str, ...]] = {
    "order_changed": (CUSTOMER, "offer", "order", "invoice", "credit"),
    "invoice_changed": (CUSTOMER, "invoice", "credit"),
    "survey_submitted": (CUSTOMER,),
    "note_added": (CUSTOMER,),
    "party_changed": (CUSTOMER,),
}
"""For each kind of event what can be named."""

RESOURCES: Mapping[str, str] = {
    CUSTOMER: "customers", "offer": "offers", "order": "orders", "invoice": "invoices", "credit": "invoices",
}  # fmt: skip
"""In which resource of Fortnox each of them stands."""


def mapped_thing(event: Event, mapping: str) -> Ref:
    """What a mapping makes of the event's thing: the same for every version of it, and for no other mapping."""
    return event.thing.model_copy(update={"kind": f"mapping_{mapping}"})


def document_of(event: Event, name: str) -> Ref:
    """The document of that name (see :data:`NAMED`), whether it is made or not."""
    if isinstance(event, InvoiceChanged):
        return event.thing if name == "invoice" else event.thing.model_copy(update={"kind": "invoice_credit"})
    things = things_of(event.thing)
    named = {"invoice": things.invoice, "order": things.order, "offer": things.offer, "credit": things.credit}
    found = named[name]
    assert found is not None, "an order names all of its documents"
    return found


def customer_of(event: Event, settings: CompanySettings) -> EnsureCustomer:
    """The event's party as the built-in rules would have it. Raises :class:`~handlers.values.Question`."""
    if isinstance(event, OrderChanged | InvoiceChanged):
        return buyer(event)
    if isinstance(event, SurveySubmitted):
        return respondent(event.thing, event.respondent, settings.survey)
    if isinstance(event, NoteAdded):
        return respondent(event.thing, event.about, settings.survey)
    found = known_party(event.thing, event.party) if isinstance(event, PartyChanged) else None
    if found is None:
        raise Question("the party has no name")
    return found
