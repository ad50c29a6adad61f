"""Rounding of amounts: öre and whole kronor, half up."""

from decimal import ROUND_HALF_UP, Context, Decimal

_ORE = Decimal("0.01")
_KRONA = Decimal(1)
_WIDE = Context(prec=80, rounding=ROUND_HALF_UP)

ZERO = Decimal(0)


def to_ore(amount: Decimal) -> Decimal:
    """Round to two decimals, half away from zero (Fortnox facts, 1.10: 1.125 becomes 1.13)."""
    return amount.quantize(_ORE, context=_WIDE)


def to_kronor(amount: Decimal) -> Decimal:
    """Round to whole kronor, half away from zero."""
    return amount.quantize(_KRONA, context=_WIDE)


def percent_of(amount: Decimal, rate: Decimal) -> Decimal:
    """Give `rate` percent of an amount, unrounded."""
    return _WIDE.divide(_WIDE.multiply(amount, rate), Decimal(100))


def divided(amount: Decimal, by: Decimal) -> Decimal:
    """Divide without losing the digits that rounding will need."""
    return _WIDE.divide(amount, by)


def multiplied(left: Decimal, right: Decimal) -> Decimal:
    """Multiply without losing digits."""
    return _WIDE.multiply(left, right)
