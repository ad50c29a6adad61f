"""Upsales' REST API: reads one record, and polls what changed (Upsales facts, section 2)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import quote, quote_plus

from connectors.base import CredentialsLost, Json, Later, Park, Throttled
from connectors.json_body import BodyFault, read_object
from connectors.rest import KeyAccess, Rest
from connectors.sources import Found, Page, Reader, ReaderFacts, Surroundings, Wanted
from connectors.upsales import callbacks
from connectors.upsales.polling import Entry, OutOfOrder, Position, entry
from connectors.upsales.settings import UpsalesSettings
from connectors.upsales.source import NO_ACCOUNT, api_key
from handlers.values import STOCKHOLM

LISTS = frozenset({"currencies", "orderstages"})
"""Resources that are read whole: one object ``{resource: [...]}``."""

POLLED = {"orders": "order", "accounts": "client"}
"""Resource -> entity type of its dedupe keys and polled bodies."""

PAGE_SIZES = (200, 40, 8, 1)
"""Records a page, smaller where an answer would be too large: rows of orders have no bound. The API allows 2000."""

FRESH, BATCH = 1, 5
"""Priorities in the rate window: what an event waits for goes before polling."""

LONGEST_RESET_SECONDS = 3600.0
LATEST_RELATIVE_RESET = 86_400.0
"""A larger ``X-RateLimit-Reset`` can only be a time of day in seconds since 1970."""


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
        self._key = key
        self._clock = surroundings.clock
        self._window = surroundings.windows.of(
            ("upsales", settings.base_url, key),
            settings.window_calls,
            settings.window_seconds,
            monotonic=surroundings.monotonic,
            sleep=surroundings.sleep,
        )
        self._rest = Rest(
            system=name,
            base=settings.base_url,
            session=surroundings.session,
            window=self._window,
            access=KeyAccess({}, {"token": key}),
            sleep=surroundings.sleep,
            timeout_seconds=settings.timeout_seconds,
            heard=self._heard,
        )

    async def read(self, wanted: Wanted) -> Json | None:
        """One record by its id, or a whole list of :data:`LISTS`; ``None`` where Upsales says that there is none."""
        operation = f"read_{wanted.kind.lower()}"
        if wanted.kind in LISTS:
            return {wanted.kind: await self._listed(operation, wanted.kind, {}, FRESH)}
        data = await self._data(operation, f"/{wanted.kind}/{quote(wanted.id, safe='')}", {}, FRESH)
        if data is None:
            return None
        if not isinstance(data, dict) or callbacks.identifier(data.get("id")) != wanted.id:
            self._unreadable(operation)
        return data

    async def poll(self, cursor: Json | None, since: date) -> Page | None:
        """One page of the lists that the settings name, one list after the other; ``None`` where they name none."""
        polled = self._settings.poll
        if not polled:
            return None
        held = dict(cursor) if cursor is not None else {}
        turn: str = held["turn"] if held.get("turn") in polled else polled[0]
        position = Position.read(held[turn]) if turn in held else _begin(since)
        asked_at, overlap = self._clock(), timedelta(seconds=self._settings.overlap_seconds)
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
        return ReaderFacts(left=self._window.free(), window=self._settings.window_calls)

    async def close(self) -> None:
        """Nothing is under way: a key is never renewed."""

    # --- pages -----------------------------------------------------------------------------------------------------

    async def _page(self, resource: str, position: Position) -> tuple[list[Entry], int]:
        """The records of the next page, and the limit that they were asked for with."""
        operation = f"poll_{resource}"
        for limit in PAGE_SIZES:
            try:
                records = await self._listed(operation, resource, position.query(limit), BATCH)
            except Later as error:
                if error.reason != "too_large" or limit == PAGE_SIZES[-1]:
                    raise
                continue
            entries = [found for found in map(entry, records) if found is not None]
            if len(entries) < len(records):
                self._unreadable(operation)
            return entries, limit
        raise AssertionError("the last page size either answers or raises")

    def _found(self, resource: str, one: Entry) -> Found:
        kind = POLLED[resource]
        key = callbacks.business_key(self._settings.customer_id or NO_ACCOUNT, kind, one.record)
        assert key is not None
        return Found(key, callbacks.polled_form(kind, one.record))

    # --- calls -----------------------------------------------------------------------------------------------------

    async def _listed(
        self, operation: str, resource: str, params: Mapping[str, str], priority: int
    ) -> Sequence[object]:
        data = await self._data(operation, f"/{resource}", params, priority)
        if not isinstance(data, list):
            self._unreadable(operation)
        return data

    async def _data(self, operation: str, path: str, params: Mapping[str, str], priority: int) -> Any:
        """What stands in the envelope; ``None`` where there is no such record. ``error`` counts even on 200."""
        try:
            answer = await self._rest.read(operation, path, params=params, priority=priority)
        except Park as refusal:
            refusal.detail = self._without_key(_word_in(refusal.detail))
            raise
        if answer is None:
            return None
        if answer.get("error") is not None:
            return self._refused(operation, answer["error"])
        if answer.get("data") is None:
            self._unreadable(operation)
        return answer["data"]

    def _refused(self, operation: str, error: object) -> None:
        """An error inside an answer of 200; gives ``None`` where it says that there is no such record."""
        code = error.get("code") if isinstance(error, dict) else None
        status = code if isinstance(code, int) and 400 <= code < 600 else None
        if status == 404:
            return
        if status == 429:
            self._window.refused(self._window.seconds)
            after = timedelta(seconds=self._window.seconds)
            raise Throttled(after=after, system=self._name, operation=operation)
        if status in {401, 403}:
            reason = "unauthorized" if status == 401 else "forbidden"
            raise CredentialsLost(
                reason, system=self._name, operation=operation, status=status, remedy=_NEW_KEY.format(name=self._name)
            )
        if status is not None and status >= 500:
            raise Later("server_fault", system=self._name, operation=operation, status=status)
        raise Park(
            "refused",
            system=self._name,
            operation=operation,
            code=code if isinstance(code, int) else None,
            remedy=f"{self._name} answers with an error: see that the key may read this record, then retry.",
            detail=self._without_key(_word_of(error)),
        )

    def _without_key(self, text: str) -> str:
        """Their words without our key, in whichever way they may have written it."""
        written = {self._key, quote(self._key), quote(self._key, safe=""), quote_plus(self._key, safe="/")}
        for form in sorted(written | {quote_plus(self._key)}, key=len, reverse=True):
            text = text.replace(form, "***")
        return text

    def _unreadable(self, operation: str) -> NoReturn:
        raise Later("unreadable", system=self._name, operation=operation, status=200)

    def _heard(self, headers: Mapping[str, str]) -> None:
        """Every answer tells how many calls are left: none, and nothing leaves before the window is reset."""
        left, reset = _seconds(headers.get("x-ratelimit-remaining")), _seconds(headers.get("x-ratelimit-reset"))
        if left is None or left > 0 or reset is None:
            return
        if reset > LATEST_RELATIVE_RESET:
            reset -= self._clock().timestamp()
        self._window.freeze(min(max(reset, 0.0), LONGEST_RESET_SECONDS))


_OUT_OF_ORDER = (
    "Upsales gave records that are not filtered or sorted by modDate as asked, so going on could skip some. Nothing is "
    "lost: polling begins at the same place once Upsales answers as its manual says."
)
_NEW_KEY = "{name} refuses the API key: make another one in Upsales and give it to the source."


def _begin(since: date) -> Position:
    """The first moment of a day in Stockholm."""
    moment = datetime(since.year, since.month, since.day, tzinfo=STOCKHOLM).astimezone(UTC)
    return Position(floor=moment, since=moment)


def _seconds(text: str | None) -> float | None:
    """A header's number, not negative; ``None`` where it is none."""
    plain = (text or "").strip()
    return float(plain) if plain.isascii() and plain.replace(".", "", 1).isdigit() and len(plain) < 20 else None


def _word_of(error: object) -> str:
    """Upsales' own word for an error."""
    word = error.get("key") if isinstance(error, dict) else None
    return word if isinstance(word, str) else ""


def _word_in(text: str) -> str:
    """The word for the error in the beginning of a refusal; nothing of a text that may have cut a key in two."""
    try:
        return _word_of(read_object(text.encode()).get("error"))
    except (BodyFault, UnicodeEncodeError):
        return ""
