"""Totals: documents that add up pass under both roundings and both ways of pricing, one öre off is held."""

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handlers.events import Document, Line
from handlers.totals import check_totals, line_total, possible_totals
from handlers.values import Question
from tests.handlers.examples import CRANE, DOCUMENT, TIMBER

Triple = tuple[int, int, int]
"""Net, VAT and total in whole öre."""


class Goods(NamedTuple):
    """One line in whole numbers: hundredths of a piece, öre, whole percent, hundredths of a percent."""

    quantity: int
    price: int
    rate: int
    discount: int


def half_up(numerator: int, denominator: int) -> int:
    """Whole-number division of non-negative numbers, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def expected(goods: list[Goods], *, included: bool, per_rate: bool, net_first: bool) -> Triple:
    """The three totals in whole öre, by arithmetic that shares nothing with the rules."""
    shares = [(half_up(g.quantity * g.price * (10_000 - g.discount), 1_000_000), g.rate) for g in goods]
    if per_rate:
        sums: dict[int, int] = defaultdict(int)
        for amount, rate in shares:
            sums[rate] += amount
        shares = [(amount, rate) for rate, amount in sums.items()]
    net = vat = 0
    for amount, rate in shares:
        if not included:
            net, vat = net + amount, vat + half_up(amount * rate, 100)
        elif net_first:
            part = half_up(amount * 100, 100 + rate)
            net, vat = net + part, vat + amount - part
        else:
            part = half_up(amount * rate, 100 + rate)
            net, vat = net + amount - part, vat + part
    return net, vat, net + vat


def document(goods: list[Goods], stated: Triple, *, included: bool) -> Document:
    """The example document with these lines and stated totals."""
    lines = tuple(
        Line(
            description="vara",
            quantity=ore(g.quantity),
            unit_price=ore(g.price),
            vat_rate=Decimal(g.rate),
            discount_percent=ore(g.discount),
        )
        for g in goods
    )
    net, vat, total = stated
    return DOCUMENT.model_copy(
        update={
            "lines": lines,
            "prices_include_vat": included,
            "total_excluding_vat": ore(net),
            "total_vat": ore(vat),
            "total": ore(total),
        }
    )


def ore(hundredths: int) -> Decimal:
    """Hundredths as a decimal."""
    return Decimal(hundredths).scaleb(-2)


goods = st.lists(
    st.builds(
        Goods,
        quantity=st.one_of(st.integers(1, 20).map(lambda n: 100 * n), st.integers(0, 10**5)),
        price=st.integers(0, 10**6),
        rate=st.sampled_from([0, 6, 12, 25]),
        discount=st.one_of(st.just(0), st.integers(0, 10_000)),
    ),
    min_size=1,
    max_size=8,
)


@pytest.mark.capability("f37")
@given(goods, st.booleans(), st.booleans(), st.booleans())
def test_a_document_that_adds_up_passes(lines: list[Goods], included: bool, per_rate: bool, net_first: bool) -> None:
    """VAT rounded per row or per rate, prices with or without VAT, and either side of a half öre."""
    stated = expected(lines, included=included, per_rate=per_rate, net_first=net_first)
    assume(stated[2] > 0)
    check_totals(document(lines, stated, included=included))


@pytest.mark.capability("f37")
@given(goods, st.booleans(), st.booleans(), st.integers(0, 2), st.sampled_from([-1, 1]))
def test_one_figure_one_ore_off_is_held(
    lines: list[Goods],
    included: bool,
    per_rate: bool,
    figure: int,
    change: int,
) -> None:
    """Whichever of the three figures is off, and whichever rounding it was, a person is asked and told the sum."""
    stated = list(expected(lines, included=included, per_rate=per_rate, net_first=True))
    stated[figure] += change
    assume(stated[2] > 0)
    net, vat, total = stated
    with pytest.raises(Question, match=r"difference [+-]0\.01\)"):
        check_totals(document(lines, (net, vat, total), included=included))


@pytest.mark.capability("f37")
@given(goods, st.booleans(), st.integers(-3, 3), st.integers(-3, 3))
def test_only_legitimate_totals_pass(lines: list[Goods], included: bool, net_off: int, vat_off: int) -> None:
    """Figures that agree among themselves, but with no legitimate rounding of the lines, are held."""
    legitimate = {
        expected(lines, included=included, per_rate=per_rate, net_first=net_first)
        for per_rate in (False, True)
        for net_first in (False, True)
    }
    net, vat, _ = expected(lines, included=included, per_rate=False, net_first=True)
    stated = (net + net_off, vat + vat_off, net + net_off + vat + vat_off)
    assume(stated[2] > 0)
    if stated in legitimate:
        check_totals(document(lines, stated, included=included))
    else:
        with pytest.raises(Question):
            check_totals(document(lines, stated, included=included))


def test_the_example_order_by_hand() -> None:
    """120 x 24.50 less 10 % is 2646.00, with 950.00 it is 3596.00, and a quarter of that is 899.00 of VAT."""
    assert (line_total(TIMBER), line_total(CRANE)) == (Decimal("2646.00"), Decimal("950.00"))
    assert set(possible_totals(DOCUMENT.lines, prices_include_vat=False)) == {
        (Decimal("3596.00"), Decimal("899.00"), Decimal("4495.00"))
    }
    check_totals(DOCUMENT)


def test_per_row_and_per_rate_by_hand() -> None:
    """Three rows of 0.10 at 25 %: 0.025 each rounds to 0.03, so 0.09 per row, but 0.075 rounds to 0.08 per rate."""
    lines = [Goods(100, 10, 25, 0)] * 3
    for vat in (9, 8):
        check_totals(document(lines, (30, vat, 30 + vat), included=False))
    with pytest.raises(Question, match=r"total VAT is stated as 0\.07, the lines give 0\.08 \(difference -0\.01\)"):
        check_totals(document(lines, (30, 7, 37), included=False))


def test_half_an_ore_of_included_vat_by_hand() -> None:
    """0.14 with 12 % holds 0.015 of VAT: 0.02 and 0.12, or 0.01 and 0.13, are both right."""
    lines = [Goods(100, 14, 12, 0)]
    check_totals(document(lines, (12, 2, 14), included=True))
    check_totals(document(lines, (13, 1, 14), included=True))


@pytest.mark.parametrize(
    ("total", "word"),
    [
        ("-4495.00", "above zero"),
        ("1E+999999999", "two decimals"),
        ("1E-999999999", "two decimals"),
        ("4495.001", "two decimals"),
    ],
)
def test_totals_that_cannot_be_booked_are_held(total: str, word: str) -> None:
    """Less than nothing, and figures beyond two decimals or any sense."""
    with pytest.raises(Question, match=f"stated total .*{word}"):
        check_totals(DOCUMENT.model_copy(update={"total": Decimal(total)}))


def test_an_empty_sale_is_held_although_it_adds_up() -> None:
    """Free goods come to nothing: no invoice of zero kronor is made by itself."""
    with pytest.raises(Question, match="above zero"):
        check_totals(document([Goods(100, 1000, 25, 10_000)], (0, 0, 0), included=False))


def test_trailing_zeros_change_nothing() -> None:
    """A sender may write more zeros than there are öre."""
    check_totals(DOCUMENT.model_copy(update={"total": Decimal("4495.00000"), "total_vat": Decimal("899")}))
