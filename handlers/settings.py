"""The bookkeeping choices of one company, as rules read them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from handlers.values import Frozen

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


class Bookkeeping(Frozen):
    """Accounts, VAT rates and payment choices; accounts are four-digit BAS numbers.

    ``our_reference`` stands on documents whose source names nobody at the seller. Payments
    carry a mode of payment (its code in Fortnox), or an account where ``payment_account`` is set.

    ``fine_amounts``: a line whose quantity, price or discount has more than two decimals is held, or becomes one piece
    of what it comes to. ``vat_rounding`` says how the company's Fortnox rounds VAT, per row or per rate, where that is
    known: then only totals rounded so pass. ``freight`` and ``administration_fee`` say whether these stand in Fortnox's
    own field (without an account of ours) or as a row on ``freight_account`` and ``administration_fee_account``.
    ``charge_accounts`` are the accounts of what a document adds or takes off, by kind: a fee and a coupon need none
    (sales by VAT rate), a rounding takes ``round_off_account``, a tip and a gift card are held without one.
    ``closed_period``: what is dated in a locked period or in no financial year is held by Fortnox's refusal, moved to
    the next open day, or moved once a person allows it. ``create_currencies`` are those that may be registered in
    Fortnox where they are missing there.
    """

    sales_accounts: CheckedRates = Field(default={"25": 3001, "12": 3002, "6": 3003, "0": 3004})
    payment_mode: str | None = None
    payment_account: int | None = None
    round_off_account: int | None = None
    fine_amounts: Literal["hold", "one_piece"] = "hold"
    vat_rounding: Literal["row", "rate"] | None = None
    freight: Literal["field", "row"] = "field"
    freight_account: Account | None = None
    administration_fee: Literal["field", "row"] = "field"
    administration_fee_account: Account | None = None
    charge_accounts: dict[Literal["fee", "tip", "coupon", "gift_card", "rounding"], Account] = Field(
        default_factory=dict
    )
    closed_period: Literal["hold", "next_open_day", "ask"] = "hold"
    create_currencies: tuple[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], ...] = ()
    payment_days: int = Field(default=30, ge=0, le=365)
    units: tuple[str, ...] = ("st", "h", "km", "förp")
    hold_same_total_days: int = Field(default=60, ge=0, le=3660)
    our_reference: str | None = Field(default=None, min_length=1, max_length=50)

    @model_validator(mode="before")
    @classmethod
    def _one_way_to_pay(cls, given: dict[str, object]) -> dict[str, object]:
        mode, account = given.get("payment_mode"), given.get("payment_account")
        if mode is not None and account is not None:
            raise ValueError("set one of payment_mode and payment_account, not both")
        return given if account is not None else {**given, "payment_mode": mode if mode is not None else "BG"}


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


class Survey(Frozen):
    """What a survey may do to the customer register."""

    create_customers: Literal["always", "with_organisation_number", "never"] = "always"
    overwrite: tuple[Literal["name", "organisation_number", "email", "phone"], ...] = ()
    notable_answers: tuple[str, ...] = ()
    detail_characters: int = Field(default=200, ge=0, le=800)


class Documents(Frozen):
    """Which documents a sale becomes in Fortnox: one way per company, never mixed.

    ``module``: a won order becomes an invoice; or an order, invoiced later; or what is still an offer stands there as
    an offer too. ``credit_cancelled``: an invoice that is booked when its sale is called off at the source is held for
    a person, or credited. ``offers_create_customers``: an offer may make a new customer, else only a sale does.
    """

    module: Literal["invoice", "order", "order+offer"] = "invoice"
    credit_cancelled: Literal["hold", "credit"] = "hold"
    offers_create_customers: bool = False


class Articles(Frozen):
    """Whether rows name articles of Fortnox's register.

    ``text``: article numbers stay part of the row's text. ``match``: an article of that number must exist. ``create``:
    a missing one is made. ``default_vat`` (percent) is for rows whose source and article state no VAT.
    """

    policy: Literal["text", "match", "create"] = "text"
    default_vat: int | None = Field(default=None, ge=0, le=99)


class Brakes(Frozen):
    """What is held for a person: a document above so many kronor, and new documents beyond so many in an hour."""

    max_document_kronor: Decimal | None = Field(default=None, gt=0)
    max_documents_per_hour: int | None = Field(default=None, ge=1, le=1_000_000)


class CompanySettings(Frozen):
    """All that rules know of a company; ``start`` is the first business date that may cause a command."""

    name: str
    start: date
    bookkeeping: Bookkeeping = Bookkeeping()
    survey: Survey = Survey()
    documents: Documents = Documents()
    articles: Articles = Articles()
    vat: Vat = Vat()
    brakes: Brakes = Brakes()

    @property
    def accounts(self) -> Mapping[int, str]:
        """Every account that the settings name, with what it is for; of several uses the first."""
        books, vat = self.bookkeeping, self.vat
        used = [(account, f"sales at {rate} %") for rate, account in books.sales_accounts.items()]
        used += [(account, f"sales in the EU at {rate} %") for rate, account in vat.eu_vat_accounts.items()]
        for country, rates in vat.oss.items():
            used += [(account, f"OSS {country} at {rate} %") for rate, account in rates.items()]
        named: list[tuple[int | None, str]] = [
            (books.payment_account, "payments"),
            (books.round_off_account, "rounding"),
            (books.freight_account, "freight"),
            (books.administration_fee_account, "administration fees"),
            *((account, kind.replace("_", " ")) for kind, account in books.charge_accounts.items()),
            (vat.reverse_charge_account, "reverse charge in the EU"),
            (vat.export_account, "export"),
        ]
        used += [(account, use) for account, use in named if account is not None]
        return dict(reversed(used))
