"""The wire: JSON whose decimals are exact, and values however Fortnox writes them."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.base import Json

MOST_DIGITS = 40
FINEST = 9
"""Decimals of any number that Fortnox states; what lies below them is dust (PHP writes 0.3 as 0.29999999999999999)."""

LARGEST_EXACT = 18
"""Digits before the point up to which a number can be rounded without losing any of them."""


class Unparsable(Exception):
    """A body that is not the JSON that was expected; the text never quotes it."""


def encode(value: object) -> str:
    """A value as JSON text; a ``Decimal`` stays exactly the number that it is, and a ``float`` is refused.

    Raises ``TypeError`` for a float or an unknown type, ``ValueError`` for a decimal that is not a number.
    """
    if value is None or isinstance(value, (bool, str, int)):
        return json.dumps(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("not a number")
        return format(value, "f")
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(key))}:{encode(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(encode(item) for item in value) + "]"
    raise TypeError(f"{type(value).__name__} has no exact form on the wire")


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _decimal(text: str) -> Decimal:
    """A number with a fraction or an exponent, without the dust of a binary one; an absurd exponent would later fill
    the memory with zeros."""
    number = Decimal(text)
    if not -MOST_DIGITS <= number.adjusted() <= MOST_DIGITS:
        raise ValueError("exponent")
    exponent = number.as_tuple().exponent
    dusty = isinstance(exponent, int) and exponent < -FINEST and number.adjusted() < LARGEST_EXACT
    return Decimal(plain(round(number, FINEST))) if dusty else number


def decode_value(body: bytes) -> Any:
    """Any JSON with its decimals exact. Raises :class:`Unparsable`."""
    try:
        return json.loads(body.decode("utf-8"), parse_float=_decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError, InvalidOperation) as e:
        raise Unparsable("not JSON") from e


def decode(body: bytes) -> Json:
    """A JSON object with its decimals exact. Raises :class:`Unparsable`."""
    value = decode_value(body)
    if not isinstance(value, dict):
        raise Unparsable("not an object")
    return value


def decimal_of(value: object) -> Decimal | None:
    """A number however Fortnox writes it (number or text, Fortnox facts 1.7); ``None`` where it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def is_true(value: object) -> bool:
    """A flag however Fortnox writes it: ``Credit`` of an invoice is the text ``"true"`` (Fortnox facts 1.7)."""
    return value is True or (isinstance(value, str) and value.casefold() == "true")


def is_false(value: object) -> bool:
    """A flag that says no, however Fortnox writes it; one that is not shown says nothing."""
    return value is False or (isinstance(value, str) and value.casefold() == "false")


def text_of(value: object) -> str:
    """A text or number as text; an absent or null one as the empty text."""
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def plain(number: Decimal) -> str:
    """A decimal as text without exponent and without needless zeros: 10, 0.5, -3.25."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain_number(number: Decimal) -> int | Decimal:
    """A whole decimal as an integer, so that it is written without decimals."""
    return int(number) if number == number.to_integral_value() else number
