"""How many kronor wait behind a question: each sale once, at its own rate; what has no rate is said as it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from handlers.document import HOME_CURRENCY
from handlers.values import round_ore
from store.questions import Behind

ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class Sum:
    """``sales`` stand behind the question: ``kronor`` of them, and by currency what is known in that alone."""

    sales: int = 0
    kronor: Decimal = ZERO
    without_rate: Mapping[str, Decimal] = field(default_factory=dict)


def sums(rows: Iterable[Behind]) -> dict[int, Sum]:
    """The sum behind each question. A sale that stands there several times counts once, with its largest sum."""
    by_question: dict[int, dict[str, Behind]] = {}
    for row in rows:
        of_question = by_question.setdefault(row.question, {})
        known = of_question.get(row.sale)
        if known is None or _weight(row) > _weight(known):
            of_question[row.sale] = row
    return {question: sum_of(found.values()) for question, found in by_question.items()}


def whole(rows: Iterable[Behind]) -> Sum:
    """The sum behind all questions together: a sale that waits for two of them counts once."""
    return sums(Behind(0, row.sale, row.total, row.currency, row.rate) for row in rows).get(0, Sum())


def sum_of(sales: Iterable[Behind]) -> Sum:
    """Different sales, added up."""
    kronor, without, count = ZERO, dict[str, Decimal](), 0
    for sale in sales:
        count += 1
        found = in_kronor(sale)
        if found is not None:
            kronor += found
        elif sale.total:
            without[sale.currency] = without.get(sale.currency, ZERO) + Decimal(sale.total)
    return Sum(count, kronor, without)


def in_kronor(sale: Behind) -> Decimal | None:
    """A sale's total in kronor, to the öre; ``None`` where that, or the rate of its currency, is not known.

    A rate of 1 is that of the krona, and none of another currency.
    """
    if not sale.total:
        return None
    home = sale.currency == HOME_CURRENCY
    rate = ONE if home else Decimal(sale.rate or 0)
    return round_ore(Decimal(sale.total) * rate) if rate > 0 and (home or rate != ONE) else None


def _weight(sale: Behind) -> tuple[bool, Decimal]:
    """What is known in kronor weighs more than what is not."""
    kronor = in_kronor(sale)
    return kronor is not None, kronor if kronor is not None else Decimal(sale.total or 0)
