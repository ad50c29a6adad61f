"""Puts the daemon together out of what was opened: who decides, who reads, who delivers, who listens."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random, SystemRandom

from aiohttp import ClientSession

from connectors.base import Target
from connectors.sources import Reader
from connectors.windows import Windows
from daemon.actions import Actions
from daemon.asked_runs import AskedRuns
from daemon.awaited import Awaited
from daemon.bridge import INTAKE, Bridge, Workers
from daemon.bus import Bus
from daemon.client_address import LOOPBACK
from daemon.clock import Clock
from daemon.companies import Shared, company_delivery, open_company_target, sender_delivery
from daemon.deciding import Deciding
from daemon.delivery import CompanyDelivery
from daemon.destinations import written_to
from daemon.door import Door
from daemon.endpoints.opening import endpoints_of
from daemon.endpoints.serving import Endpoints
from daemon.following import Live
from daemon.health import Progress
from daemon.http_server import Limits
from daemon.intake import Intake
from daemon.listener import Listener
from daemon.logs import get_log
from daemon.memory import MemoryLinks
from daemon.notify import Notifier
from daemon.opening import OpenStore
from daemon.own_sources import every_reader, every_source, source_of
from daemon.push_apps import pushings_of
from daemon.push_state import PushState, current
from daemon.pushing import Pushing
from daemon.readers import Reading, readings_of
from daemon.rechecking import Recheck
from daemon.register import Pushing as IsPushed
from daemon.reloading import companies_of, hooks_of
from daemon.retry import RetrySteps
from daemon.settings import Company, Config
from daemon.slots import Slots
from daemon.turnstile import Turnstile
from daemon.workflows.opening import LOOP, Flows, flows_of
from handlers.routes import ROUTES, Rule
from store.db import Database, StoreUnavailable
from store.tokens import SealedTokens

OpenTarget = Callable[[Company, Database, SealedTokens, Clock, Random, Windows], AbstractAsyncContextManager[Target]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a caller may put in place of the ordinary: tests and benches do, the service never."""

    clock: Clock = field(default_factory=Clock)
    random: Random = field(default_factory=SystemRandom)
    routes: Mapping[str, Sequence[Rule]] = field(default_factory=lambda: ROUTES)
    open_target: OpenTarget = open_company_target
    pushing: IsPushed | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What was opened, in the order in which it was, and what all loops share."""

    config: Config
    parts: Parts
    notifier: Notifier
    store: OpenStore
    states: Mapping[str, PushState]
    targets: Mapping[str, Target]
    readers: Mapping[str, Reader]
    streams: ClientSession
    progress: Progress
    slots: Slots

    @property
    def clock(self) -> Clock:
        """The one clock."""
        return self.parts.clock


def assembled(opened: Opened) -> Bridge:
    """The daemon, ready to listen and to start its loops."""
    deliveries = _deliveries(opened)
    intake = _intake(opened, {name: delivery.wake for name, delivery in deliveries.items()})
    readings = _readings(opened, intake)
    for delivery in deliveries.values():
        delivery.step.reissuing.wake_intake = intake.wake
    intake.wake_reader = lambda source: readings[source].fetching.wake() if source in readings else None
    intake.prove_again = Recheck(opened.config.companies, opened.targets, deliveries)
    flows = _flows(opened, intake, {name: delivery.wake for name, delivery in deliveries.items()})
    intake.deciding.started, intake.workflow_began = flows.starts, flows.engine.wake
    listener = _listener(opened, intake, _endpoints(opened, intake, flows))
    intake.door_busy = lambda: listener.in_hand > 0
    pushings = _pushings(opened, deliveries, readings, intake)
    workers = Workers(deliveries, readings, pushings, intake, listener, flows)
    return Bridge(opened.config, opened.clock, opened.store, opened.targets, workers, opened.progress, opened.notifier)


def live_of(opened: Opened, bridge: Bridge) -> Live:
    """How the daemon follows people, and what it tells of itself."""
    return Live(
        store=opened.store,
        intake=bridge.intake,
        deliveries=bridge.deliveries,
        targets=opened.targets,
        readings=bridge.readings,
        clock=opened.clock,
        doctor=bridge.doctor,
        states=opened.states,
        flows=bridge.flows,
    )


def actions_of(opened: Opened, bridge: Bridge, live: Live) -> Actions:
    """What people may do to the running daemon."""

    @asynccontextmanager
    async def open_already(company: str) -> AsyncIterator[Target]:
        yield opened.targets[company]

    return Actions(
        asked_runs=AskedRuns(
            config=lambda: bridge.config, database=opened.store.database, clock=opened.clock, runs=bridge.dry_runs
        ),
        config=lambda: bridge.config,
        database=opened.store.database,
        clock=opened.clock,
        log=get_log(),
        handle=bridge.intake.recalling.handle,
        rules=Bus(opened.parts.routes).rules,
        target=open_already,
        links=MemoryLinks(opened.store.database, opened.clock),
        follow=live,
        awaited=bridge.listener.awaited,
        doctor=bridge.doctor,
    )


def _deliveries(opened: Opened) -> dict[str, CompanyDelivery]:
    store = opened.store
    shared = Shared(
        config=opened.config,
        database=store.database,
        tokens=store.tokens,
        clock=opened.clock,
        log=get_log(),
        random=opened.parts.random,
        slots=opened.slots,
        paused_rules=store.pauses.rules,
        progress=opened.progress,
        pushing=opened.parts.pushing or partial(current, opened.states),
    )
    companies = {
        name: company_delivery(shared, company, opened.targets[name], partial(store.looking, name))
        for name, company in opened.config.companies.items()
    }
    senders = {
        name: sender_delivery(shared, source, target)
        for name, target in opened.targets.items()
        if (source := written_to(name)) is not None
    }

    def carried() -> None:
        for delivery in senders.values():
            delivery.wake()

    for delivery in companies.values() if senders else ():
        # What a sender is told waits for documents in Fortnox.
        delivery.carried = carried
    return {**companies, **senders}


def _intake(opened: Opened, wake: Mapping[str, Callable[[], None]]) -> Intake:
    config, progress = opened.config, opened.progress
    deciding = Deciding(
        sources=every_source(config),
        companies={name: company.settings for name, company in config.companies.items()},
        company_of=companies_of(config),
        readers=every_reader(config),
        bus=Bus(opened.parts.routes),
        log=get_log(),
        unseal=opened.store.keys.decrypt,
    )
    return Intake(
        database=opened.store.database,
        deciding=deciding,
        clock=opened.clock,
        log=get_log(),
        wake=lambda company: wake[company]() if company in wake else None,
        beat=partial(progress.beat, INTAKE),
        idle=partial(progress.idle, INTAKE),
    )


def _readings(opened: Opened, intake: Intake) -> dict[str, Reading]:
    return readings_of(
        opened.config,
        opened.readers,
        store=opened.store,
        steps=RetrySteps(opened.config.delivery.retry_steps_seconds, opened.parts.random),
        clock=opened.clock,
        progress=opened.progress,
        arrived=intake.wake,
    )


def _pushings(
    opened: Opened, deliveries: Mapping[str, CompanyDelivery], readings: Mapping[str, Reading], intake: Intake
) -> list[Pushing]:
    return pushings_of(
        opened.config,
        opened.streams,
        opened.states,
        store=opened.store,
        targets=opened.targets,
        deliveries=deliveries,
        clock=opened.clock,
        random=opened.parts.random,
        progress=opened.progress,
        arrived=intake.wake,
        sweep=lambda company: readings[source_of(company)].nudge(),
    )


def _flows(opened: Opened, intake: Intake, wake: Mapping[str, Callable[[], None]]) -> Flows:
    keys, progress = opened.store.keys, opened.progress
    return flows_of(
        opened.config,
        opened.store.database,
        opened.clock,
        get_log(),
        companies=lambda: opened.config.companies,
        settings=lambda company: intake.deciding.companies[company],
        seal=keys.encrypt,
        unseal=keys.decrypt,
        wake=lambda company: wake[company]() if company in wake else None,
        arrived=intake.wake,
        beat=partial(progress.beat, LOOP),
        idle=partial(progress.idle, LOOP),
    )


def _endpoints(opened: Opened, intake: Intake, flows: Flows) -> Endpoints:
    return endpoints_of(
        opened.config.clients,
        opened.store.database,
        opened.clock,
        seal=opened.store.keys.encrypt if opened.config.retention.seal_bodies else None,
        # What a reload changes holds for the next call.
        settings=lambda company: intake.deciding.companies[company],
        workflows_of=flows.starts.names,
        new_id=lambda: f"{opened.parts.random.getrandbits(64):016x}",
        arrived=intake.wake,
        wake=flows.engine.wake,
    )


def _listener(opened: Opened, intake: Intake, endpoints: Endpoints) -> Listener:
    turnstile = Turnstile(lambda: opened.slots.saturated)
    opened.slots.on_finished = turnstile.finished
    return Listener(
        hooks=hooks_of(opened.config),
        inbox=_door(opened, intake),
        unavailable=StoreUnavailable,
        log=get_log(),
        turnstile=turnstile,
        clock=opened.clock.now,
        monotonic=opened.clock.monotonic,
        trusted_proxies=(*LOOPBACK, *opened.config.http.trusted_proxies),
        awaited=Awaited(opened.clock.monotonic),
        limits=_limits(opened.config),
        endpoints=endpoints,
    )


def _door(opened: Opened, intake: Intake) -> Door:
    retention = opened.config.retention
    return Door(
        opened.store.database,
        seal=opened.store.keys.encrypt if retention.seal_bodies else None,
        digest_seconds=retention.digest_hours * 3600,
        arrived=intake.wake,
    )


def _limits(config: Config) -> Limits:
    http = config.http
    return Limits(
        body_bytes=http.body_limit_bytes,
        head_seconds=http.header_seconds,
        body_seconds=http.body_seconds,
        connections=http.connections,
        backlog=http.backlog,
    )
