"""What one property of an object accepts, and how a request's properties are laid over a stored object."""

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum, auto
from typing import Any

from connectors.fortnox.simulator.errors import ApiError, Invented, unknown_field
from connectors.fortnox.simulator.money import to_ore
from connectors.fortnox.simulator.texts import check_characters
from connectors.fortnox.simulator.wire import decimal_text

API_BLANK = "API_BLANK"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LARGEST = Decimal(10) ** 14
_YEARS = range(1900, 2200)


class Kind(Enum):
    """How a property is read and stored."""

    TEXT = auto()
    NUMBER = auto()
    NUMERIC_TEXT = auto()
    INTEGER = auto()
    BOOLEAN = auto()
    DATE = auto()
    OBJECT = auto()
    ROWS = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """One property: its kind, its value when nothing is given or when it is cleared, and its limits.

    `longest` refuses with `too_long`; `cut` shortens silently; `rounded` keeps two decimals, half up.
    `any_characters` leaves out the character rule (e-mail subject and body hold braces, Fortnox facts, 6.1).
    """

    kind: Kind = Kind.TEXT
    default: Any = ""
    longest: int | None = None
    too_long: int = 2000107
    cut: int | None = None
    choices: tuple[str, ...] = ()
    rounded: bool = False
    read_only: bool = False
    nullable: bool = True
    one_line: bool = False
    any_characters: bool = False
    parts: "Mapping[str, Field] | None" = None


Fields = Mapping[str, Field]


def blank(fields: Fields) -> dict[str, Any]:
    """Give a new object with every property at its default."""
    return {name: deepcopy(field.default) for name, field in fields.items()}


def _text(name: str, value: Any, field: Field) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ApiError(2000106, f"Fältet {name} måste vara alfanumeriskt.")
    text = decimal_text(value) if isinstance(value, Decimal) else str(value)
    if not field.any_characters:
        check_characters(name, text)
    if field.one_line:
        text = text.replace("\r", "").replace("\n", "")
    if field.choices and text not in field.choices:
        raise ApiError(Invented.VALUE_NOT_ALLOWED, f"Ogiltigt värde i fältet {name}.")
    if field.longest is not None and len(text) > field.longest:
        raise ApiError(field.too_long, f"Värdet i fältet {name} är för långt (högst {field.longest} tecken).")
    return text if field.cut is None else text[: field.cut]


def _number(name: str, value: Any, field: Field) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ApiError(2000108, f"Fältet {name} måste vara numeriskt.")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ApiError(2000108, f"Fältet {name} måste vara numeriskt.") from None
    if not number.is_finite():
        raise ApiError(2000108, f"Fältet {name} måste vara numeriskt.")
    if abs(number) >= _LARGEST:
        raise ApiError(2000107, f"Värdet i fältet {name} är för långt.")
    return to_ore(number) if field.rounded else number


def _integer(name: str, value: Any, field: Field) -> int:
    number = _number(name, value, field)
    if number != number.to_integral_value():
        raise ApiError(2000108, f"Fältet {name} måste vara ett heltal.")
    return int(number)


def _boolean(name: str, value: Any, _field: Field) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise ApiError(2000134, f"Fältet {name} måste vara sant eller falskt.")


def _date(name: str, value: Any, _field: Field) -> str:
    refusal = ApiError(Invented.DATE_INVALID, f"Ogiltigt datum i fältet {name}.")
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise refusal
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise refusal from None
    if day.year not in _YEARS:
        raise refusal
    return value


def _numeric_text(name: str, value: Any, field: Field) -> str:
    return decimal_text(_number(name, value, field))


_READERS = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.NUMERIC_TEXT: _numeric_text,
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
}


def read_value(name: str, value: Any, field: Field) -> Any:
    """Read one given value as its property, which is neither object nor rows, stores it.

    Raises:
        ApiError: 2000106, 2000108, 2000134, 2000359, a length code, or an invented code outside its choices.
    """
    return _READERS[field.kind](name, value, field)


def _is_same(name: str, value: Any, field: Field, stored: Any) -> bool:
    if value == stored:
        return True
    try:
        return bool(read_value(name, value, field) == stored)
    except ApiError:
        return False


def _lay_part(target: dict[str, Any], name: str, value: Any, field: Field) -> None:
    if not isinstance(value, dict) or field.parts is None:
        raise ApiError(2001392, f"Felaktig indata: {name} har fel typ.")
    part = dict(target[name])
    lay_over(part, value, field.parts)
    target[name] = part


def _rows(name: str, value: Any, field: Field) -> list[dict[str, Any]]:
    if not isinstance(value, list) or field.parts is None or not all(isinstance(row, dict) for row in value):
        raise ApiError(2001392, f"Felaktig indata: {name} har fel typ.")
    rows = []
    for sent in value:
        row = blank(field.parts)
        lay_over(row, sent, field.parts)
        rows.append(row)
    return rows


def _lay_value(target: dict[str, Any], name: str, value: Any, field: Field) -> None:
    if value is None and not field.nullable:
        raise ApiError(2000699, f"Fältet {name} får inte vara null.")
    if value is None or value == API_BLANK:
        target[name] = deepcopy(field.default)
    elif field.kind is Kind.OBJECT:
        _lay_part(target, name, value, field)
    elif field.kind is Kind.ROWS:
        target[name] = _rows(name, value, field)
    else:
        target[name] = read_value(name, value, field)


def lay_over(target: dict[str, Any], sent: Mapping[str, Any], fields: Fields) -> None:
    """Lay a request's properties over an object, as Fortnox's partial update does (Fortnox facts, 1.8 and 1.9).

    Absent keeps, `""` is ignored, `null` and `API_BLANK` clear, everything else replaces, rows all at once. A read-only
    property is accepted when it equals what stands there (*simulator choice*); `@url` is always ignored (*simulator
    choice*).

    Raises:
        ApiError: 2001399 for an unknown or differing read-only property, else as `read_value`; the target may then be
            half written, so callers hand in a copy.
    """
    for name, value in sent.items():
        if name.startswith("@url"):
            continue
        field = fields.get(name)
        if field is None:
            raise unknown_field(name)
        if field.read_only:
            if not _is_same(name, value, field, target[name]):
                raise unknown_field(name)
        elif value != "":
            _lay_value(target, name, value, field)
