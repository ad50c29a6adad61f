"""The calls of one account: the envelope, errors, and the key that never shows (Upsales facts, section 2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import quote, quote_plus

from connectors.base import CredentialsLost, Json, Later, Park, Throttled, UnknownEnd
from connectors.json_body import BodyFault, read_object
from connectors.rest import KeyAccess, Rest
from connectors.sources import Surroundings
from connectors.upsales import callbacks
from connectors.upsales.settings import UpsalesSettings

LONGEST_RESET_SECONDS = 3600.0
LATEST_RELATIVE_RESET = 86_400.0
"""A larger ``X-RateLimit-Reset`` can only be a time of day in seconds since 1970."""


class Api:
    """Reads and writes one account with its API key; every call stands in the account's rate window.

    Raises the errors of ``connectors.base``; only a write can have an unknown end.
    """

    def __init__(self, name: str, settings: UpsalesSettings, key: str, surroundings: Surroundings) -> None:
        """``key`` stands in the query of every call and is shown nowhere else."""
        self.name = name
        self._key = key
        self._clock = surroundings.clock
        self.window = surroundings.windows.of(
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
            window=self.window,
            access=KeyAccess({}, {"token": key}),
            sleep=surroundings.sleep,
            timeout_seconds=settings.timeout_seconds,
            heard=self._heard,
        )

    def now(self) -> datetime:
        """Our own time."""
        return self._clock()

    async def one(self, operation: str, resource: str, number: str, priority: int) -> Json | None:
        """One record by its id; ``None`` where Upsales says that there is none."""
        data = await self._data(operation, f"/{resource}/{quote(number, safe='')}", {}, priority)
        if data is None:
            return None
        if not isinstance(data, dict) or callbacks.identifier(data.get("id")) != number:
            self.unreadable(operation)
        return data

    async def listed(self, operation: str, resource: str, params: Mapping[str, str], priority: int) -> Sequence[object]:
        """One page of a list as it was given."""
        data = await self._data(operation, f"/{resource}", params, priority)
        if not isinstance(data, list):
            self.unreadable(operation)
        return data

    async def write(self, operation: str, method: str, path: str, body: Json) -> Json | None:
        """Send one change, inside a place that was taken before; the record of the answer, ``None`` without any.

        Raises ``UnknownEnd`` where no complete answer came, ``Park`` where Upsales refuses the change or has no such
        record.
        """
        try:
            answer = await self._rest.write(operation, method, path, body)
        except Park as refusal:
            if refusal.reason == "refused":
                refusal.detail, refusal.remedy = self._without_key(_word_in(refusal.detail)), self._change_refused()
            raise
        if answer.get("error") is not None:
            self._write_refused(operation, answer["error"])
        data = answer.get("data")
        return data if isinstance(data, dict) else None

    def gone(self, operation: str) -> Park:
        """There is no record to write to."""
        remedy = f"{self.name} has no such record, or the API key may not read it: see that it may, or discard this."
        return Park("gone", system=self.name, operation=operation, status=404, remedy=remedy)

    def unreadable(self, operation: str) -> NoReturn:
        """An answer is not what was asked for. Raises ``Later``."""
        raise Later("unreadable", system=self.name, operation=operation, status=200)

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
            self.unreadable(operation)
        return answer["data"]

    def _refused(self, operation: str, error: object) -> None:
        """An error inside an answer of 200; gives ``None`` where it says that there is no such record."""
        code = error.get("code") if isinstance(error, dict) else None
        status = code if isinstance(code, int) and 400 <= code < 600 else None
        if status == 404:
            return
        if status == 429:
            self.window.refused(self.window.seconds)
            after = timedelta(seconds=self.window.seconds)
            raise Throttled(after=after, system=self.name, operation=operation)
        if status in {401, 403}:
            reason = "unauthorized" if status == 401 else "forbidden"
            raise CredentialsLost(
                reason, system=self.name, operation=operation, status=status, remedy=_NEW_KEY.format(name=self.name)
            )
        if status is not None and status >= 500:
            raise Later("server_fault", system=self.name, operation=operation, status=status)
        raise Park(
            "refused",
            system=self.name,
            operation=operation,
            code=code if isinstance(code, int) else None,
            remedy=f"{self.name} answers with an error: see that the key may read this record, then retry.",
            detail=self._without_key(_word_of(error)),
        )

    def _write_refused(self, operation: str, error: object) -> NoReturn:
        """An error inside an answer of 200 to a change: a fault of the server says nothing about the change."""
        try:
            self._refused(operation, error)
        except Throttled:
            raise
        except Park as refusal:
            refusal.remedy = self._change_refused()
            raise
        except Later as fault:
            raise UnknownEnd(fault.reason, system=self.name, operation=operation, status=fault.status) from fault
        raise self.gone(operation)

    def _change_refused(self) -> str:
        return (
            f"{self.name} refuses the change (its word stands beside this): see that the API key may write, that the "
            "fields and stages named in the settings exist and that the record is not locked, then retry."
        )

    def _without_key(self, text: str) -> str:
        """Their words without our key, in whichever way they may have written it."""
        written = {self._key, quote(self._key), quote(self._key, safe=""), quote_plus(self._key, safe="/")}
        for form in sorted(written | {quote_plus(self._key)}, key=len, reverse=True):
            text = text.replace(form, "***")
        return text

    def _heard(self, headers: Mapping[str, str]) -> None:
        """Every answer tells how many calls are left: none, and nothing leaves before the window is reset."""
        left, reset = _seconds(headers.get("x-ratelimit-remaining")), _seconds(headers.get("x-ratelimit-reset"))
        if left is None or left > 0 or reset is None:
            return
        if reset > LATEST_RELATIVE_RESET:
            reset -= self._clock().timestamp()
        self.window.freeze(min(max(reset, 0.0), LONGEST_RESET_SECONDS))


_NEW_KEY = "{name} refuses the API key: make another one in Upsales and give it to the source."


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
