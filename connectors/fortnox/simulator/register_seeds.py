"""What stands in a new company's registers: recorded where known, else a *simulator choice* (Fortnox facts, 6.15)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.predefined import (
    PREDEFINED_ACCOUNTS,
    PREDEFINED_VOUCHER_SERIES,
    PRINT_TEMPLATES,
)

_CURRENCIES = (
    ("SEK", "Svensk krona", "1", 1),
    ("EUR", "Euro", "11.25", 1),
    ("USD", "Amerikansk dollar", "10.4", 1),
    ("NOK", "Norsk krona", "96.5", 100),
    ("DKK", "Dansk krona", "150.75", 100),
)
_MODES_OF_PAYMENT = (("AG", "Autogiro", "1930"), ("BG", "Bankgiro", "1930"), ("K", "Kontant", "1910"),
                     ("PG", "Plusgiro", "1920"))  # fmt: skip
_TERMS_OF_PAYMENT = (
    ("0", "0 dagar"), ("10", "10 dagar"), ("15", "15 dagar"), ("20", "20 dagar"), ("30", "30 dagar"),
    ("AG", "Autogiro"), ("K", "Kontant"), ("PF", "Postförskott"),
)  # fmt: skip
_UNITS = (("st", "styck", "pcs"), ("h", "timmar", "h"), ("km", "kilometer", "km"), ("förp", "förpackning", "pack"),
          ("utl", "utlägg", "exp"))  # fmt: skip


def _currency(code: str, description: str, rate: str, unit: int, day: str) -> dict[str, Any]:
    return {
        "BuyRate": Decimal(rate),
        "Code": code,
        "Date": day,
        "Description": description,
        "IsAutomatic": False,
        "SellRate": Decimal(rate),
        "Unit": Decimal(unit),
    }


def _by(key: str, entries: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {entry[key]: entry for entry in entries}


def register_seeds(day: str) -> Mapping[str, Mapping[str, dict[str, Any]]]:
    """Give the entries of each register by key, under its name in the company; `day` is the date of the rates."""
    described = ("Code", "Description")
    return {
        "currencies": _by("Code", (_currency(*row, day) for row in _CURRENCIES)),
        "modes_of_payment": _by(
            "Code",
            (
                {"AccountNumber": account, "Code": code, "Description": description}
                for code, description, account in _MODES_OF_PAYMENT
            ),
        ),
        "predefined_accounts": _by(
            "Name", ({"Account": account, "Name": name} for name, account in PREDEFINED_ACCOUNTS.items())
        ),
        "predefined_voucher_series": _by(
            "Name", ({"Name": name, "VoucherSeries": code} for name, code in PREDEFINED_VOUCHER_SERIES.items())
        ),
        "price_lists": {"A": {"Code": "A", "Comments": "", "Description": "Prislista A", "PreSelected": True}},
        "print_templates": _by(
            "Template", ({"Name": name, "Template": code} for code, (name, _) in PRINT_TEMPLATES.items())
        ),
        "terms_of_payment": _by("Code", (dict(zip(described, row, strict=True)) for row in _TERMS_OF_PAYMENT)),
        "units": _by(
            "Code",
            (
                {"Code": code, "CodeEnglish": english, "Description": description}
                for code, description, english in _UNITS
            ),
        ),
    }
