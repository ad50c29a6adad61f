"""The running daemon: its loops, its heartbeat, its reload, and the order in which it stops."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import anyio
from anyio.abc import TaskGroup

from connectors.base import CredentialsLost, Target
from daemon.binding import bind
from daemon.clock import Clock
from daemon.delivery import CompanyDelivery
from daemon.destinations import written_to
from daemon.doctor import Doctor
from daemon.dry_run import DryRuns
from daemon.gate import READ_ONLY
from daemon.health import Figures, Heartbeat, LoopLag, Progress, SkewWatch, Watchdog
from daemon.intake import Intake
from daemon.jobs.doctor import RunDoctor
from daemon.jobs.prune import Prune
from daemon.jobs.tokens import KeepsToken, KeepTokens, days_left
from daemon.listener import Listener
from daemon.logs import get_log, set_level
from daemon.notify import Notifier
from daemon.opening import OpenStore, database_path
from daemon.own_sources import client_sources, own_sources
from daemon.push_apps import push_loop
from daemon.push_state import behind
from daemon.pushing import Pushing
from daemon.readers import Reading, fetch_loop
from daemon.reloading import companies_of, hooks_of, in_force, needs_restart, sources_of, statuses_of
from daemon.scheduler import Job, Nudge, Scheduler
from daemon.settings import Config
from daemon.shadowing import RunShadows
from daemon.troubles import notices_of
from daemon.usage import UsageBook
from daemon.workflows.opening import LOOP, Flows
from store import figures
from store.jobs import JobRuns

INTAKE = "intake"
SCHEDULER = "scheduler"
BOUND_SECONDS = 60.0
"""The longest that a batch of intake or a round of delivery may take before the watchdog calls it stalled."""
NOTICES = timedelta(minutes=1)
"""How often is looked for questions that nobody was told of."""
CALENDAR_EVERY = timedelta(seconds=15)
"""How often schedules are looked at."""
DRAIN_SECONDS = 20.0
"""How long deliveries in flight may take to end when the daemon stops; what is not finished is in the outbox."""

SHADOWS_EVERY = timedelta(minutes=1)
"""How often what could not be found out is tried again; new events are found out at once."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Who works side by side, each in a loop of its own, and who lets deliveries in."""

    deliveries: Mapping[str, CompanyDelivery]
    readings: Mapping[str, Reading]
    pushings: Sequence[Pushing]
    intake: Intake
    listener: Listener
    flows: Flows


class Bridge:
    """Everything that runs between opening and closing; made by :func:`daemon.app.running`."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        store: OpenStore,
        targets: Mapping[str, Target],
        workers: Workers,
        progress: Progress,
        notifier: Notifier,
    ) -> None:
        self.config = self.latest = config
        self.clock = clock
        self.log = get_log()
        self.store = store
        self.targets = targets
        self.deliveries, self.readings, self.pushings = workers.deliveries, workers.readings, workers.pushings
        self.intake, self.listener, self.flows = workers.intake, workers.listener, workers.flows
        self.address = ("", 0)
        self._progress = progress
        self._notifier = notifier
        self._begin()

    def _begin(self) -> None:
        """What watches over the loops, and what a person paused before this start."""
        clock, store = self.clock, self.store
        ask = self._open_already
        self.doctor = Doctor(
            config=lambda: self.latest, database=store.database, tokens=store.tokens, clock=clock, target=ask
        )
        self.dry_runs = DryRuns(
            companies=lambda: self.latest.companies,
            database=store.database,
            clock=clock,
            recalling=self.intake.recalling,
            target=self._open_already,
            reader=lambda source: self.readings[source].reader if source in self.readings else None,
            sender=self.targets.get,
        )
        self._shadow_soon = Nudge()
        self.intake.shadowed = self._shadow_soon
        self._examine_again = Nudge()
        self._hurry = anyio.CancelScope()
        self._ended: list[anyio.Event] = []
        self._stopping = False
        self._watch_over()
        for delivery in self.deliveries.values():
            # What could not be asked, or was refused, may be well by now.
            delivery.gate.resumed = self._examine_again
        for company, reason in store.pauses.companies.items():
            if company in self.deliveries:
                self.deliveries[company].gate.pause(reason)

    def _watch_over(self) -> None:
        """Who tells people and systemd how it stands."""
        clock, store = self.clock, self.store
        self._started = clock.monotonic()
        self._lag = LoopLag(clock)
        self._skew = SkewWatch()
        self._notices = notices_of(lambda: self.latest, store, clock, self.deliveries, self.readings)
        self._usage = UsageBook(store.database, self.targets, clock)
        self._watchdog = Watchdog(
            progress=self._progress,
            read=partial(store.database.read, figures.read()),
            beat=self._notifier.beat,
            clock=clock,
            watchdog_seconds=self._notifier.watchdog_seconds,
        )
        self.heartbeat = Heartbeat(
            figures=self._figures,
            database=database_path(self.config.data_dir),
            watchdog=self._watchdog,
            lag=self._lag,
            clock=clock,
        )

    @asynccontextmanager
    async def _open_already(self, company: str) -> AsyncIterator[Target]:
        yield self.targets[company]

    @property
    def url(self) -> str:
        """Where webhooks go."""
        host, port = self.address
        return f"http://{host}:{port}"

    # --- life -------------------------------------------------------------------------------------------------------

    async def listen(self, sockets: Sequence[socket.socket]) -> None:
        """Serve on inherited sockets, or bind the configured address. Raises ``OSError`` where it is taken."""
        bound = list(sockets) or [bind(self.config.http.host, self.config.http.port)]
        self.address = bound[0].getsockname()[:2]
        await self.listener.start(bound)

    def start_loops(self, tasks: TaskGroup) -> None:
        """Start every loop; the end of one by an error ends the process."""
        self._progress.register(INTAKE, BOUND_SECONDS)
        self._start(tasks, INTAKE, self.intake.run)
        for name, delivery in self.deliveries.items():
            loop = f"delivery.{name}"
            self._progress.register(loop, BOUND_SECONDS)
            self._start(tasks, loop, delivery.run)
        for name, reading in self.readings.items():
            self._progress.register(fetch_loop(name), BOUND_SECONDS)
            self._start(tasks, fetch_loop(name), reading.fetching.run)
        for pushing in self.pushings:
            loop = push_loop(pushing.app.name)
            self._progress.register(loop, BOUND_SECONDS)
            self._start(tasks, loop, pushing.run)
        self._progress.register(LOOP, BOUND_SECONDS)
        self._start(tasks, LOOP, self.flows.engine.run)
        self._progress.register(SCHEDULER, BOUND_SECONDS)
        beat = partial(self._progress.beat, SCHEDULER)
        scheduler = Scheduler(self._jobs(), JobRuns(self.store.database), self.clock, beat)
        for name, run in ((SCHEDULER, scheduler.run), ("watchdog", self._watchdog.run), ("lag", self._lag.run)):
            tasks.start_soon(self._loop, name, run, name=name)
        took = round((self.clock.monotonic() - self._started) * 1000, 1)
        sources = len(self.listener.hooks)
        self.log.info("daemon.ready", took_ms=took, sockets=1, sources=sources, targets=len(self.targets))
        self._notifier.ready(f"ready: {sources} sources, {len(self.targets)} companies")

    def _start(self, tasks: TaskGroup, name: str, run: Callable[[], Awaitable[None]]) -> None:
        ended = anyio.Event()
        self._ended.append(ended)
        tasks.start_soon(self._loop, name, run, ended, name=name)

    async def _loop(self, name: str, run: Callable[[], Awaitable[None]], ended: anyio.Event | None = None) -> None:
        try:
            await run()
        except Exception as error:
            self.log.critical("daemon.crashed", loop=name, exc_info=error)
            raise
        finally:
            if ended is not None:
                ended.set()
            self._progress.forget(name)

    def _jobs(self) -> list[Job]:
        every = self.config.scheduler
        credentials: dict[str, KeepsToken] = {
            name: target for name, target in self.targets.items() if isinstance(target, KeepsToken)
        }
        readers = {name: reading.reader for name, reading in self.readings.items()}
        prune = Prune(self.store.database, self.config.retention, self.clock, lambda: statuses_of(self.listener.hooks))
        return [
            Job("heartbeat", timedelta(seconds=every.heartbeat_seconds), self._beat, quiet=True),
            Job("prune", timedelta(hours=every.prune_hours), prune),
            Job("tokens", timedelta(hours=every.token_hours), KeepTokens(credentials, readers, self._lost)),
            Job("holds", NOTICES, self._notices, quiet=True),
            Job("calendar", CALENDAR_EVERY, self.flows.calendar, quiet=True, at_start=True),
            *self._examinations(),
            Job("shadow", SHADOWS_EVERY, self._shadows(), quiet=True, at_start=True, nudge=self._shadow_soon),
            *(
                Job(
                    f"poll.{name}",
                    timedelta(seconds=every.poll_seconds),
                    reading.poll,
                    quiet=True,
                    at_start=True,
                    nudge=reading.nudge,
                )
                for name, reading in self.readings.items()
            ),
        ]

    def _shadows(self) -> RunShadows:
        def may_ask(company: str) -> bool:
            return company in self.deliveries and self.deliveries[company].gate.shut_by in {None, READ_ONLY}

        return RunShadows(self.store.database, self.dry_runs, lambda: self.latest.companies, may_ask)

    def _lost(self, company: str, error: CredentialsLost) -> None:
        self.deliveries[company].gate.credentials_lost(error)

    def _examinations(self) -> list[Job]:
        hours = self.config.doctor.hours
        if hours == 0:
            return []
        run, again = RunDoctor(self.doctor, self.clock), self._examine_again
        return [Job("doctor", timedelta(hours=hours), run, quiet=True, at_start=True, nudge=again)]

    async def _beat(self) -> None:
        await self.heartbeat()
        await self._usage.fold()

    async def _figures(self) -> Figures:
        read = await self.store.database.read(figures.read())
        now = self.clock.milliseconds()
        left = [await days_left(target) for target in self.targets.values()]
        states = [pushing.app.state for pushing in self.pushings]
        return Figures(
            inbox_waiting=read.inbox_waiting,
            inbox_oldest_s=_age(read.inbox_oldest, now),
            outbox_waiting=read.outbox_waiting,
            outbox_oldest_s=_age(read.outbox_oldest, now),
            parked=read.parked,
            targets_paused=sum(
                delivery.gate.shut_by not in {None, "unproved"} for delivery in self.deliveries.values()
            ),
            token_days_left=min((days for days in left if days is not None), default=None),
            clock_skew_s=self._skew.look(self.targets),
            push_behind=behind(states) if states else None,
            push_silent_s=max((state.silent_seconds for state in states), default=None),
        )

    # --- reload -----------------------------------------------------------------------------------------------------

    def reload(self, config: Config) -> list[str]:
        """Take over what may change without a restart: sources, their secrets, bookkeeping choices, what may leave, the
        log level.

        Returns the key paths of other changes, which wait for a restart.
        """
        deciding = self.intake.deciding
        before = statuses_of(self.listener.hooks)
        # Which companies are sources themselves changes with a restart only.
        deciding.sources = sources_of(config) | own_sources(self.config) | client_sources(config)
        if self.listener.endpoints is not None:
            self.listener.endpoints.keys.replace(config.clients)
        deciding.company_of = companies_of(config)
        self.listener.hooks = hooks_of(config)
        gone = before | dict(self.listener.removed)
        self.listener.removed = {name: status for name, status in gone.items() if name not in config.sources}
        deciding.companies = {
            name: config.companies[name].settings if name in config.companies else company.settings
            for name, company in self.config.companies.items()
        }
        for name, delivery in self.deliveries.items():
            if name in config.companies or written_to(name) in config.sources:
                delivery.allow(**config.allowed(name))
        set_level(config.log.level)
        self.latest = in_force(self.config, config)
        self.flows.reload(config)
        self._examine_again()
        return needs_restart(self.config, config)

    # --- stopping ---------------------------------------------------------------------------------------------------

    def hurry(self) -> None:
        """A second signal: what is under way is not waited for any more; it is in the outbox."""
        self._hurry.cancel()

    async def stop(self) -> None:
        """Stop in order: listener, intake, deliveries in flight, last heartbeat (Operations facts, section 3).

        Safe to call twice: the second call does nothing.
        """
        if self._stopping:
            return
        self._stopping = True
        started = self.clock.monotonic()
        in_flight = sum(delivery.in_flight for delivery in self.deliveries.values())
        self._notifier.stopping("stopping")
        self.log.info("daemon.stopping", in_flight=in_flight)
        with self._hurry:
            await self.listener.drain()
            self.intake.stop()
            self.flows.engine.stop()
            for reading in self.readings.values():
                reading.fetching.stop()
            for pushing in self.pushings:
                pushing.stop()
            for delivery in self.deliveries.values():
                delivery.stop()
            with anyio.move_on_after(DRAIN_SECONDS):
                for ended in self._ended:
                    await ended.wait()
        await self.listener.close()
        await self._usage.fold()
        await self.heartbeat()
        left = sum(delivery.in_flight for delivery in self.deliveries.values())
        took = round((self.clock.monotonic() - started) * 1000, 1)
        self.log.info("daemon.stopped", left=left, took_ms=took)


def _age(since: int | None, now: int) -> float | None:
    return None if since is None else (now - since) / 1000
