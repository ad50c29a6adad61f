"""What happens to the money of a refund."""

from typing import Literal

from pydantic import Field, model_validator

from handlers.settings.accounts import Account
from handlers.values import Frozen


class Refunds(Frozen):
    """``repayment``: the money that went back to the buyer is booked as a payment below zero of the credit invoice, or
    the credit invoice is left open for whoever books it (a file from the bank, a person). ``payment_mode`` or
    ``payment_account`` is what it is paid from; without either what its method of payment is.
    """

    repayment: Literal["book", "none"] = "book"
    payment_mode: str | None = Field(default=None, min_length=1)
    payment_account: Account | None = None

    @model_validator(mode="after")
    def _one_way_to_pay(self) -> "Refunds":
        if self.payment_mode is not None and self.payment_account is not None:
            raise ValueError("set one of payment_mode and payment_account, not both")
        return self
