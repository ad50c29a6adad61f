"""Reads SubscriptionFlow's loose types: numbers as text, Yes and No, and four ways to write nothing."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from connectors.base import Json
from connectors.sources import Unreadable
from handlers.values import stockholm_date

LONGEST_ID = 100
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")
_AMOUNT = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,8})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YES, NO = frozenset({"yes", "true", "1", "on"}), frozenset({"no", "false", "0", "off"})
NOTHING = frozenset({"", "n/a", "null"})


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Paths = Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]
"""Places to look, first hit counts: a field's name, or a dotted path into the record."""


def record_of(answer: Json, what: str) -> "Record":
    """The one record of an answer: its fields stand in ``data.attributes``, in ``data``, or at top level.

    Raises ``Unreadable`` where there is no record.
    """
    data = answer.get("data", answer)
    if not isinstance(data, dict):
        raise Unreadable(f"{what}: the answer holds no record")
    return Record(what, flat(data))


def flat(data: Json) -> Json:
    """The fields of a record, with those in ``attributes`` beside its id."""
    attributes = data.get("attributes")
    return {**data, **attributes} if isinstance(attributes, dict) else data


class Record:
    """One record; missing, null, blank and ``N/A`` are the same. ``what`` is how faults name it.

    Every method may be given several names or dotted paths: the first that holds something counts. A value that cannot
    be what it should be raises ``Unreadable`` with its field and never with the value.
    """

    def __init__(self, what: str, raw: Mapping[str, Any]) -> None:
        """``raw`` holds the fields as they came."""
        self.what = what
        self.raw = raw

    def find(self, *paths: str) -> tuple[str, Any]:
        """The first path that holds something, and what it holds; the first path and ``None`` where none does."""
        for path in paths:
            held = _at(self.raw, path)
            if not _is_nothing(held):
                return path, held
        return paths[0], None

    def text(self, *paths: str) -> str | None:
        """Trimmed text (a number counts); half a surrogate pair, which no storage takes, becomes a question mark."""
        path, held = self.find(*paths)
        if held is None:
            return None
        if isinstance(held, bool) or not isinstance(held, str | int | Decimal):
            raise self.fault(path, "must be text")
        return plain_text(held) or None

    def word(self, *paths: str) -> str:
        """Text for comparing, as :func:`small` gives it; empty where there is none."""
        return small(self.text(*paths) or "")

    def identifier(self, *paths: str) -> str | None:
        """An id that may stand in an address: letters, digits and ``_.:-``, at most 100 characters."""
        path, _ = self.find(*paths)
        found = self.text(*paths)
        if found is not None and not is_identifier(found):
            raise self.fault(path, f"must be an id of at most {LONGEST_ID} letters and digits")
        return found

    def amount(self, *paths: str) -> Decimal | None:
        """A number, exact: at most 10 digits and 8 decimals."""
        path, held = self.find(*paths)
        if held is None:
            return None
        number = held if isinstance(held, int | Decimal) and not isinstance(held, bool) else None
        text = held.strip() if isinstance(held, str) else "" if number is None else _figures(number)
        if not _AMOUNT.fullmatch(text):
            raise self.fault(path, "must be a number such as 1234.50")
        return Decimal(text)

    def moment(self, *paths: str) -> datetime | None:
        """An ISO 8601 time between 2000 and 2100, in UTC; one without a zone is in UTC, as Laravel keeps them."""
        path, _ = self.find(*paths)
        found = self.text(*paths)
        if found is None:
            return None
        read = read_moment(found)
        if read is None:
            raise self.fault(path, "must be a time such as 2026-11-02T09:15:44Z, between the years 2000 and 2100")
        return read

    def day(self, *paths: str) -> date | None:
        """A calendar day; of a time with a zone the day in Europe/Stockholm."""
        path, _ = self.find(*paths)
        found = self.text(*paths)
        if found is None:
            return None
        read = read_moment(found)
        if read is None:
            raise self.fault(path, "must be a day such as 2026-11-02, between the years 2000 and 2100")
        return read.date() if _DAY.fullmatch(found) else stockholm_date(read)

    def flag(self, *paths: str) -> bool | None:
        """Yes or No, in any case, also as true, false, 1 or 0."""
        path, held = self.find(*paths)
        word = str(held).strip().casefold() if isinstance(held, str | bool | int) else ""
        if held is not None and word not in YES | NO:
            raise self.fault(path, "must be Yes or No")
        return None if held is None else word in YES

    def inner(self, path: str) -> "Record":
        """The object at ``path``; an empty one where there is none."""
        _, held = self.find(path)
        if held is not None and not isinstance(held, dict):
            raise self.fault(path, "must be an object")
        return Record(f"{self.what}.{path}", flat(held or {}))

    def several(self, path: str) -> Iterator["Record"]:
        """The objects of a list at ``path``; PHP writes a list with gaps as an object, whose values are taken."""
        _, held = self.find(path)
        listed = list(held.values()) if isinstance(held, dict) else held or []
        if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
            raise self.fault(path, "must be a list of objects")
        return (Record(f"{self.what}.{path}[{place}]", flat(entry)) for place, entry in enumerate(listed))

    def fault(self, path: str, reason: str) -> Unreadable:
        """What to raise about the field at ``path``."""
        return Unreadable(f"{self.what}.{path}: {reason}")

    def missing(self, path: str) -> Unreadable:
        """What to raise where the field at ``path`` is needed and empty."""
        return self.fault(path, "is missing")


def read_moment(text: str) -> datetime | None:
    """An ISO 8601 time or day in UTC; ``None`` for anything else, and outside the years 2000 to 2099."""
    try:
        read = datetime.fromisoformat(text.strip())
        moment = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment if 2000 <= moment.year < 2100 and 2000 <= read.year < 2100 else None


def is_identifier(text: str) -> bool:
    """Whether a text may stand in an address as an id, and in a key."""
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None


def small(text: str) -> str:
    """Words for comparing: small letters, one blank between them, also for underscores and hyphens."""
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").split())


def plain_text(value: str | int | Decimal) -> str:
    """A text or number as trimmed text that any storage takes."""
    held = value if isinstance(value, str) else _figures(value)
    return held.strip().encode("utf-8", "replace").decode()


def seconds(moment: datetime) -> Decimal:
    """Seconds since 1970 of an aware moment, exact to the microsecond."""
    whole = Decimal(int(moment.replace(microsecond=0).timestamp()))
    return whole + Decimal(moment.microsecond) / 1_000_000


def _at(raw: Mapping[str, Any], path: str) -> Any:
    if path in raw:
        return raw[path]
    first, dot, rest = path.partition(".")
    inner = raw.get(first)
    return _at(flat(inner), rest) if dot and isinstance(inner, dict) else None


def _figures(number: int | Decimal) -> str:
    """A number's digits; empty for one that is out of all bounds, which ``str`` might refuse to write."""
    if isinstance(number, Decimal):
        return f"{number:f}" if number.is_finite() and -20 < number.adjusted() < 20 else ""
    return str(number) if abs(number) < 10**30 else ""


def _is_nothing(held: object) -> bool:
    return held is None or (isinstance(held, str) and held.strip().casefold() in NOTHING) or held in ({}, [])
