"""From the rows of an order to lines: net prices, discounts and bundles, and their sum to the öre."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import NamedTuple, TypeVar

from connectors.upsales import wire
from connectors.upsales.settings import UpsalesSettings
from handlers.events import Line
from handlers.totals import HUNDRED, LARGEST
from handlers.values import ORE, Question, plain_number, round_ore

EXACT_DIGITS = 64
"""Enough for any product of a quantity, a price and a percentage, none of them rounded."""

NOTHING = Decimal(0)
Ordered = TypeVar("Ordered", wire.Row, wire.Part)


class Price(NamedTuple):
    """What a line shows: gross unit price, and at most one of two discounts (percent, or an amount of the line)."""

    unit_price: Decimal
    discount_percent: Decimal = NOTHING
    discount_amount: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Rows:
    """Turns rows into lines; ``products`` holds those that had to be read, by id."""

    settings: UpsalesSettings
    products: Mapping[str, wire.Product]

    def lines(self, order: wire.Order) -> tuple[Line, ...]:
        """The lines by ``sortId``. Raises :class:`Question` where parts do not make their bundle's price."""
        return tuple(line for row in in_order(order.order_row) for line in self._placed(row))

    def _placed(self, row: wire.Row) -> Iterator[Line]:
        """The row's lines, each with the cost centre and the project that the row names."""
        cost_center = wire.custom_value(row.custom, self.settings.row_cost_center_field)
        project = wire.custom_value(row.custom, self.settings.row_project_field)
        for line in self._row(row):
            yield line.model_copy(update={"cost_center": cost_center, "project": project})

    def _row(self, row: wire.Row) -> Iterator[Line]:
        parts = in_order(row.bundle_rows)
        if not parts or self.settings.bundles == "only_bundle":
            yield self._line(row, row.quantity, self._price(row.quantity, row))
            return
        factor = _factor(row)
        if self.settings.bundles == "bundle_and_sub_products":
            yield self._line(row, row.quantity, self._price(row.quantity, row))
            yield from (self._line(part, part.quantity * factor, Price(NOTHING)) for part in parts)
            return
        if _sum(parts, factor) != amount(row.quantity, row.price):
            raise Question(
                "The parts of a bundle do not add up to the bundle's price, so they cannot stand in its place. "
                'Correct the order in Upsales, or set bundles = "only_bundle" or "bundle_and_sub_products" and replay.'
            )
        yield from (
            self._line(part, part.quantity * factor, self._price(part.quantity * factor, part)) for part in parts
        )

    def _line(self, row: wire.Row | wire.Part, quantity: Decimal, price: Price) -> Line:
        product = product_of(row) or self.products.get(row.product_id or "") or row.product or wire.Product()
        return Line(
            sku=product.article_no,
            description=product.name or "",
            quantity=quantity,
            unit_price=price.unit_price,
            vat_rate=self.settings.vat_rate,
            discount_percent=price.discount_percent,
            discount_amount=price.discount_amount,
        )

    def _price(self, quantity: Decimal, row: wire.Row | wire.Part) -> Price:
        return priced(quantity, row.price, row.list_price) if self.settings.show_discounts else Price(row.price)


def in_order(rows: Sequence[Ordered]) -> list[Ordered]:
    """Rows by ``sortId``; those without one behind the others, as they stand."""
    return sorted(rows, key=lambda row: (row.sort_id is None, row.sort_id or NOTHING))


def product_of(row: wire.Row | wire.Part) -> wire.Product | None:
    """The product as the row itself tells it; ``None`` where it must be read to be named."""
    return row.product if row.product is not None and row.product.name is not None else None


def amount(quantity: Decimal, price: Decimal) -> Decimal:
    """Quantity times price, rounded to öre half up once."""
    with localcontext(prec=EXACT_DIGITS):
        return round_ore(quantity * price)


def order_sum(order: wire.Order) -> Decimal:
    """What the rows come to, each rounded to öre: the sum that Fortnox will show (Fortnox facts, section 6.1)."""
    return sum((amount(row.quantity, row.price) for row in order.order_row), Decimal("0.00"))


def priced(quantity: Decimal, net: Decimal, gross: Decimal | None) -> Price:
    """The list price with the discount that gives exactly the agreed row total, else the agreed price alone.

    A percentage where one of at most two decimals does, else an amount of the whole row. No discount is shown where the
    agreed price is the list price or more, where something is negative, or where Fortnox could not hold the list price.
    """
    if gross is None or not 0 <= net < gross < LARGEST or quantity <= 0 or gross != round_ore(gross):
        return Price(net)
    total = amount(quantity, net)
    with localcontext(prec=EXACT_DIGITS):
        percent = ((gross - net) * HUNDRED / gross).quantize(ORE)
        if percent > 0 and round_ore(quantity * gross * (HUNDRED - percent) / HUNDRED) == total:
            return Price(gross, discount_percent=plain_number(percent))
        off = round_ore(quantity * gross) - total
        if off > 0 and round_ore(quantity * gross - off) == total:
            return Price(gross, discount_amount=off)
    return Price(net)


def _sum(parts: Sequence[wire.Part], factor: Decimal) -> Decimal:
    return sum((amount(part.quantity * factor, part.price) for part in parts), Decimal("0.00"))


def _factor(row: wire.Row) -> Decimal:
    """What the parts' quantities are multiplied by: they count per bundle, unless as they stand they make the price.

    Upsales' page leaves open which of the two holds; where the parts are priced, the sum decides.
    """
    whole = amount(row.quantity, row.price)
    as_they_stand = _sum(row.bundle_rows, Decimal(1)) == whole
    return Decimal(1) if as_they_stand and _sum(row.bundle_rows, row.quantity) != whole else row.quantity
