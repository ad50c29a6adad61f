"""A rate budget: at most N calls arrive at the far side in any window, in a fair order."""

import asyncio
from bisect import insort
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from math import inf

from connectors import places
from connectors.base import Budget
from connectors.governor import Governor
from connectors.places import Ahead, Expected

MARGIN = 0.005
"""Share of the window added to it, for two clocks that run at slightly different speed."""
EXPECTED_SECONDS = 1.0
"""How long room is kept for a command that does not ask for its place: it may wait for its turn at a customer."""
LOOK_SECONDS = 0.01
"""How soon to look again whether those that are expected have come."""
SOON = 1e-6
"""The shortest wait in seconds: a rounding error must not make the queue spin."""


@dataclass(slots=True, order=True)
class _Ticket:
    priority: int
    turn: int
    wake: asyncio.Future[None] | None = field(default=None, compare=False)
    timed: bool = field(default=False, compare=False)


class Window:
    """A log of the last calls (Fortnox facts, section 3: 25 requests per 5 seconds, a sliding window).

    Fortnox counts on arrival, and a call arrives somewhere between its start and its end; so a place comes free one
    window after the call *ended*. Time is monotonic. Within a priority (0 a person, 1 live, 5 batch, 9 backfill) the
    order is that of arrival. ``calls`` 0 means no limit, for measurements on loopback. How many of the calls are
    permitted just now is the :class:`connectors.governor.Governor`'s word.
    """

    def __init__(
        self,
        calls: int,
        seconds: float,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """``seconds`` is the length of the window; ``sleep`` waits on the same clock as ``monotonic``."""
        self.governor = Governor(calls, seconds, monotonic=monotonic)
        self._monotonic = monotonic
        self._sleep = sleep
        self._running = 0
        self._free_at: deque[float] = deque()
        self._frozen_until = -inf
        self._refused_until = -inf
        self._reserves = 0
        self._turns = count()
        self._waiting: list[_Ticket] = []
        self._expected: list[Expected] = []

    @property
    def calls(self) -> int:
        """The most calls in any window; 0: no limit."""
        return self.governor.ceiling

    @calls.setter
    def calls(self, most: int) -> None:
        self.governor.ceiling = most

    @property
    def seconds(self) -> float:
        """The length of the window."""
        return self.governor.seconds

    @property
    def used(self) -> int:
        """Places that are taken now: calls under way, and those that ended less than a window ago."""
        self._forget()
        return self._running + len(self._free_at)

    @property
    def frozen_for(self) -> float:
        """Seconds until anything may leave again after a refusal; 0 where nothing is frozen."""
        return max(0.0, self._frozen_until - self._monotonic())

    def budget(self) -> Budget:
        """The window as it stands, for people."""
        permitted, since = self.governor.permitted(), self.governor.since
        halved = None if since is None else self._monotonic() - since
        return Budget(self.calls, self.seconds, permitted, self.used, halved, self.frozen_for)

    def narrow(self, calls: int, seconds: float) -> None:
        """Somebody who shares the budget knows other limits: the fewer calls and the longer window count."""
        self.calls = min(calls or self.calls, self.calls or calls)
        self.governor.seconds = max(self.seconds, seconds)

    @asynccontextmanager
    async def place(self, priority: int = 1) -> AsyncIterator[None]:
        """Wait for a place and hold it for the length of the block: exactly one call, from before it leaves."""
        ahead, expected = places.ahead.get(), places.expected.get()
        if expected is not None:
            expected.come(self)
        if self.calls == 0 or (ahead is not None and ahead.serves(self)):
            yield
            return
        await self._take(priority)
        try:
            yield
        finally:
            self._running -= 1
            self._free_at.append(self._held_until())
            self._wake_head(timed=False)

    @asynccontextmanager
    async def ahead(self, priority: int = 1) -> AsyncIterator[None]:
        """Take the place of this task's next call before it is made: what is written down as sent really leaves."""
        async with self.place(priority):
            token = places.ahead.set(Ahead(self))
            try:
                yield
            finally:
                places.ahead.reset(token)

    def expect(self) -> Expected:
        """A command is taken whose first call will want a place: enter what is returned in the command's own task."""
        expected = Expected(self, self._monotonic() + EXPECTED_SECONDS)
        if self.calls:
            self._expected.append(expected)
        return expected

    @contextmanager
    def reserve(self) -> Iterator[None]:
        """While a person's command waits: one place is left for it by everything of lower priority.

        Never the only one: what a person waits for may itself wait for a lower one to end.
        """
        self._reserves += 1
        try:
            yield
        finally:
            self._reserves -= 1
            self._wake_head()

    def free(self) -> int:
        """How many calls may leave now (0 while frozen); a very large number where there is no limit."""
        if self.calls == 0:
            return 1_000_000
        if self.frozen_for > 0:
            return 0
        return max(0, self.governor.permitted() - self.used - len(self._waiting) - self._coming())

    def next_free_in(self) -> float:
        """Seconds until at least one call may leave; one whole window where every place is held by a running call."""
        if self.free() > 0:
            return 0.0
        now = self._monotonic()
        if self.governor.permitted() > self.used:
            return max(self.frozen_for, LOOK_SECONDS if self._expected else SOON)
        return max(self.frozen_for, min(self._opens_at(0), self._held_until()) - now)

    def freeze(self, seconds: float) -> None:
        """The far side has told that nothing is left: nothing leaves for ``seconds``."""
        self._frozen_until = max(self._frozen_until, self._monotonic() + seconds)

    def refused(self, seconds: float) -> None:
        """After a 429: nothing leaves for ``seconds``, and then half as much as before, with slow recovery."""
        now = self._monotonic()
        known, self._refused_until = now < self._refused_until, max(self._refused_until, now + seconds)
        self.governor.refused(self._refused_until, known=known)
        self.freeze(seconds)

    def obey(self, left: int) -> None:
        """The far side says that only ``left`` calls may leave: what we did not know of counts as ended just now."""
        unknown = self.calls - max(0, left) - self._running - len(self._free_at)
        self._free_at.extend([self._held_until()] * unknown)

    def assume_full(self) -> None:
        """At start, when an earlier process may have called just now: wait one whole window."""
        self._free_at = deque([self._held_until()] * self.calls)

    def _held_until(self) -> float:
        """When the place of a call that ends now comes free."""
        return self._monotonic() + self.seconds * (1 + MARGIN)

    def _coming(self) -> int:
        now = self._monotonic()
        self._expected = [expected for expected in self._expected if expected.open and expected.until > now]
        return len(self._expected)

    def _forget(self) -> None:
        now = self._monotonic()
        while self._free_at and self._free_at[0] <= now:
            self._free_at.popleft()

    async def _take(self, priority: int) -> None:
        ticket = _Ticket(priority, next(self._turns))
        insort(self._waiting, ticket)
        try:
            await self._wait_turn(ticket)
            self._running += 1
        finally:
            self._waiting.remove(ticket)
            self._wake_head()

    async def _wait_turn(self, ticket: _Ticket) -> None:
        """Only the head of the queue watches the clock; everyone else waits to be woken."""
        while True:
            if self._waiting[0] is ticket:
                delay = self._delay(ticket.priority)
                if delay == 0:
                    return
                if delay is not None:
                    await self._wait_timed(ticket, delay)
                    continue
            await self._wait(ticket)

    async def _wait(self, ticket: _Ticket) -> None:
        ticket.wake = asyncio.get_running_loop().create_future()
        try:
            await ticket.wake
        finally:
            ticket.wake = None

    async def _wait_timed(self, ticket: _Ticket, delay: float) -> None:
        """Until ``delay`` is over, or until something else than time has made room (a reserve that ended)."""

        def over(_: object) -> None:
            _ring(ticket)

        timer = asyncio.ensure_future(self._sleep(delay))
        timer.add_done_callback(over)
        ticket.timed = True
        try:
            await self._wait(ticket)
        finally:
            ticket.timed = False
            timer.remove_done_callback(over)
            timer.cancel()

    def _delay(self, priority: int) -> float | None:
        """0: go now; seconds: look again then; ``None``: only another call's end can make room."""
        if self.frozen_for > 0:
            return self.frozen_for
        kept = 1 if self._reserves and priority > 0 and self.governor.permitted() > 1 else 0
        if self.used + kept < self.governor.permitted():
            return 0
        opens = self._opens_at(kept)
        return None if opens == inf else max(SOON, opens - self._monotonic())

    def _opens_at(self, kept: int) -> float:
        """When a full window may have room, beyond the places ``kept``; infinite where only a call's end can tell."""
        over = self._running + len(self._free_at) + kept - self.governor.permitted()
        ended = self._free_at[over] if over < len(self._free_at) else inf
        return min(ended, self.governor.grows_at())

    def _wake_head(self, *, timed: bool = True) -> None:
        """Let the head look again; with ``timed`` false only where it does not know when that would help."""
        if self._waiting and (timed or not self._waiting[0].timed):
            _ring(self._waiting[0])


def _ring(ticket: _Ticket) -> None:
    if ticket.wake is not None and not ticket.wake.done():
        ticket.wake.set_result(None)
