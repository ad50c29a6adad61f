"""Reads at a company's own Fortnox what events of its push stream only hint at, inside the company's rate window."""

from collections.abc import Awaitable, Callable, Collection
from datetime import date

from connectors.base import Json
from connectors.fortnox.client import Client
from connectors.fortnox.followed_fields import fields_of, mark_of
from connectors.fortnox.forms import FORMS
from connectors.fortnox.news import DOCUMENTS, LINES, SHOWN
from connectors.fortnox.note_text import prints_of_lines
from connectors.fortnox.register_entries import kept_of
from connectors.fortnox.sweep import BATCH, Sweep
from connectors.fortnox.table import RESOURCES
from connectors.fortnox.wire import is_true, text_of
from connectors.sources import Page, ReaderFacts, Wanted

DOCUMENT_KINDS = {resource: kind for kind, resource in DOCUMENTS.items()}


class FortnoxReader:
    """Fits ``connectors.sources.Reader``; the company's target owns credentials and window."""

    def __init__(
        self,
        client: Client,
        sweep: Sweep,
        identify: Callable[[], Awaitable[None]],
        followed: Collection[str] = frozenset(),
    ) -> None:
        """``client`` is the company's, used at batch priority; ``identify`` proves that it opens the pinned company.

        ``followed`` are the registers of which somebody is told.
        """
        self._client = client.with_priority(BATCH)
        self._sweep = sweep
        self._identify = identify
        self._followed = followed
        self._identified = False

    async def read(self, wanted: Wanted) -> Json | None:
        """One object of a register: ``kind`` is the resource, ``id`` its number; only what its entry is made of.

        Where others are told of it (the resource has a word before it), what they are told, or the lines of its
        comments; of a document its state.
        """
        resource = wanted.kind.removeprefix(SHOWN).removeprefix(LINES)
        row = await self._client.find(f"read_{RESOURCES[resource].one}", wanted.id)
        if row is None:
            return None
        if wanted.kind.startswith(LINES):
            return {"lines": prints_of_lines(text_of(row.get("Comments")))}
        if resource in DOCUMENT_KINDS:
            form = FORMS[DOCUMENT_KINDS[resource]]
            return {"cancelled": is_true(row.get("Cancelled")), "became": bool(form.became(row))}
        if wanted.kind.startswith(SHOWN):
            return {"fields": fields_of(resource, row), "mark": mark_of(resource, row)}
        return kept_of(resource, row, followed=resource in self._followed)

    async def poll(self, cursor: Json | None, since: date) -> Page | None:
        """The next page of the registers that are due; ``since`` does not count: a register holds what stands now.

        The first time it is proved that the company is the pinned one: another's customers are no copy of its own.
        """
        if not self._identified:
            await self._identify()
            self._identified = True
        return await self._sweep.poll(cursor, since)

    async def keep_alive(self) -> bool:
        """The company's target does that."""
        return False

    async def facts(self) -> ReaderFacts:
        """The rate window that the company has for everything."""
        window = self._client.window
        return ReaderFacts(left=window.free() if window.calls else None, window=window.calls or None)

    async def close(self) -> None:
        """The company's target ends its renewals itself."""
