"""The composition root: opens everything in order, one task group, and closes in reverse."""

import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random, SystemRandom

import anyio
from aiohttp import ClientSession

from connectors.base import Target
from connectors.sources import Reader
from connectors.transport import open_session
from connectors.windows import Windows
from daemon.actions import Actions
from daemon.admin import serve_admin
from daemon.awaited import Awaited
from daemon.bridge import INTAKE, Bridge
from daemon.bus import Bus
from daemon.client_address import LOOPBACK
from daemon.clock import Clock
from daemon.companies import Shared, company_delivery, open_company_target
from daemon.deciding import Deciding
from daemon.door import Door
from daemon.following import Live
from daemon.health import Progress
from daemon.http_server import Limits
from daemon.intake import Intake
from daemon.listener import Listener
from daemon.logs import Log, get_log
from daemon.memory import MemoryLinks
from daemon.notify import Notifier
from daemon.opening import OpenStore, open_store
from daemon.own_sources import every_reader, every_source, own_readers, source_of
from daemon.push_apps import push_states, pushings_of
from daemon.push_state import PushState, current
from daemon.readers import open_readers, readings_of
from daemon.rechecking import Recheck
from daemon.register import Pushing
from daemon.reloading import companies_of, hooks_of, statuses_of
from daemon.retry import RetrySteps
from daemon.settings import Company, Config
from daemon.slots import Slots
from daemon.turnstile import Turnstile
from handlers.routes import ROUTES, Rule
from store import senders
from store.db import Database, StoreUnavailable
from store.tokens import SealedTokens

REMEMBERED_MS = 30 * 86_400_000
"""How long a source that was taken out of the configuration still asks its sender to come again."""

OpenTarget = Callable[[Company, Database, SealedTokens, Clock, Random, Windows], AbstractAsyncContextManager[Target]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a caller may put in place of the ordinary: tests and benches do, the service never."""

    clock: Clock = field(default_factory=Clock)
    random: Random = field(default_factory=SystemRandom)
    routes: Mapping[str, Sequence[Rule]] = field(default_factory=lambda: ROUTES)
    open_target: OpenTarget = open_company_target
    pushing: Pushing | None = None


@asynccontextmanager
async def running(
    config: Config,
    *,
    parts: Parts | None = None,
    sockets: Sequence[socket.socket] = (),
    notifier: Notifier | None = None,
) -> AsyncIterator[Bridge]:
    """Run the whole daemon while the body runs; leaving stops it in order, and a crash of any loop ends the body.

    ``sockets`` are inherited from systemd; without them the configured address is bound. Raises what opening raises:
    :class:`daemon.lock.Locked`, :class:`store.migrate.SchemaTooNew`, :class:`daemon.opening.WrongFolder`, ``OSError``.
    """
    parts = parts or Parts()
    notifier = notifier or Notifier({}, 0)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(config, parts.clock, notifier))
        windows = Windows()
        states = push_states(config, parts.clock)
        targets = {
            name: await stack.enter_async_context(
                parts.open_target(company, store.database, store.tokens, parts.clock, parts.random, windows)
            )
            for name, company in config.companies.items()
        }
        readers = await stack.enter_async_context(open_readers(config, store, parts.clock, windows))
        readers |= own_readers(config, targets, store.database)
        streams = await stack.enter_async_context(open_session())
        bridge = _assemble(config, parts, store, targets, readers, states, streams, notifier)
        live = Live(
            store=store,
            intake=bridge.intake,
            deliveries=bridge.deliveries,
            targets=targets,
            readings=bridge.readings,
            doctor=bridge.doctor,
            states=states,
            clock=parts.clock,
        )
        actions = _actions(bridge, parts, live)
        bridge.listener.link_came = actions.links.came
        await stack.enter_async_context(serve_admin(config.data_dir, actions, live.facts))
        bridge.listener.removed = await _removed(config, store, parts.clock)
        await bridge.listen(sockets)
        async with anyio.create_task_group() as tasks:
            bridge.start_loops(tasks)
            try:
                yield bridge
            finally:
                with anyio.CancelScope(shield=True):
                    await bridge.stop()
                tasks.cancel_scope.cancel()


async def _removed(config: Config, store: OpenStore, clock: Clock) -> dict[str, int]:
    """Sources that were taken out of the configuration a short while ago (Operations facts, section 6)."""
    now = clock.milliseconds()
    await store.database.write(senders.configured(statuses_of(hooks_of(config)), now))
    return await store.database.read(senders.removed(config.sources, now - REMEMBERED_MS))


def _assemble(
    config: Config,
    parts: Parts,
    store: OpenStore,
    targets: Mapping[str, Target],
    readers: Mapping[str, Reader],
    states: Mapping[str, PushState],
    streams: ClientSession,
    notifier: Notifier,
) -> Bridge:
    log = get_log()
    progress = Progress(parts.clock)
    slots = Slots(config.delivery.concurrency)
    shared = Shared(
        config=config,
        database=store.database,
        tokens=store.tokens,
        clock=parts.clock,
        log=log,
        random=parts.random,
        slots=slots,
        paused_rules=store.pauses.rules,
        progress=progress,
        pushing=parts.pushing or partial(current, states),
    )
    deliveries = {
        name: company_delivery(shared, company, targets[name], partial(store.looking, name))
        for name, company in config.companies.items()
    }
    intake = _intake(config, parts, store, progress, {name: delivery.wake for name, delivery in deliveries.items()})
    readings = readings_of(
        config,
        readers,
        store=store,
        steps=RetrySteps(config.delivery.retry_steps_seconds, parts.random),
        clock=parts.clock,
        progress=progress,
        arrived=intake.wake,
    )
    intake.wake_reader = lambda source: readings[source].fetching.wake() if source in readings else None
    intake.prove_again = Recheck(config.companies, targets, deliveries)
    turnstile = Turnstile(lambda: slots.saturated)
    slots.on_finished = turnstile.finished
    awaited = Awaited(parts.clock.monotonic)
    listener = _listener(config, parts, store, log, intake, turnstile, awaited)
    intake.door_busy = lambda: listener.in_hand > 0
    return Bridge(
        config=config,
        clock=parts.clock,
        log=log,
        store=store,
        targets=targets,
        deliveries=deliveries,
        readings=readings,
        pushings=pushings_of(
            config,
            streams,
            states,
            store=store,
            targets=targets,
            deliveries=deliveries,
            clock=parts.clock,
            random=parts.random,
            progress=progress,
            arrived=intake.wake,
            sweep=lambda company: readings[source_of(company)].nudge(),
        ),
        intake=intake,
        listener=listener,
        progress=progress,
        notifier=notifier,
    )


def _actions(bridge: Bridge, parts: Parts, live: Live) -> Actions:
    @asynccontextmanager
    async def open_already(company: str) -> AsyncIterator[Target]:
        yield bridge.targets[company]

    return Actions(
        config=lambda: bridge.config,
        database=bridge.store.database,
        clock=parts.clock,
        log=get_log(),
        handle=bridge.intake.deciding.handle,
        rules=Bus(parts.routes).rules,
        target=open_already,
        links=MemoryLinks(bridge.store.database, parts.clock),
        follow=live,
        awaited=bridge.listener.awaited,
        doctor=bridge.doctor,
    )


def _intake(
    config: Config, parts: Parts, store: OpenStore, progress: Progress, wake: Mapping[str, Callable[[], None]]
) -> Intake:
    deciding = Deciding(
        sources=every_source(config),
        companies={name: company.settings for name, company in config.companies.items()},
        company_of=companies_of(config),
        readers=every_reader(config),
        bus=Bus(parts.routes),
        log=get_log(),
        unseal=store.keys.decrypt,
    )
    return Intake(
        database=store.database,
        deciding=deciding,
        clock=parts.clock,
        log=get_log(),
        wake=lambda company: wake[company]() if company in wake else None,
        beat=partial(progress.beat, INTAKE),
        idle=partial(progress.idle, INTAKE),
    )


def _listener(
    config: Config,
    parts: Parts,
    store: OpenStore,
    log: Log,
    intake: Intake,
    turnstile: Turnstile,
    awaited: Awaited,
) -> Listener:
    door = Door(
        store.database,
        seal=store.keys.encrypt if config.retention.seal_bodies else None,
        digest_seconds=config.retention.digest_hours * 3600,
        arrived=intake.wake,
    )
    http = config.http
    return Listener(
        hooks=hooks_of(config),
        inbox=door,
        unavailable=StoreUnavailable,
        log=log,
        turnstile=turnstile,
        clock=parts.clock.now,
        monotonic=parts.clock.monotonic,
        trusted_proxies=(*LOOPBACK, *http.trusted_proxies),
        awaited=awaited,
        limits=Limits(
            body_bytes=http.body_limit_bytes,
            head_seconds=http.header_seconds,
            body_seconds=http.body_seconds,
            connections=http.connections,
            backlog=http.backlog,
        ),
    )
