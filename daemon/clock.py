"""Time as it is passed in: the wall clock, the monotonic clock, and sleep."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import anyio


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """The three faces of time; tests hand in their own. ``now`` is aware (UTC), the others count seconds."""

    now: Callable[[], datetime] = _utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep

    def milliseconds(self) -> int:
        """The wall clock as the store keeps it: milliseconds since 1970."""
        return int(self.now().timestamp() * 1000)
