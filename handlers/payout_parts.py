"""What a payout of a payment provider is made of: what it pays out, and what it keeps."""

from decimal import Decimal
from typing import Literal

from handlers.values import Frozen

FeeVat = Literal["none", "domestic", "eu", "outside_eu"]
"""VAT of a fee: there is none; the provider charged Swedish VAT within it; reverse charge, on a service from another EU
country or from outside the EU."""


class PayoutSale(Frozen):
    """What buyers paid by one method, before fees (below zero: what was paid back to them).

    In ``currency`` at ``currency_rate`` kronor per unit; each is the payout's where it is ``None``.
    """

    method: str | None = None
    amount: Decimal
    currency: str | None = None
    currency_rate: Decimal | None = None


class PayoutFee(Frozen):
    """What the provider kept, in the payout's currency, Swedish VAT included.

    ``vat_rate`` in percent; ``vat_amount`` is the VAT within a domestic fee where the provider states it. ``vat`` is
    ``None`` where the source does not say.
    """

    amount: Decimal
    vat: FeeVat | None = None
    vat_rate: Decimal = Decimal(25)
    vat_amount: Decimal | None = None
