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


@dataclass(frozen=True, slots=True)
class Job:
    """Something done every ``every``, ended by force after ``limit``.

    ``run`` returns how many things it found, or ``None``. A ``quiet`` job writes its own log line, so its success gets
    no second one. One that is due ``at_start`` runs then, whenever it last ran.
    """

    name: str
    every: timedelta
    run: Callable[[], Awaitable[int | None]]
    limit: timedelta = timedelta(minutes=10)
    quiet: bool = False
    at_start: bool = False


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
            if seconds <= 0:
                return
            self._beat()
            # Short sleeps notice a clock that jumps.
            await self._clock.sleep(min(seconds, LONGEST_SLEEP_SECONDS))

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
