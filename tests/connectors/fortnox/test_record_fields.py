"""Names and fields of any resource: keys there and back, and values compared however Fortnox writes them."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.record_fields import body_of, differing, same
from connectors.fortnox.record_names import keys_of, number_of_keys
from connectors.fortnox.table import RESOURCES
from connectors.fortnox.table.fields import Field

ROWS = Field("rows", of="fortnox_Voucher_VoucherRow")
KEY = st.text(min_size=1, max_size=20)


@given(KEY, KEY, KEY)
def test_keys_come_back_from_their_number(first: str, second: str, third: str) -> None:
    """Whatever stands in them; a single key is its own number."""
    number = number_of_keys([first, second, third])
    assert keys_of(RESOURCES["prices"], number) == (first, second, third)
    assert keys_of(RESOURCES["customers"], number_of_keys([first])) == (first,)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_a_number_is_itself_however_it_is_written(amount: Decimal) -> None:
    """As a number, as text, with more zeros; one öre more is another."""
    number = Field("number")
    for stored in (amount, f"{amount:f}", f"{amount:f}0"):
        assert same(number, f"{amount:f}", stored)
    assert not same(number, f"{amount:f}", amount + Decimal("0.01"))
    assert body_of("fortnox_InvoicePayment", {"Amount": f"{amount:f}"})["Amount"] == amount


@pytest.mark.parametrize(
    ("field", "meant", "stored", "equal"),
    [
        (Field("text"), "1250.00", "1250", True),
        (Field("text"), "007", "7", False),
        (Field("text"), None, "", True),
        (Field("text"), "API_BLANK", "kvar", False),
        (Field("flag"), True, "true", True),
        (Field("flag"), False, None, True),
        (Field("integer"), 3001, "3001", True),
        (Field("date"), "2026-11-13", "2026-11-14", False),
        (
            Field("rows", of="fortnox_Voucher_VoucherRow"),
            [{"Account": 1910}],
            [{"Account": 2440}, {"Account": 1910}],
            True,
        ),
        (ROWS, [{"Account": 1910}], [{"Account": 2440}], False),
        (ROWS, [{"Account": 1910}], None, False),
    ],
)
def test_a_stored_value_is_the_meant_one_or_not(field: Field, meant: Any, stored: Any, *, equal: bool) -> None:
    """Fortnox facts, section 1.7; a row that Fortnox adds itself is no difference."""
    assert same(field, meant, stored) is equal


def test_only_what_was_given_is_compared() -> None:
    """An update is partial."""
    assert differing("fortnox_Unit", {"Description": "Lass"}, {"Code": "x", "Description": "Lass"}) == []
    assert differing("fortnox_Unit", {"Description": "Lass"}, {"Code": "x"}) == ["Description"]
