"""Rows: carried over unaltered or held, with the account of their VAT rate."""

from decimal import Decimal

import pytest

from handlers.commands import DocumentRow
from handlers.document import Drafted, Things
from handlers.rows import Choices, document_rows
from handlers.settings import Articles, Bookkeeping
from handlers.values import Question
from tests.handlers.examples import DOCUMENT, TIMBER, company, order

TEXT = Choices(Bookkeeping(), Articles())


def row(**changes: object) -> DocumentRow:
    """The row that the timber line becomes with some fields changed."""
    document = DOCUMENT.model_copy(update={"lines": (TIMBER.model_copy(update=changes),)})
    return document_rows(document, TEXT)[0]


def test_the_example_rows() -> None:
    """Article number before the text, a foreign unit behind it, an own unit in its field."""
    assert document_rows(DOCUMENT, TEXT) == (
        DocumentRow(
            description="TRA-45X95 Regel 45x95 C24, meter (m)",
            quantity=Decimal(120),
            unit=None,
            price=Decimal("24.50"),
            vat=Decimal(25),
            account=3001,
            discount_percent=Decimal(10),
        ),
        DocumentRow(
            description="FRAKT Kranbilsleverans",
            quantity=Decimal(1),
            unit="st",
            price=Decimal("950.00"),
            vat=Decimal(25),
            account=3001,
        ),
    )


def test_the_description_alone_and_the_number_alone() -> None:
    """Either is enough; a blank unit is none."""
    assert row(sku=None, unit=" ").description == "Regel 45x95 C24, meter"
    assert row(description=" ", unit="h").description == "TRA-45X95"
    with pytest.raises(Question, match="line 1"):
        row(description="", sku=" ")


def test_equal_numbers_make_equal_rows() -> None:
    """Zeros that one status of an order writes and the next leaves out must not look like a change."""
    wordy = row(
        quantity=Decimal("120.000"),
        unit_price=Decimal("24.5"),
        vat_rate=Decimal("25.00"),
        discount_percent=Decimal("10.0"),
    )
    assert wordy.model_dump_json() == row().model_dump_json()


@pytest.mark.parametrize(("rate", "account"), [("25", 3001), ("12.0", 3002), ("6", 3003), ("0.00", 3004)])
def test_each_rate_has_its_account(rate: str, account: int) -> None:
    """Rates are compared as numbers."""
    assert row(vat_rate=Decimal(rate)).account == account


@pytest.mark.parametrize("rate", ["24", "25.5", "-25", "1E+999999999"])
def test_a_rate_without_an_account_is_held(rate: str) -> None:
    """Nothing is booked on a guess."""
    with pytest.raises(Question, match=r"line 1.*sales_accounts"):
        row(vat_rate=Decimal(rate))


@pytest.mark.parametrize(
    ("field", "number", "word"),
    [
        ("quantity", "-1", "quantity is negative"),
        ("quantity", "1.005", "quantity has more than two decimals"),
        ("unit_price", "-0.01", "unit price is negative"),
        ("unit_price", "24.505", "unit price has more than two decimals"),
        ("unit_price", "1E+999999999", "unit price is above"),
        ("unit_price", "1E-999999999", "unit price has more than two decimals"),
        ("discount_percent", "-1", "discount in percent is negative"),
        ("discount_percent", "100.01", "discount in percent is above 100"),
        ("discount_percent", "33.333", "discount in percent has more than two decimals"),
    ],
)
def test_a_number_that_fortnox_could_not_store_is_held(field: str, number: str, word: str) -> None:
    """The question names the line and the field."""
    with pytest.raises(Question, match=f"line 1: the {word}"):
        row(**{field: Decimal(number)})


def test_the_question_names_the_line() -> None:
    """Lines are counted from one, as people count."""
    bad = TIMBER.model_copy(update={"quantity": Decimal(-1)})
    with pytest.raises(Question, match="line 2"):
        document_rows(DOCUMENT.model_copy(update={"lines": (TIMBER, bad)}), TEXT)


def test_a_free_line_and_a_zero_line_are_rows() -> None:
    """A full discount and a quantity of nothing are things that sellers write."""
    assert row(discount_percent=Decimal(100)).discount_percent == 100
    assert row(quantity=Decimal("-0")).quantity == 0


def test_a_document_without_lines_has_no_rows() -> None:
    """Whether that may be is decided by what it is: a sale is held, what goes back may be freight alone."""
    nothing = DOCUMENT.model_copy(update={"lines": ()})
    assert document_rows(nothing, TEXT) == ()
    with pytest.raises(Question, match="no lines"):
        Drafted(order(nothing), "order", Things(invoice=order().thing), company())


FINE = Choices(Bookkeeping(fine_amounts="one_piece"), Articles())


@pytest.mark.parametrize(
    ("changes", "text", "price"),
    [
        ({"quantity": "0.755", "unit_price": "189.90", "unit": "kg"}, "Regel (0,755 kg × 189,9)", "143.37"),
        ({"quantity": "3", "unit_price": "89.2857"}, "Regel (3 × 89,2857)", "267.86"),
        ({"quantity": "2", "unit_price": "10", "discount_percent": "33.333"}, "Regel (2 × 10 − 33,333 %)", "13.33"),
        ({"quantity": "1.5", "unit_price": "9.995", "discount_amount": "1.5"}, "Regel (1,5 × 9,995 − 1,5)", "13.49"),
    ],
)
def test_a_finer_line_may_become_one_piece_of_what_it_comes_to(changes: dict[str, str], text: str, price: str) -> None:
    """Half up to the öre; what was sold stands in the text, and nothing else is lost."""
    bare = TIMBER.model_copy(update={"sku": None, "unit": None, "description": "Regel", "discount_percent": Decimal(0)})
    given = {name: value if name == "unit" else Decimal(value) for name, value in changes.items()}
    (made,) = document_rows(DOCUMENT.model_copy(update={"lines": (bare.model_copy(update=given),)}), FINE)
    assert (made.description, f"{made.quantity} {made.unit} {made.price}") == (text, f"1 None {price}")
    assert made.discount_percent + made.discount_amount == 0


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"quantity": Decimal("1.0000001")}, "quantity has more than six decimals"),
        ({"unit_price": Decimal("1E-999999999")}, "unit price has more than six decimals"),
        ({"unit_price": Decimal("-0.001")}, "unit price is negative"),
        ({"discount_percent": Decimal("100.001")}, "above 100"),
        (
            {"quantity": Decimal("0.001"), "discount_percent": Decimal(0), "discount_amount": Decimal(5)},
            "more than the",
        ),
    ],
)
def test_a_finer_line_that_cannot_be_is_held(changes: dict[str, Decimal], word: str) -> None:
    """The same limits as for any other line."""
    lines = (TIMBER.model_copy(update=changes),)
    with pytest.raises(Question, match=word):
        document_rows(DOCUMENT.model_copy(update={"lines": lines}), FINE)


def test_a_finer_line_is_named_by_what_names_it() -> None:
    """By its article number where it has no text, and held where it has neither."""
    fine = TIMBER.model_copy(update={"description": " ", "quantity": Decimal("1.125"), "unit": None})
    (made,) = document_rows(DOCUMENT.model_copy(update={"lines": (fine,)}), FINE)
    assert made.description == "TRA-45X95 (1,125 × 24,5 − 10 %)"
    nameless = fine.model_copy(update={"sku": None})
    with pytest.raises(Question, match="neither a description nor an article number"):
        document_rows(DOCUMENT.model_copy(update={"lines": (nameless,)}), FINE)


def test_a_finer_line_of_an_article_stays_held() -> None:
    """One piece of it would be wrong in the register."""
    lines = (TIMBER.model_copy(update={"quantity": Decimal("1.125")}),)
    choices = Choices(FINE.bookkeeping, Articles(policy="match"))
    with pytest.raises(Question, match="more than two decimals"):
        document_rows(DOCUMENT.model_copy(update={"lines": lines}), choices)
