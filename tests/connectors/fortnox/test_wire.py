"""The wire: exact decimals both ways, and readers that bear Fortnox's irregularities."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox import articles
from connectors.fortnox.error_codes import MEANINGS
from connectors.fortnox.errors import Information, information
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.wire import Unparsable, decimal_of, decode, encode, is_false, is_true, plain, plain_number

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=2)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(), DECIMALS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_what_is_written_is_read_back(value: dict[str, object]) -> None:
    """Every JSON value survives, decimals to the last digit."""
    assert decode(encode(value).encode()) == value


@pytest.mark.parametrize("number", ["0.10", "1234567890123456.10", "-0.05", "100", "1E+3"])
def test_a_decimal_is_an_exact_number(number: str) -> None:
    """No quotes, no float, no exponent."""
    text = encode({"Price": Decimal(number)})
    assert text == f'{{"Price":{format(Decimal(number), "f")}}}'
    assert json.loads(text, parse_float=Decimal, parse_int=Decimal)["Price"] == Decimal(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.29999999999999999", "0.3"),
        ("-0.30000000000001137", "-0.3"),
        ("2106.25", "2106.25"),
        ("0.000000001", "0.000000001"),
        ("12345678901234567890.12345678901", "12345678901234567890.12345678901"),
    ],
)
def test_the_dust_of_binary_fractions_is_no_amount(text: str, number: str) -> None:
    """A sum that was reckoned in binary fractions is the sum that was meant; what is longer than that stays."""
    assert decode(f'{{"RoundOff":{text}}}'.encode()) == {"RoundOff": Decimal(number)}


@pytest.mark.parametrize("value", [1.5, Decimal("NaN"), Decimal("Infinity"), object()])
def test_what_has_no_exact_form_is_refused(value: object) -> None:
    """A float is a fault of ours, not a price."""
    with pytest.raises((TypeError, ValueError)):
        encode(value)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[1]", b'{"a":', b'{"a":NaN}', b"\xff{}", b'{"a":' + b"[" * 100_000, b'{"a":1e99999999999}'],
)
def test_what_is_not_json_is_unparsable(body: bytes) -> None:
    """Broken, deep or absurd bodies: one error."""
    with pytest.raises(Unparsable):
        decode(body)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1.12", "1.12"),
        (" 3 ", "3"),
        (7, "7"),
        (Decimal("0.5"), "0.5"),
        ("", None),
        (True, None),
        (None, None),
        ("x", None),
    ],
)
def test_numbers_come_as_texts_too(value: object, number: str | None) -> None:
    """Quantities are texts, totals are numbers (facts 1.7)."""
    assert decimal_of(value) == (None if number is None else Decimal(number))


def test_flags_and_plain_numbers() -> None:
    """`Credit` is a text; whole numbers go without decimals."""
    assert [is_true(value) for value in (True, "true", "TRUE", False, "false", None, 1)] == [True] * 3 + [False] * 4
    assert [is_false(value) for value in (False, "false", "FALSE", True, "true", None, 0)] == [True] * 3 + [False] * 4
    assert [articles.state_of({"Active": value})["active"] for value in ("false", "true", None)] == [False, True, True]
    assert [plain(Decimal(text)) for text in ("10.00", "0.50", "1E+2", "-3")] == ["10", "0.5", "100", "-3"]
    assert repr(plain_number(Decimal("25.00"))) == "25"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"ErrorInformation": {"error": 1, "message": "m", "code": 2000587}}, Information(2000587, "m")),
        ({"ErrorInformation": {"Error": 1, "Message": "m", "Code": "2000428"}}, Information(2000428, "m")),
        ({"message": "unauthorized"}, None),
        ({"ErrorInformation": "no"}, None),
        ({"ErrorInformation": {"message": "no code"}}, None),
    ],
)
def test_error_information_in_either_casing(body: dict[str, object], said: Information | None) -> None:
    """Lower case with 400, capitalised with 404 (facts 4.1)."""
    assert information(body) == said


def test_paths_and_meanings_are_whole() -> None:
    """A number in a path is encoded; every meaning says something to a person; reads are marked as such."""
    assert OPERATIONS["read_customer"].at("K/1 å") == "/customers/K%2F1%20%C3%A5"
    assert all(meaning.reason and meaning.text().endswith((".", ".)")) for meaning in MEANINGS.values())
    reads = {operation.name for operation in OPERATIONS.values() if operation.effect == "none"}
    gets = {operation.name for operation in OPERATIONS.values() if operation.method == "GET"}
    sendings = {operation.name for operation in OPERATIONS.values() if operation.effect == "send"}
    assert reads - gets == {"validate_attachments"}
    assert gets - reads == sendings
