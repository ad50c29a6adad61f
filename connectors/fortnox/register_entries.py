"""Which registers are kept here, and what is kept of each object: only what matching and checks read, no names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from connectors.base import Json
from connectors.fortnox.customer_search import normal_number
from connectors.fortnox.followed_fields import SEEN, seen_in
from connectors.fortnox.wire import is_false, is_true, text_of
from connectors.sources import Entry, Unreadable
from handlers.values import normal_email, swedish_organisation_number


@dataclass(frozen=True, slots=True)
class Register:
    """``number`` are the fields that name an object, ``kept`` our names for the fields that are kept of it.

    ``also`` are fields that only its keys are made of.
    """

    number: tuple[str, ...]
    kept: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    @property
    def fields(self) -> frozenset[str]:
        """Every field of Fortnox that anything is taken from."""
        return frozenset((*self.number, *self.kept.values(), *self.also))


LONGEST_YEAR = 18
"""Months of a financial year, at most."""

_CODE = Register(("Code",))

REGISTERED: Mapping[str, Register] = {
    "customers": Register(
        ("CustomerNumber",),
        {"organisation_number": "OrganisationNumber", "vat_number": "VATNumber", "active": "Active"},
        also=("Email",),
    ),
    "articles": Register(
        ("ArticleNumber",), {"vat": "VAT", "account": "SalesAccount", "unit": "Unit", "active": "Active"}
    ),
    "financial_years": Register(("Id",), {"from": "FromDate", "to": "ToDate"}),
    "accounts": Register(("Year", "Number"), {"active": "Active", "vat_code": "VATCode"}),
    "currencies": Register(("Code",), {"rate": "SellRate", "unit": "Unit"}),
    "terms_of_payment": _CODE,
    "terms_of_delivery": _CODE,
    "ways_of_delivery": _CODE,
    "modes_of_payment": Register(("Code",), {"account": "AccountNumber"}),
    "units": _CODE,
    "cost_centers": Register(("Code",), {"active": "Active"}),
    "projects": Register(("ProjectNumber",), {"status": "Status"}),
    "voucher_series": Register(("Code",), {"manual": "Manual", "year": "Year"}),
    "price_lists": _CODE,
    "prices": Register(("PriceList", "ArticleNumber", "FromQuantity"), {"price": "Price"}),
}
"""The table's names of the registers, in the order in which they are swept.

No resource of Fortnox lists VAT rates; what says of them is kept: an article's rate, an account's VAT code.
"""


def kept_of(resource: str, row: Json, *, followed: bool = False) -> Json:
    """Those fields of a row that :func:`entry_of` reads, as Fortnox sent them: what a page leaves on disk.

    Of an object that somebody follows also prints of what it shows, under a name that Fortnox has not.
    """
    wanted = REGISTERED[resource].fields
    kept = {name: value for name, value in row.items() if name in wanted}
    return kept | {SEEN: seen_in(resource, row)} if followed else kept


def number_of(resource: str, row: Json) -> str:
    """What names an object in its register, several fields joined by a colon (``3:1930``: an account of a year).

    Raises :class:`Unreadable` for a row without one of them.
    """
    parts = [text_of(row.get(name)) for name in REGISTERED[resource].number]
    if not all(parts):
        raise Unreadable(f"a row of {resource} has no {' or '.join(REGISTERED[resource].number)}")
    return ":".join(parts)


def entry_of(resource: str, row: Json, told_at: datetime) -> Entry:
    """What a row of a list, or the object itself, tells; a field that it does not carry is not known.

    Raises :class:`Unreadable` for a row without its number, ``KeyError`` for a register that is not kept.
    """
    register = REGISTERED[resource]
    fields: Json = {ours: _plain(row[theirs]) for ours, theirs in register.kept.items() if theirs in row}
    if isinstance(row.get(SEEN), dict):
        fields[SEEN] = row[SEEN]
    keys = {"customers": _customer_keys, "financial_years": _year_keys}.get(resource)
    return Entry(resource, number_of(resource, row), told_at, fields, () if keys is None else keys(row))


def stored_form(text: str) -> str | None:
    """How a Swedish number stands there: ``hyphen``, ``digits`` or ``other``; ``None`` for any other number."""
    hyphen = swedish_organisation_number(text)
    if hyphen is None:
        return None
    return {hyphen: "hyphen", hyphen.replace("-", ""): "digits"}.get(text.strip(), "other")


def months_of(first: str, last: str) -> tuple[str, ...]:
    """The calendar months of a financial year of at most 18 months (``2026-11``); none where its dates are none."""
    try:
        day, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return ()
    count = min((end.year - day.year) * 12 + end.month - day.month + 1, LONGEST_YEAR)
    months = (day.year * 12 + day.month - 1 + place for place in range(count))
    return tuple(f"{month // 12:04d}-{month % 12 + 1:02d}" for month in months)


def _year_keys(row: Json) -> tuple[str, ...]:
    """A financial year is found by each of its months."""
    return tuple(f"month:{month}" for month in months_of(text_of(row.get("FromDate")), text_of(row.get("ToDate"))))


def _plain(value: object) -> str | bool:
    return is_true(value) if is_true(value) or is_false(value) else text_of(value)


def _customer_keys(row: Json) -> tuple[str, ...]:
    """What a customer is found by; ``form:`` finds those whose number is stored in that form."""
    number, email = text_of(row.get("OrganisationNumber")).strip(), text_of(row.get("Email")).strip()
    vat_number = "".join(text_of(row.get("VATNumber")).split()).upper()
    named = (
        ("organisation_number", normal_number(number) if number else ""),
        ("form", stored_form(number) or ""),
        ("vat_number", vat_number),
        ("email", normal_email(email)),
    )
    return tuple(f"{name}:{value}" for name, value in named if value)
