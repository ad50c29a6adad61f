"""Readers: opens each source's access to its sender, with the loop that reads and the job that polls."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import anyio

from connectors.base import Target
from connectors.sources import Reader, Surroundings, WritesBack
from connectors.transport import open_session
from connectors.windows import Windows
from daemon.clock import Clock
from daemon.destinations import destination
from daemon.fetching import Fetching
from daemon.health import Progress
from daemon.logs import get_log
from daemon.opening import OpenStore
from daemon.own_sources import company_of
from daemon.polling import Poll
from daemon.retry import RetrySteps
from daemon.scheduler import Nudge
from daemon.settings import Config
from daemon.tokens import CompanyTokens


@asynccontextmanager
async def open_readers(
    config: Config, store: OpenStore, clock: Clock, windows: Windows
) -> AsyncIterator[dict[str, Reader]]:
    """The readers of all sources whose settings name access to their sender, by the source's name."""
    async with open_session() as session:
        opened: dict[str, Reader] = {}
        for name, source in config.sources.items():
            tokens = CompanyTokens(store.tokens, purpose=f"source_{source.type}", system=source.type)
            surroundings = Surroundings(session, tokens, clock.now, clock.monotonic, clock.sleep, windows)
            reader = None if source.open_reader is None else source.open_reader(surroundings)
            if reader is not None:
                opened[name] = reader
        try:
            yield opened
        finally:
            with anyio.CancelScope(shield=True):
                for reader in opened.values():
                    await reader.close()


def sender_targets(config: Config, readers: Mapping[str, Reader]) -> dict[str, Target]:
    """The targets of the sources that are written back to, each under the name of its destination."""
    opened = {
        destination(name): reader.target()
        for name, reader in readers.items()
        if isinstance(reader, WritesBack) and config.sources[name].settings.back is not None
    }
    return {name: target for name, target in opened.items() if target is not None}


@dataclass(frozen=True, slots=True)
class Reading:
    """One source's access to its sender, at work; ``nudge`` has it polled at once."""

    reader: Reader
    fetching: Fetching
    poll: Poll
    nudge: Nudge = field(default_factory=Nudge)


def readings_of(
    config: Config,
    readers: Mapping[str, Reader],
    *,
    store: OpenStore,
    steps: RetrySteps,
    clock: Clock,
    progress: Progress,
    arrived: Callable[[], None],
) -> dict[str, Reading]:
    """Loop and job of each open reader; ``arrived`` tells intake."""
    seal = store.keys.encrypt if config.retention.seal_bodies else None
    made = {}
    for name, reader in readers.items():
        loop = fetch_loop(name)
        fetching = Fetching(
            name,
            reader,
            database=store.database,
            steps=steps,
            clock=clock,
            log=get_log(),
            seal=seal,
            arrived=arrived,
            # A company's own reads wait behind everything that was sent to us, however long: that is no stall.
            beat=partial(progress.beat if company_of(name) is None else progress.idle, loop),
            idle=partial(progress.idle, loop),
        )
        poll = Poll(
            fetching,
            database=store.database,
            clock=clock,
            seal=seal,
            since=_since(config, name),
            company=partial(_company, config, name),
            arrived=arrived,
        )
        made[name] = Reading(reader, fetching, poll)
    return made


def fetch_loop(source: str) -> str:
    """What the loop of a source is called by the watchdog."""
    return f"fetching.{source}"


def _company(config: Config, source: str) -> str:
    """Whose records a poll finds: a reader speaks for one account, so for one company."""
    own = company_of(source)
    if own is not None:
        return own
    settings = config.sources[source].settings
    return settings.company or next(iter(settings.companies.values()))


def _since(config: Config, source: str) -> date:
    return config.companies[_company(config, source)].settings.start_of(source)
