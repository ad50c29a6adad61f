"""The currency rate of an order, in kronor per unit (Upsales facts, section 2)."""

from decimal import ROUND_HALF_UP, Decimal

from connectors.upsales import wire

HOME_CURRENCY = "SEK"
SIX_DECIMALS = Decimal("0.000001")


def master_currency(currencies: wire.Currencies) -> str | None:
    """The one currency that all rates of the account are relative to; ``None`` where the list names none or several."""
    masters = [row.iso for row in currencies.currencies if row.master_currency]
    return masters[0] if len(masters) == 1 else None


def kronor_per_unit(order: wire.Order, master: str | None) -> Decimal | None:
    """Six decimals; ``None`` where the order is in kronor, or no rate can be had from it: Fortnox's register decides.

    The two values of the order decide, because they were computed by Upsales; ``currencyRate`` (units per krona, taken
    to be so but unconfirmed) counts only where one of them is missing or zero. A rate of 1 for a foreign currency was
    never set.
    """
    if order.currency == HOME_CURRENCY or master != HOME_CURRENCY:
        return None
    rate = _of_values(order)
    if rate is None and order.currency_rate:
        rate = 1 / order.currency_rate
    rounded = None if rate is None else rate.quantize(SIX_DECIMALS, rounding=ROUND_HALF_UP).normalize()
    return rounded if rounded is not None and rounded > 0 and rounded != 1 else None


def _of_values(order: wire.Order) -> Decimal | None:
    return order.value_in_master_currency / order.value if order.value and order.value_in_master_currency else None
