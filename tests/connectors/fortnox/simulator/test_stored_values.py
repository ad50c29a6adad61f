"""Values stored and restored: nothing is lost, and what is foreign is refused."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.simulator.company import Record
from connectors.fortnox.simulator.stored_values import StoredValueError, restored, stored
from connectors.fortnox.simulator.wire import decode


def through_json(content: Any) -> Any:
    """Give content as it comes back from a file."""
    return json.loads(json.dumps(content))


_PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.binary(max_size=20),
)
_KEYS = st.one_of(st.text(max_size=5), st.integers(), st.tuples(st.text(max_size=3), st.integers()))
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(_KEYS, inner, max_size=4),
        st.tuples(inner, inner),
        st.frozensets(st.text(max_size=3), max_size=3),
    ),
    max_leaves=12,
)


@given(_VALUES)
def test_every_value_comes_back(value: Any) -> None:
    """Equal, and of the same type at the top."""
    back = restored(through_json(stored(value)))
    assert back == value
    assert type(back) is type(value)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_keeps_its_digits(value: Decimal) -> None:
    """1.50 does not become 1.5."""
    assert str(restored(through_json(stored(value)))) == str(value)


def test_a_record_keeps_both_its_moments() -> None:
    """Also the one that its constructor does not take; a text under the tag's own name stays a text."""
    record = Record({"$": "decimal", "Total": Decimal("10.00")}, datetime(2026, 3, 10, tzinfo=UTC), "EXPORT")
    record.modified = datetime(2026, 3, 11, tzinfo=UTC)
    assert restored(through_json(stored(record))) == record


def test_a_property_with_a_default_may_be_missing() -> None:
    """So that a later version can read what an earlier one wrote."""
    content = stored(Record({}, datetime(2026, 3, 10, tzinfo=UTC)))
    del content["value"]["vat_type"]
    assert restored(content).vat_type == "SEVAT"


class _Colour(Enum):
    RED = 1


@pytest.mark.parametrize("value", [_Colour.RED, object(), Path("a"), {"deep": [Path("a")]}, decode])
def test_foreign_values_are_not_stored(value: object) -> None:
    """Only plain values and the simulator's own data classes are."""
    with pytest.raises(StoredValueError):
        stored(value)


@pytest.mark.parametrize(
    "content",
    [
        {"$": "decimal", "value": "ten"},
        {"$": "decimal"},
        {"$": "date", "value": "2026-13-01"},
        {"$": "bytes", "value": "å"},
        {"$": "map", "value": [1]},
        {"$": "company.Nothing", "value": {}},
        {"$": "company.open_company", "value": {}},
        {"$": "app.Simulator", "value": {}},
        {"$": "os.system", "value": ["true"]},
        {"$": "company.Record", "value": {"data": {}, "modified": None, "colour": "red"}},
        {"$": "company.Record", "value": {"data": {}}},
    ],
)
def test_what_this_version_does_not_know_is_refused(content: Mapping[str, Any]) -> None:
    """Unknown classes and properties, missing ones, and values out of form; nothing else is ever made."""
    with pytest.raises(StoredValueError):
        restored(content)


def test_the_day_is_not_taken_for_a_moment() -> None:
    """Both are dates to Python; each comes back as itself."""
    both = [date(2026, 3, 10), datetime(2026, 3, 10, tzinfo=UTC)]
    assert [type(value) for value in restored(through_json(stored(both)))] == [date, datetime]
