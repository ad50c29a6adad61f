"""From a buyer or respondent to the customer that shall exist in Fortnox."""

import re
from typing import Literal

from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError as NumberInvalid

from handlers.commands import EnsureCustomer
from handlers.events import Address, InvoiceChanged, OrderChanged, Party
from handlers.settings import Customers, Survey
from handlers.values import Question, Ref, swedish_organisation_number
from handlers.vat import PREFIXES

ORDINARY = Customers()
"""What a company that says nothing of its customers chose."""
FIELDS = (
    "name", "organisation_number", "vat_number", "email", "phone", "country",
    "address1", "address2", "zip_code", "city",
)  # fmt: skip
"""What a sale may overwrite on a card, where its company wants that."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_COUNTRY = re.compile(r"[A-Z]{2}")


def buyer(event: OrderChanged | InvoiceChanged, choices: Customers = ORDINARY) -> EnsureCustomer:
    """The customer that an invoice is made for; a card that is there is left alone but for what the company says.

    ``update`` says it of the whole card, ``owners`` of single fields.

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
    customer = _draft(event.thing, party, choices, name=name, country=country, organisation_number=number)
    if customer.email is None and _text(party.email):
        raise Question("the buyer's e-mail does not look like one")
    return customer.model_copy(
        update={
            "thing": _thing(event.thing, party, customer),
            "update": _update(choices),
            "overwrite": FIELDS if choices.update == "overwrite" else choices.owned_by("source"),
        }
    )


def respondent(document: Ref, party: Party, survey: Survey, choices: Customers = ORDINARY) -> EnsureCustomer:
    """The customer that a note is added to; empty fields of a card are filled, others as the survey's settings list.

    A field that its source owns follows the respondent as it follows a buyer.

    What cannot be true (an organisation number, an e-mail or a country that is none) is left out and never sent.
    Without a name the card is named by its strongest key, and such a name never overwrites another. Raises
    :class:`Question` where there is neither a name nor a key.
    """
    name, country = single_line(party.name), _country(party)
    number = _organisation_number(party, country)
    customer = _draft(document, party, choices, name=name, country=country, organisation_number=number)
    keys, followed = customer.match_keys, dict.fromkeys((*survey.overwrite, *choices.owned_by("source")))
    if not name and not keys:
        raise Question("the respondent has no name, no e-mail and no organisation number")
    return customer.model_copy(
        update={
            "thing": _thing(document, party, customer),
            "name": name or keys[0][1],
            "update": "fill",
            "overwrite": tuple(field for field in followed if field != "name" or name),
            "create": survey.create_customers == "always"
            or (survey.create_customers == "with_organisation_number" and number is not None),
        }
    )


def person(document: Ref, party: Party, choices: Customers) -> Ref:
    """The thing that :func:`respondent` names the party by; never a question."""
    country = _country(party)
    number = _organisation_number(party, country)
    name = single_line(party.name)
    named = _draft(document, party, choices, name=name, country=country, organisation_number=number)
    return _thing(document, party, named)


def known_party(thing: Ref, party: Party, choices: Customers = ORDINARY) -> EnsureCustomer | None:
    """The customer that ``thing`` may be linked to already; ``None`` without any name.

    Its empty fields are filled, and those that the source owns overwritten. It is not searched for and not made. An
    e-mail address alone does not join it to a card of another source: a change of contact data is no reason to ask a
    person who is who.
    """
    name, country = single_line(party.name), _country(party)
    number = _organisation_number(party, country)
    customer = _draft(thing, party, choices, name=name, country=country, organisation_number=number)
    if not name:
        return None
    return customer.model_copy(
        update={
            "thing": thing,
            "update": "fill",
            "overwrite": choices.owned_by("source"),
            "create": False,
            "search": False,
            "not_by": ("email",),
        }
    )


def is_private(party: Party) -> bool:
    """Whether a person buys, not a company: the source says so, or names neither an organisation nor a VAT number."""
    if party.kind is not None:
        return party.kind == "private"
    return not _text(party.organisation_number) and not _text(party.vat_number)


def looks_like_email(text: str) -> bool:
    """One ``@`` with something on both sides and no white space; nothing more can be known without sending."""
    return _EMAIL.fullmatch(text) is not None


def single_line(text: str) -> str:
    """The text trimmed, with every run of white space and line breaks as one space."""
    return " ".join(text.split())


def _update(choices: Customers) -> Literal["never", "listed", "fill"]:
    """A company that leaves cards alone still has the fields that follow their source written."""
    if choices.update != "never":
        return "fill"
    return "listed" if choices.owned_by("source") else "never"


def _draft(
    document: Ref, party: Party, choices: Customers, *, name: str, country: str | None, organisation_number: str | None
) -> EnsureCustomer:
    email, address = _text(party.email), party.address or Address()
    return EnsureCustomer(
        thing=Ref(system=document.system, kind=f"{document.kind}_customer", id=document.id),
        name=name,
        organisation_number=organisation_number,
        vat_number=_vat_number(party, country),
        is_private=_said_private(party),
        match=choices.match,
        never_update=choices.kept,
        terms_of_payment=choices.terms_of_payment or None,
        price_list=choices.price_list or None,
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


def _vat_number(party: Party, country: str | None) -> str | None:
    """The number with its country's letters where it is one of the EU's with a right check, else nothing."""
    text = "".join((party.vat_number or "").split()).upper()
    if not text:
        return None
    prefixed = text if text[:2].isalpha() else PREFIXES.get(country or "SE", country or "SE") + text
    try:
        return str(eu_vat.validate(prefixed))
    except NumberInvalid:
        return None


def _said_private(party: Party) -> bool | None:
    """What a new card is: as the source says; who has a VAT number is a company; else the number's own form decides."""
    if party.kind is not None:
        return party.kind == "private"
    return False if _text(party.vat_number) else None


def _country(party: Party) -> str | None:
    country = (_text(party.country) or "").upper()
    return country if _COUNTRY.fullmatch(country) else None


def _text(text: str | None) -> str | None:
    return (text or "").strip() or None
