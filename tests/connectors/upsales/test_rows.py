"""Rows of Upsales: discounts that give exactly the agreed total, bundles that never add money, sums to the öre."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from connectors.base import Json
from connectors.sources import Wanted
from connectors.upsales.rows import priced
from connectors.upsales.settings import UpsalesSettings
from handlers.events import Line
from handlers.values import Question
from tests.connectors.upsales.bodies import READING, Body, account, bundle, changed, needs, order, row

PRODUCTS: dict[str, Json | None] = {
    "account": account(),
    "product:43": {"id": 43, "name": "Skrov", "articleNo": "SK-1"},
    "product:44": {"id": 44, "name": "Skruv", "articleNo": None},
}
PARTS = {**READING, "bundles": "only_sub_products"}
BOTH = {**READING, "bundles": "bundle_and_sub_products"}

money = st.decimals(min_value=0, max_value=200_000, places=2)
counts = st.decimals(min_value=Decimal("0.01"), max_value=5_000, places=2)


def lines(rows: list[Body], value: object, **section: object) -> tuple[Line, ...]:
    """The lines of an order."""
    return changed(order(orderRow=rows, value=value), PRODUCTS, **section).document.lines


def shown(found: tuple[Line, ...]) -> list[tuple[Any, ...]]:
    """What tells lines apart: article, quantity, unit price, percent, amount."""
    return [
        (one.sku, str(one.quantity), str(one.unit_price), str(one.discount_percent), str(one.discount_amount))
        for one in found
    ]


def ore(amount: Decimal) -> Decimal:
    """Two decimals, half up."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def total(line: Line) -> Decimal:
    """What Fortnox makes of a line: quantity times price, minus percent or amount, to the öre."""
    return ore(line.quantity * line.unit_price * (100 - line.discount_percent) / 100 - line.discount_amount)


# --- discounts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "net", "gross", "found"),
    [
        (2, 1620, 1800, (1800, 10, 0)),
        (1, 9500, 9500, (9500, 0, 0)),
        (1, 9600, 9500, (9600, 0, 0)),
        (1, 0, 9500, (9500, 100, 0)),
        (1, 200, 300, (300, 0, 100)),
        (3, "66.67", 100, (100, "33.33", 0)),
        (1, 2, 3, (3, "33.33", 0)),
        (7, "9.99", 10, (10, "0.1", 0)),
        (3, "33.3333", 50, (50, 0, 50)),
        (1, "9999.99", 10000, (10000, 0, "0.01")),
        (1, 5, "10.005", (5, 0, 0)),
        (-1, 5, 10, (5, 0, 0)),
        (1, -5, 10, (-5, 0, 0)),
        (0, 5, 10, (5, 0, 0)),
        (1, "0.001", "0.002", ("0.001", 0, 0)),
        (1, 5, None, (5, 0, 0)),
        (1, 5, 0, (5, 0, 0)),
    ],
)
def test_how_a_reduced_price_is_shown(quantity: object, net: object, gross: object, found: tuple[Any, ...]) -> None:
    """As percent where that is exact, else as an amount of the row, else as the agreed price alone."""
    given_gross = None if gross is None else Decimal(str(gross))
    made = priced(Decimal(str(quantity)), Decimal(str(net)), given_gross)
    assert made == tuple(Decimal(str(one)) for one in found)


@pytest.mark.capability("f37")
@settings(max_examples=300, deadline=None)
@given(quantity=counts, net=st.one_of(money, st.decimals(min_value=0, max_value=9_999, places=4)), gross=money)
@example(quantity=Decimal("0.01"), net=Decimal("0.01"), gross=Decimal("0.50"))
@example(quantity=Decimal("1.11"), net=Decimal("4.50"), gross=Decimal("4.51"))
def test_a_shown_discount_gives_the_agreed_total(quantity: Decimal, net: Decimal, gross: Decimal) -> None:
    """Whatever is shown, the row comes to quantity times agreed price, to the öre; at most one discount stands."""
    made = priced(quantity, net, gross)
    line = Line(
        description="x",
        quantity=quantity,
        unit_price=made.unit_price,
        vat_rate=None,
        discount_percent=made.discount_percent,
        discount_amount=made.discount_amount,
    )
    assert total(line) == ore(quantity * net)
    assert 0 in {made.discount_percent, made.discount_amount}
    assert made.unit_price in {net, gross}
    for shown_discount in (made.discount_percent, made.discount_amount):
        assert shown_discount >= 0
        assert shown_discount == ore(shown_discount)
    if net < gross and ore(quantity * gross) != ore(quantity * net):
        assert made.unit_price == gross


def test_the_field_discount_is_never_subtracted() -> None:
    """It is 0 in live data even where the price is reduced, and would count twice where it is not."""
    assert shown(lines([row(1620, 2, listPrice=1800, discount=360)], 3240)) == [("BF-810", "2", "1800", "10", "0")]
    net_only = lines([row(1620, 2, listPrice=1800, discount=360)], 3240, show_discounts=False)
    assert shown(net_only) == [("BF-810", "2", "1620", "0", "0")]


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(counts, money, money), min_size=1, max_size=6), off=st.sampled_from([0, 1, -1, 100]))
def test_the_lines_come_to_the_value_or_a_person_is_asked(
    rows: list[tuple[Decimal, Decimal, Decimal]], off: int
) -> None:
    """An order whose value is its rows, row by row to the öre, is carried over exactly; any other is held."""
    value = sum((ore(quantity * net) for quantity, net, _ in rows), Decimal(off) / 100)
    assume(value > 0)
    texts = [row(str(net), str(quantity), listPrice=str(gross)) for quantity, net, gross in rows]
    record = order(orderRow=texts, value=str(value))
    if off:
        with pytest.raises(Question, match="its value is stated as"):
            changed(record)
        return
    document = changed(record).document
    assert sum(total(line) for line in document.lines) == document.total_excluding_vat == value


def test_rows_stand_as_their_sort_numbers_say() -> None:
    """Rows without a number come last, as they stand."""
    rows = [
        row(1, product={"name": "d"}),
        row(1, sortId=20, product={"name": "c"}),
        row(1, sortId=3, product={"name": "b"}),
        row(1, sortId=0, product={"name": "a"}),
        row(1, product={"name": "e"}),
    ]
    assert [one.description for one in lines(rows, 5)] == ["a", "b", "c", "d", "e"]


def test_a_row_without_a_named_product_is_read() -> None:
    """Only where there is access and an id; else the rules ask about a line without description."""
    nameless = row(100, productId=43, product={"id": 43})
    assert needs(order(orderRow=[nameless])).wanted[0] == Wanted("product:43", "products", "43")
    assert [(one.sku, one.description) for one in lines([nameless], 100, **READING)] == [("SK-1", "Skrov")]
    numbered = row(100, product={"id": 43, "articleNo": "SK-1"})
    for record, sku in ((nameless, None), (numbered, "SK-1"), (row(100, product=None), None)):
        [line] = changed(order(orderRow=[record])).document.lines
        assert (line.sku, line.description) == (sku, "")
    gone = changed(order(orderRow=[nameless]), {**PRODUCTS, "product:43": None}, **READING).document
    assert [one.description for one in gone.lines] == [""]


# --- bundles ----------------------------------------------------------------------------------------------------------


def test_a_bundle_alone() -> None:
    """The outer row with its price; nothing of its parts is read."""
    assert shown(lines([bundle()], 300)) == [("BF-810", "2", "150", "0", "0")]
    assert [one.kind for one in needs(order(orderRow=[bundle()], value=300)).wanted] == ["accounts"]


def test_the_parts_alone_come_to_the_bundles_price() -> None:
    """Two bundles of one hull and two screws, with the parts' own discounts."""
    wanted = needs(order(orderRow=[bundle()], value=300), **PARTS).wanted
    assert [(one.kind, one.id) for one in wanted] == [("products", "44"), ("products", "43"), ("accounts", "318")]
    found = lines([bundle()], 300, **PARTS)
    assert shown(found) == [("SK-1", "2", "125", "20", "0"), (None, "4", "25", "0", "0")]
    assert sum(map(total, found)) == 300


def test_a_bundle_with_its_parts_below_it_costs_no_more() -> None:
    """The parts stand there without a price."""
    found = lines([bundle(), row(50, sortId=9)], 350, **BOTH)
    assert shown(found) == [
        ("BF-810", "1", "50", "0", "0"),
        ("BF-810", "2", "150", "0", "0"),
        ("SK-1", "2", "0", "0", "0"),
        (None, "4", "0", "0", "0"),
    ]
    assert sum(map(total, found)) == 350


def test_parts_may_be_counted_for_all_bundles() -> None:
    """The page leaves open what a part's quantity counts: where only the whole makes the price, it counts that."""
    parts = [{"productId": 43, "quantity": 2, "price": 100}, {"productId": 44, "quantity": 4, "price": 25}]
    rows = [bundle(bundleRows=parts)]
    assert shown(lines(rows, 300, **PARTS)) == [("SK-1", "2", "100", "0", "0"), (None, "4", "25", "0", "0")]
    assert [str(one.quantity) for one in lines(rows, 300, **BOTH)] == ["2", "2", "4"]


def test_parts_that_do_not_make_the_price_are_asked_about() -> None:
    """A bundle with a price of its own cannot be replaced by its parts; beside them it can."""
    fixed = [bundle(price=140, listPrice=140)]
    with pytest.raises(Question, match="do not add up to the bundle's price"):
        lines(fixed, 280, **PARTS)
    assert [str(one.unit_price) for one in lines(fixed, 280, **BOTH)] == ["140", "0", "0"]


@settings(max_examples=100, deadline=None)
@given(
    count=st.integers(1, 9),
    parts=st.lists(st.tuples(st.integers(1, 9), money), min_size=1, max_size=4),
    off=st.sampled_from([0, 1]),
    way=st.sampled_from(["only_bundle", "only_sub_products", "bundle_and_sub_products"]),
)
def test_no_way_of_showing_bundles_changes_the_money(
    count: int, parts: list[tuple[int, Decimal]], off: int, way: str
) -> None:
    """Whatever is shown, the lines come to the order's value; or, with parts only, a person is asked."""
    price = sum((quantity * each for quantity, each in parts), Decimal(off) / 100)
    assume(price > 0)
    inner = [{"productId": 43, "quantity": quantity, "price": str(each)} for quantity, each in parts]
    outer = bundle(quantity=count, price=str(price), listPrice=str(price), bundleRows=inner)
    value = count * price
    section = {**READING, "bundles": way}
    # Counted over all bundles at once, the same parts may still make the price.
    makes_it = not off or sum(quantity * each for quantity, each in parts) == value
    if way == "only_sub_products" and not makes_it:
        with pytest.raises(Question):
            lines([outer], str(value), **section)
    else:
        assert sum(map(total, lines([outer], str(value), **section))) == value


def test_bundles_is_one_of_three_words() -> None:
    """The default is the bundle alone."""
    settings_of = UpsalesSettings.model_validate({"company": "demo", "api_key": "x", "won_stage": 12})
    assert settings_of.bundles == "only_bundle"
