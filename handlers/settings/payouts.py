"""Accounts and series of the vouchers that payouts of payment providers become."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from handlers.payout_parts import FeeVat
from handlers.settings.accounts import Account
from handlers.values import Frozen


class Payouts(Frozen):
    """What is not set is asked about when a payout needs it, never guessed.

    ``bank_account`` receives the money; the clearing account (by method, in whatever case) is where the payments of
    that method were booked. ``fee_account`` is for all fees but those whose VAT has an account in ``fee_accounts``;
    ``fee_vat`` is for fees whose source does not say. ``input_vat_account`` takes the Swedish VAT of a fee, the two
    reverse-charge accounts the VAT that the buyer owes and deducts. What kronor differ by where currencies meet goes to
    ``exchange_account``, up to ``exchange_percent`` of what was sold.
    """

    voucher_series: Annotated[str, Field(min_length=1, max_length=10)] | None = None
    bank_account: Account | None = None
    clearing_account: Account | None = None
    clearing_accounts: dict[str, Account] = Field(default_factory=dict)
    fee_account: Account | None = None
    fee_accounts: dict[FeeVat, Account] = Field(default_factory=dict)
    fee_vat: FeeVat | None = None
    input_vat_account: Account | None = None
    reverse_charge_output_account: Account | None = None
    reverse_charge_input_account: Account | None = None
    exchange_account: Account | None = None
    exchange_percent: Decimal = Field(default=Decimal(5), ge=0, le=100)

    def clearing(self, method: str | None) -> int | None:
        """The account on which payments by this method wait for their payout."""
        by_name = {name.strip().casefold(): account for name, account in self.clearing_accounts.items()}
        return by_name.get((method or "").strip().casefold(), self.clearing_account)

    def named_accounts(self) -> list[tuple[int | None, str]]:
        """Every account, or ``None``, with what it is for."""
        return [
            (self.bank_account, "payouts to the bank"),
            (self.clearing_account, "payouts, clearing"),
            *((account, f"payouts, clearing of {method}") for method, account in self.clearing_accounts.items()),
            (self.fee_account, "fees of payouts"),
            *((account, f"fees of payouts, VAT {vat}") for vat, account in self.fee_accounts.items()),
            (self.input_vat_account, "VAT of fees"),
            (self.reverse_charge_output_account, "reverse charge of fees, output VAT"),
            (self.reverse_charge_input_account, "reverse charge of fees, input VAT"),
            (self.exchange_account, "exchange differences of payouts"),
        ]
