"""Values: references that never meet, money rounded half up, Swedish organisation numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.values import (
    REFERENCE_LENGTH,
    SHORT_REFERENCE_LENGTH,
    Ref,
    plain_number,
    reference,
    round_ore,
    short_reference,
    swedish_organisation_number,
)


def with_check_digit(nine: str) -> str:
    """Luhn's check digit appended to nine digits, computed here by itself."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(nine)]
    return nine + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


numbers = st.from_regex(r"[1-9][0-9][2-9][0-9]{6}", fullmatch=True).map(with_check_digit)


@pytest.mark.capability("f47")
@given(numbers)
def test_every_way_of_writing_a_number_has_one_form(number: str) -> None:
    """A right number reads the same with or without hyphen, century prefix, blanks and the VAT number around it."""
    form = f"{number[:6]}-{number[6:]}"
    ways = (number, form, f"16{number}", f"SE{number}01", f"se {number} 01", f" {form} ")
    assert {swedish_organisation_number(way) for way in ways} == {form}


@pytest.mark.capability("f47")
@given(numbers, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_no_number(number: str, place: int, change: int) -> None:
    """Any single digit changed breaks the check digit."""
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    assert swedish_organisation_number(wrong) is None


@given(st.text())
def test_any_text_is_a_number_or_none(text: str) -> None:
    """The parser never raises, and its form reads back to itself."""
    number = swedish_organisation_number(text)
    assert number is None or swedish_organisation_number(number) == number


@given(st.integers(-(10**15), 10**15))
def test_rounding_is_half_up_on_both_sides_of_zero(thousandths: int) -> None:
    """Half an öre goes away from zero, compared with arithmetic in whole numbers."""
    sign = -1 if thousandths < 0 else 1
    ore = sign * ((abs(thousandths) + 5) // 10)
    assert round_ore(Decimal(thousandths).scaleb(-3)) == Decimal(ore).scaleb(-2)


def test_zero_has_no_sign() -> None:
    """A negative zero would read differently from zero in Fortnox and in a comparison of texts."""
    assert str(round_ore(Decimal("-0.001"))) == "0.00"
    assert str(plain_number(Decimal("-0.00"))) == "0"


@given(st.integers(-(10**15), 10**15))
def test_a_plain_number_is_the_same_number(hundredths: int) -> None:
    """Trailing zeros go, the value stays, and no exponent appears."""
    number = Decimal(hundredths).scaleb(-2)
    plain = plain_number(number)
    assert plain == number
    assert "E" not in str(plain)
    assert str(plain_number(plain * Decimal("1.000"))) == str(plain)


parts = st.text(max_size=5)


@given(st.tuples(parts, parts, parts, parts), st.tuples(parts, parts, parts, parts))
def test_only_the_same_thing_has_the_same_key(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """No two things share a key, however their parts are cut; marks have their fixed lengths."""
    keys = [Ref(system=part[1], kind=part[2], id=part[3]).thing(part[0]) for part in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)
    assert {len(reference(key)) for key in keys} == {REFERENCE_LENGTH}
    assert {len(short_reference(key)) for key in keys} == {SHORT_REFERENCE_LENGTH}


def test_a_generation_makes_another_thing() -> None:
    """What is made anew has its own mark."""
    first = Ref(system="shop", kind="order_invoice", id="1")
    assert first.thing("demo") != first.model_copy(update={"generation": 2}).thing("demo")
