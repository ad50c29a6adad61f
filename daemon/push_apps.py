"""Puts the push streams together: one for each app of Fortnox's developer portal, with the companies that listen."""

from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Protocol, runtime_checkable

from aiohttp import ClientSession

from connectors.base import Target
from connectors.fortnox.client import AccessTokens
from daemon.clock import Clock
from daemon.delivery import CompanyDelivery
from daemon.health import Progress
from daemon.logs import get_log
from daemon.opening import OpenStore
from daemon.own_sources import source_of
from daemon.push_session import Listener, PushApp
from daemon.push_state import PushState
from daemon.pushing import Pushing
from daemon.settings import Company, Config
from handlers.following import followed


@runtime_checkable
class HasTokens(Protocol):
    """What a company's target offers to the push stream."""

    credentials: AccessTokens


def push_states(config: Config, clock: Clock) -> dict[str, PushState]:
    """For each company that listens, the state of its app's stream: one for all companies of an app."""
    states = {app: PushState(names, clock.monotonic) for app, names in _apps(config).items()}
    return {name: state for state in states.values() for name in state.companies}


def pushings_of(
    config: Config,
    session: ClientSession,
    states: Mapping[str, PushState],
    *,
    store: OpenStore,
    targets: Mapping[str, Target],
    deliveries: Mapping[str, CompanyDelivery],
    clock: Clock,
    random: Random,
    progress: Progress,
    arrived: Callable[[], None],
    sweep: Callable[[str], None],
) -> list[Pushing]:
    """The loops of all apps; ``arrived`` tells intake, ``sweep`` has a company's registers swept now."""
    made = []
    for client, names in _apps(config).items():
        stream, loop = names[0], push_loop(names[0])
        listeners = {
            name: _listener(config.companies[name], target, deliveries[name])
            for name in names
            if isinstance(target := targets[name], HasTokens)
        }
        app = PushApp(
            name=stream,
            client=client,
            address=config.companies[stream].fortnox.push_url,
            listeners=listeners,
            state=states[stream],
            database=store.database,
            clock=clock,
            log=get_log(),
            seal=store.keys.encrypt if config.retention.seal_bodies else None,
            arrived=arrived,
            sweep=sweep,
            beat=partial(progress.beat, loop),
            idle=partial(progress.idle, loop),
        )
        made.append(Pushing(app, session, random))
    return made


def push_loop(stream: str) -> str:
    """What the loop of a stream is called by the watchdog; a stream is named after the first of its companies."""
    return f"push.{stream}"


def _apps(config: Config) -> dict[str, list[str]]:
    """App -> its companies that listen, in the order of the configuration."""
    found: dict[str, list[str]] = {}
    for name, company in config.companies.items():
        if company.fortnox.push:
            found.setdefault(company.fortnox.app, []).append(name)
    return found


def _listener(company: Company, target: HasTokens, delivery: CompanyDelivery) -> Listener:
    def refused() -> None:
        if delivery.gate.stopped_by is None:
            delivery.gate.prove_again()
            delivery.wake()

    return Listener(
        company=company.name,
        source=source_of(company.name),
        secret="" if company.client_secret is None else company.client_secret.reveal(),
        stated_tenant=company.fortnox.tenant_id,
        topics=frozenset(company.fortnox.push_topics),
        followed=followed(company.settings),
        credentials=target.credentials,
        may_ask=lambda: delivery.gate.stopped_by is None,
        refused=refused,
    )
