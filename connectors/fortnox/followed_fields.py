"""What is told of customers, articles and prices to those who follow them: fields in our words, and their prints."""

import hashlib
import re
from collections.abc import Mapping

from connectors.base import Json
from connectors.fortnox.wire import decimal_of, plain, text_of

SEEN = "seen"
"""What the prints of an object are kept under, in a page of a sweep and in the register's copy."""

STORED = "stored"
"""What a link keeps the prints under of what Fortnox stored of our last write."""

FOLLOWED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "customers": {
        "name": ("Name",),
        "organisation_number": ("OrganisationNumber",),
        "vat_number": ("VATNumber",),
        "email": ("Email",),
        "phone": ("Phone1", "Phone"),
        "address1": ("Address1",),
        "address2": ("Address2",),
        "zip_code": ("ZipCode",),
        "city": ("City",),
        "country": ("CountryCode",),
        "active": ("Active",),
    },
    "articles": {"name": ("Description",), "active": ("Active",)},
    "prices": {"list_price": ("Price",)},
}
"""Resource -> our word -> what the object, or a row of its list, calls it (Fortnox facts, sections 1.7 and 6)."""

MARKED = {"customers": "ExternalReference"}
"""Where our mark stands on an object."""

_MARK = re.compile(r"[a-z2-7]{32}")


def fields_of(resource: str, row: Json) -> dict[str, str]:
    """What an object or a row of a list shows, in our words; what it does not show is left out, flags are 0 and 1."""
    shown = {}
    for word, names in FOLLOWED[resource].items():
        name = next((name for name in names if name in row), None)
        if name is not None:
            shown[word] = _written(word, row[name])
    return shown


def prints_of(fields: Mapping[str, str]) -> dict[str, str]:
    """What tells two states of an object apart without showing either."""
    return {word: hashlib.sha256(value.encode()).hexdigest()[:16] for word, value in fields.items()}


def seen_in(resource: str, row: Json) -> dict[str, str]:
    """The prints of what an object or a row of a list shows."""
    return prints_of(fields_of(resource, row))


def mark_of(resource: str, row: Json) -> str | None:
    """What stands where we put our mark, if it can be one."""
    text = text_of(row.get(MARKED.get(resource, "")))
    return text if _MARK.fullmatch(text) else None


def _written(word: str, value: object) -> str:
    if word == "active":
        return "0" if value in (False, "false") else "1"
    text = text_of(value).strip()
    number = decimal_of(text) if word == "list_price" else None
    return text if number is None else plain(number)
