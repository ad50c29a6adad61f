"""Accounts and VAT rates as the configuration writes them."""

from typing import Annotated

from pydantic import AfterValidator, Field

Account = Annotated[int, Field(ge=1000, le=9999)]
"""A four-digit account of the Swedish standard chart."""


Rates = dict[str, int]
"""VAT rate in whole percent (Fortnox takes no others in a row) to a four-digit account."""
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


def _checked_rates(value: Rates) -> Rates:
    for rate, account in value.items():
        if not (rate.isascii() and rate.isdigit() and len(rate) <= 2) or not 1000 <= account <= 9999:
            raise ValueError(f"a VAT rate in whole percent and a four-digit account are needed, not {rate} = {account}")
    return value


CheckedRates = Annotated[Rates, AfterValidator(_checked_rates)]
