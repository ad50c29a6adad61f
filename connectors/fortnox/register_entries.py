"""What the local copy of a register keeps of an object of Fortnox, and what the object can be found by."""

from collections.abc import Mapping
from datetime import datetime

from connectors.base import Json
from connectors.fortnox.wire import text_of
from connectors.sources import Entry

REGISTERED: Mapping[str, tuple[str, ...]] = {
    "articles": ("ArticleNumber", "Active"),
    "customers": ("CustomerNumber", "Active"),
}
"""Resource -> the field that names an object, and what else is kept."""


def entry_of(resource: str, row: Json, told_at: datetime) -> Entry:
    """The entry of an object or a list's row of a registered resource, as Fortnox showed it at ``told_at`` (aware)."""
    number, *fields = REGISTERED[resource]
    return Entry(resource, text_of(row.get(number)), told_at, {name: row[name] for name in fields if name in row})
