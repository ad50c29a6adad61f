"""Whether we are alive: progress of every loop, watchdog beats that depend on it, and the figures of the heartbeat."""

import os
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import anyio

from daemon.clock import Clock
from daemon.logs import get_log

LAG_SAMPLE_SECONDS = 1.0
DEFAULT_CHECK_SECONDS = 20.0
READ_SECONDS = 10.0
STORE = "store"
SKEW_SECONDS = 30.0


class Progress:
    """Who made progress when. A loop that waits for work is *idle* and cannot stall; one at work beats in its bound."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bounds: dict[str, float] = {}
        self._last: dict[str, float] = {}
        self._idle: set[str] = set()

    def register(self, name: str, bound_seconds: float) -> None:
        """From now on the loop ``name`` must make progress at least every ``bound_seconds`` while it is not idle."""
        self._bounds[name] = bound_seconds
        self.beat(name)

    def beat(self, name: str) -> None:
        """The loop did a piece of work, or begins one."""
        self._last[name] = self._clock.monotonic()
        self._idle.discard(name)

    def idle(self, name: str) -> None:
        """The loop has nothing to do and waits to be woken."""
        self._last[name] = self._clock.monotonic()
        self._idle.add(name)

    def forget(self, name: str) -> None:
        """The loop ended in order."""
        self._bounds.pop(name, None)
        self._last.pop(name, None)
        self._idle.discard(name)

    def stalled(self) -> dict[str, float]:
        """The loops beyond their bound, with the seconds since their last progress."""
        now = self._clock.monotonic()
        silent = {name: now - self._last[name] for name in self._bounds if name not in self._idle}
        return {name: seconds for name, seconds in silent.items() if seconds > self._bounds[name]}


class LoopLag:
    """How late the event loop wakes its tasks: the worst since it was last asked, in milliseconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._worst = 0.0

    async def run(self) -> None:
        """Sample for ever."""
        while True:
            before = self._clock.monotonic()
            await self._clock.sleep(LAG_SAMPLE_SECONDS)
            late = self._clock.monotonic() - before - LAG_SAMPLE_SECONDS
            self._worst = max(self._worst, late * 1000)

    def worst_ms(self) -> float:
        """The worst since the last call of this method."""
        worst, self._worst = self._worst, 0.0
        return round(worst, 1)


class Watchdog:
    """Beats only while every loop makes progress and the database answers a trivial read.

    It watches us, never an outside system. ``read`` asks the database; ``beat`` tells systemd; ``every`` is a third of
    the watchdog's interval, or None where nobody watches (then loops are still checked and logged).
    """

    def __init__(
        self,
        *,
        progress: Progress,
        read: Callable[[], Awaitable[object]],
        beat: Callable[[], None],
        clock: Clock,
        watchdog_seconds: float | None,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._progress = progress
        self._read = read
        self._beat = beat
        self._clock = clock
        self._every = watchdog_seconds / 3 if watchdog_seconds else DEFAULT_CHECK_SECONDS
        self._read_seconds = min(read_seconds, self._every)
        self._answered = clock.monotonic()
        self.stalled: dict[str, float] = {}

    async def run(self) -> None:
        """Check for ever, the first time at once."""
        while True:
            await self.check()
            await self._clock.sleep(self._every)

    async def check(self) -> None:
        """One check: log what stalled or goes on again (once each), and beat if nothing is stalled."""
        found = self._progress.stalled()
        silent, error = await self._store_silent()
        if silent is not None:
            found[STORE] = silent
        log = get_log()
        for name, seconds in found.items():
            if name not in self.stalled:
                reason = error if name == STORE else None
                log.error("loop.stalled", loop=name, since_s=round(seconds, 1), exc_info=reason)
        for name, seconds in self.stalled.items():
            if name not in found:
                log.info("loop.recovered", loop=name, since_s=round(seconds, 1))
        self.stalled = found
        if not found:
            self._beat()

    async def _store_silent(self) -> tuple[float | None, Exception | None]:
        """Seconds since the database last answered (``None`` where it answers), and what it failed with."""
        failure = None
        with anyio.move_on_after(self._read_seconds):
            try:
                await self._read()
            except Exception as error:  # noqa: BLE001 - told as a stall of the store, with its class and place
                failure = error
            else:
                self._answered = self._clock.monotonic()
                return None, None
        return self._clock.monotonic() - self._answered, failure


@runtime_checkable
class KnowsClock(Protocol):
    """What tells how far its far side's clock is from ours."""

    def clock_skew(self) -> float | None:
        """Seconds that it is ahead; ``None`` where nothing is known."""
        ...


class SkewWatch:
    """Says once that clocks differ by more than half a minute, and once that they no longer do."""

    def __init__(self) -> None:
        self._skewed = False

    def look(self, watched: Mapping[str, object]) -> float | None:
        """The largest difference of those that know one, in seconds; it is told in the log as it begins and ends."""
        known = {
            name: skew
            for name, entry in watched.items()
            if isinstance(entry, KnowsClock) and (skew := entry.clock_skew()) is not None
        }
        if not known:
            return None
        against = max(known, key=lambda name: abs(known[name]))
        skewed = abs(known[against]) > SKEW_SECONDS
        if skewed != self._skewed:
            self._skewed = skewed
            told = {"against": f"fortnox.{against}", "skew_s": round(known[against], 1)}
            if skewed:
                get_log().warning("clock.skewed", **told)
            else:
                get_log().info("clock.steady", **told)
        return known[against]


@dataclass(frozen=True, slots=True)
class Figures:
    """What the store and the outside know, from kept counters. Ages are in seconds, ``None`` where there is nothing."""

    inbox_waiting: int
    inbox_oldest_s: float | None
    outbox_waiting: int
    outbox_oldest_s: float | None
    parked: int
    targets_paused: int
    token_days_left: float | None = None
    clock_skew_s: float | None = None
    push_behind: int | None = None
    push_silent_s: float | None = None


class Heartbeat:
    """The log line with the state of everything: a job of the scheduler, and the last thing before stopping."""

    def __init__(
        self,
        *,
        figures: Callable[[], Awaitable[Figures]],
        database: Path,
        watchdog: Watchdog,
        lag: LoopLag,
        clock: Clock,
    ) -> None:
        self._figures = figures
        self._database = database
        self._watchdog = watchdog
        self._lag = lag
        self._clock = clock
        self._started = clock.monotonic()

    async def __call__(self) -> None:
        """Write the line."""
        get_log().info("daemon.heartbeat", **await self.fields())

    async def fields(self) -> dict[str, int | float | None]:
        """The line's fields (operations facts, section 5.2); ``None`` where a figure does not exist."""
        figures = await self._figures()
        return {
            "uptime_s": round(self._clock.monotonic() - self._started, 1),
            "inbox_waiting": figures.inbox_waiting,
            "inbox_oldest_s": _rounded(figures.inbox_oldest_s),
            "outbox_waiting": figures.outbox_waiting,
            "outbox_oldest_s": _rounded(figures.outbox_oldest_s),
            "parked": figures.parked,
            "targets_paused": figures.targets_paused,
            "loops_stalled": len(self._watchdog.stalled),
            "token_days_left": _rounded(figures.token_days_left),
            "db_bytes": _database_bytes(self._database),
            "disk_free_bytes": shutil.disk_usage(self._database.parent).free,
            "loop_lag_ms": self._lag.worst_ms(),
            "clock_skew_s": _rounded(figures.clock_skew_s),
            "push_behind": figures.push_behind,
            "push_silent_s": _rounded(figures.push_silent_s),
            "rss_bytes": _resident_bytes(),
        }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)


def _database_bytes(database: Path) -> int:
    """The file and its write-ahead log."""
    files = (database, database.with_name(database.name + "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _resident_bytes() -> int | None:
    """Memory in use; ``None`` on a system without /proc."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
