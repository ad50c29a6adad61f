"""Reads HighLevel's own records (orders, invoices, contacts …) field by field; a wrong field is named, never quoted."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from connectors.sources import Unreadable
from handlers.values import round_ore, stockholm_date

LONGEST_ID = 200
MOST_DIGITS = 9
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)
NOISE = Decimal("0.000001")
"""HighLevel computes in binary floats: what lies nearer than this to a whole öre is that öre."""


class Record:
    """One object of a body; missing, null and empty values are the same. ``where`` is its path, for faults."""

    def __init__(self, raw: dict[str, Any], where: str = "") -> None:
        """``raw`` is the JSON object."""
        self.raw = raw
        self.where = where

    def fault(self, key: str, reason: str) -> Unreadable:
        """An error that names the field by its path."""
        return Unreadable(f"{self.where}{key}: {reason}")

    def has(self, key: str) -> bool:
        """Whether the field holds anything at all."""
        return self.raw.get(key) not in (None, "", [], {})

    def text(self, *keys: str) -> str | None:
        """The first field that holds text or a number, trimmed; ``None`` where there is none."""
        return next((found for found in (word(self.raw.get(key)) for key in keys) if found), None)

    def identifier(self, *keys: str) -> str | None:
        """An id: printable, at most 200 characters; ``None`` where there is none. Raises ``Unreadable``."""
        found = self.text(*keys)
        if found is not None and (len(found) > LONGEST_ID or not found.isprintable()):
            raise self.fault(keys[0], "must be an id")
        return found

    def required(self, *keys: str) -> str:
        """As :meth:`identifier`; raises ``Unreadable`` where there is none."""
        found = self.identifier(*keys)
        if found is None:
            raise self.fault(keys[0], "is missing")
        return found

    def amount(self, key: str, default: Decimal | None = None) -> Decimal:
        """A number without binary noise, below 10^9. Raises ``Unreadable`` where it is missing or no number."""
        value = self.raw.get(key)
        if value in (None, "") and default is not None:
            return default
        if value in (None, ""):
            raise self.fault(key, "is missing")
        found = number(value)
        if found is None:
            raise self.fault(key, "must be a number below 1000000000")
        return found

    def moment(self, *keys: str) -> datetime | None:
        """The first ISO 8601 time with its zone, between 2000 and 2100, in UTC; ``None`` where there is none."""
        return next((found for found in (moment(self.raw.get(key)) for key in keys) if found), None)

    def day(self, key: str) -> date | None:
        """A date as it stands, or the day of a moment in Europe/Stockholm; ``None`` where there is none."""
        at = self.moment(key)
        if at is not None:
            return stockholm_date(at)
        try:
            found = date.fromisoformat(self.text(key) or "")
        except ValueError:
            return None
        return found if 2000 <= found.year < 2100 else None

    def inner(self, key: str) -> "Record":
        """The object in a field; an empty one where the field holds none."""
        value = self.raw.get(key)
        return Record(value if isinstance(value, dict) else {}, f"{self.where}{key}.")

    def items(self, key: str) -> Iterator["Record"]:
        """The objects of a list; nothing where it is missing. Raises ``Unreadable`` where it is no list of objects."""
        value = self.raw.get(key)
        if value in (None, "", {}):
            return
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fault(key, "must be a list of objects")
        for place, item in enumerate(value):
            yield Record(item, f"{self.where}{key}.{place}.")


def number(value: object) -> Decimal | None:
    """A JSON number, or text of one, of any sign; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    if isinstance(value, str) and not PLAIN_NUMBER.fullmatch(value.strip()):
        return None
    read = Decimal(value)
    if not read.is_finite() or read.adjusted() >= MOST_DIGITS:
        return None
    near = round_ore(read)
    return near if abs(read - near) < NOISE else read


def moment(value: object) -> datetime | None:
    """An ISO 8601 time with its zone, between 2000 and 2100, in UTC; ``None`` for anything else."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo is not None and 2000 <= read.year < 2100 else None


def seconds(at: datetime) -> Decimal:
    """Seconds since 1970 of an aware moment, exact to the microsecond."""
    return Decimal(int(at.replace(microsecond=0).timestamp())) + Decimal(at.microsecond) / 1_000_000


def word(value: object) -> str:
    """Text or number, trimmed; half a surrogate pair, which no storage takes, becomes a question mark."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ""
    if isinstance(value, int) and abs(value) >= 10**40:
        return ""
    return str(value).strip().encode("utf-8", "replace").decode()
