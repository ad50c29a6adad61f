"""What came of one operation, by the kind of answer that the table says it has."""

from dataclasses import dataclass, field
from typing import Any

from connectors.base import Json


@dataclass(frozen=True, slots=True)
class File:
    """A file that is sent or was read: its bare name (empty where Fortnox gave none), its type and its bytes."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ObjectOutcome:
    """One object, and the envelope that it came under; decimals are exact."""

    envelope: str
    fields: Json


@dataclass(frozen=True, slots=True)
class ListOutcome:
    """Every row of a list, over all pages."""

    rows: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class BareOutcome:
    """JSON without an envelope, as the newer services under ``/api/`` answer (Fortnox facts, section 1.3)."""

    value: Any


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """A print-out, a stored file or an export."""

    file: File


@dataclass(frozen=True, slots=True)
class NothingOutcome:
    """It is done, and there is nothing to show."""


Outcome = ObjectOutcome | ListOutcome | BareOutcome | FileOutcome | NothingOutcome
