"""Reads the bodies of workflow webhooks: by label or dotted path, because their shape is the owner's."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from connectors.highlevel.settings import Paths
from handlers.events import Answer
from handlers.values import is_nps

# fmt: off
STANDARD_KEYS = frozenset({
    "contact_id", "first_name", "last_name", "full_name", "name", "email", "phone", "tags", "country", "address1",
    "city", "state", "postal_code", "company_name", "date_created", "full_address", "contact_type", "contact_source",
    "timezone", "date_of_birth", "website", "source", "user", "owner", "message", "task", "location", "workflow",
    "triggerdata", "contact", "attributionsource", "lastattributionsource", "customdata", "calendar", "appointment",
    "note", "opportunity_name", "opportunity_source", "pipeline_name", "pipeline_id", "pipeline_stage", "lead_value",
    "status", "opportunity", "campaign", "order", "invoice", "payment", "event", "survey", "survey_id",
    "submission_id", "response_id", "event_id", "submitted_at", "location_id", "locationid", "contactid",
    "organization",
})
# fmt: on
"""Top-level keys of the action "Webhook" that are no answers, in lower case (HighLevel facts, section 5)."""

SCORE_MARKS = ("0-10", "0–10", "nps")
LONGEST_ID = 200


class Body:
    """A body as the owner's workflow sent it; missing, null and empty values are the same."""

    def __init__(self, raw: dict[str, Any]) -> None:
        """``raw`` is the JSON object."""
        self.raw = raw
        self._by_label: dict[str, Any] = {}
        for key, value in raw.items():
            if not _empty(value):
                self._by_label.setdefault(label(key), value)

    def find(self, paths: Paths) -> Any:
        """The first value that is not empty at one of ``paths``; ``None`` where there is none."""
        return next((value for value in map(self._at, paths) if not _empty(value)), None)

    def text(self, paths: Paths) -> str | None:
        """The first value as trimmed text (a number counts); ``None`` where there is none."""
        value = self.find(paths)
        return _word(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else None

    def identifier(self, paths: Paths) -> str | None:
        """An id: printable, at most 200 characters; anything else counts as absent."""
        value = self.find(paths)
        found = self.text(paths)
        whole = isinstance(value, int | Decimal) or (isinstance(value, str) and value.strip().isprintable())
        return found if found and whole and len(found) <= LONGEST_ID else None

    def moment(self, paths: Paths) -> datetime | None:
        """An ISO 8601 time with its zone, between 2000 and 2100, in UTC; anything else counts as absent."""
        found = self.text(paths)
        try:
            read = datetime.fromisoformat(found) if found else None
        except ValueError:
            return None
        if read is None or read.tzinfo is None or not 2000 <= read.year < 2100:
            return None
        return read.astimezone(UTC)

    def answers(self, nested: Paths, left_out: frozenset[str]) -> tuple[Answer, ...]:
        """The answers in body order: those of a nested object where there is one, else the labels at top level.

        ``left_out`` are labels (as :func:`label` gives them) that are no answers.
        """
        inner = self.find(nested)
        pairs = inner.items() if isinstance(inner, dict) else self._labels()
        return tuple(
            Answer(key=name, question=name, value=said)
            for key, value in pairs
            if label(key) not in left_out and (name := _word(key)) and (said := words(value))
        )

    def _labels(self) -> Iterator[tuple[str, Any]]:
        return ((key, value) for key, value in self.raw.items() if label(key) not in STANDARD_KEYS)

    def _at(self, path: str) -> Any:
        if not _empty(self.raw.get(path)):
            return self.raw[path]
        if label(path) in self._by_label:
            return self._by_label[label(path)]
        first, dot, rest = path.partition(".")
        inner = self.raw.get(first)
        return Body(inner).find((rest,)) if dot and isinstance(inner, dict) else None


def number(value: object) -> Decimal | None:
    """A number as number or text (``9``, ``9,5``); ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    plain = str(value).strip().replace(",", ".")
    if not plain.isascii() or len(plain) > 20 or "e" in plain.casefold():
        return None
    try:
        read = Decimal(plain)
    except InvalidOperation:
        return None
    return read if read.is_finite() else None


def score(found: tuple[Answer, ...]) -> tuple[Decimal | None, Literal["nps"] | None]:
    """The number of the first answer whose label speaks of a scale to ten (or NPS), and that scale where it can be."""
    for answer in found:
        if any(mark in answer.question.casefold() for mark in SCORE_MARKS):
            read = number(answer.value)
            if read is not None:
                return read, "nps" if is_nps(read) else None
    return None, None


def label(key: str) -> str:
    """A label as it is compared."""
    return key.strip().casefold()


def _empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ({}, [])


def words(value: object) -> str:
    """A value in words: choices joined, the texts of a file's entry joined; deeper nesting is left out."""
    if isinstance(value, list | dict):
        parts = value.values() if isinstance(value, dict) else value
        flat = [inner for part in parts for inner in (part.values() if isinstance(part, dict) else [part])]
        return ", ".join(filter(None, map(_word, flat)))
    return _word(value)


def _word(value: object) -> str:
    """A single value in words; half a surrogate pair, which no storage takes, becomes a question mark."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip().encode("utf-8", "replace").decode() if isinstance(value, str | int | Decimal) else ""
