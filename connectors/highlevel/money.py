"""From the items and sums of an order or invoice to lines that add up to what HighLevel states, or a question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from handlers.events import Line
from handlers.values import ORE, Question, round_ore

HUNDRED = Decimal(100)
NOTHING = Decimal(0)
SHIPPING = "Frakt"
"""What the line of a shipping cost is called."""


@dataclass(frozen=True, slots=True)
class Item:
    """One sold thing: price in major units, the sum of its taxes in percent.

    ``inclusive`` says whether the price contains the taxes; ``None`` where there are none. ``discounted`` says whether
    the document's discount applies to it.
    """

    description: str
    quantity: Decimal
    price: Decimal
    rate: Decimal
    inclusive: bool | None
    sku: str | None = None
    discounted: bool = True


@dataclass(frozen=True, slots=True)
class Stated:
    """What HighLevel states of the whole document; ``vat`` and ``vat_by_rate`` where it says anything of them."""

    total: Decimal
    vat: Decimal | None = None
    vat_by_rate: dict[Decimal, Decimal] = field(default_factory=dict)
    discount_percent: Decimal = NOTHING
    discount: Decimal = NOTHING
    shipping: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Priced:
    """Lines and totals that belong together, to the öre."""

    lines: tuple[Line, ...]
    include_vat: bool
    excluding_vat: Decimal
    vat: Decimal
    total: Decimal


def priced(items: Sequence[Item], stated: Stated) -> Priced:
    """The lines of a document, held against its stated sums (HighLevel facts, section 7).

    VAT may be rounded per line or per rate. A discount of the whole document is spread over its lines in proportion,
    by largest remainder; shipping is a line of its own, with the one VAT rate that makes the sums right. Raises
    ``Question`` where nothing does: which rounding HighLevel meant is never guessed.
    """
    _plausible(items, stated)
    inclusive = _inclusive(items)
    lines = _lines(items, stated)
    if not stated.shipping:
        found = _fitting(lines, inclusive, stated)
        if found is None:
            raise Question(_difference(lines, inclusive, stated))
        return found
    rates = sorted({NOTHING, *stated.vat_by_rate, *(item.rate for item in items)})
    tried = [(*lines, _shipping(stated.shipping, rate)) for rate in rates]
    fits = [found for found in (_fitting(each, inclusive, stated) for each in tried) if found is not None]
    if len(fits) > 1:
        raise Question("more than one VAT rate for shipping gives the stated sums; correct the document at HighLevel")
    if not fits:
        raise Question(_difference(tried[-1], inclusive, stated))
    return fits[0]


def spread(amount: Decimal, over: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """``amount`` in parts in proportion to ``over``, to the öre, by largest remainder; the parts add up to it.

    All are whole öre and not negative; no part is larger than its share's own amount where ``amount`` is at most the
    sum. Raises ``Question`` where ``over`` adds up to nothing.
    """
    ore, weights = int(amount * HUNDRED), [int(each * HUNDRED) for each in over]
    whole = sum(weights)
    if whole == 0:
        raise Question("the document has a discount, and no line that it could apply to")
    shares = [divmod(ore * weight, whole) for weight in weights]
    left = ore - sum(share for share, _ in shares)
    first = sorted(range(len(shares)), key=lambda place: -shares[place][1])[:left]
    return tuple((share + (place in first)) * ORE for place, (share, _) in enumerate(shares))


def _plausible(items: Sequence[Item], stated: Stated) -> None:
    if not items:
        raise Question("the document has no lines")
    if any(item.quantity < 0 or item.price < 0 or item.rate < 0 for item in items):
        raise Question("a line has a negative quantity, price or VAT rate; no rule books that")
    sums = (stated.total, stated.discount, stated.shipping, *([] if stated.vat is None else [stated.vat]))
    if any(amount < 0 or amount != round_ore(amount) for amount in sums) or not 0 <= stated.discount_percent <= HUNDRED:
        raise Question("a sum of the document is negative or has more than two decimals")


def _inclusive(items: Sequence[Item]) -> bool:
    ways = {item.inclusive for item in items if item.inclusive is not None}
    if len(ways) > 1:
        raise Question("some prices contain VAT and others do not; give the document one kind at HighLevel")
    return True in ways


def _lines(items: Sequence[Item], stated: Stated) -> tuple[Line, ...]:
    lines = [
        Line(sku=item.sku, description=item.description, quantity=item.quantity, unit_price=item.price,
             vat_rate=item.rate, discount_percent=stated.discount_percent if item.discounted else NOTHING)
        for item in items
    ]  # fmt: skip
    if not stated.discount:
        return tuple(lines)
    over = [_amount(line) if item.discounted else NOTHING for line, item in zip(lines, items, strict=True)]
    if stated.discount > sum(over):
        raise Question("the discount is larger than the lines that it applies to")
    parts = spread(stated.discount, over)
    return tuple(line.model_copy(update={"discount_amount": part}) for line, part in zip(lines, parts, strict=True))


def _shipping(amount: Decimal, rate: Decimal) -> Line:
    return Line(description=SHIPPING, quantity=Decimal(1), unit_price=amount, vat_rate=rate)


def _amount(line: Line) -> Decimal:
    """As priced, after discount."""
    gross = line.quantity * line.unit_price * (HUNDRED - line.discount_percent) / HUNDRED
    return round_ore(gross) - line.discount_amount


def _fitting(lines: tuple[Line, ...], inclusive: bool, stated: Stated) -> Priced | None:
    """The document as its lines give it, where one way of rounding gives what is stated."""
    amount = sum((_amount(line) for line in lines), NOTHING)
    for by_rate in _vat(lines, inclusive):
        vat = sum(by_rate.values(), NOTHING)
        total = amount if inclusive else amount + vat
        right = total == stated.total and stated.vat in {None, vat}
        if right and _same_rates(by_rate, stated.vat_by_rate):
            return Priced(lines, inclusive, total - vat, vat, total)
    return None


def _same_rates(computed: dict[Decimal, Decimal], stated: dict[Decimal, Decimal]) -> bool:
    rates = {*computed, *stated}
    return not stated or all(computed.get(rate, NOTHING) == stated.get(rate, NOTHING) for rate in rates)


def _vat(lines: Sequence[Line], inclusive: bool) -> Iterator[dict[Decimal, Decimal]]:
    """VAT by rate, rounded per line and then per rate; where prices contain it, half an öre may go either way."""
    rows = [(line.vat_rate or NOTHING, _amount(line)) for line in lines]
    rates = dict.fromkeys(rate for rate, _ in rows)
    sums = [(each, sum((amount for rate, amount in rows if rate == each), NOTHING)) for each in rates]
    for way in (_vat_inside, _vat_beside) if inclusive else (_vat_on_top,):
        for shares in (rows, sums):
            found = dict.fromkeys(rates, NOTHING)
            for rate, amount in shares:
                found[rate] += way(amount, rate)
            yield found


def _vat_on_top(amount: Decimal, rate: Decimal) -> Decimal:
    return round_ore(amount * rate / HUNDRED)


def _vat_inside(amount: Decimal, rate: Decimal) -> Decimal:
    return round_ore(amount * rate / (HUNDRED + rate))


def _vat_beside(amount: Decimal, rate: Decimal) -> Decimal:
    return amount - round_ore(amount * HUNDRED / (HUNDRED + rate))


def _difference(lines: tuple[Line, ...], inclusive: bool, stated: Stated) -> str:
    """The question, with the sums of the nearer way of rounding."""
    amount = sum((_amount(line) for line in lines), NOTHING)
    ways = [(amount if inclusive else amount + sum(vat.values()), sum(vat.values())) for vat in _vat(lines, inclusive)]
    total, vat = min(ways, key=lambda way: abs(way[0] - stated.total))
    said = "nothing" if stated.vat is None else f"{stated.vat:.2f}"
    return (
        f"the parts do not add up: the lines give a total of {total:.2f} with VAT {vat:.2f}, HighLevel states "
        f"{stated.total:.2f} with VAT {said}. Correct the document at HighLevel and let it be sent again, or book it "
        "by hand and discard this event."
    )
