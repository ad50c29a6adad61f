"""How a document's discount, charges, freight and fee stand in Fortnox: the first way that gives the stated totals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import product
from typing import NamedTuple

from handlers.commands import DocumentRow
from handlers.events import Charge, Document, Surcharge
from handlers.rows import Choices, account_of, check_number
from handlers.totals import (
    FIELD_VAT,
    HUNDRED,
    LARGEST,
    NOTHING,
    Share,
    Totals,
    check_net,
    check_totals,
    line_total,
    totals_of,
    with_surcharges,
)
from handlers.values import ORE, Question, plain_number, round_ore

DISCOUNT = "Rabatt"
SURCHARGES = {"freight": "Frakt", "administration_fee": "Expeditionsavgift"}
WITHOUT_VAT = frozenset({"gift_card", "rounding"})
"""Charges that are no supply: money that changes hands for later, and öre."""
TAKEN_OFF = frozenset({"coupon", "return_fee"})
"""Charges that are below zero: what a coupon takes off a sale, and a return fee off what goes back."""


class Way(NamedTuple):
    """Rows besides the lines, and freight and fee in Fortnox's own fields."""

    rows: tuple[DocumentRow, ...]
    freight: Decimal
    administration_fee: Decimal


class Placed(NamedTuple):
    """One surcharge as it shall stand: the amount of its field (without VAT), or its row."""

    field: Decimal
    row: DocumentRow | None


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands in Fortnox besides the lines' own rows, and the totals of the whole (``None``: VAT is not stated)."""

    rows: tuple[DocumentRow, ...]
    freight: Decimal
    administration_fee: Decimal
    excluding_vat: Decimal
    vat: Decimal | None
    total: Decimal | None


def laid_out(document: Document, choices: Choices) -> Layout:
    """The first layout that gives the stated totals to the öre.

    A discount on the whole becomes one row for each VAT rate, so that every line stays as its source stated it, and
    the VAT of each rate is exact. Raises :class:`Question` where no layout gives them (with the nearest difference),
    and where an account is missing.
    """
    stated = (document.total_vat, document.total, *(line.vat_rate for line in document.lines))
    if any(value is None for value in stated):
        return _without_vat(document, choices)
    ways = list(_ways(document, choices))
    totals = [tuple(_totals(document, way, choices)) for way in ways]
    found = check_totals(document, [figures for way in totals for figures in way])
    _, chosen = min((_doubt(way, found), place) for place, way in enumerate(totals) if found in way)
    return Layout(*ways[chosen], *map(round_ore, found))


def _doubt(totals: Sequence[Totals], stated: Totals) -> tuple[bool, int]:
    """How sure it is that Fortnox comes to the stated totals, too: by every way of rounding, else by an early one."""
    return any(figures != stated for figures in totals), totals.index(stated)


def _without_vat(document: Document, choices: Choices) -> Layout:
    if document.total_vat is not None or document.total is not None:
        raise Question("the document states a VAT total, but not the VAT rate of each line")
    rows, freight, fee = next(_ways(document, choices))
    besides = sum((row.price for row in rows), freight + fee)
    return Layout(rows, freight, fee, round_ore(check_net(document, besides)), None, None)


def _ways(document: Document, choices: Choices) -> Iterator[Way]:
    """Every layout, the preferred one first."""
    charges = tuple(_charge(place, charge, choices) for place, charge in enumerate(document.charges, start=1))
    last = tuple(row for row, charge in zip(charges, document.charges, strict=True) if charge.kind == "rounding")
    others = tuple(row for row in charges if row not in last)
    freights = tuple(_places("freight", document.freight, document, choices))
    fees = tuple(_places("administration_fee", document.administration_fee, document, choices))
    for discount, freight, fee in product(_discounts(document, choices), freights, fees):
        own = tuple(placed.row for placed in (freight, fee) if placed.row is not None)
        yield Way((*discount, *others, *own, *last), freight.field, fee.field)


def _totals(document: Document, way: Way, choices: Choices) -> Iterator[Totals]:
    shares = [Share(line_total(line), line.vat_rate or NOTHING) for line in document.lines]
    shares += [Share(row.price, row.vat or NOTHING) for row in way.rows]
    rounding = choices.bookkeeping.vat_rounding
    for totals in totals_of(shares, prices_include_vat=document.prices_include_vat, rounding=rounding):
        yield with_surcharges(totals, (way.freight, way.administration_fee))


# --- the discount on the whole ----------------------------------------------------------------------------------------


def _discounts(document: Document, choices: Choices) -> tuple[tuple[DocumentRow, ...], ...]:
    """The discount as one row for each VAT rate, by each legitimate way of rounding it; one empty way without any."""
    percent, amount = document.discount_percent, document.discount_amount
    check_number("the document", "discount in percent", percent, HUNDRED)
    check_number("the document", "discount", amount, LARGEST)
    if percent and amount:
        raise Question("the document has a discount in percent and one in money; say one of them")
    if not percent and not amount:
        return ((),)
    if any(line.vat_rate is None for line in document.lines):
        raise Question("the document has a discount on the whole, but not every line states its VAT rate")
    sums: dict[Decimal, Decimal] = {}
    for line in document.lines:
        rate = line.vat_rate or NOTHING
        sums[rate] = sums.get(rate, NOTHING) + line_total(line)
    whole = sum(sums.values(), NOTHING)
    if amount > whole:
        raise Question("the document's discount is more than its lines")
    text = document.discount_text or (f"{DISCOUNT} {plain_number(percent):f} %" if percent else DISCOUNT)
    ways = [_apportioned(amount or round_ore(whole * percent / HUNDRED), sums)]
    if percent:
        each_rate = {rate: round_ore(part * percent / HUNDRED) for rate, part in sums.items()}
        ways = [each_rate, _of_each_line(document, percent), *ways]
    distinct = dict.fromkeys(tuple(way.items()) for way in ways)
    return tuple(
        tuple(_row(text, -part, rate, account_of("the discount", rate, choices)) for rate, part in way if part)
        for way in distinct
    )


def _of_each_line(document: Document, percent: Decimal) -> dict[Decimal, Decimal]:
    parts: dict[Decimal, Decimal] = {}
    for line in document.lines:
        rate = line.vat_rate or NOTHING
        parts[rate] = parts.get(rate, NOTHING) + round_ore(line_total(line) * percent / HUNDRED)
    return parts


def _apportioned(amount: Decimal, sums: Mapping[Decimal, Decimal]) -> dict[Decimal, Decimal]:
    """The amount over the rates by their sums, to the öre: what is left over goes to the largest fractions."""
    whole = sum(sums.values(), NOTHING)
    exact = {rate: amount * part / whole if whole else NOTHING for rate, part in sums.items()}
    parts = {rate: share.quantize(ORE, rounding=ROUND_FLOOR) for rate, share in exact.items()}
    left = int((amount - sum(parts.values(), NOTHING)) / ORE)
    for rate in sorted(exact, key=lambda rate: (parts[rate] - exact[rate], -rate))[:left]:
        parts[rate] += ORE
    return parts


# --- charges, freight, fee --------------------------------------------------------------------------------------------


def _charge(place: int, charge: Charge, choices: Choices) -> DocumentRow:
    named, amount = f"charge {place} ({charge.kind})", charge.amount
    check_number(named, "amount", abs(amount), LARGEST)
    if not amount or (charge.kind not in WITHOUT_VAT and (amount < 0) != (charge.kind in TAKEN_OFF)):
        raise Question(f"{named}: a coupon takes off, a fee and a tip add, and none of them is nothing")
    if charge.kind in WITHOUT_VAT and charge.vat_rate:
        raise Question(f"{named}: it carries no VAT, but {plain_number(charge.vat_rate):f} % is stated")
    _check_rate(named, charge.vat_rate)
    if charge.kind == "rounding" and abs(amount) >= 1:
        raise Question(f"{named}: it rounds by a whole unit of the currency or more")
    return _row(charge.description, amount, charge.vat_rate, _charge_account(named, charge, choices))


def _check_rate(named: str, rate: Decimal) -> None:
    """Hold a rate that no row of Fortnox can have: one that needs no account of sales is looked at nowhere else."""
    if not 0 <= rate < HUNDRED or rate != rate.to_integral_value():
        raise Question(f"{named}: its VAT rate is no whole percent from 0 to 99, and Fortnox's rows take no others")


def _charge_account(named: str, charge: Charge, choices: Choices) -> int:
    supplied = charge.kind in {"fee", "coupon", "return_fee"}
    if supplied and not choices.domestic:
        return account_of(named, charge.vat_rate, choices)
    account = choices.bookkeeping.charge_accounts.get(charge.kind)
    if account is None and charge.kind == "rounding":
        account = choices.bookkeeping.round_off_account
    if account is not None:
        return account
    if supplied:
        return account_of(named, charge.vat_rate, choices)
    setting = f"bookkeeping.charge_accounts.{charge.kind}"
    raise Question(f"{named}: set its account, `{setting}`", about=setting)


def _places(name: str, surcharge: Surcharge | None, document: Document, choices: Choices) -> Iterator[Placed]:
    """Where the surcharge may stand, the company's choice first; the other where the first does not give the totals.

    Fortnox's field has no VAT rate of its own, so another rate than its own needs a row; abroad it is a row always, on
    the account of the goods, because the field's account is Fortnox's own. Raises :class:`Question` where neither can
    be.
    """
    if surcharge is None or not surcharge.amount:
        yield Placed(NOTHING, None)
        return
    named = f"the {name.replace('_', ' ')}"
    check_number(named, "amount", surcharge.amount, LARGEST)
    if surcharge.vat_rate is None and document.total_vat is not None:
        raise Question(f"{named} states no VAT rate")
    rate = FIELD_VAT if surcharge.vat_rate is None else surcharge.vat_rate
    _check_rate(named, rate)
    in_field, account = _chosen(name, choices)
    if not choices.domestic:
        in_field, account = False, account_of(named, rate, choices)
    places: list[Placed] = []
    if rate == FIELD_VAT and choices.domestic:
        share = HUNDRED / (HUNDRED + rate) if document.prices_include_vat else Decimal(1)
        places.append(Placed(round_ore(surcharge.amount * share), None))
    if account is not None:
        places.append(Placed(NOTHING, _row(SURCHARGES[name], surcharge.amount, rate, account)))
    if not places:
        raise Question(
            f"{named} has {plain_number(rate):f} % of VAT, which Fortnox's own field cannot say: set "
            f"`bookkeeping.{name}_account`, then it becomes a row",
            about=f"bookkeeping.{name}_account",
        )
    yield from places if in_field else reversed(places)


def _chosen(name: str, choices: Choices) -> tuple[bool, int | None]:
    bookkeeping = choices.bookkeeping
    if name == "freight":
        return bookkeeping.freight == "field", bookkeeping.freight_account
    return bookkeeping.administration_fee == "field", bookkeeping.administration_fee_account


def _row(description: str, amount: Decimal, rate: Decimal, account: int) -> DocumentRow:
    """One piece of the amount, which is below zero where it takes off: so the quantity of what was sold stays true."""
    return DocumentRow(
        description=description,
        quantity=Decimal(1),
        price=round_ore(amount),
        vat=plain_number(rate),
        account=account,
    )
