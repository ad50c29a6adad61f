"""A page of a sweep, as it lies in the inbox, becomes what it tells of one register, or of documents."""

from datetime import datetime

from connectors.base import Json
from connectors.fortnox.news import DOCUMENTS
from connectors.fortnox.register_entries import REGISTERED, entry_of
from connectors.sources import Learned, Swept, Unreadable

REASON = "register_page"
DOCUMENTS_REASON = "documents_page"


def learned_from_page(body: Json) -> Learned:
    """What one page tells: its rows as they were when the sweep began, and on the ``last`` one that it ended.

    Everything is told as of the sweep's beginning, so that news that came meanwhile is never overwritten by a page that
    was read before. Raises :class:`Unreadable`.
    """
    resource, rows = body.get("register"), body.get("rows")
    if not isinstance(resource, str) or resource not in REGISTERED:
        raise Unreadable("register: not one that is kept")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("rows: not a list of objects")
    begun = _moment(body.get("begun"))
    entries = tuple(entry_of(resource, row, begun) for row in rows)
    swept = Swept(resource, begun, whole=body.get("whole") is True) if body.get("last") is True else None
    return Learned(REASON, entries, swept, whole=body.get("whole") is True)


def learned_from_documents(body: Json) -> Learned:
    """The documents of one page that may have been cancelled or made into others, and those that changed at all.

    Raises :class:`Unreadable`.
    """
    kind = body.get("documents")
    if kind not in DOCUMENTS:
        raise Unreadable("documents: no kind that is followed")
    return Learned(
        DOCUMENTS_REASON, documents=_numbered(kind, body, "numbers"), written=_numbered(kind, body, "written")
    )


def _numbered(kind: str, body: Json, name: str) -> tuple[tuple[str, str], ...]:
    numbers = body.get(name, [])
    if not isinstance(numbers, list) or not all(isinstance(number, str) and number for number in numbers):
        raise Unreadable(f"{name}: not a list of texts")
    return tuple((kind, number) for number in numbers)


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Unreadable("begun: not a moment with its offset")
    return moment
