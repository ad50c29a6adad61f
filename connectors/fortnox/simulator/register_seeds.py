"""What stands in a new company's registers: recorded where known, else a *simulator choice* (Fortnox facts, 6.15)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

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


def register_seeds(day: str) -> Mapping[str, list[dict[str, Any]]]:
    """Give the entries of each register by its name in the company; `day` is the date of the rates."""
    return {
        "currencies": [_currency(*row, day) for row in _CURRENCIES],
        "modes_of_payment": [
            {"AccountNumber": account, "Code": code, "Description": description}
            for code, description, account in _MODES_OF_PAYMENT
        ],
        "price_lists": [{"Code": "A", "Comments": "", "Description": "Prislista A", "PreSelected": True}],
        "terms_of_payment": [{"Code": code, "Description": description} for code, description in _TERMS_OF_PAYMENT],
        "units": [
            {"Code": code, "CodeEnglish": english, "Description": description} for code, description, english in _UNITS
        ],
    }
