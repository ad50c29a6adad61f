"""Usage: folds the calls that each company made into the day on disk, without a write for each call."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

from connectors.usage import Usage
from daemon.clock import Clock
from daemon.times import LOCAL
from store import usage
from store.db import Database, StoreUnavailable


@runtime_checkable
class CountsUsage(Protocol):
    """What counts the calls that it makes."""

    @property
    def usage(self) -> Usage:
        """The calls since they were last taken to disk."""
        ...


class UsageBook:
    """Writes down what companies called, with each heartbeat; a crash forgets at most what came since the last one.

    A day is Stockholm's, as in Fortnox's own statistics; a call around midnight may count for the day after.
    """

    def __init__(self, database: Database, watched: Mapping[str, object], clock: Clock) -> None:
        """``watched`` are targets by company; those that count nothing are left out."""
        self._database = database
        self._clock = clock
        self._counted = {name: entry.usage for name, entry in watched.items() if isinstance(entry, CountsUsage)}

    async def fold(self) -> None:
        """Take what was counted to disk; where the database refuses, it stays counted for the next time."""
        counted = {name: (used.calls, used.throttled) for name, used in self._counted.items() if used.calls}
        if not counted:
            return
        try:
            await self._database.write(usage.add(day_of(self._clock.now()), counted))
        except StoreUnavailable:
            # It reports itself.
            return
        for name, (calls, throttled) in counted.items():
            self._counted[name].taken(calls, throttled)


def day_of(moment: datetime) -> str:
    """The day that a call counts for, for instance ``2026-11-13``."""
    return moment.astimezone(LOCAL).date().isoformat()
