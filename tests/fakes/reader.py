"""A sender's API in memory: records by kind and id, pages to poll, and errors on demand."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.base import Json
from connectors.sources import Found, Page, ReaderFacts, Wanted


@dataclass
class FakeReader:
    """Fits :class:`connectors.sources.Reader`; ``errors`` are raised one by one before anything is answered."""

    records: dict[tuple[str, str], Json] = field(default_factory=dict)
    pages: Sequence[Sequence[Found]] = ()
    errors: deque[Exception] = field(default_factory=deque)
    asked: list[Wanted] = field(default_factory=list)
    cursors: list[Json | None] = field(default_factory=list)
    since: date | None = None
    closed: bool = False

    async def read(self, wanted: Wanted) -> Json | None:
        """The record, or the next error."""
        self.asked.append(wanted)
        if self.errors:
            raise self.errors.popleft()
        return self.records.get((wanted.kind, wanted.id))

    async def poll(self, cursor: Json | None, since: date) -> Page | None:
        """Page by page; the cursor counts them."""
        self.cursors.append(cursor)
        self.since = since
        if self.errors:
            raise self.errors.popleft()
        at = 0 if cursor is None else int(cursor["page"])
        if at >= len(self.pages):
            return None
        return Page(self.pages[at], {"page": at + 1}, more=at + 1 < len(self.pages))

    async def keep_alive(self) -> bool:
        """Nothing grows old."""
        return False

    async def facts(self) -> ReaderFacts:
        """Nothing is known."""
        return ReaderFacts()

    async def close(self) -> None:
        """Remembered."""
        self.closed = True
