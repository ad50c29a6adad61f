"""Reads a request body as one JSON object within bounds, and writes one; decimals stay exact."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

DEEPEST = 32
"""Levels of nesting that any sender of ours needs, with room to spare."""


class BodyFault(Exception):
    """The body is not a JSON object that we read; the text says why and holds nothing of the body."""


def _refuse_constant(_name: str) -> NoReturn:
    raise BodyFault("a number is NaN or infinite")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)


def read_object(body: bytes) -> dict[str, Any]:
    """The object in ``body`` (UTF-8 only). Numbers with a point or exponent are ``Decimal``, others ``int``.

    Raises :class:`BodyFault` for anything else, whatever the bytes are.
    """
    try:
        found = _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise BodyFault("the body is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise BodyFault(f"the body is not JSON (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise BodyFault("the body is nested too deeply") from None
    except (ValueError, InvalidOperation):
        raise BodyFault("a number in the body is too long") from None
    if not isinstance(found, dict):
        raise BodyFault("the body is not a JSON object")
    if body.count(b"[") + body.count(b"{") > DEEPEST and _deeper_than(found, DEEPEST):
        raise BodyFault("the body is nested too deeply")
    return found


def write_object(value: Mapping[str, Any]) -> bytes:
    """An object as :func:`read_object` gives it, back as JSON: every number is the same number.

    Raises ``TypeError`` for a float or any other type that has no exact form.
    """
    return _written(value).encode()


def _written(value: object) -> str:
    if value is None or isinstance(value, bool | str | int):
        return json.dumps(value)
    if isinstance(value, Decimal) and value.is_finite():
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(key)}:{_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_written, value)) + "]"
    raise TypeError(f"{type(value).__name__} has no exact form in JSON")


def _deeper_than(found: object, levels: int) -> bool:
    layer = [found]
    for _ in range(levels):
        layer = [
            inner
            for outer in layer
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return any(isinstance(inner, dict | list) for inner in layer)
