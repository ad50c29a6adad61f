"""Keeps tokens alive while a company or a source is idle, and says in time when a person must log in again."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from connectors.base import OutsideError
from daemon.logs import get_log

WARN_BELOW_DAYS = 10


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


class KeepTokens:
    """The scheduler's job over all companies, and over all sources that read at their senders."""

    def __init__(self, companies: Mapping[str, KeepsToken], sources: Mapping[str, Renewable]) -> None:
        self._companies = companies
        self._sources = sources

    async def __call__(self) -> int:
        """Run once; returns how many pairs were renewed."""
        renewed = 0
        for name, credentials in self._companies.items():
            renewed += await self._company(name, credentials)
        for name, reader in self._sources.items():
            renewed += await self._source(name, reader)
        return renewed

    async def _company(self, company: str, credentials: KeepsToken) -> bool:
        log = get_log()
        try:
            renewed = await credentials.keep_alive()
            left = await credentials.days_left()
        except OutsideError as error:
            return _say_failed(error, company=company)
        if left is not None and left < WARN_BELOW_DAYS:
            log.warning("token.expiring", target="fortnox", company=company, days_left=round(left, 1))
        return renewed

    async def _source(self, source: str, reader: Renewable) -> bool:
        try:
            return await reader.keep_alive()
        except OutsideError as error:
            return _say_failed(error, source=source)


def _say_failed(error: OutsideError, **whose: str) -> bool:
    get_log().error("token.refresh_failed", target=error.system, reason=error.reason, status=error.status, **whose)
    return False
