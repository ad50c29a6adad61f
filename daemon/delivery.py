"""Delivery: one loop per company takes due heads of lanes and carries each as far as it can go now."""

from asyncio import TaskGroup
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import anyio

from connectors.base import Target
from daemon.clock import Clock
from daemon.gate import Gate
from daemon.logs import Log
from daemon.precedence import Precedence, a_persons
from daemon.slots import Share
from daemon.step import Step
from store import heads, lanes
from store.db import Database, StoreUnavailable
from store.heads import Choose, Head

IDLE_SECONDS = 30.0
"""The longest sleep without a look at the table: waking is a hint, the table is the truth."""

ORPHAN_SECONDS = 0.25
"""The shortest time between two reads for doubts that stopped commands left."""

STORE_PAUSE_SECONDS = 1.0
"""How long delivery rests when the database refuses a write: nothing may leave that cannot be recorded."""


def _nobody_watches() -> None:
    """The default where no watchdog asks (tests), and nothing elsewhere waits."""


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
        slots: Share,
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
        self._persons = 0
        self._precedence = Precedence()
        self._stopped = anyio.Event()
        self._urgent = anyio.Event()
        self._urgent.set()
        self._orphans_at = clock.monotonic()
        self._resolving = False
        self._wake = anyio.Event()
        self.carried: Callable[[], None] = _nobody_watches
        """Called when a command was carried: what waits for it elsewhere may go now."""

    @property
    def in_flight(self) -> int:
        """Commands under way."""
        return len(self._busy)

    def allow(self, *, read_only: bool, approve: frozenset[str]) -> None:
        """What the configuration lets leave: nothing, or some writes only after a person's approval."""
        self.step.approve = approve
        self.gate.set_read_only(read_only)

    def wake(self) -> None:
        """There may be new work: a hint only."""
        self._orphans_soon()
        self._wake.set()

    def urge(self) -> None:
        """A person asked for something that may be due now: it does not wait until the rate window has room."""
        self._urgent.set()
        self.wake()

    def stop(self) -> None:
        """Take nothing more, and let no new call leave; what is under way ends by itself."""
        self.gate.stopping = True
        self._stopped.set()
        self._wake.set()
        self._urgent.set()
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
        urged, self._urgent = self._urgent.is_set(), anyio.Event()
        self._start_orphans(tasks)
        room = min(self._slots.free, self._target.room())
        if room <= 0:
            if not urged or not await self._take_a_persons(tasks):
                await self._wait_for_room()
            return
        due = await self._due(room, self._precedence.choose)
        for head in due:
            self._take(head, tasks)
        self._slots.saturated(self._slots.free <= 0)
        if not due:
            await self._rest()

    async def _due(self, room: int, choose: Choose) -> list[Head]:
        now = self._clock.milliseconds()
        return await self._database.read(heads.due(self.company, now, room, frozenset(self._busy), choose))

    async def _take_a_persons(self, tasks: TaskGroup) -> bool:
        """One command that a person asked for goes without room: its calls stand first in the queue for the window."""
        if self._slots.free <= 0 or self._persons:
            return False
        due = await self._due(1, a_persons)
        for head in due:
            self._take(head, tasks)
        return bool(due)

    def _take(self, head: Head, tasks: TaskGroup) -> None:
        self._busy.add(head.lane)
        self._slots.take()
        self._persons += head.priority == 0
        tasks.create_task(self._carry(head, self._target.expect()), name=f"command {head.outbox_id}")

    async def _wait_for_room(self) -> None:
        self._idle()
        if self._slots.free <= 0:
            await self._slots.wait(1.0)
        else:
            self._slots.saturated(False)
            with anyio.move_on_after(min(max(self._target.room_in(), 0.001), IDLE_SECONDS)):
                await self._urgent.wait()

    async def _carry(self, head: Head, expected: AbstractContextManager[None]) -> None:
        try:
            with expected, self._target.reserve() if head.priority == 0 else nullcontext():
                await self.step.carry(head)
        except StoreUnavailable:
            await self._clock.sleep(STORE_PAUSE_SECONDS)
        finally:
            self._busy.discard(head.lane)
            self._slots.give_back()
            self._orphans_soon()
            self._wake.set()
            self.carried()
            if head.priority == 0:
                self._persons -= 1
                self._urgent.set()

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
