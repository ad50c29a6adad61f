"""One company's stored objects, number series, registers and moment of the current call."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.fortnox.simulator.errors import ApiError
from connectors.fortnox.simulator.register_seeds import register_seeds
from connectors.fortnox.simulator.settings import CompanySettings

STOCKHOLM = ZoneInfo("Europe/Stockholm")

# Sales accounts carry the VAT rate a row takes when it names the account but no rate (*simulator choice*).
SALES_ACCOUNT_RATES = {3001: 25, 3002: 12, 3003: 6, 3004: 0, 3105: 0, 3106: 25, 3108: 0, 3231: 0}
OUTGOING_VAT_ACCOUNTS = {25: 2611, 12: 2621, 6: 2631}
_OTHER_ACCOUNTS = (
    1510, 1580, 1910, 1920, 1930, 1940, 2420, 2611, 2621, 2631, 2650,
    3520, 3540, 3740, 3960, 4000, 6351, 6352, 6570, 6991, 7960, 8313, 8423,
)  # fmt: skip
CHART = frozenset((*SALES_ACCOUNT_RATES, *_OTHER_ACCOUNTS))

# Terms whose code is not a number of days; every other text means 30 (*simulator choice*).
_DAYS_OF_TERMS = {"AG": 30, "K": 0, "PF": 0}
_LONGEST_TERM = 3650
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Record:
    """A stored object, the moments of its last change and of its creation, and the VAT regime it was made under."""

    data: dict[str, Any]
    modified: datetime
    vat_type: str = "SEVAT"
    created: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.created = self.modified


Records = dict[str, Record]


@dataclass(slots=True)
class Company:
    """Everything one tenant holds. Dictionaries are keyed by the number or code as a string.

    `next_numbers` holds the next number of each series: article, customer, invoice, offer, order, payment. `others`
    holds what has no attribute of its own, by the name of its resource in the table. `sendings` is what left the house:
    e-mails, e-invoices, print-outs.
    """

    settings: CompanySettings
    next_numbers: dict[str, int]
    articles: Records = field(default_factory=dict)
    currencies: Records = field(default_factory=dict)
    customers: Records = field(default_factory=dict)
    invoices: Records = field(default_factory=dict)
    modes_of_payment: Records = field(default_factory=dict)
    offers: Records = field(default_factory=dict)
    orders: Records = field(default_factory=dict)
    payments: Records = field(default_factory=dict)
    price_lists: Records = field(default_factory=dict)
    prices: Records = field(default_factory=dict)
    terms_of_payment: Records = field(default_factory=dict)
    units: Records = field(default_factory=dict)
    sendings: list[dict[str, Any]] = field(default_factory=list)
    others: dict[str, Records] = field(default_factory=dict)
    vouchers: list[dict[str, Any]] = field(default_factory=list)
    deleted_customer_numbers: set[str] = field(default_factory=set)
    reissuable_customer_numbers: set[str] = field(default_factory=set)
    last_row_id: int = 0
    voucher_numbers: dict[tuple[str, int], int] = field(default_factory=dict)

    def records_of(self, name: str) -> Records:
        """Give the objects of a resource by its name in the table."""
        own = getattr(self, name, None)
        return own if isinstance(own, dict) else self.others.setdefault(name, {})

    def next_row_id(self) -> int:
        """Give a row id that no row had before."""
        self.last_row_id += 1
        return self.last_row_id

    def peek_number(self, series: str, is_free: Callable[[str], bool]) -> str:
        """Tell the next free number of a series without taking it."""
        number = self.next_numbers.setdefault(series, 1)
        while not is_free(str(number)):
            number += 1
        return str(number)

    def next_number(self, series: str, is_free: Callable[[str], bool]) -> str:
        """Take the next free number of a series."""
        number = self.peek_number(series, is_free)
        self.next_numbers[series] = int(number) + 1
        return number

    def has_account(self, number: int) -> bool:
        """Tell whether the account stands in this company's chart."""
        if number in self.settings.missing_accounts:
            return False
        return number in CHART or number in self.settings.extra_accounts

    def document_rows(self) -> Iterator[dict[str, Any]]:
        """Give every row of every document, cancelled or not."""
        for records, rows in (
            (self.invoices, "InvoiceRows"),
            (self.offers, "OfferRows"),
            (self.orders, "OrderRows"),
        ):
            for record in records.values():
                yield from record.data[rows]

    def currency(self, code: str) -> dict[str, Any]:
        """Give a registered currency.

        Raises:
            ApiError: 2000427.
        """
        record = self.currencies.get(code)
        if record is None:
            raise ApiError(2000427, f"Kan inte hitta valutan ({code}).")
        return record.data

    def check_price_list(self, code: str) -> None:
        """Refuse a price list that does not exist.

        Raises:
            ApiError: 2000431.
        """
        if code not in self.price_lists:
            raise ApiError(2000431, f"Kan inte hitta prislistan ({code}).")

    def days_of_payment(self, code: str) -> int:
        """Give the days of registered terms of payment: a numeric code is days (Fortnox facts, 6.15).

        Raises:
            ApiError: 2000429.
        """
        if code not in self.terms_of_payment:
            raise ApiError(2000429, "Kan inte hitta betalningsvillkoret.")
        if code.isascii() and code.isdigit():
            return min(int(code), _LONGEST_TERM)
        return _DAYS_OF_TERMS.get(code, 30)


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant of one call (aware), with its calendar day in Stockholm, and the call's query parameters."""

    now: datetime
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day in Sweden, which Fortnox uses for every default date."""
        return self.now.astimezone(STOCKHOLM).date()


def first_numbers(settings: CompanySettings) -> dict[str, int]:
    """Give the first number of each series that a company's settings choose."""
    return {
        "article": settings.first_article_number,
        "customer": settings.first_customer_number,
        "invoice": settings.first_invoice_number,
        "offer": settings.first_offer_number,
        "order": settings.first_order_number,
    }


def open_company(settings: CompanySettings, now: datetime) -> Company:
    """Give a new company with its registers seeded; what stands in them is older than any search lag."""
    company = Company(settings, next_numbers={"payment": 1, **first_numbers(settings)})
    day = now.astimezone(STOCKHOLM).date().isoformat()
    for name, entries in register_seeds(day).items():
        register: Records = getattr(company, name)
        for entry in entries:
            register[entry["Code"]] = Record(entry, now)
            register[entry["Code"]].created = _LONG_AGO
    return company
