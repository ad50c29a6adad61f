"""The job that starts workflows on the days of their schedules, each once, also after an absence."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from connectors.client.source import CALENDAR, source_of
from connectors.client.wire import WorkflowTaken
from daemon.clock import Clock
from daemon.logs import Log
from daemon.settings import Company
from handlers.schedule import last_due
from handlers.settings.schedules import Schedule
from store import inbox
from store.db import Database
from store.inbox import Arrival, Seal
from store.jobs import JobRuns

LATE = timedelta(minutes=10)
"""What comes due so long ago was missed."""


class Calendar:
    """Looks at every schedule; what is due enters by the inbox, under a key that is its day's."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        log: Log,
        companies: Callable[[], Mapping[str, Company]],
        seal: Seal | None,
        arrived: Callable[[], None],
    ) -> None:
        """``arrived`` tells intake of a new row."""
        self._database = database
        self._runs = JobRuns(database)
        self._clock = clock
        self._log = log
        self._companies = companies
        self._seal = seal
        self._arrived = arrived

    async def __call__(self) -> int:
        """Run once; returns how many workflows were started."""
        started = 0
        for company in self._companies().values():
            for name, schedule in company.schedules.items():
                started += await self._look(company.name, name, schedule)
        return started

    async def _look(self, company: str, name: str, schedule: Schedule) -> bool:
        job, now = f"schedule.{company}.{name}", self._clock.now()
        last = await self._runs.last_run(job)
        if last is None:
            # A schedule that is new begins with its next day, not with one that is over.
            await self._runs.record(job, now, "finished")
            return False
        due = last_due(schedule, now)
        if due is None or due[1] <= last:
            return False
        missed = schedule.missed == "skip" and now - due[1] > LATE
        if not missed:
            await self._start(company, name, schedule, *due)
        await self._runs.record(job, now, "finished")
        return not missed

    async def _start(self, company: str, name: str, schedule: Schedule, day: date, moment: datetime) -> None:
        taken = WorkflowTaken(
            workflow=schedule.workflow,
            workflow_id=f"{name}-{day.isoformat()}",
            input={"day": day.isoformat()},
            asked_at=moment.isoformat(),
            schedule=name,
        )
        key = f"{company}/{name}/{day.isoformat()}"
        arrival = Arrival(source_of(CALENDAR), company, key, {}, taken.model_dump_json().encode(), self._clock.now())
        accepted = await self._database.write(inbox.accept(arrival, self._seal))
        if not accepted.repeated:
            self._log.info("schedule.due", inbox_id=accepted.inbox_id, company=company, schedule=name)
            self._arrived()
