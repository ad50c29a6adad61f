"""The closed list of converters: from a value of an event to a value that a Fortnox field takes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from handlers.mapping.expressions import CannotBeEvaluated, text_of
from handlers.party import single_line
from handlers.survey import shortened
from handlers.values import stockholm_date, swedish_organisation_number

LONGEST_NUMBER = 20
"""Digits before the point, and behind it: no field of Fortnox takes more."""

MOST_PLACES = 10
_NAMED = re.compile(r"(?P<name>[a-z_]+)(:(?P<rest>.+))?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}([.,][0-9]{1,20})?")

Lookups = Mapping[str, Mapping[str, str]]
"""The company's tables by name: what an event says, and what it means in Fortnox."""

NAMES = (
    "text", "text:30", "lines", "integer", "decimal", "decimal:2", "ore", "date", "flag", "organisation_number",
    "country", "lookup:NAME",
)  # fmt: skip
"""Every converter, as the configuration writes it."""


class CannotBeConverted(Exception):
    """The value is none of the wanted kind; the text says what it should be, never what it is."""


class BadConverter(ValueError):
    """The configuration names no converter of the list."""


@dataclass(frozen=True, slots=True)
class Converter:
    """One converter: ``name`` as in the configuration without what stands behind its colon."""

    name: str
    convert: Callable[[Any], Any]

    def __call__(self, value: Any) -> Any:
        """The converted value. Raises :class:`CannotBeConverted`."""
        try:
            return self.convert(value)
        except CannotBeEvaluated as error:
            raise CannotBeConverted(str(error)) from None


def converter_of(text: str, lookups: Lookups) -> Converter:
    """The converter that the configuration names. Raises :class:`BadConverter`."""
    found = _NAMED.fullmatch(text)
    name, rest = (found["name"], found["rest"]) if found is not None else (text, None)
    if name == "lookup" and rest is not None:
        if rest not in lookups:
            raise BadConverter(f"there is no table lookups.{rest}")
        return Converter(name, lambda value: _looked_up(value, lookups[rest]))
    if name in {"text", "decimal"} and rest is not None:
        if not rest.isascii() or not rest.isdigit() or not (name == "text") <= int(rest[:6]) <= _LARGEST[name]:
            raise BadConverter(f"{name}: is followed by a whole number, at most {_LARGEST[name]}")
        measure, counted = int(rest), {"text": _text_of_length, "decimal": _rounded}[name]
        return Converter(name, lambda value: counted(value, measure))
    if rest is None and name in _PLAIN:
        return Converter(name, _PLAIN[name])
    raise BadConverter(f"must be one of {', '.join(NAMES)}")


_LARGEST = {"text": 5000, "decimal": MOST_PLACES}


def _text(value: Any) -> str:
    return single_line(text_of(value))


def _text_of_length(value: Any, longest: int) -> str:
    return shortened(_text(value), longest)


def _lines(value: Any) -> str:
    """Line breaks stay; what is a list has a line for each."""
    if isinstance(value, list):
        return "\n".join(_lines(inner) for inner in value)
    return "\n".join(single_line(line) for line in text_of(value).splitlines()).strip()


def _decimal(value: Any) -> Decimal:
    """A number, or a text that is one; a comma counts as the point."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
        if number and not -LONGEST_NUMBER <= number.adjusted() < LONGEST_NUMBER:
            raise CannotBeConverted("must be a number of a size that Fortnox has")
        return number
    text = "".join(value.split()) if isinstance(value, str) else ""
    if _NUMBER.fullmatch(text) is None:
        raise CannotBeConverted("must be a number")
    return Decimal(text.replace(",", "."))


def _rounded(value: Any, places: int) -> Decimal:
    return _decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + 0


def _integer(value: Any) -> int:
    number = _decimal(value)
    if number != number.to_integral_value() or _WHOLE.fullmatch(f"{number:.0f}") is None:
        raise CannotBeConverted("must be a whole number")
    return int(number)


def _ore(value: Any) -> Decimal:
    """A whole number of öre as kronor with two decimals."""
    return Decimal(_integer(value)).scaleb(-2)


def _date(value: Any) -> str:
    """A day, or a moment with its offset: then the day in Stockholm."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise CannotBeConverted("must be a date, or a moment with its offset from UTC")
        return stockholm_date(moment).isoformat()
    except (ValueError, OverflowError):
        raise CannotBeConverted("must be a date (2026-11-28) or a moment") from None


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = text_of(value).strip().casefold()
    if word in {"true", "yes", "ja", "1"}:
        return True
    if word in {"false", "no", "nej", "0"}:
        return False
    raise CannotBeConverted("must be true or false")


def _organisation_number(value: Any) -> str:
    number = swedish_organisation_number(text_of(value))
    if number is None:
        raise CannotBeConverted("must be a Swedish organisation number with a right check digit")
    return number


def _country(value: Any) -> str:
    code = text_of(value).strip().upper()
    if _COUNTRY.fullmatch(code) is None:
        raise CannotBeConverted("must be a two-letter ISO 3166 code")
    return code


def _looked_up(value: Any, table: Mapping[str, str]) -> str:
    found = table.get(_text(value))
    if found is None:
        raise CannotBeConverted("stands in no line of its lookup table")
    return found


_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "lines": _lines,
    "integer": _integer,
    "decimal": _decimal,
    "ore": _ore,
    "date": _date,
    "flag": _flag,
    "organisation_number": _organisation_number,
    "country": _country,
}
