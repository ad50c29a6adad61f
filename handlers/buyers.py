"""Which customer a sale is made for: the buyer's own card, or the one that stands for all private persons."""

from handlers.commands import EnsureCustomer, VatDecision
from handlers.events import Document, InvoiceChanged, OrderChanged, Party
from handlers.party import buyer, is_private
from handlers.settings import Customers
from handlers.values import Question, Ref

CONSUMER = "Privatkund"
"""What the shared customer is called by us; its card is never written."""


def customer_of(event: OrderChanged | InvoiceChanged, decision: VatDecision, choices: Customers) -> EnsureCustomer:
    """The buyer's own card, or the shared one. Raises :class:`Question` as :func:`handlers.party.buyer` does."""
    number = _shared(event.document.customer, decision, choices)
    if number is None:
        return _carded(buyer(event, choices), decision)
    return EnsureCustomer(
        thing=Ref(system="key", kind="customer", id=f"own_number:{number}"),
        name=CONSUMER,
        own_number=number,
        create=False,
        required=True,
    )


def is_shared(customer: EnsureCustomer) -> bool:
    """Whether it stands for many buyers, so that nothing may be concluded from two sales having it in common."""
    return customer.required


def anonymous(document: Document) -> Document:
    """The document without the words that are the buyer's own."""
    return document.model_copy(update={"your_reference": None, "comments": None})


def _shared(party: Party, decision: VatDecision, choices: Customers) -> str | None:
    """The number of the customer that stands for private persons; ``None`` where the buyer gets a card of its own."""
    if not choices.default_consumer or not is_private(party):
        return None
    if decision.vat_type == "SEVAT":
        return choices.default_consumer
    abroad = {str(regime): number for regime, number in choices.default_consumers_abroad.items()}
    number = abroad.get(decision.vat_type)
    if not number:
        raise Question(
            f"the buyer is a private person in {decision.country}, and `customers.default_consumer` is for sales "
            f"within the country: set `customers.default_consumers_abroad.{decision.vat_type}`"
        )
    return number


def _carded(customer: EnsureCustomer, decision: VatDecision) -> EnsureCustomer:
    """A new card of a buyer abroad says which VAT its documents carry; a Swedish one is left to Fortnox."""
    if decision.treatment == "domestic":
        return customer
    return customer.model_copy(update={"vat_type": decision.vat_type, "vat_number": decision.vat_number})
