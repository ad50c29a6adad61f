"""Accounts, payments and brakes: how what is sold stands in the books of one company."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from handlers.settings.accounts import Account, CheckedRates
from handlers.values import Frozen


class Bookkeeping(Frozen):
    """Accounts, VAT rates and payment choices; accounts are four-digit BAS numbers.

    ``our_reference`` stands on documents whose source names nobody at the seller. Payments
    carry a mode of payment (its code in Fortnox), or an account where ``payment_account`` is set.

    ``fine_amounts``: a line whose quantity, price or discount has more than two decimals is held, or becomes one piece
    of what it comes to. ``vat_rounding`` says how the company's Fortnox rounds VAT, per row or per rate, where that is
    known: then only totals rounded so pass. ``freight`` and ``administration_fee`` say whether these stand in Fortnox's
    own field (without an account of ours) or as a row on ``freight_account`` and ``administration_fee_account``.
    ``charge_accounts`` are the accounts of what a document adds or takes off, by kind: a fee, a coupon and a return fee
    need none (sales by VAT rate), a rounding takes ``round_off_account``, a tip and a gift card are held without one.
    ``closed_period``: what is dated in a locked period or in no financial year is held by Fortnox's refusal, moved to
    the next open day, or moved once a person allows it. ``create_currencies`` are those that may be registered in
    Fortnox where they are missing there. ``attach_source``: what the source told is attached as a file to each invoice,
    credit invoice and payout voucher (a rule may say otherwise for its own).
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
    charge_accounts: dict[Literal["fee", "tip", "coupon", "gift_card", "rounding", "return_fee"], Account] = Field(
        default_factory=dict
    )
    closed_period: Literal["hold", "next_open_day", "ask"] = "hold"
    create_currencies: tuple[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], ...] = ()
    payment_days: int = Field(default=30, ge=0, le=365)
    units: tuple[str, ...] = ("st", "h", "km", "förp")
    hold_same_total_days: int = Field(default=60, ge=0, le=3660)
    our_reference: str | None = Field(default=None, min_length=1, max_length=50)
    attach_source: bool = False

    @model_validator(mode="before")
    @classmethod
    def _one_way_to_pay(cls, given: dict[str, object]) -> dict[str, object]:
        mode, account = given.get("payment_mode"), given.get("payment_account")
        if mode is not None and account is not None:
            raise ValueError("set one of payment_mode and payment_account, not both")
        return given if account is not None else {**given, "payment_mode": mode if mode is not None else "BG"}


class Brakes(Frozen):
    """What is held for a person: a document above so many kronor, and new documents beyond so many in an hour."""

    max_document_kronor: Decimal | None = Field(default=None, gt=0)
    max_documents_per_hour: int | None = Field(default=None, ge=1, le=1_000_000)
