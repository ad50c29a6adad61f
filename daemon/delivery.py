"""Delivery: one loop per company takes due heads of lanes and carries each as far as it can go now."""

from asyncio import TaskGroup
from collections.abc import Callable
from dataclasses import dataclass, field

import anyio

from connectors.base import Target
from daemon.clock import Clock
from daemon.gate import Gate
from daemon.logs import Log
from daemon.step import Step
from store import heads, lanes
from store.db import Database, StoreUnavailable
from store.heads import Head

IDLE_SECONDS = 30.0
"""The longest sleep without a look at the table: waking is a hint, the table is the truth."""

ORPHAN_SECONDS = 0.25
"""The shortest time between two reads for doubts that stopped commands left."""

STORE_PAUSE_SECONDS = 1.0
"""How long delivery rests when the database refuses a write: nothing may leave that cannot be recorded."""


def _nobody_watches() -> None:
    """The default where no watchdog and no turnstile ask (tests)."""


@dataclass(slots=True)
class Slots:
    """How many commands may be under way at once in the whole process."""

    free: int
    saturated: bool = False
    on_finished: Callable[[], None] = _nobody_watches
    _freed: anyio.Event = field(default_factory=anyio.Event)

    def take(self) -> None:
        """One more is under way."""
        self.free -= 1

    def give_back(self) -> None:
        """One is done; whoever waits for a place or for progress goes on."""
        self.free += 1
        self._freed.set()
        self.on_finished()

    async def wait(self, seconds: float) -> None:
        """Return when a place may have come free, at the latest after ``seconds``."""
        if self._freed.is_set():
            self._freed = anyio.Event()
        with anyio.move_on_after(seconds):
            await self._freed.wait()


class CompanyDelivery:
    """The loop of one company: a paused or throttled one costs the others nothing."""

    def __init__(
        self,
        company: str,
        *,
        database: Database,
        target: Target,
        step: Step,
        gate: Gate,
        slots: Slots,
        clock: Clock,
        log: Log,
        beat: Callable[[], None] = _nobody_watches,
        idle: Callable[[], None] = _nobody_watches,
    ) -> None:
        """``beat`` and ``idle`` tell the watchdog that the loop works, or waits to be woken."""
        self.company = company
        self.gate = gate
        self.step = step
        self._database = database
        self._target = target
        self._slots = slots
        self._clock = clock
        self._log = log
        self._beat = beat
        self._idle = idle
        self._busy: set[str] = set()
        self._stopped = anyio.Event()
        self._orphans_at = clock.monotonic()
        self._resolving = False
        self._wake = anyio.Event()

    @property
    def in_flight(self) -> int:
        """Commands under way."""
        return len(self._busy)

    def wake(self) -> None:
        """There may be new work: a hint only."""
        self._orphans_soon()
        self._wake.set()

    def stop(self) -> None:
        """Take nothing more, and let no new call leave; what is under way ends by itself."""
        self.gate.stopping = True
        self._stopped.set()
        self._wake.set()
        self.gate.wake()

    async def run(self) -> None:
        """Deliver until :meth:`stop`; returns when nothing is under way any more."""
        # Not anyio's group: a task of that costs four times as much, and there is one for each command.
        async with TaskGroup() as tasks:
            while not self._stopped.is_set():
                self._idle()
                await self.gate.wait_until_open(self._stopped.is_set)
                if not self._stopped.is_set():
                    await self._round(tasks)

    async def _round(self, tasks: TaskGroup) -> None:
        self._beat()
        self._wake = anyio.Event()
        self._start_orphans(tasks)
        room = min(self._slots.free, self._target.room())
        if room <= 0:
            await self._wait_for_room()
            return
        due = await self._database.read(
            heads.due(self.company, self._clock.milliseconds(), room, frozenset(self._busy))
        )
        for head in due:
            self._busy.add(head.lane)
            self._slots.take()
            tasks.create_task(self._carry(head), name=f"command {head.outbox_id}")
        self._slots.saturated = self._slots.free <= 0
        if not due:
            await self._rest()

    async def _wait_for_room(self) -> None:
        self._idle()
        if self._slots.free <= 0:
            await self._slots.wait(1.0)
        else:
            self._slots.saturated = False
            with anyio.move_on_after(min(max(self._target.room_in(), 0.001), IDLE_SECONDS)):
                await self._stopped.wait()

    async def _carry(self, head: Head) -> None:
        try:
            await self.step.carry(head)
        except StoreUnavailable:
            await self._clock.sleep(STORE_PAUSE_SECONDS)
        finally:
            self._busy.discard(head.lane)
            self._slots.give_back()
            self._orphans_soon()
            self._wake.set()

    def _orphans_soon(self) -> None:
        """A command may have stopped with a doubt open."""
        self._orphans_at = min(self._orphans_at, self._clock.monotonic() + ORPHAN_SECONDS)

    def _start_orphans(self, tasks: TaskGroup) -> None:
        if not self._resolving and self._clock.monotonic() >= self._orphans_at:
            self._resolving = True
            tasks.create_task(self._resolve_orphans(), name="doubts of stopped commands")

    async def _resolve_orphans(self) -> None:
        self._orphans_at = self._clock.monotonic() + IDLE_SECONDS
        try:
            seconds = max(await self.step.resolve_orphans(self.company), ORPHAN_SECONDS)
        except StoreUnavailable:
            seconds = STORE_PAUSE_SECONDS
        finally:
            self._resolving = False
        self._orphans_at = min(self._orphans_at, self._clock.monotonic() + seconds)
        self._wake.set()

    async def _rest(self) -> None:
        seconds = IDLE_SECONDS if self._resolving else self._orphans_at - self._clock.monotonic()
        due = await self._database.read(lanes.next_due(self.company, frozenset(self._busy)))
        if due is not None:
            seconds = min(seconds, (due - self._clock.milliseconds()) / 1000)
        self._idle()
        with anyio.move_on_after(min(max(seconds, 0.001), IDLE_SECONDS)):
            await self._wake.wait()
