"""The registers beside the documents (Fortnox facts, 6.4 and 6.15)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record, Records
from connectors.fortnox.simulator.errors import ApiError, Invented, unknown_field
from connectors.fortnox.simulator.fields import Field, Fields, Kind, blank, lay_over

_MOST_PRICE_LISTS = 250

_CURRENCY_FIELDS: dict[str, Field] = {
    "BuyRate": Field(Kind.NUMBER, default=Decimal(1)),
    "Code": Field(longest=3),
    "Date": Field(Kind.DATE, default=None, read_only=True),
    "Description": Field(longest=50),
    "IsAutomatic": Field(Kind.BOOLEAN, default=False, read_only=True),
    "SellRate": Field(Kind.NUMBER, default=Decimal(1)),
    "Unit": Field(Kind.NUMBER, default=Decimal(1)),
}
_PRICE_LIST_FIELDS: dict[str, Field] = {
    "Code": Field(longest=100),
    "Comments": Field(),
    "Description": Field(longest=50),
    "PreSelected": Field(Kind.BOOLEAN, default=False, read_only=True),
}
_TERMS_FIELDS: dict[str, Field] = {"Code": Field(longest=25), "Description": Field()}
_UNIT_FIELDS: dict[str, Field] = {
    "Code": Field(longest=20),
    "CodeEnglish": Field(longest=100),
    "Description": Field(longest=100),
}


def _check_currency(currency: dict[str, Any], moment: Moment) -> None:
    for name in ("BuyRate", "SellRate", "Unit"):
        if currency[name] <= 0:
            raise ApiError(2000108, f"Fältet {name} måste vara större än noll.")
    currency["Date"] = moment.today.isoformat()


def _plain(_entry: dict[str, Any], _moment: Moment) -> None:
    """Nothing more to check."""


def _unlimited(_records: Records) -> None:
    """No limit to how many there are."""


def _check_number_of_lists(records: Records) -> None:
    if len(records) >= _MOST_PRICE_LISTS:
        raise ApiError(Invented.TOO_MANY_PRICE_LISTS, f"Det finns redan {_MOST_PRICE_LISTS} prislistor.")


@dataclass(frozen=True, slots=True)
class Register:
    """A register of entries by code, whose code and description are required. A used entry can be deleted."""

    fields: Fields
    records: Callable[[Company], Records]
    exists: Invented
    complete: Callable[[dict[str, Any], Moment], None] = _plain
    admit: Callable[[Records], None] = _unlimited

    def _checked(self, entry: dict[str, Any], moment: Moment) -> None:
        for name in ("Code", "Description"):
            if not entry[name]:
                raise ApiError(2000204, f"Fältet {name} saknas.")
        self.complete(entry, moment)

    def create(self, company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
        """Register an entry.

        Raises:
            ApiError: 2000204 without code or description, invented codes for a code that is registered already or one
                too many, and whatever a single property refuses.
        """
        entry = blank(self.fields)
        lay_over(entry, sent, self.fields)
        self._checked(entry, moment)
        records = self.records(company)
        if entry["Code"] in records:
            raise ApiError(self.exists, f"Koden {entry['Code']} finns redan.")
        self.admit(records)
        record = Record(entry, moment.now)
        records[entry["Code"]] = record
        return record

    def update(self, _company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
        """Change an entry; the code stays.

        Raises:
            ApiError: 2001399 for another code, else as `create`.
        """
        entry = dict(record.data)
        if sent.get("Code") not in (None, "", entry["Code"]):
            raise unknown_field("Code")
        lay_over(entry, {name: value for name, value in sent.items() if name != "Code"}, self.fields)
        self._checked(entry, moment)
        record.data, record.modified = entry, moment.now

    def delete(self, company: Company, record: Record, _moment: Moment) -> None:
        """Take an entry out; what names its code fails at its next change (Fortnox facts, 6.2, known bug)."""
        del self.records(company)[record.data["Code"]]


CURRENCY_REGISTER = Register(
    _CURRENCY_FIELDS, lambda company: company.currencies, Invented.CURRENCY_EXISTS, complete=_check_currency
)
PRICE_LIST_REGISTER = Register(
    _PRICE_LIST_FIELDS, lambda company: company.price_lists, Invented.PRICE_LIST_EXISTS, admit=_check_number_of_lists
)
TERMS_REGISTER = Register(_TERMS_FIELDS, lambda company: company.terms_of_payment, Invented.TERMS_OF_PAYMENT_EXIST)
UNIT_REGISTER = Register(_UNIT_FIELDS, lambda company: company.units, Invented.UNIT_EXISTS)
