"""Text for Fortnox: always accepted, altered only where it must be, and references never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Park
from connectors.fortnox.text import (
    OTHER_ACCEPTED,
    ROW_LIMIT,
    accepted,
    clean,
    cut_at_word,
    one_line,
    reference_or_park,
    row_description,
)

HARD = st.text(
    alphabet=st.sampled_from("aåÅé e\u0301\u030a😀<>|&amplt;gqu#39—…\t\n\r\u2028²½٣𝟗[]{}~\u00a0\u00ad\x00"), max_size=60
)
ANY = st.one_of(st.text(max_size=80), HARD)
ACCEPTED = st.text(
    alphabet=st.one_of(
        st.characters(categories=["Lu", "Ll", "Lt", "Lm", "Lo"]),
        st.sampled_from("0123456789"),
        st.sampled_from(sorted(OTHER_ACCEPTED - {"&"})),
    ),
    max_size=80,
)


@given(ANY)
def test_the_result_is_always_accepted(text: str) -> None:
    """Whatever comes in, Fortnox takes what goes out."""
    assert accepted(clean(text))
    assert accepted(row_description(text).value)


@given(ANY)
def test_twice_is_once(text: str) -> None:
    """Cleaning what is clean changes nothing."""
    assert clean(clean(text)) == clean(text)
    once = row_description(text).value
    assert row_description(once).value == once


@given(ACCEPTED)
def test_an_accepted_text_is_unchanged(text: str) -> None:
    """Nothing is altered without need."""
    assert clean(text) == text


@given(ANY)
def test_rows_fit_and_have_one_line(text: str) -> None:
    """A row's text is one line of at most 255 characters, and says whether it was altered."""
    fitted = row_description(text)
    assert len(fitted.value) <= ROW_LIMIT
    assert "\n" not in fitted.value
    assert "\r" not in fitted.value
    assert fitted.altered == (fitted.value != text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Café & Co", "Café & Co"),
        ("AT&amp;T &lt;ny&gt;", "AT&T (ny)"),
        ("&amp;lt;", "("),
        ("a — b … c", "a - b ... c"),
        ("“citat” ‘x’", '"citat" \'x’'),
        ("[1] {2} <3> 4|5", "(1) (2) (3) 4/5"),
        ("före -> efter", "före - efter"),
        ("Kaffe 😀 och te", "Kaffe och te"),
        ("e\u0301te\u0301", "été"),
        ("x\u0301😀", "x"),
        ("a\tb", "a b"),
        ("٣ kg", "3 kg"),
        ("\x00\x1b[31m", "(31m"),
        ("å😀ä\nö😀", "åä\nö"),
        ("12\u202f345", "12 345"),
        ("50 % – ok – ½", "50 % – ok – ½"),
    ],
)
def test_the_table(before: str, after: str) -> None:
    """What becomes of what."""
    assert clean(before) == after


def test_a_line_break_in_a_row_becomes_a_space() -> None:
    """Fortnox would make `ab` of it."""
    assert row_description("a\nb\r\nc").value == "a b c"


def test_a_cut_is_at_a_word() -> None:
    """Long texts end with a whole word, very long words are cut hard."""
    assert cut_at_word("ett två tre", 8) == "ett två"
    assert cut_at_word("ett två tre", 7) == "ett två"
    assert cut_at_word("x" * 300, 255) == "x" * 255
    assert one_line("ord " * 100, 255).value.endswith("ord")


@pytest.mark.parametrize("value", ["", "1" * 81, "A|1", "1\n2", "<x>", "1\x00", "😀"])
def test_a_reference_is_never_altered(value: str) -> None:
    """Refused or cut by Fortnox: parked, and the text does not repeat the value."""
    with pytest.raises(Park) as caught:
        reference_or_park("YourOrderNumber", value, 80)
    assert "YourOrderNumber" in caught.value.remedy
    assert not value or value not in caught.value.remedy


@given(ACCEPTED.filter(lambda text: bool(text) and not set("\r\n") & set(text)))
def test_an_accepted_reference_stands(value: str) -> None:
    """What Fortnox takes goes through untouched."""
    assert reference_or_park("YourOrderNumber", value, 80) == value
