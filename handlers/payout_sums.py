"""The rows of a payout's voucher: kronor by account, debit above zero, that come to nothing to the öre."""

from collections.abc import Iterator
from decimal import Decimal
from typing import get_args

from handlers import questions
from handlers.events import PayoutMade
from handlers.payout_parts import FeeVat, PayoutFee
from handlers.settings.payouts import Payouts
from handlers.totals import LARGEST
from handlers.values import ORE, Question, round_ore

HOME_CURRENCY = "SEK"
SMALLEST_RATE = Decimal("0.000001")
ZERO = Decimal(0)
Entry = tuple[str, int | None, Decimal]
"""The setting that names the account, the account (``None``: not set), and kronor."""


def payout_rows(event: PayoutMade, settings: Payouts) -> tuple[tuple[int, Decimal], ...]:
    """Account and kronor of each row, one for each account and side, none of nothing.

    Raises :class:`Question` where the payout does not add up, a rate or a fee's VAT is not known, or an account that it
    needs is not set (all of them at once).
    """
    _check(event)
    entries = [_received(event, settings), *_kept(event, settings), *_sold(event, settings)]
    difference = -sum((amount for _, _, amount in entries), ZERO)
    if difference:
        _refuse_wide(difference, entries, event, settings)
        entries.append(("exchange_account", settings.exchange_account, difference))
    missing = dict.fromkeys(name for name, account, amount in entries if account is None and amount)
    if missing:
        named = ", ".join(f"payouts.{name}" for name in missing)
        raise Question(f"the payout cannot be booked without {named}: set what is missing, then retry")
    summed: dict[tuple[int, bool], Decimal] = {}
    for _, account, amount in entries:
        if account is not None and amount:
            side = (account, amount > 0)
            summed[side] = summed.get(side, ZERO) + amount
    return tuple((account, amount) for (account, _), amount in summed.items())


def _received(event: PayoutMade, settings: Payouts) -> Entry:
    kronor = event.net_kronor
    if kronor is None:
        kronor = _kronor(event.net, event.currency, event.currency_rate)
    return "bank_account", settings.bank_account, kronor


def _sold(event: PayoutMade, settings: Payouts) -> Iterator[Entry]:
    for sale in event.sales:
        currency = sale.currency or event.currency
        rate = sale.currency_rate or (event.currency_rate if currency == event.currency else None)
        name = f"clearing_accounts.{sale.method}" if sale.method else "clearing_account"
        yield name, settings.clearing(sale.method), -_kronor(sale.amount, currency, rate)


def _kept(event: PayoutMade, settings: Payouts) -> Iterator[Entry]:
    for fee in event.fees:
        treatment = fee.vat or settings.fee_vat
        if treatment is None:
            raise Question(
                "the payout does not say which VAT its fee carries: set payouts.fee_vat, then retry; or say which",
                key=questions.FEE_VAT,
                choices=get_args(FeeVat),
                of_sale=False,
            )
        kronor = _kronor(fee.amount, event.currency, event.currency_rate)
        vat = ZERO
        if treatment == "domestic":
            vat = _kronor(_vat_within(fee), event.currency, event.currency_rate)
        yield "fee_account", settings.fee_accounts.get(treatment, settings.fee_account), kronor - vat
        yield "input_vat_account", settings.input_vat_account, vat
        owed = round_ore(kronor * fee.vat_rate / 100) if treatment in {"eu", "outside_eu"} else ZERO
        yield "reverse_charge_input_account", settings.reverse_charge_input_account, owed
        yield "reverse_charge_output_account", settings.reverse_charge_output_account, -owed


def _vat_within(fee: PayoutFee) -> Decimal:
    within = round_ore(fee.amount * fee.vat_rate / (100 + fee.vat_rate))
    if fee.vat_amount is None:
        return within
    if abs(fee.vat_amount - within) > ORE:
        raise Question(
            f"a fee of {fee.amount} at {fee.vat_rate} % holds {within} of VAT, and {fee.vat_amount} is stated"
        )
    return fee.vat_amount


def _kronor(amount: Decimal, currency: str, rate: Decimal | None) -> Decimal:
    if currency == HOME_CURRENCY:
        if rate not in {None, Decimal(1)}:
            raise Question(f"the payout is in {HOME_CURRENCY} but states a currency rate other than 1")
        return amount
    if rate is None:
        raise Question(f"the payout does not say at which rate {currency} becomes kronor")
    if rate == 1 or not SMALLEST_RATE <= rate < LARGEST:
        raise Question(f"the rate of {currency} is 1, or not between {SMALLEST_RATE:f} and {LARGEST:f}")
    return round_ore(amount * rate)


def _check(event: PayoutMade) -> None:
    """Every sum is in whole öre, and what is in one currency adds up in it."""
    kept = [fee.amount for fee in event.fees]
    sums = [sale.amount for sale in event.sales] + kept + [event.net]
    for amount in (*sums, event.net_kronor or ZERO, *(fee.vat_amount or ZERO for fee in event.fees)):
        if not -LARGEST < amount < LARGEST or amount != amount.quantize(ORE):
            raise Question(f"a sum of the payout is not below {LARGEST:f} or has more than two decimals")
    if any(not ZERO <= fee.vat_rate < 100 for fee in event.fees):
        raise Question("the VAT rate of a fee is not between 0 and 100 percent")
    if any(sale.currency not in {None, event.currency} for sale in event.sales):
        return
    sold = sum((sale.amount for sale in event.sales), ZERO)
    difference = sold - sum(kept, ZERO) - event.net
    if difference:
        raise Question(
            f"the payout does not add up, in {event.currency}: {sold} sold less {sum(kept, ZERO)} of fees is not "
            f"{event.net} (difference {difference:+})"
        )
    if event.currency == HOME_CURRENCY and event.net_kronor not in {None, event.net}:
        raise Question(f"the payout of {event.net} kronor came to {event.net_kronor} kronor at the bank")


def _refuse_wide(difference: Decimal, entries: list[Entry], event: PayoutMade, settings: Payouts) -> None:
    """The measure is what was sold; of fees alone, what the bank paid for them."""
    of = "clearing" if event.sales else "bank_account"
    moved = sum((amount for name, _, amount in entries if name.startswith(of)), ZERO)
    if abs(difference) * 100 > abs(moved) * settings.exchange_percent:
        raise Question(
            f"what was sold, kept and paid out in {event.currency} differs by {difference:+} kronor, which is more "
            f"than payouts.exchange_percent ({settings.exchange_percent} %): correct the rates at the source"
        )
