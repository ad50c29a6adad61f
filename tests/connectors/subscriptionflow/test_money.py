"""VAT rate, discount and totals of an invoice: what is accepted to the öre, and what is asked."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.subscriptionflow.loose import Record
from connectors.subscriptionflow.money import Money, charges_of, money_of, spread, vat_rate
from handlers.values import Question
from tests.connectors.subscriptionflow.bodies import charge, invoice, item

RATES = (Decimal(25), Decimal(12), Decimal(6), Decimal(0))
ORE = Decimal("0.01")


def money(**more: Any) -> Money:
    """The money side of an invoice."""
    record = Record("invoice", invoice(**more))
    return money_of(record, charges_of(record), {}, RATES)


def test_the_example_by_hand() -> None:
    """2 × 1990.00 = 3980.00; 995.00 / 3980.00 = 25 %; 3980.00 + 995.00 = 4975.00."""
    found = money()
    [line] = found.lines
    by_hand = (Decimal(2), Decimal(1990), Decimal(25), Decimal(0))
    assert (line.quantity, line.unit_price, line.vat_rate, line.discount_amount) == by_hand
    assert (found.excluding_vat, found.vat, found.total) == (Decimal("3980.00"), Decimal("995.00"), Decimal("4975.00"))


@pytest.mark.capability("f37")
def test_a_discount_before_vat_is_spread_by_hand() -> None:
    """100.00 off 1000.00 + 500.00 + 0.02: 66.6657…, 33.3328… and 0.0013… are 66.67, 33.33 and 0.00."""
    found = money(
        items=[item(charge("1000.00", 1), charge("500.00", "1")), item(charge("0.01", "2"))],
        sub_total="1500.02",
        discount="100.00",
        total_tax="350.01",
        total_amount="1750.03",
    )
    assert [str(line.discount_amount) for line in found.lines] == ["66.67", "33.33", "0.00"]
    assert {line.vat_rate for line in found.lines} == {Decimal(25)}
    assert (str(found.excluding_vat), str(found.vat), str(found.total)) == ("1400.02", "350.01", "1750.03")


@pytest.mark.parametrize(
    ("sub_total", "price", "spread_over"),
    [("1000.00", "1000.00", "100.00"), ("900.00", "1000.00", "100.00"), ("900.00", "900.00", "0.00")],
)
def test_the_discount_is_taken_where_it_adds_up(sub_total: str, price: str, spread_over: str) -> None:
    """``sub_total`` before the discount, after it, or after it with the discount in the prices already."""
    found = money(
        items=[item(charge(price, "1"))],
        sub_total=sub_total,
        discount="100.00",
        total_tax="225.00",
        total_amount="1125.00",
    )
    assert [str(line.discount_amount) for line in found.lines] == [spread_over]
    assert str(found.excluding_vat) == "900.00"


@pytest.mark.parametrize("names", [("discount", "discount_value"), ("discount_value", "discount")])
def test_the_one_of_two_discounts_counts_that_adds_up(names: tuple[str, str]) -> None:
    """An instance may state a rate in one and the amount in the other."""
    found = money(
        **dict(zip(names, ("100.00", "10"), strict=True)),
        items=[item(charge("1000.00", "1"))],
        sub_total="1000.00",
        total_tax="225.00",
        total_amount="1125.00",
    )
    assert [str(line.discount_amount) for line in found.lines] == ["100.00"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"total_amount": "4975.01"}, r"does not add up: .*\(difference \+0.01\)"),
        ({"sub_total": "3980.01", "total_amount": "4975.01"}, r"charges add up to 3980.00, .* 3980.01 .*\+0.01"),
        ({"total_tax": "597.00", "total_amount": "4577.00"}, r"VAT is 15.00 % of 3980.00, which is none of the rates"),
        ({"total_tax": "995.02", "total_amount": "4975.02"}, "none of the rates 25, 12, 6, 0"),
        ({"items": []}, "lists no charges"),
        ({"items": [item()]}, "lists no charges"),
        (
            {"items": [item(charge("0.01", "1"))], "sub_total": "0.01", "total_tax": "0.00", "total_amount": "0.01"},
            "too small to tell",
        ),
        (
            {"discount": "3980.00", "total_tax": "0.00", "total_amount": "0.00"},
            "nothing to pay before VAT",
        ),
        (
            {"discount": "-10.00", "total_tax": "997.50", "total_amount": "4987.50"},
            "discount of -10.00 cannot be spread",
        ),
    ],
)
@pytest.mark.capability("f37")
def test_what_does_not_add_up_is_asked(more: dict[str, Any], said: str) -> None:
    """Nothing is guessed, not by one öre; the question names sums and no person."""
    with pytest.raises(Question, match=said) as question:
        money(**more)
    assert "Blåklint" not in str(question.value)


def test_both_spellings_of_vat_are_read() -> None:
    """``tax_amount`` where that is there, else ``total_tax``."""
    assert money(tax_amount="995.00", total_tax="").vat == 995
    assert money(tax_amount="N/A", total_tax=995).vat == 995


def test_texts_of_a_line() -> None:
    """Plan price, else the product's name; the period behind it; a day that a one-off charge has says nothing."""
    nameless: dict[str, Any] = {"plan_price": {}}
    one_day = {"service_from": "2026-11-05", "service_to": "2026-11-05"}
    record = Record(
        "invoice",
        invoice(
            items=[
                item(charge(), charge(**nameless), product={"name": "Pro", "sku": "PRO-1"}),
                item(charge(**one_day), charge(service_to="", service_from=None)),
            ]
        ),
    )
    monthly = money_of(
        Record("i", {**record.raw, **_sums("15920.00", "3980.00", "19900.00")}), charges_of(record), {}, RATES
    )
    period = "2026-11-01 – 2026-11-30"
    assert [(line.sku, line.description) for line in monthly.lines] == [
        ("PRO-1", f"Pro – månad {period}"),
        ("PRO-1", f"Pro {period}"),
        (None, "Pro – månad 2026-11-05 – 2026-11-05"),
        (None, "Pro – månad"),
    ]
    for name in ("is_oneoff", "is_one_off"):
        once = Record("invoice", {**invoice(is_oneoff=""), name: "YES", "items": [item(charge(**one_day), charge())]})
        assert [entry.period for entry in charges_of(once)] == ["", period]


def _sums(sub_total: str, tax: str, total: str) -> dict[str, str]:
    return {"sub_total": sub_total, "total_tax": tax, "total_amount": total}


amounts = st.decimals(min_value=0, max_value=10**6, places=2)
rates = st.sampled_from(RATES)


@given(st.lists(amounts, min_size=1, max_size=12), st.decimals(min_value=0, max_value=1, places=4))
@pytest.mark.capability("f37")
def test_a_spread_discount_is_whole_fair_and_never_above_its_line(lines: list[Decimal], part: Decimal) -> None:
    """The parts add up to the discount to the öre, each less than one öre from its fair share."""
    whole = sum(lines)
    assume(whole > 0)
    discount = (whole * part).quantize(ORE, ROUND_HALF_UP)
    parts = spread(discount, lines)
    assert sum(parts) == discount
    for amount, taken in zip(lines, parts, strict=True):
        assert 0 <= taken <= amount
        assert abs(taken - discount * amount / whole) < ORE
        assert taken == taken.quantize(ORE)


@given(st.lists(amounts, min_size=1, max_size=12), rates, st.booleans())
def test_the_rate_is_found_however_the_vat_was_rounded(lines: list[Decimal], rate: Decimal, by_line: bool) -> None:
    """Rounded by line or on the whole: the rate it was made with is found, or the amounts are too small to tell."""
    net = sum(lines, Decimal(0))
    assume(net > 0)
    by_lines = sum(((amount * rate / 100).quantize(ORE, ROUND_HALF_UP) for amount in lines), Decimal(0))
    tax = by_lines if by_line else (net * rate / 100).quantize(ORE, ROUND_HALF_UP)
    try:
        found = vat_rate(net, tax, RATES, len(lines))
    except Question as question:
        assert "too small" in str(question)  # noqa: PT017 - either outcome is right
        assert net * 6 / 100 <= ORE * len(lines)
    else:
        assert found == rate


@given(amounts, st.decimals(min_value=0, max_value=30, places=1))
def test_a_rate_that_is_not_known_is_never_taken_for_one(net: Decimal, percent: Decimal) -> None:
    """Whatever the amount of VAT: a rate is given only where the amount is that rate's, rounded."""
    tax = (net * percent / 100).quantize(ORE, ROUND_HALF_UP)
    try:
        found = vat_rate(net, tax, RATES, 1)
    except Question:
        return
    assert abs(tax - net * found / 100) <= ORE / 2
