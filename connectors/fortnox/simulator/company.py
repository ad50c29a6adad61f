"""One company's stored objects, number series, registers and moment of the current call."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connectors.fortnox.simulator.account_seeds import ACCOUNT_NAMES, account_data
from connectors.fortnox.simulator.errors import ApiError
from connectors.fortnox.simulator.register_seeds import register_seeds
from connectors.fortnox.simulator.settings import CompanySettings

STOCKHOLM = ZoneInfo("Europe/Stockholm")

# Terms whose code is not a number of days; every other text means 30 (*simulator choice*).
_DAYS_OF_TERMS = {"AG": 30, "K": 0, "PF": 0}
_LONGEST_TERM = 3650
FIRST_YEAR = 2000
LONG_AGO = datetime.min.replace(tzinfo=UTC)


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

    `next_numbers` holds the next number of each series: article, customer, invoice, offer, order, payment, and those of
    other resources under their names in the table. `others` holds what has no attribute of its own, by the name of its
    resource in the table. `charts` holds the accounts of each financial year by the year's id; `preselected_year` is
    the id of the year that a call means which names none. `sendings` is what left the
    house: e-mails, e-invoices, print-outs.
    """

    settings: CompanySettings
    next_numbers: dict[str, int]
    preselected_year: int
    articles: Records = field(default_factory=dict)
    charts: dict[int, Records] = field(default_factory=dict)
    currencies: Records = field(default_factory=dict)
    customers: Records = field(default_factory=dict)
    financial_years: Records = field(default_factory=dict)
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
    vouchers: Records = field(default_factory=dict)
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

    def chart(self, year: int) -> Records:
        """Give the accounts of a financial year, which begin as those of the nearest earlier year, without balances.

        The switch `extra_accounts` adds to every chart; what `missing_accounts` takes away is still in here.
        """
        if year not in self.charts:
            earlier = [other for other in self.charts if other < year]
            accounts = (
                [dict(one.data) for one in self.charts[max(earlier)].values()]
                if earlier
                else [account_data(number, name, year) for number, name in ACCOUNT_NAMES.items()]
            )
            fresh = {"BalanceBroughtForward": Decimal(0), "BalanceCarriedForward": Decimal(0), "Year": year}
            self.charts[year] = {str(one["Number"]): Record(one | fresh, LONG_AGO) for one in accounts}
        for number in self.settings.extra_accounts:
            self.charts[year].setdefault(str(number), Record(account_data(number, f"Konto {number}", year), LONG_AGO))
        return self.charts[year]

    def account(self, number: int, year: int | None = None) -> Record | None:
        """Give an account of a financial year, the preselected one if none is named; None if it is not there."""
        if number in self.settings.missing_accounts:
            return None
        return self.chart(self.preselected_year if year is None else year).get(str(number))

    def has_account(self, number: int) -> bool:
        """Tell whether the account stands in the chart of the preselected year."""
        return self.account(number) is not None

    def check_account(self, number: int, missing: int, year: int | None = None) -> None:
        """Refuse an account that is not in the chart or not active.

        Raises:
            ApiError: the code given for a missing account, 2000550 for an inactive one.
        """
        account = self.account(number, year)
        if account is None:
            raise ApiError(missing, f"Kan inte hitta kontot ({number}).")
        if not account.data["Active"]:
            raise ApiError(2000550, f"Kontot {number} är inte aktivt.")

    def check_accounts(self, holder: Mapping[str, Any], names: Iterable[str]) -> None:
        """Refuse an object with an account, under any of the names, that is not in the chart or not active.

        Raises:
            ApiError: 2000423, 2000550.
        """
        for name in names:
            if holder[name]:
                self.check_account(holder[name], 2000423)

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
    today = now.astimezone(STOCKHOLM).date()
    company = Company(settings, {"payment": 1, **first_numbers(settings)}, preselected_year=today.year - FIRST_YEAR)
    for name, entries in register_seeds(today.isoformat()).items():
        register = company.records_of(name)
        for key, entry in entries.items():
            register[key] = Record(entry, now)
            register[key].created = LONG_AGO
    return company
