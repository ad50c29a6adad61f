"""Upsales' REST API: reads one record, and polls what changed (Upsales facts, section 2)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from connectors.base import Json, Later, Park, Target
from connectors.sender_target import SenderTarget
from connectors.sources import Found, Page, Reader, ReaderFacts, Surroundings, Wanted
from connectors.upsales import callbacks
from connectors.upsales.api import Api
from connectors.upsales.polling import Entry, OutOfOrder, Position, entry
from connectors.upsales.settings import UpsalesSettings
from connectors.upsales.source import NO_ACCOUNT, api_key
from connectors.upsales.target import UpsalesDesk
from handlers.values import STOCKHOLM

LISTS = frozenset({"currencies", "orderstages"})
"""Resources that are read whole: one object ``{resource: [...]}``."""

POLLED = {"orders": "order", "accounts": "client"}
"""Resource -> entity type of its dedupe keys and polled bodies."""

PAGE_SIZES = (200, 40, 8, 1)
"""Records a page, smaller where an answer would be too large: rows of orders have no bound. The API allows 2000."""

FRESH, BATCH = 1, 5
"""Priorities in the rate window: what an event waits for goes before polling."""


def open_reader(
    name: str, settings: UpsalesSettings, secrets: Mapping[str, str], surroundings: Surroundings
) -> Reader | None:
    """The reader of one account; ``None`` where no API key is configured. Raises ``ValueError`` naming the field."""
    key = api_key(secrets)
    return None if key is None else UpsalesReader(name, settings, key, surroundings)


class UpsalesReader:
    """Reads one account with its API key; every call stands in the account's rate window."""

    def __init__(self, name: str, settings: UpsalesSettings, key: str, surroundings: Surroundings) -> None:
        """``key`` stands in the query of every call and is shown nowhere else."""
        self._name = name
        self._settings = settings
        self._api = Api(name, settings, key, surroundings)

    async def read(self, wanted: Wanted) -> Json | None:
        """One record by its id, or a whole list of :data:`LISTS`; ``None`` where Upsales says that there is none."""
        operation = f"read_{wanted.kind.lower()}"
        if wanted.kind in LISTS:
            return {wanted.kind: await self._api.listed(operation, wanted.kind, {}, FRESH)}
        return await self._api.one(operation, wanted.kind, wanted.id, FRESH)

    async def poll(self, cursor: Json | None, since: date) -> Page | None:
        """One page of the lists that the settings name, one list after the other; ``None`` where they name none."""
        polled = self._settings.poll
        if not polled:
            return None
        held = dict(cursor) if cursor is not None else {}
        turn: str = held["turn"] if held.get("turn") in polled else polled[0]
        position = Position.read(held[turn]) if turn in held else _begin(since)
        asked_at, overlap = self._api.now(), timedelta(seconds=self._settings.overlap_seconds)
        entries, limit = await self._page(turn, position)
        try:
            found, moved, more = position.after(entries, limit, overlap, asked_at)
        except OutOfOrder as fault:
            raise Park("out_of_order", system=self._name, operation=f"poll_{turn}", remedy=_OUT_OF_ORDER) from fault
        held[turn] = moved.stored()
        following = polled.index(turn) + 1
        if not more:
            held["turn"] = polled[following % len(polled)]
        return Page([self._found(turn, one) for one in found], held, more or following < len(polled))

    async def keep_alive(self) -> bool:
        """An API key does not grow old."""
        return False

    async def facts(self) -> ReaderFacts:
        """Calls left in the window; Upsales tells nothing of the day's calls or of the key's age."""
        return ReaderFacts(left=self._api.window.free(), window=self._settings.window_calls)

    async def close(self) -> None:
        """Nothing is under way: a key is never renewed."""

    def target(self) -> Target | None:
        """Where the account's records are written to; ``None`` where the settings let nothing be written."""
        if self._settings.write_back is None:
            return None
        return SenderTarget(self._name, UpsalesDesk(self._settings, self._api), self._api.window)

    # --- pages -----------------------------------------------------------------------------------------------------

    async def _page(self, resource: str, position: Position) -> tuple[list[Entry], int]:
        """The records of the next page, and the limit that they were asked for with."""
        operation = f"poll_{resource}"
        for limit in PAGE_SIZES:
            try:
                records = await self._api.listed(operation, resource, position.query(limit), BATCH)
            except Later as error:
                if error.reason != "too_large" or limit == PAGE_SIZES[-1]:
                    raise
                continue
            entries = [found for found in map(entry, records) if found is not None]
            if len(entries) < len(records):
                self._api.unreadable(operation)
            return entries, limit
        raise AssertionError("the last page size either answers or raises")

    def _found(self, resource: str, one: Entry) -> Found:
        kind = POLLED[resource]
        key = callbacks.business_key(self._settings.customer_id or NO_ACCOUNT, kind, one.record)
        assert key is not None
        return Found(key, callbacks.polled_form(kind, one.record))


_OUT_OF_ORDER = (
    "Upsales gave records that are not filtered or sorted by modDate as asked, so going on could skip some. Nothing is "
    "lost: polling begins at the same place once Upsales answers as its manual says."
)


def _begin(since: date) -> Position:
    """The first moment of a day in Stockholm."""
    moment = datetime(since.year, since.month, since.day, tzinfo=STOCKHOLM).astimezone(UTC)
    return Position(floor=moment, since=moment)
