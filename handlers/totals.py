"""The arithmetic of a document: do its lines give the totals that it states, to the öre."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from handlers.events import Document, Line
from handlers.values import Question, round_ore

HUNDRED = Decimal(100)
LARGEST = Decimal(10) ** 9
"""Quantities, prices and stated totals stay below this, so that every product below is exact in 28 digits."""

FIELD_VAT = Decimal(25)
"""The VAT rate that Fortnox gives its own fields for freight and fee (Fortnox facts, section 6.1, example 1)."""

NOTHING = Decimal("0.00")
NAMES = ("total excluding VAT", "total VAT", "total")
"""What the fields of :class:`Totals` are called in a question."""


class Totals(NamedTuple):
    """Sums of a document, in its currency, each with two decimals."""

    excluding_vat: Decimal
    vat: Decimal
    total: Decimal


class Share(NamedTuple):
    """An amount as priced (with VAT where prices include it) and its VAT rate in percent."""

    amount: Decimal
    rate: Decimal


Rounding = Literal["row", "rate"]
Split = Callable[[Share], Totals]


def row_total(quantity: Decimal, price: Decimal, percent: Decimal, amount: Decimal) -> Decimal:
    """Quantity times price minus discount, rounded to öre half up: the row total of Fortnox facts, section 6.1.

    The discount is ``percent`` of the row, or an ``amount`` off the whole row.
    """
    return round_ore(quantity * price * (HUNDRED - percent) / HUNDRED - amount)


def line_total(line: Line) -> Decimal:
    """The total of a line, as priced."""
    return row_total(line.quantity, line.unit_price, line.discount_percent, line.discount_amount)


def check_net(document: Document, besides: Decimal = NOTHING) -> Decimal:
    """Hold a document without stated VAT whose lines, with what is ``besides`` them, do not give its net; gives that.

    Prices that include a VAT that nobody states cannot be split, so such a document is held too. Raises
    :class:`Question`.
    """
    if document.prices_include_vat:
        raise Question("the prices include VAT, but no VAT is stated")
    stated = document.total_excluding_vat
    _check_stated(NAMES[0], stated)
    if stated <= 0:
        raise Question("the stated total is not above zero; a refund or an empty sale is not booked by any rule")
    computed = sum((line_total(line) for line in document.lines), besides)
    if stated != computed:
        raise Question(
            f"the document does not add up, in {document.currency}: {NAMES[0]} is stated as {stated:f}, the lines give "
            f"{computed:f} (difference {stated - computed:+f})"
        )
    return stated


def _check_stated(name: str, amount: Decimal) -> None:
    if not -LARGEST < amount < LARGEST or amount != round_ore(amount):
        raise Question(f"the stated {name} is not below {LARGEST:f} or has more than two decimals")


def check_totals(document: Document, possible: Sequence[Totals] = ()) -> Totals:
    """Hold a document whose three stated totals are none of the ``possible`` ones, to the öre; gives those stated.

    ``possible`` are the totals of all that it charges; without them its lines are all.

    VAT may be rounded per row or per rate: both are in use, and which one Fortnox follows is shown by its answer only
    (Fortnox facts, sections 6.1 and 11). Expects checked lines (see ``handlers.rows``). Raises :class:`Question`, which
    names the difference in the document's currency.
    """
    if document.total_vat is None or document.total is None:
        raise Question("the document states no VAT")
    stated = Totals(document.total_excluding_vat, document.total_vat, document.total)
    for name, amount in zip(NAMES, stated, strict=True):
        _check_stated(name, amount)
    if stated.total <= 0:
        raise Question("the stated total is not above zero; a refund or an empty sale is not booked by any rule")
    wanted = possible or tuple(possible_totals(document.lines, prices_include_vat=document.prices_include_vat))
    if stated not in wanted:
        raise Question(_difference(stated, wanted, document.currency))
    return stated


def possible_totals(lines: Sequence[Line], *, prices_include_vat: bool) -> Iterator[Totals]:
    """The totals that the lines give, by each of the legitimate ways of rounding VAT."""
    rows = [Share(line_total(line), line.vat_rate or NOTHING) for line in lines]
    return totals_of(rows, prices_include_vat=prices_include_vat)


def totals_of(rows: Sequence[Share], *, prices_include_vat: bool, rounding: Rounding | None = None) -> Iterator[Totals]:
    """The totals of rows, with VAT rounded per row and per rate, or only the way that is known to be used.

    Where prices include VAT, an amount that lies half-way between two öre may round its VAT up or its net amount up.
    """
    rates = [
        Share(sum((row.amount for row in rows if row.rate == rate), NOTHING), rate)
        for rate in dict.fromkeys(row.rate for row in rows)
    ]
    ways = (_split_rounding_net, _split_rounding_vat) if prices_include_vat else (_add_vat,)
    for shares in (rows,) if rounding == "row" else (rates,) if rounding == "rate" else (rows, rates):
        for way in ways:
            yield _sum(shares, way)


def with_surcharges(totals: Totals, amounts: Sequence[Decimal]) -> Totals:
    """The totals with freight and fee in Fortnox's fields, each with VAT of its own rounding (facts, section 6.1)."""
    parts = [_add_vat(Share(amount, FIELD_VAT)) for amount in amounts]
    return Totals(*(sum(figures, NOTHING) for figures in zip(totals, *parts, strict=True)))


def _add_vat(share: Share) -> Totals:
    vat = round_ore(share.amount * share.rate / HUNDRED)
    return Totals(share.amount, vat, share.amount + vat)


def _split_rounding_net(share: Share) -> Totals:
    net = round_ore(share.amount * HUNDRED / (HUNDRED + share.rate))
    return Totals(net, share.amount - net, share.amount)


def _split_rounding_vat(share: Share) -> Totals:
    vat = round_ore(share.amount * share.rate / (HUNDRED + share.rate))
    return Totals(share.amount - vat, vat, share.amount)


def _sum(shares: Sequence[Share], split: Split) -> Totals:
    parts = [split(share) for share in shares]
    return Totals(
        sum((part.excluding_vat for part in parts), NOTHING),
        sum((part.vat for part in parts), NOTHING),
        sum((part.total for part in parts), NOTHING),
    )


def _difference(stated: Totals, possible: Sequence[Totals], currency: str) -> str:
    """Compare with the nearest of the possible totals, figure by figure."""
    nearest = min(possible, key=lambda totals: sum(abs(a - b) for a, b in zip(stated, totals, strict=True)))
    faults = [
        f"{name} is stated as {given:f}, the lines give {computed:f} (difference {given - computed:+f})"
        for name, given, computed in zip(NAMES, stated, nearest, strict=True)
        if given != computed
    ]
    return f"the document does not add up, in {currency}: {'; '.join(faults)}"
