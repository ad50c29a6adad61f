"""From HighLevel's contacts, in the shapes that its records carry them, to parties."""

from connectors.base import Json
from connectors.highlevel.records import Record, word
from handlers.events import Address, Party
from handlers.values import Question


def contact_party(contact: Record, organisation_number_field: str | None) -> Party:
    """A contact as webhooks, order snapshots and the API give it. Raises ``Question`` where nothing names it."""
    return Party(
        source_id=contact.identifier("id", "contactId"),
        name=_name(contact.text("companyName"), contact, contact.text("email")),
        organisation_number=custom_value(contact, organisation_number_field),
        email=contact.text("email") or _further_email(contact),
        phone=contact.text("phone"),
        country=_country(contact.text("country")),
        address=_address(contact, "address1"),
    )


def invoice_party(details: Record, organisation_number_field: str | None) -> Party:
    """The ``contactDetails`` of an invoice. Raises ``Question`` where nothing names the buyer."""
    email = details.text("email") or _further_email(details)
    address = details.inner("address")
    return Party(
        source_id=details.identifier("id"),
        name=_name(details.text("companyName"), details, email),
        organisation_number=custom_value(details, organisation_number_field),
        email=email,
        phone=details.text("phoneNo", "phone"),
        country=_country(address.text("countryCode", "country")),
        address=_address(address, "addressLine1", "addressLine2"),
    )


def is_named(contact: Record) -> bool:
    """Whether anything names the contact: many leads have a telephone number and nothing else."""
    return contact.text("companyName", "name", "firstName", "lastName", "email") is not None


def with_organisation_number(party: Party, contact: Json | None, field: str | None) -> Party:
    """The party with the number that the contact's custom field holds, where it has none of its own."""
    if party.organisation_number is not None or contact is None:
        return party
    return party.model_copy(update={"organisation_number": custom_value(Record(contact), field)})


def custom_value(contact: Record, field: str | None) -> str | None:
    """What the custom field with this id holds, as text; ``None`` where it holds no single value."""
    entries = contact.raw.get("customFields")
    if field is None or not isinstance(entries, list):
        return None
    # Webhooks and the API answer with "value"; what is written is called "field_value", and some answers repeat that.
    values = (
        entry.get("value", entry.get("field_value"))
        for entry in entries
        if isinstance(entry, dict) and entry.get("id") == field
    )
    return next((text for text in map(word, values) if text), None)


def _name(company: str | None, person: Record, email: str | None) -> str:
    parts = (person.text("firstName"), person.text("lastName"))
    name = company or person.text("name") or " ".join(part for part in parts if part) or email
    if not name:
        raise Question(
            "The contact has no company, name or e-mail, so no customer can be named. "
            "Complete it at HighLevel and let the event be sent again, or discard this event."
        )
    return name


def _further_email(contact: Record) -> str | None:
    entries = contact.raw.get("additionalEmails")
    texts = (
        word(entry.get("email") if isinstance(entry, dict) else entry)
        for entry in (entries if isinstance(entries, list) else ())
    )
    return next((text for text in texts if text), None)


def _country(text: str | None) -> str | None:
    code = (text or "").upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None


def _address(place: Record, street: str, second_line: str | None = None) -> Address | None:
    found = Address(
        street=place.text(street),
        second_line=place.text(second_line) if second_line else None,
        zip_code=place.text("postalCode"),
        city=place.text("city"),
    )
    return found if found != Address() else None
