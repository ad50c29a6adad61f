"""One company's stored objects, number series, register seeds and moment of the current call."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connectors.fortnox.simulator.errors import ApiError
from connectors.fortnox.simulator.settings import CompanySettings

STOCKHOLM = ZoneInfo("Europe/Stockholm")

# Sales accounts carry the VAT rate a row takes when it names the account but no rate (*simulator choice*).
SALES_ACCOUNT_RATES = {3001: 25, 3002: 12, 3003: 6, 3004: 0, 3105: 0, 3106: 25, 3108: 0, 3231: 0}
OUTGOING_VAT_ACCOUNTS = {25: 2611, 12: 2621, 6: 2631}
_OTHER_ACCOUNTS = (
    1510, 1580, 1910, 1920, 1930, 1940, 2420, 2611, 2621, 2631, 2650,
    3520, 3540, 3740, 3960, 6351, 6352, 6570, 6991, 7960, 8313, 8423,
)  # fmt: skip
CHART = frozenset((*SALES_ACCOUNT_RATES, *_OTHER_ACCOUNTS))

TERMS_OF_PAYMENT_DAYS = {"0": 0, "10": 10, "15": 15, "20": 20, "30": 30, "AG": 30, "K": 0, "PF": 0}

_CURRENCIES = (
    ("SEK", "Svensk krona", "1", 1),
    ("EUR", "Euro", "11.25", 1),
    ("USD", "Amerikansk dollar", "10.4", 1),
    ("NOK", "Norsk krona", "96.5", 100),
    ("DKK", "Dansk krona", "150.75", 100),
)
_MODES_OF_PAYMENT = (("AG", "Autogiro", "1930"), ("BG", "Bankgiro", "1930"), ("K", "Kontant", "1910"),
                     ("PG", "Plusgiro", "1920"))  # fmt: skip


@dataclass(slots=True)
class Record:
    """A stored object, the moment of its last change, and the VAT regime a document was made under."""

    data: dict[str, Any]
    modified: datetime
    vat_type: str = "SEVAT"


@dataclass(slots=True)
class Company:
    """Everything one tenant holds. Dictionaries are keyed by the number or code as a string."""

    settings: CompanySettings
    customers: dict[str, Record] = field(default_factory=dict)
    invoices: dict[str, Record] = field(default_factory=dict)
    payments: dict[str, Record] = field(default_factory=dict)
    currencies: dict[str, Record] = field(default_factory=dict)
    modes_of_payment: dict[str, Record] = field(default_factory=dict)
    articles: dict[str, dict[str, Any]] = field(default_factory=dict)
    vouchers: list[dict[str, Any]] = field(default_factory=list)
    deleted_customer_numbers: set[str] = field(default_factory=set)
    reissuable_customer_numbers: set[str] = field(default_factory=set)
    next_customer_number: int = 1
    next_invoice_number: int = 1
    next_payment_number: int = 1
    last_row_id: int = 0
    voucher_numbers: dict[tuple[str, int], int] = field(default_factory=dict)

    def next_row_id(self) -> int:
        """Give a row id that no row had before."""
        self.last_row_id += 1
        return self.last_row_id

    def has_account(self, number: int) -> bool:
        """Tell whether the account stands in this company's chart."""
        return number in CHART or number in self.settings.extra_accounts

    def currency(self, code: str) -> dict[str, Any]:
        """Give a registered currency.

        Raises:
            ApiError: 2000427.
        """
        record = self.currencies.get(code)
        if record is None:
            raise ApiError(2000427, f"Kan inte hitta valutan ({code}).")
        return record.data


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant of one call (aware), with its calendar day in Stockholm."""

    now: datetime

    @property
    def today(self) -> date:
        """The day in Sweden, which Fortnox uses for every default date."""
        return self.now.astimezone(STOCKHOLM).date()


def open_company(settings: CompanySettings, now: datetime) -> Company:
    """Give a new company with its registers seeded (the seeds are a *simulator choice*)."""
    company = Company(
        settings,
        next_customer_number=settings.first_customer_number,
        next_invoice_number=settings.first_invoice_number,
    )
    day = now.astimezone(STOCKHOLM).date().isoformat()
    for code, description, rate, unit in _CURRENCIES:
        company.currencies[code] = Record(
            {
                "BuyRate": Decimal(rate),
                "Code": code,
                "Date": day,
                "Description": description,
                "IsAutomatic": False,
                "SellRate": Decimal(rate),
                "Unit": Decimal(unit),
            },
            now,
        )
    for code, description, account in _MODES_OF_PAYMENT:
        mode = {"AccountNumber": account, "Code": code, "Description": description}
        company.modes_of_payment[code] = Record(mode, now)
    return company
