"""A monotonic clock for tests that moves only when everybody sleeps."""

import asyncio
import heapq
from collections.abc import Coroutine
from itertools import count
from typing import Any, TypeVar

Result = TypeVar("Result")


class VirtualClock:
    """Time in seconds since the start; ``run`` moves it to the next sleeper as soon as nothing else can go on."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def monotonic(self) -> float:
        """The virtual time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Sleep in virtual time."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), future))
        await future

    async def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run ``work`` to its end."""
        task = asyncio.ensure_future(work)
        ready: Any = asyncio.get_running_loop()
        while not task.done():
            await asyncio.sleep(0)
            while ready._ready:  # noqa: ASYNC110 -- lets everybody else run, there is nothing to wait for
                await asyncio.sleep(0)
            if self._sleepers and not task.done():
                at, _, future = heapq.heappop(self._sleepers)
                self.now = max(self.now, at)
                if not future.done():
                    future.set_result(None)
        return task.result()
