"""The money side of an invoice: its charges as lines, its one VAT rate, and its discount spread over the lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from connectors.base import Json
from connectors.subscriptionflow.loose import Record, record_of
from handlers.events import Line
from handlers.values import Question, round_ore

NOTHING = Decimal(0)
HUNDRED = Decimal(100)
HALF_ORE = Decimal("0.005")
NAMES = ("plan_price.name", "product.name", "product_name", "name")


class Money(NamedTuple):
    """Lines with their VAT rate and their part of the discount, and the totals that they give, in the currency."""

    lines: tuple[Line, ...]
    excluding_vat: Decimal
    vat: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge: ``amount`` is quantity times list price, to the öre. ``product`` is its id at the sender."""

    name: str | None
    sku: str | None
    product: str | None
    period: str
    quantity: Decimal
    price: Decimal

    @property
    def amount(self) -> Decimal:
        """Before VAT and discount."""
        return round_ore(self.quantity * self.price)


def charges_of(invoice: Record) -> tuple[Charge, ...]:
    """The charges in order. Raises ``Unreadable`` where one has no quantity or price."""
    one_off = invoice.flag("is_oneoff", "is_one_off") is True
    return tuple(
        _charge(item, charge, one_off=one_off)
        for item in invoice.several("items")
        for charge in item.several("charges")
    )


def money_of(
    invoice: Record, charges: Sequence[Charge], products: Mapping[str, Json | None], rates: Sequence[Decimal]
) -> Money:
    """The money side, every sum of it checked to the öre (SubscriptionFlow facts, section 4).

    ``products`` are the records read for charges that carry no name. Raises :class:`Question` where the invoice does
    not add up, has no charges, or has a VAT that is none of ``rates`` on the whole of it.
    """
    if not charges:
        raise Question("the invoice lists no charges, so its lines are not known")
    total, tax, discount = _totals(invoice, sum((charge.amount for charge in charges), NOTHING))
    net = total - tax
    rate = vat_rate(net, tax, rates, len(charges))
    shares = spread(discount, [charge.amount for charge in charges])
    lines = tuple(
        _line(place, charge, products, rate, share)
        for place, (charge, share) in enumerate(zip(charges, shares, strict=True), start=1)
    )
    return Money(lines, round_ore(net), round_ore(tax), round_ore(total))


def stated(invoice: Record) -> Money:
    """The totals as the invoice states them, without lines and unchecked: for an invoice that no longer counts."""
    total = invoice.amount("total_amount") or NOTHING
    tax = invoice.amount("tax_amount", "total_tax") or NOTHING
    return Money((), total - tax, tax, total)


def vat_rate(net: Decimal, tax: Decimal, rates: Sequence[Decimal], lines: int) -> Decimal:
    """The one rate in percent that ``tax`` on ``net`` lands on, with half an öre of rounding for each line.

    Raises :class:`Question` where it is none of ``rates``, or the amounts are too small to tell two of them apart.
    """
    if net <= 0:
        raise Question(f"there is nothing to pay before VAT ({net:f}), so the VAT rate cannot be told")
    fits = [rate for rate in rates if abs(net * rate / HUNDRED - tax) <= HALF_ORE * max(1, lines)]
    if len(fits) == 1:
        return fits[0]
    known = ", ".join(f"{rate:f}" for rate in rates)
    found = f"{tax * HUNDRED / net:.2f} % of {net:f}"
    if fits:
        raise Question(f"the VAT is {found}, which is too small to tell which of the rates {known} it is")
    raise Question(
        f"the VAT is {found}, which is none of the rates {known}; an invoice with several rates cannot be read from "
        "its one amount of VAT. Book it by hand and discard this event, or add the rate to vat_rates and replay it"
    )


def spread(discount: Decimal, amounts: Sequence[Decimal]) -> list[Decimal]:
    """A discount on the whole as parts of each line, in proportion, to the öre; what is left over goes to the largest
    remainders, of equal ones to the first. No part is larger than its line.

    Raises :class:`Question` for a discount that is negative or above the whole, and where a line is negative.
    """
    ore = [int(round_ore(amount) * HUNDRED) for amount in amounts]
    whole, left = sum(ore), int(round_ore(discount) * HUNDRED)
    if left == 0:
        return [round_ore(NOTHING) for _ in ore]
    if not 0 < left <= whole or min(ore) < 0:
        raise Question(f"a discount of {discount:f} cannot be spread over lines of {Decimal(whole) / HUNDRED:.2f}")
    parts = [left * amount // whole for amount in ore]
    by_remainder = sorted(range(len(ore)), key=lambda place: -(left * ore[place] % whole))
    for place in by_remainder[: left - sum(parts)]:
        parts[place] += 1
    return [round_ore(Decimal(part) / HUNDRED) for part in parts]


def _totals(invoice: Record, lines: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """Total, VAT, and the discount that is still to be taken from the lines.

    Whether ``sub_total`` is before or after the discount is unconfirmed, so the way that adds up is taken: before it
    first. After it the lines may be at full price, or have the discount in their prices already.
    """
    sub_total, total = _needed(invoice, "sub_total"), _needed(invoice, "total_amount")
    tax = invoice.amount("tax_amount", "total_tax")
    if tax is None:
        raise invoice.missing("total_tax")
    discounts = [invoice.amount(name) or NOTHING for name in ("discount", "discount_value")]
    for discount in discounts:
        if sub_total - discount + tax == total and lines == sub_total:
            return total, tax, discount
    if sub_total + tax == total:
        for discount in (NOTHING, *discounts):
            if lines - discount == sub_total:
                return total, tax, discount
    raise Question(_difference(sub_total, tax, discounts, total, lines))


def _difference(sub_total: Decimal, tax: Decimal, discounts: Sequence[Decimal], total: Decimal, lines: Decimal) -> str:
    discount = next(filter(None, discounts), NOTHING)
    if total in {sub_total - discount + tax, sub_total + tax}:
        return (
            f"the charges add up to {lines:f}, but the invoice states {sub_total:f} before VAT "
            f"(difference {sub_total - lines:+f})"
        )
    return (
        f"the invoice does not add up: {sub_total:f} before VAT, discount {discount:f}, VAT {tax:f}, total {total:f} "
        f"(difference {total - (sub_total - discount + tax):+f})"
    )


def _needed(record: Record, path: str) -> Decimal:
    found = record.amount(path)
    if found is None:
        raise record.missing(path)
    return found


def _charge(item: Record, charge: Record, *, one_off: bool) -> Charge:
    return Charge(
        name=charge.text(*NAMES) or item.text("product.name", "product_name", "plan.name"),
        sku=charge.text("product.sku") or item.text("product.sku"),
        product=item.identifier("product_id", "product.id"),
        period=" – ".join(_period(charge, one_off=one_off)),
        quantity=_needed(charge, "quantity"),
        price=_needed(charge, "list_price"),
    )


def _period(charge: Record, *, one_off: bool) -> Iterator[str]:
    """The days of the service; that of a one-off charge on a single day says nothing and is left out."""
    first, last = charge.day("service_from"), charge.day("service_to")
    if one_off and (first == last or first is None or last is None):
        return
    yield from (day.isoformat() for day in (first, last) if day is not None)


def _line(place: int, charge: Charge, products: Mapping[str, Json | None], rate: Decimal, discount: Decimal) -> Line:
    product = products.get(charge.product) if charge.product else None
    known = record_of(product, "product") if product is not None else Record("product", {})
    name = charge.name or known.text("name")
    if name is None:
        raise Question(f"charge {place} has neither a plan price with a name nor a product with one")
    return Line(
        sku=charge.sku or known.text("sku"),
        description=" ".join(filter(None, (name, charge.period))),
        quantity=charge.quantity,
        unit_price=charge.price,
        vat_rate=rate,
        discount_amount=discount,
    )
