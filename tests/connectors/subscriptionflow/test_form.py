"""Forms with PHP's brackets: what they become, and that nothing but the one documented error comes out of them."""

from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.json_body import BodyFault
from connectors.subscriptionflow.form import DEEPEST, LONGEST_BODY, LONGEST_NAME, MOST_FIELDS, read_form
from tests.connectors.subscriptionflow.bodies import form


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"event=paid&method=POST", {"event": "paid", "method": "POST"}),
        (b"name=Bl%C3%A5klint+Design", {"name": "Blåklint Design"}),
        ("name=Blåklint".encode(), {"name": "Blåklint"}),
        (b"note=&other", {"note": "", "other": ""}),
        (b"a[b]=1&a[c]=2", {"a": {"b": "1", "c": "2"}}),
        (b"a%5Bb%5D%5Bc%5D=1", {"a": {"b": {"c": "1"}}}),
        (b"items[0][charges][0][quantity]=2&items[0][charges][1][quantity]=3", {
            "items": [{"charges": [{"quantity": "2"}, {"quantity": "3"}]}]
        }),
        (b"a[1]=y&a[0]=x", {"a": ["x", "y"]}),
        (b"a[]=x&a[]=y", {"a": ["x", "y"]}),
        (b"a[][b]=x&a[][b]=y", {"a": [{"b": "x"}, {"b": "y"}]}),
        (b"a[5]=x&a[]=y", {"a": {"5": "x", "6": "y"}}),
        (b"a[]=x&a[0]=y&a[b]=z&a[01]=q&a[]=r", {"a": {"0": "y", "b": "z", "01": "q", "1": "r"}}),
        (b"a[1]=x", {"a": {"1": "x"}}),
        (b"a[00]=x", {"a": {"00": "x"}}),
        (b"a[999999999999]=x", {"a": {"999999999999": "x"}}),
        (b"0=x&1=y", {"0": "x", "1": "y"}),
        (b"a=1&a=2", {"a": "2"}),
        (b"a[b=1&c]d=2&[e]=3", {"a[b": "1", "c]d": "2", "[e]": "3"}),
    ],
)  # fmt: skip
def test_brackets_make_objects_and_lists(body: bytes, found: dict[str, Any]) -> None:
    """Names as PHP writes them; gaps make an object, broken brackets are part of the name."""
    assert read_form(body) == found


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"&&",
        b"a=%FF",
        b"\xff=a",
        b"a=1&a[b]=2",
        b"a[b]=2&a=1",
        b"a[b]=1&a[b][c]=2",
        b"a" + b"[b]" * DEEPEST + b"=1",
        b"a" * (LONGEST_NAME + 1) + b"=1",
        b"&".join(b"a%d=1" % number for number in range(MOST_FIELDS + 1)),
        b"a=" + b"x" * LONGEST_BODY,
    ],
)
def test_what_is_beyond_the_bounds_is_refused_without_a_word_of_it(body: bytes) -> None:
    """Depth, count, size, text and shape are bounded, and the error says which without quoting."""
    with pytest.raises(BodyFault) as fault:
        read_form(body)
    assert len(str(fault.value)) < 60


def test_the_bounds_themselves_are_within() -> None:
    """The deepest name and the largest number of fields are read."""
    assert read_form(b"a" + b"[b]" * (DEEPEST - 1) + b"=1")
    assert len(read_form(b"&".join(b"a%d=1" % number for number in range(MOST_FIELDS)))) == MOST_FIELDS


@given(st.one_of(st.binary(max_size=200), st.text(alphabet="ab[]0=&%+", max_size=60).map(str.encode)))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    """Whatever comes: nested texts, or the documented error."""
    try:
        found = read_form(body)
    except BodyFault:
        return
    assert all(isinstance(leaf, str) for leaf in _leaves(found))


names = st.text(st.characters(exclude_characters="[]", exclude_categories=["Cs"]), min_size=1, max_size=8)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
trees = st.recursive(
    texts,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4)
        | st.dictionaries(names.filter(lambda name: not name.isdigit()), inner, min_size=1, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(names, trees, min_size=1, max_size=4))
def test_what_was_written_with_brackets_is_read_back(fields: dict[str, Any]) -> None:
    """Lists, objects and texts, however nested, come back as they were (within the depth that is read)."""
    if _depth(fields) <= DEEPEST:
        assert read_form(form(fields)) == fields


@given(st.lists(st.tuples(names, texts), min_size=1, max_size=20))
def test_of_equal_names_the_last_counts(pairs: list[tuple[str, str]]) -> None:
    """A flat form is what a dictionary of its pairs is."""
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs).encode()
    assert read_form(body) == dict(pairs)


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


def _leaves(value: Any) -> Any:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    else:
        yield value
