"""Periodic jobs by name: when each is due, one run at a time, its last run on disk."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import anyio

from daemon.clock import Clock
from daemon.logs import get_log

LONGEST_SLEEP_SECONDS = 20.0


class JobStore(Protocol):
    """Where last runs are kept."""

    async def last_run(self, name: str) -> datetime | None:
        """The moment of the last run (aware); ``None`` before the first."""
        ...

    async def record(self, name: str, at: datetime, outcome: str) -> None:
        """Store that the job ran at this moment, and how it ended: finished, failed or timeout."""
        ...


class Nudge:
    """Makes a waiting job due at once; one that runs just now runs once more after that."""

    def __init__(self) -> None:
        self._given = anyio.Event()

    def __call__(self) -> None:
        """Give it."""
        self._given.set()

    def take(self) -> bool:
        """Whether it was given since it was last taken."""
        given = self._given.is_set()
        if given:
            self._given = anyio.Event()
        return given

    async def wait(self) -> None:
        """Return when it is given; it is not taken by that."""
        await self._given.wait()


@dataclass(frozen=True, slots=True)
class Job:
    """Something done every ``every``, ended by force after ``limit``.

    ``run`` returns how many things it found, or ``None``. A ``quiet`` job writes its own log line, so its success gets
    no second one. One that is due ``at_start`` runs then, whenever it last ran; a ``nudge`` makes it run again at once.
    """

    name: str
    every: timedelta
    run: Callable[[], Awaitable[int | None]]
    limit: timedelta = timedelta(minutes=10)
    quiet: bool = False
    at_start: bool = False
    nudge: Nudge | None = None


class Scheduler:
    """Runs jobs until it is cancelled.

    A job that never ran, or was missed while the daemon was down, runs once at once, however often it was missed. A job
    never overlaps itself and never waits for another. A last run in the future (a wrong clock) counts as now.
    """

    def __init__(self, jobs: Sequence[Job], store: JobStore, clock: Clock, beat: Callable[[], None]) -> None:
        """``beat`` is called at least every 20 s per job that waits: progress for the watchdog."""
        if len({job.name for job in jobs}) != len(jobs):
            raise ValueError("two jobs have the same name")
        self._jobs = jobs
        self._store = store
        self._clock = clock
        self._beat = beat

    async def run(self) -> None:
        """Keep every job running; a failure is logged and recorded, and the job is due again after its interval."""
        async with anyio.create_task_group() as group:
            for job in self._jobs:
                group.start_soon(self._keep, job)

    async def _keep(self, job: Job) -> None:
        last = None if job.at_start else await self._store.last_run(job.name)
        while True:
            await self._wait(job, last)
            last = self._clock.now()
            await self._once(job, last)

    async def _wait(self, job: Job, last: datetime | None) -> None:
        while last is not None:
            now = self._clock.now()
            last = min(last, now)
            seconds = (last + job.every - now).total_seconds()
            if seconds <= 0 or (job.nudge is not None and job.nudge.take()):
                return
            self._beat()
            # Short sleeps notice a clock that jumps.
            await self._sleep(min(seconds, LONGEST_SLEEP_SECONDS), job.nudge)

    async def _sleep(self, seconds: float, nudge: Nudge | None) -> None:
        """Sleep, or less where the job is nudged."""
        async with anyio.create_task_group() as group:
            if nudge is not None:
                group.start_soon(_until, nudge, group.cancel_scope)
            await self._clock.sleep(seconds)
            group.cancel_scope.cancel()

    async def _once(self, job: Job, at: datetime) -> None:
        started = self._clock.monotonic()
        log = get_log()
        outcome = "failed"
        try:
            with anyio.move_on_after(job.limit.total_seconds()) as scope:
                found = await job.run()
                outcome = "finished"
            if scope.cancelled_caught:
                outcome = "timeout"
                log.error("job.failed", job=job.name, reason="timeout")
            elif not job.quiet:
                took = round((self._clock.monotonic() - started) * 1000, 1)
                log.info("job.finished", job=job.name, ms=took, found=found)
        except Exception:
            log.exception("job.failed", job=job.name, reason="failed")
        await self._record(job, at, outcome)

    async def _record(self, job: Job, at: datetime, outcome: str) -> None:
        try:
            await self._store.record(job.name, at, outcome)
        except Exception:
            # A full disk heals by itself; until then the last run is known in memory only.
            log = get_log()
            log.exception("job.failed", job=job.name, reason="record")


async def _until(nudge: Nudge, sleep: anyio.CancelScope) -> None:
    await nudge.wait()
    sleep.cancel()
