"""What a sender answered is kept to the last digit."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.json_body import read_object, write_object

values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**15), 10**15),
        st.text(max_size=20),
        st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=12,
)


@given(record=st.dictionaries(st.text(max_size=8), values, max_size=5))
def test_a_record_is_kept_to_the_last_digit(record: dict[str, Any]) -> None:
    """What is read back is what was read, money included."""
    assert read_object(write_object(record)) == record
