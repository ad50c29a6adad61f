"""JSON as Fortnox writes and reads it: PHP style outwards, exact decimals inwards."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import Any

from connectors.fortnox.simulator.errors import ApiError

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished HTTP answer: status, body bytes, content type and further headers."""

    status: int
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)


def decimal_text(value: Decimal) -> str:
    """Write a decimal without exponent and without trailing zeros: 1590.00 gives 1590, 23.750 gives 23.75."""
    if not value:
        return "0"
    return format(value.normalize(), "f")


def _members(pairs: Iterable[tuple[str, Any]]) -> str:
    return ",".join(f"{_text(name)}:{_text(value)}" for name, value in pairs)


def _text(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return encode_basestring_ascii(value).replace("/", "\\/")
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is Decimal:
        return decimal_text(value)
    if kind is dict:
        return "{" + _members(value.items()) + "}"
    if kind in (list, tuple):
        return "[" + ",".join([_text(item) for item in value]) + "]"
    return json.dumps(value)


def encode(value: Any) -> bytes:
    """Write a value with escaped slashes and non-ASCII as escapes (Fortnox facts, 1.3); decimals stay exact."""
    return _text(value).encode("ascii")


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def decode(body: bytes) -> Any:
    """Read JSON with numbers as int or Decimal.

    Raises:
        ApiError: 2001392 for an empty body, 2002115 for anything that is not JSON in UTF-8.
    """
    if not body.strip():
        raise ApiError(2001392, "Felaktig indata: innehåll saknas.")
    try:
        return json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as fault:
        raise ApiError(2002115, "Felaktig JSON: syntaxfel.") from fault


def opened(body: bytes, envelope: str) -> dict[str, Any]:
    """Read a request body and take the object out of its envelope.

    Raises:
        ApiError: as `decode`, and 2001392 when the envelope or its object is missing or of another type.
    """
    content = decode(body)
    if not isinstance(content, dict) or not isinstance(content.get(envelope), dict):
        raise ApiError(2001392, f"Felaktig indata: {envelope} saknas eller har fel typ.")
    unexpected = next((name for name in content if name != envelope), None)
    if unexpected is not None:
        raise ApiError(2001399, f"Felaktigt fältnamn ({unexpected})")
    inner: dict[str, Any] = content[envelope]
    return inner


def bare(body: bytes) -> dict[str, Any]:
    """Read a request body that is an object without an envelope.

    Raises:
        ApiError: as `decode`, and 2001392 for anything but an object.
    """
    content = decode(body)
    if not isinstance(content, dict):
        raise ApiError(2001392, "Felaktig indata: ett objekt saknas.")
    return content


def json_answer(status: int, value: Any, headers: dict[str, str] | None = None) -> Answer:
    """Give an answer with a JSON body."""
    return Answer(status, encode(value), headers=headers or {})


def error_answer(error: ApiError) -> Answer:
    """Give the answer that carries a refusal."""
    return json_answer(error.status, error.envelope())
