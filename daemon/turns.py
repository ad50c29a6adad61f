"""Turns: writes to one far object leave one after another, from whichever lane they come."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio


class Turns:
    """A lock per far object, kept only while somebody holds it or waits for it."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[anyio.Lock, int]] = {}

    @asynccontextmanager
    async def of(self, far_object: str | None) -> AsyncIterator[None]:
        """Hold the turn of ``far_object``; ``None`` (nothing exists yet that is written to) needs no turn."""
        if far_object is None:
            yield
            return
        lock, users = self._locks.get(far_object, (anyio.Lock(), 0))
        self._locks[far_object] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(far_object)
            if users > 1:
                self._locks[far_object] = (lock, users - 1)
