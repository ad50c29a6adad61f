"""Discounts on the whole, charges, freight and fees: figures worked out by hand, and what is held."""

import re
from decimal import Decimal
from typing import Any

import pytest

from handlers.events import Charge, Document, Surcharge
from handlers.layout import Layout, laid_out
from handlers.rows import Choices, account_of
from handlers.settings import Articles, Bookkeeping
from handlers.values import Question
from tests.handlers.examples import CRANE, DOCUMENT, TIMBER

LOAF = CRANE.model_copy(update={"sku": None, "description": "Surdegsbröd", "unit_price": Decimal(100)})
FOOD = LOAF.model_copy(update={"vat_rate": Decimal(12), "unit_price": Decimal(50)})
BOOKS: dict[str, Any] = {"round_off_account": 3740, "charge_accounts": {"tip": 2990, "gift_card": 2420}}


def document(totals: str, **fields: Any) -> Document:
    """100 kronor at 25 % and 50 kronor at 12 %, with the totals ``net vat total`` and whatever else."""
    net, vat, total = map(Decimal, totals.split())
    money = {"total_excluding_vat": net, "total_vat": vat, "total": total}
    return DOCUMENT.model_copy(update={"lines": (LOAF, FOOD), **money, **fields})


def layout(given: Document, **books: Any) -> Layout:
    """As a company with accounts for tips, gift cards and rounding lays it out."""
    return laid_out(given, Choices(Bookkeeping.model_validate(BOOKS | books), Articles()))


def shown(found: Layout) -> list[tuple[str, str, str, int | None]]:
    """The rows besides the lines: text, amount, VAT rate, account."""
    return [(row.description, f"{row.price}", f"{row.vat}", row.account) for row in found.rows]


@pytest.mark.capability("f37")
def test_a_discount_in_percent_is_one_row_for_each_rate() -> None:
    """10 % of 100 and of 50: 90 and 45 remain, with 22.50 and 5.40 of VAT."""
    found = layout(document("135.00 27.90 162.90", discount_percent=Decimal(10)))
    assert shown(found) == [("Rabatt 10 %", "-10.00", "25", 3001), ("Rabatt 10 %", "-5.00", "12", 3002)]
    assert (found.excluding_vat, found.vat, found.total) == (Decimal("135.00"), Decimal("27.90"), Decimal("162.90"))


def test_a_discount_in_money_is_spread_by_what_each_rate_is_worth() -> None:
    """10.00 over 100 and 50: 6.666… and 3.333…; the öre left over goes to the larger fraction."""
    found = layout(document("140.00 28.93 168.93", discount_amount=Decimal(10), discount_text="Kod SOMMAR"))
    assert shown(found) == [("Kod SOMMAR", "-6.67", "25", 3001), ("Kod SOMMAR", "-3.33", "12", 3002)]


def test_charges_are_rows_of_their_own_and_the_rounding_is_last() -> None:
    """A tip and a used gift card carry no VAT; 163.90 is rounded to 164 by the shop itself."""
    charges = (
        Charge(kind="rounding", description="Avrundning", amount=Decimal("0.10"), vat_rate=Decimal(0)),
        Charge(kind="fee", description="Fakturaavgift", amount=Decimal(20), vat_rate=Decimal(25)),
        Charge(kind="coupon", description="Kupong", amount=Decimal("-16.80"), vat_rate=Decimal(25)),
        Charge(kind="tip", description="Dricks", amount=Decimal(18), vat_rate=Decimal(0)),
        Charge(kind="gift_card", description="Presentkort", amount=Decimal(-40), vat_rate=Decimal(0)),
    )
    found = layout(document("131.30 31.80 163.10", charges=charges))
    assert shown(found) == [
        ("Fakturaavgift", "20.00", "25", 3001),
        ("Kupong", "-16.80", "25", 3001),
        ("Dricks", "18.00", "0", 2990),
        ("Presentkort", "-40.00", "0", 2420),
        ("Avrundning", "0.10", "0", 3740),
    ]


def test_freight_stands_in_its_field_and_another_rate_makes_a_row() -> None:
    """25 % is what the field carries by itself; 12 % needs a row, and an account for it."""
    fee = Surcharge(amount=Decimal(29), vat_rate=Decimal(25))
    found = layout(document("179.00 38.25 217.25", administration_fee=fee))
    assert (found.rows, f"{found.freight} {found.administration_fee}") == ((), "0.00 29.00")
    freight = Surcharge(amount=Decimal(50), vat_rate=Decimal(12))
    found = layout(document("200.00 37.00 237.00", freight=freight), freight_account=3520)
    assert shown(found) == [("Frakt", "50.00", "12", 3520)]
    assert not found.freight
    with pytest.raises(Question, match=r"freight has 12 % .* `bookkeeping\.freight_account`"):
        layout(document("200.00 37.00 237.00", freight=freight))


def test_freight_with_vat_included_is_written_without_it() -> None:
    """99 kronor hold 79.20 and 19.80 of VAT; 100 hold 80 and 20, 50 at 12 % hold 44.64 and 5.36."""
    freight = Surcharge(amount=Decimal(99), vat_rate=Decimal(25))
    found = layout(document("203.84 45.16 249.00", prices_include_vat=True, freight=freight))
    assert (found.freight, found.rows) == (Decimal("79.20"), ())


def test_where_the_field_rounds_otherwise_the_row_is_taken() -> None:
    """0.02 with VAT would be 0.02 + 0.01 in the field, so the field cannot say it: a row can, or a person is asked."""
    freight = Surcharge(amount=Decimal("0.02"), vat_rate=Decimal(25))
    given = document("124.66 25.36 150.02", prices_include_vat=True, freight=freight)
    found = layout(given, freight_account=3520)
    assert shown(found) == [("Frakt", "0.02", "25", 3520)]
    assert not found.freight
    with pytest.raises(Question, match=r"total is stated as 150\.02, the lines give 150\.03 \(difference -0\.01\)"):
        layout(given)


def test_the_companys_choice_comes_first() -> None:
    """A company may want freight as a row always."""
    freight = Surcharge(amount=Decimal(50), vat_rate=Decimal(25))
    found = layout(document("200.00 43.50 243.50", freight=freight), freight="row", freight_account=3520)
    assert shown(found) == [("Frakt", "50.00", "25", 3520)]
    assert not found.freight


def test_without_stated_vat_the_net_counts_freight_and_charges() -> None:
    """Only the net is known: 150 for the goods, 30 of freight in its field, 20 of fee as a row."""
    lines = tuple(line.model_copy(update={"vat_rate": None}) for line in (LOAF, FOOD))
    fee = Charge(kind="fee", description="Avgift", amount=Decimal(20), vat_rate=Decimal(25))
    stated = {"total_vat": None, "total": None, "freight": Surcharge(amount=Decimal(30)), "charges": (fee,)}
    found = layout(document("200.00 0 0", lines=lines, **stated))
    assert (found.excluding_vat, found.vat, found.total, found.freight) == (Decimal("200.00"), None, None, Decimal(30))
    with pytest.raises(Question, match=r"difference -1\.00"):
        layout(document("199.00 0 0", lines=lines, **stated))


@pytest.mark.capability("f37")
@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"discount_percent": Decimal(5), "discount_amount": Decimal(1)}, "in percent and one in money"),
        ({"discount_percent": Decimal(101)}, "above 100"),
        ({"discount_percent": Decimal("33.333")}, "two decimals"),
        ({"discount_amount": Decimal(151)}, "more than its lines"),
        ({"discount_amount": Decimal(-1)}, "negative"),
        ({"freight": Surcharge(amount=Decimal(50))}, "freight states no VAT rate"),
        ({"freight": Surcharge(amount=Decimal(-50), vat_rate=Decimal(25))}, "freight: the amount is negative"),
        ({"charges": ("tip", "-5", "0")}, "a coupon takes off"),
        ({"charges": ("coupon", "5", "25")}, "a coupon takes off"),
        ({"charges": ("fee", "0", "25")}, "none of them is nothing"),
        ({"charges": ("gift_card", "5", "25")}, "carries no VAT, but 25 %"),
        ({"charges": ("rounding", "1", "0")}, "a whole unit"),
        ({"charges": ("fee", "5", "7")}, r"charge 1 \(fee\): its VAT rate of 7 % has no account"),
        ({"charges": ("fee", "5.001", "25")}, "two decimals"),
        # The account of a tip or of freight is not that of a rate, so nothing else looks at the rate.
        ({"charges": ("tip", "5", "12.5")}, r"charge 1 \(tip\): its VAT rate is no whole percent"),
        ({"charges": ("tip", "5", "-100")}, r"charge 1 \(tip\): its VAT rate is no whole percent"),
        ({"charges": ("fee", "5", "100")}, r"charge 1 \(fee\): its VAT rate is no whole percent"),
        (
            {"freight": Surcharge(amount=Decimal(5), vat_rate=Decimal(-100))},
            "freight: its VAT rate is no whole percent",
        ),
    ],
)
def test_what_cannot_be_true_is_held(fields: dict[str, Any], word: str) -> None:
    """Each with the field that is at fault."""
    if "charges" in fields:
        kind, amount, rate = fields["charges"]
        charge = Charge(kind=kind, description="x", amount=Decimal(amount), vat_rate=Decimal(rate))
        fields = {"charges": (charge,)}
    with pytest.raises(Question, match=word):
        layout(document("150.00 31.00 181.00", **fields))


@pytest.mark.parametrize("kind", ["tip", "coupon"])
def test_a_rate_that_takes_everything_off_a_price_is_held_and_breaks_nothing(kind: str) -> None:
    """Of a price that includes VAT of -100 % no net is left to divide by."""
    amount = Decimal(-5 if kind == "coupon" else 5)
    charge = Charge(kind=kind, description="x", amount=amount, vat_rate=Decimal(-100))
    with pytest.raises(Question, match="no whole percent"):
        layout(document("150.00 31.00 181.00", charges=(charge,), prices_include_vat=True))


def test_a_tip_without_an_account_is_held_with_the_setting_to_make() -> None:
    """What is not configured is never guessed."""
    tip = Charge(kind="tip", description="Dricks", amount=Decimal(5), vat_rate=Decimal(0))
    with pytest.raises(Question, match=r"`bookkeeping\.charge_accounts\.tip`"):
        layout(document("155.00 31.00 186.00", charges=(tip,)), charge_accounts={})


def test_a_discount_needs_the_rate_of_each_line() -> None:
    """Nobody can say which VAT it lowers."""
    lines = (TIMBER.model_copy(update={"vat_rate": None}),)
    stated = {"total_vat": None, "total": None, "lines": lines}
    with pytest.raises(Question, match="discount on the whole"):
        layout(document("150.00 0 0", discount_amount=Decimal(10), **stated))


def test_the_known_way_of_rounding_is_the_only_one_that_passes() -> None:
    """Three rows of 0.10: 0.09 of VAT per row, 0.08 per rate; who knows which of the two holds the other."""
    lines = (LOAF.model_copy(update={"unit_price": Decimal("0.10")}),) * 3
    freight = Surcharge(amount=Decimal(1), vat_rate=Decimal(25))
    given = document("1.30 0.33 1.63", lines=lines, freight=freight)
    assert layout(given).vat == layout(given, vat_rounding="rate").vat == Decimal("0.33")
    with pytest.raises(Question, match=r"total VAT is stated as 0\.33, the lines give 0\.34"):
        layout(given, vat_rounding="row")


def test_a_rate_that_can_be_none_is_shown_as_it_was_stated() -> None:
    """Neither too large nor too fine a number is written out, and zeros that say nothing are left out."""
    for stated, shown in (
        ("25.00", "25"),
        ("12.5", "12.5"),
        ("1E+999999999", "1E+999999999"),
        ("1E-99999", "1E-99999"),
    ):
        with pytest.raises(Question, match=f"VAT rate of {re.escape(shown)} % has no account"):
            account_of("line 1", Decimal(stated), Choices(Bookkeeping(sales_accounts={}), Articles()))
