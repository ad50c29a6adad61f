"""Sales abroad: which VAT they carry, on which accounts."""

from typing import Literal

from pydantic import Field, model_validator

from handlers.settings.accounts import Account, CheckedRates, Country
from handlers.values import Frozen


class Vat(Frozen):
    """Sales abroad: what is not set here is held, never guessed.

    ``country`` is the seller's. ``supply`` is what the company sells: it decides whether a private person outside the
    EU is charged VAT, so services to one are held. ``reverse_charge_account`` is for companies in other EU countries
    with a VAT number, ``export_account`` for buyers outside the EU; both without VAT. ``consumers_in_eu``: other buyers
    in the EU are held, charged the seller's VAT (``eu_vat_accounts`` by rate), or that of their own country (``oss``:
    country, then rate). ``without_country``: a buyer whose country nobody states is taken as domestic, or held.
    """

    country: Country = "SE"
    supply: Literal["goods", "services"] = "goods"
    without_country: Literal["domestic", "hold"] = "domestic"
    reverse_charge_account: Account | None = None
    export_account: Account | None = None
    consumers_in_eu: Literal["hold", "seller_vat", "oss"] = "hold"
    eu_vat_accounts: CheckedRates = Field(default_factory=dict)
    oss: dict[Country, CheckedRates] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _accounts_for_what_is_wanted(self) -> "Vat":
        if self.consumers_in_eu == "seller_vat" and not self.eu_vat_accounts:
            raise ValueError("consumers_in_eu = seller_vat needs eu_vat_accounts")
        if self.consumers_in_eu == "oss" and not self.oss:
            raise ValueError("consumers_in_eu = oss needs a line oss.COUNTRY for each country")
        if self.country in self.oss:
            raise ValueError(f"oss.{self.country} is the seller's own country")
        return self
