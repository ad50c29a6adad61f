"""Keeps tokens alive while a company or a source is idle, and says in time when a person must log in again."""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from connectors.base import CredentialsLost, OutsideError
from daemon.logs import get_log
from daemon.tokens import REMIND_AT_DAYS


class Renewable(Protocol):
    """What can renew its own credentials."""

    async def keep_alive(self) -> bool:
        """Renew what would grow old; true if a new pair was stored."""
        ...


@runtime_checkable
class KeepsToken(Renewable, Protocol):
    """What a company's target offers for its credentials."""

    async def days_left(self) -> float | None:
        """Days until the refresh token dies; ``None`` where nothing can die by itself."""
        ...


async def days_left(target: object) -> float | None:
    """Of a target's refresh token; ``None`` where it has none, or cannot open what is stored (its gate says that)."""
    if not isinstance(target, KeepsToken):
        return None
    try:
        return await target.days_left()
    except CredentialsLost:
        return None


Lost = Callable[[str, CredentialsLost], None]
"""Told of a company whose credentials turned out to be lost: nothing may leave for it."""


class KeepTokens:
    """The scheduler's job over all companies, and over all sources that read at their senders."""

    def __init__(self, companies: Mapping[str, KeepsToken], sources: Mapping[str, Renewable], lost: Lost) -> None:
        self._lost = lost
        self._companies = companies
        self._sources = sources
        self._reminded: dict[str, int] = {}

    async def __call__(self) -> int:
        """Run once; returns how many pairs were renewed."""
        renewed = 0
        for name, credentials in self._companies.items():
            renewed += await self._company(name, credentials)
        for name, reader in self._sources.items():
            renewed += await self._source(name, reader)
        return renewed

    async def _company(self, company: str, credentials: KeepsToken) -> bool:
        try:
            renewed = await credentials.keep_alive()
        except OutsideError as error:
            renewed = _say_failed(error, company=company)
            if isinstance(error, CredentialsLost):
                self._lost(company, error)
        try:
            self._remind(company, await credentials.days_left())
        except CredentialsLost as error:
            return _say_failed(error, company=company)
        return renewed

    def _remind(self, company: str, left: float | None) -> None:
        """Say once for each step that the refresh token dies; a renewed one begins anew."""
        step = next((days for days in REMIND_AT_DAYS if left is not None and left <= days), None)
        if step is None or left is None:
            self._reminded.pop(company, None)
        elif self._reminded.get(company) != step:
            self._reminded[company] = step
            get_log().warning("token.expiring", target="fortnox", company=company, days_left=round(left, 1))

    async def _source(self, source: str, reader: Renewable) -> bool:
        try:
            return await reader.keep_alive()
        except OutsideError as error:
            return _say_failed(error, source=source)


def _say_failed(error: OutsideError, **whose: str) -> bool:
    get_log().error("token.refresh_failed", target=error.system, reason=error.reason, status=error.status, **whose)
    return False
