"""Reads what checks look at, through the company's client: each resource once, a bounded number of calls, no write."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.base import CredentialsLost, Json, Later, OutsideError, Throttled, Unreachable
from connectors.fortnox.auth import Credentials
from connectors.fortnox.claims import claims_in, tenant_in
from connectors.fortnox.client import Client
from connectors.fortnox.snapshot import Reading, Snapshot, Token, Unread
from connectors.fortnox.table import OPERATIONS

PATIENCE_SECONDS = 300.0
"""How long an examination that nobody waits for lets fresh work go first before it leaves the rest unread."""
SOON_SECONDS = 0.05
FAULTS = 2
"""Answers without an end (a server's fault, a timeout) after which the rest is left unread."""

OF_ONE_LIST = frozenset({"list_too_long", "list_incomplete", "list_unreadable"})
"""Reasons that say something of one list and nothing of Fortnox."""

BUSY = Unread("busy", "the rate window was busy with other work", "Run doctor again when less is to be sent.")


@dataclass(slots=True)
class Examination:
    """One examination of one company.

    ``spare`` calls of the rate window stay free for other work: each call waits until more than those are free.
    """

    client: Client
    credentials: Credentials
    ahead_seconds: Callable[[], float | None]
    clock: Callable[[], datetime]
    spare: int = 0
    _calls: int = 0
    _faults: int = 0
    _waited: float = 0.0
    _over: Unread | None = None
    _answers: dict[Reading, tuple[Json, ...] | Unread] = field(default_factory=dict)

    async def snapshot(self, readings: Iterable[Reading]) -> Snapshot:
        """Read everything once, in this order; what an outage, a 429 or lost credentials prevent is not tried.

        Raises nothing of the outside: what could not be read says so in the snapshot.
        """
        token = await self._token()
        scopes = token.scopes if isinstance(token, Token) else None
        for reading in dict.fromkeys(readings):
            self._answers[reading] = self._without(reading, scopes) or await self._read(reading)
        return Snapshot(token, self._answers, self.ahead_seconds(), self._calls)

    async def _token(self) -> Token | Unread:
        try:
            access = await self.credentials.token()
            days_left = await self.credentials.days_left()
        except OutsideError as error:
            self._over = unread(error)
            return self._over
        claims, now = claims_in(access), self.clock()
        issued, expires = _moment(claims.get("iat")), _moment(claims.get("exp"))
        return Token(
            scopes=_scopes(claims),
            tenant=tenant_in(access),
            age=None if issued is None else now - issued,
            expires_in=None if expires is None else expires - now,
            days_left=days_left,
            rotates=self.credentials.rotates,
        )

    def _without(self, reading: Reading, scopes: frozenset[str] | None) -> Unread | None:
        """Why a reading is not tried."""
        if self._over is not None:
            return self._over
        scope = OPERATIONS[reading.operation].scope
        if scopes is None or scope in scopes:
            return None
        remedy = f"To have it checked, connect the company with --scope {scope}."
        return Unread("scope", f"the token has no scope {scope}", remedy)

    async def _read(self, reading: Reading) -> tuple[Json, ...] | Unread:
        if not await self._turn():
            self._over = BUSY
            return BUSY
        try:
            return await self._rows(reading)
        except OutsideError as error:
            why = unread(error)
            self._faults += isinstance(error, Later) and error.reason not in OF_ONE_LIST
            if isinstance(error, CredentialsLost | Throttled | Unreachable) or self._faults >= FAULTS:
                self._over = why
            return why

    async def _rows(self, reading: Reading) -> tuple[Json, ...]:
        params = dict(reading.params)
        client = replace(self.client, heard=self._heard)
        if OPERATIONS[reading.operation].answers == "list":
            if reading.rows is not None:
                return tuple(await client.first(reading.operation, reading.rows))
            return tuple(await client.search(reading.operation, params, most_pages=reading.pages))
        if not reading.key:
            return (await client.read(reading.operation),)
        one = await client.find(reading.operation, reading.key)
        return () if one is None else (one,)

    def _heard(self, date: str | None) -> None:
        """Every answer is one call."""
        self._calls += 1
        self.client.heard(date)

    async def _turn(self) -> bool:
        """Let other work go first, where some is to be spared; false where that took too long."""
        window = self.client.window
        while self.spare and window.free() <= self.spare:
            wait = max(SOON_SECONDS, window.next_free_in())
            self._waited += wait
            if self._waited > PATIENCE_SECONDS:
                return False
            await self.client.sleep(wait)
        return True


def unread(error: OutsideError) -> Unread:
    """Why a call brought nothing, in words; the far side's own message may hold personal data and is left out."""
    lost = isinstance(error, CredentialsLost)
    if isinstance(error, Throttled):
        return Unread("throttled", "Fortnox asks for fewer calls just now (429)", "Run doctor again in a minute.")
    if isinstance(error, Unreachable):
        says = f"Fortnox cannot be reached ({error.reason})"
        return Unread(error.reason, says, "Run doctor again when the connection is back.")
    if error.reason == "list_too_long":
        return Unread(error.reason, "the list is longer than an examination reads", "Look it up in Fortnox.")
    if isinstance(error, Later):
        says = f"Fortnox gave no usable answer ({error.reason})"
        return Unread(error.reason, says, "Run doctor again later.")
    code = "" if error.code is None else f" with error {error.code}"
    says = (
        f"Fortnox refuses this company's credentials ({error.reason})" if lost else f"Fortnox refuses to show it{code}"
    )
    return Unread(error.reason, says, error.remedy, error.code, lost)


def _scopes(claims: dict[str, Any]) -> frozenset[str] | None:
    listed, text = claims.get("scopes"), claims.get("scope")
    if isinstance(listed, list) and listed:
        return frozenset(map(str, listed))
    return frozenset(text.split()) if isinstance(text, str) and text else None


def _moment(seconds: object) -> datetime | None:
    """A moment of a token's claims, which count seconds since 1970."""
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return None
