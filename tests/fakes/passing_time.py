"""Time that passes only where nothing else can: the whole daemon and its Fortnox in one loop, minutes in a moment."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import aiohttp
import pytest

from daemon.clock import Clock
from store import db

Result = TypeVar("Result")

QUIET_SECONDS = 0.001
"""Real time in which a socket of this machine has surely said that it is ready."""
STORE_SECONDS = 10.0
"""Real time that a database's thread may take; its end wakes the loop."""
ANSWER_SECONDS = 1.0
"""Real time that a call to this machine may take on a busy one; then it hangs, and time passes all the same."""
LONGEST_STEP = 1.0
"""Time never passes in longer steps, so that nobody misses what happens between."""


class PassingTime(asyncio.SelectorEventLoop):
    """A loop whose clock stands still while anybody works, and jumps to the next moment that somebody waits for."""

    def __init__(self) -> None:
        self._seconds = 1000.0
        self.hops = 0
        """Jobs that a database's thread has in hand."""
        self.calls = 0
        """HTTP calls that have no answer yet."""
        super().__init__(_Selector(self))
        self.began = datetime.now(UTC)

    def time(self) -> float:
        """Seconds of the loop's clock; everything that sleeps or times out goes by it."""
        return self._seconds

    def passed(self, seconds: float) -> None:
        """Nobody had anything to do."""
        # A rounding error must not leave the clock just before what is waited for.
        self._seconds += min(seconds, LONGEST_STEP) + 1e-6

    @property
    def clock(self) -> Clock:
        """The same time as the daemon takes it."""
        return Clock(
            now=lambda: self.began + timedelta(seconds=self._seconds - 1000.0),
            monotonic=self.time,
            sleep=asyncio.sleep,
        )


class _Selector(selectors.DefaultSelector):
    """Waits for sockets in real time, but only for a moment: then the loop's own time passes."""

    def __init__(self, loop: PassingTime) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As any selector."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if self._loop.hops:
            return super().select(STORE_SECONDS)
        quiet = ANSWER_SECONDS if self._loop.calls else QUIET_SECONDS
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(quiet)
        if not ready:
            self._loop.passed(timeout)
        return ready


@contextmanager
def _counted(loop: PassingTime) -> Iterator[None]:
    """While the body runs, the loop knows of every hop and call that is under way."""
    with pytest.MonkeyPatch.context() as patch:
        for owner, name, what in (
            (db._OneHop, "run", "hops"),
            (aiohttp.ClientSession, "_request", "calls"),
            (aiohttp.StreamReader, "_wait", "calls"),
        ):
            patch.setattr(owner, name, _counting(loop, getattr(owner, name), what))
        yield


def _counting(loop: PassingTime, counted: Callable[..., Any], what: str) -> Callable[..., Any]:
    async def count(*words: Any, **more: Any) -> Any:
        setattr(loop, what, getattr(loop, what) + 1)
        try:
            return await counted(*words, **more)
        finally:
            setattr(loop, what, getattr(loop, what) - 1)

    return count


def run(work: Callable[[Clock], Coroutine[Any, Any, Result]]) -> Result:
    """Run ``work``, given the clock, to its end; time stands still while it, a socket or the store is busy."""
    loop = PassingTime()
    with asyncio.Runner(loop_factory=lambda: loop) as runner, _counted(loop):
        return runner.run(work(loop.clock))
