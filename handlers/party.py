"""From a buyer or respondent to the customer that shall exist in Fortnox."""

import re

from handlers.commands import EnsureCustomer
from handlers.events import Address, InvoiceChanged, OrderChanged, Party
from handlers.settings import Survey
from handlers.values import Question, Ref, swedish_organisation_number

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_COUNTRY = re.compile(r"[A-Z]{2}")


def buyer(event: OrderChanged | InvoiceChanged) -> EnsureCustomer:
    """The customer that an invoice is made for; a card that is already there is left as it is.

    Raises :class:`Question` where the buyer has no name, a country that is not two letters, or an organisation number
    that is none (Sweden, or no country given), or an e-mail that does not look like one: match keys are never altered.
    """
    party = event.document.customer
    name, country = single_line(party.name), _country(party)
    if not name:
        raise Question("the buyer has no name")
    if country is None and _text(party.country):
        raise Question("the buyer's country is not a two-letter ISO 3166 code")
    number = _organisation_number(party, country)
    if number is None and _text(party.organisation_number):
        raise Question("the buyer's organisation number is not a Swedish one with a right check digit")
    customer = _draft(event.thing, party, name=name, country=country, organisation_number=number)
    if customer.email is None and _text(party.email):
        raise Question("the buyer's e-mail does not look like one")
    return customer.model_copy(update={"thing": _thing(event.thing, party, customer)})


def respondent(document: Ref, party: Party, survey: Survey) -> EnsureCustomer:
    """The customer that a note is added to; empty fields of a card are filled, listed ones overwritten.

    What cannot be true (an organisation number, an e-mail or a country that is none) is left out and never sent.
    Without a name the card is named by its strongest key, and such a name never overwrites another. Raises
    :class:`Question` where there is neither a name nor a key.
    """
    name, country = single_line(party.name), _country(party)
    number = _organisation_number(party, country)
    customer = _draft(document, party, name=name, country=country, organisation_number=number)
    keys = customer.match_keys
    if not name and not keys:
        raise Question("the respondent has no name, no e-mail and no organisation number")
    return customer.model_copy(
        update={
            "thing": _thing(document, party, customer),
            "name": name or keys[0][1],
            "update": "fill",
            "overwrite": tuple(field for field in survey.overwrite if field != "name" or name),
            "create": survey.create_customers == "always"
            or (survey.create_customers == "with_organisation_number" and number is not None),
        }
    )


def person(document: Ref, party: Party) -> Ref:
    """The thing that :func:`respondent` names the party by; never a question."""
    country = _country(party)
    number = _organisation_number(party, country)
    named = _draft(document, party, name=single_line(party.name), country=country, organisation_number=number)
    return _thing(document, party, named)


def known_party(thing: Ref, party: Party) -> EnsureCustomer | None:
    """The customer that ``thing`` may be linked to already, its empty fields to be filled; ``None`` without any name.

    It is not searched for and not made. An e-mail address alone does not join it to a card of another source: a change
    of contact data is no reason to ask a person who is who.
    """
    name, country = single_line(party.name), _country(party)
    number = _organisation_number(party, country)
    customer = _draft(thing, party, name=name, country=country, organisation_number=number)
    if not name:
        return None
    return customer.model_copy(
        update={"thing": thing, "update": "fill", "create": False, "search": False, "not_by": ("email",)}
    )


def looks_like_email(text: str) -> bool:
    """One ``@`` with something on both sides and no white space; nothing more can be known without sending."""
    return _EMAIL.fullmatch(text) is not None


def single_line(text: str) -> str:
    """The text trimmed, with every run of white space and line breaks as one space."""
    return " ".join(text.split())


def _draft(
    document: Ref, party: Party, *, name: str, country: str | None, organisation_number: str | None
) -> EnsureCustomer:
    email, address = _text(party.email), party.address or Address()
    return EnsureCustomer(
        thing=Ref(system=document.system, kind=f"{document.kind}_customer", id=document.id),
        name=name,
        organisation_number=organisation_number,
        own_number=_text(party.own_number),
        email=email if email and looks_like_email(email) else None,
        phone=_text(party.phone),
        country=country,
        address1=_text(address.street),
        address2=_text(address.second_line),
        zip_code=_text(address.zip_code),
        city=_text(address.city),
    )


def _thing(document: Ref, party: Party, customer: EnsureCustomer) -> Ref:
    """The source's own id, else the strongest match key (shared by all sources), else once for this document."""
    source_id = _text(party.source_id)
    if source_id:
        return Ref(system=document.system, kind="customer", id=source_id)
    if customer.match_keys:
        key, value = customer.match_keys[0]
        return Ref(system="key", kind="customer", id=f"{key}:{value}")
    return customer.thing


def _organisation_number(party: Party, country: str | None) -> str | None:
    """Swedish numbers in one form; a foreign one as it stands, and only where the country is given."""
    text = _text(party.organisation_number)
    if text is None:
        return None
    return swedish_organisation_number(text) if country in {None, "SE"} else text


def _country(party: Party) -> str | None:
    country = (_text(party.country) or "").upper()
    return country if _COUNTRY.fullmatch(country) else None


def _text(text: str | None) -> str | None:
    return (text or "").strip() or None
