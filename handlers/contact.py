"""Rule for contacts that a client of our own endpoints keeps: the customer card says what the client said last."""

from handlers.commands import Command, EnsureCustomer
from handlers.events import ContactGiven
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.party import respondent
from handlers.settings import CompanySettings

GIVEN = ("name", "organisation_number", "email", "phone", "country", "address1", "address2", "zip_code", "city")
"""Fields of a card that a client may state."""


def keep_contact(event: ContactGiven, settings: CompanySettings, _facts: Facts = NOTHING_KNOWN) -> tuple[Command, ...]:
    """The customer with every field that was given; what was not given stays as it is on a card that is there.

    Raises :class:`~handlers.values.Question` where an organisation number or country that was given is none.
    """
    return (contact_customer(event, settings),)


def contact_customer(event: ContactGiven, settings: CompanySettings) -> EnsureCustomer:
    """The one command; its thing is what the contact is linked by."""
    customer = respondent(event.thing, event.party, settings.survey, settings.customers)
    stated = tuple(field for field in GIVEN if getattr(customer, field) is not None)
    overwrite = stated if event.party.name else tuple(field for field in stated if field != "name")
    return customer.model_copy(update={"overwrite": overwrite, "create": event.create})
