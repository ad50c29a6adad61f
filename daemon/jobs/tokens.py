"""Keeps tokens alive while a company is idle, and says in time when a person must log in again."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from connectors.base import OutsideError
from daemon.logs import get_log

WARN_BELOW_DAYS = 10


@runtime_checkable
class KeepsToken(Protocol):
    """What a company's target offers for its credentials."""

    async def keep_alive(self) -> bool:
        """Renew what would grow old; true if a new pair was stored."""
        ...

    async def days_left(self) -> float | None:
        """Days until the refresh token dies; ``None`` where nothing can die by itself."""
        ...


class KeepTokens:
    """The scheduler's job over all companies."""

    def __init__(self, companies: Mapping[str, KeepsToken]) -> None:
        self._companies = companies

    async def __call__(self) -> int:
        """Run once; returns how many pairs were renewed."""
        renewed = 0
        for name, credentials in self._companies.items():
            renewed += await self._one(name, credentials)
        return renewed

    async def _one(self, company: str, credentials: KeepsToken) -> bool:
        log = get_log()
        try:
            renewed = await credentials.keep_alive()
            left = await credentials.days_left()
        except OutsideError as error:
            return _say_failed(company, error)
        if left is not None and left < WARN_BELOW_DAYS:
            log.warning("token.expiring", target="fortnox", company=company, days_left=round(left, 1))
        return renewed


def _say_failed(company: str, error: OutsideError) -> bool:
    get_log().error("token.refresh_failed", target="fortnox", company=company, reason=error.reason, status=error.status)
    return False
