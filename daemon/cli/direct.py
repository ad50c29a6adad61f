"""Carries a request out without a daemon: under the lock of the data folder, with everything that it may need."""

import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from random import SystemRandom

import anyio.to_thread
from cryptography.fernet import Fernet, MultiFernet

from connectors.base import Target
from connectors.windows import Windows
from daemon import logs
from daemon.actions import Actions
from daemon.asked_runs import AskedRuns
from daemon.bus import Bus
from daemon.clock import Clock
from daemon.companies import open_company_target
from daemon.deciding import Deciding
from daemon.doctor import Doctor
from daemon.dry_run import DryRuns
from daemon.following import NoDaemon
from daemon.lock import exclusive
from daemon.memory import MemoryLinks
from daemon.opening import check_folder, database_path
from daemon.own_sources import every_reader, every_source
from daemon.recalling import Recalling
from daemon.reloading import companies_of
from daemon.requests import AnyRequest, Misused
from daemon.settings import Config
from daemon.subjects import Answer
from daemon.workflows.opening import flows_in
from daemon.workflows.starts import Starts
from handlers.routes import ROUTES
from store import attempts, companies
from store.db import Database, open_database
from store.migrate import migrate
from store.tokens import SealedTokens


async def perform(config: Config, request: AnyRequest) -> Answer:
    """Carry one request out.

    Raises what :meth:`daemon.actions.Actions.perform` raises, :class:`daemon.lock.Locked`,
    :class:`daemon.opening.WrongFolder`, :class:`store.migrate.SchemaTooNew`, ``OSError``.
    """
    # What a person does is remembered in the store; the terminal shows the answer, and only errors of the log.
    logs.configure(write=sys.stderr.buffer.write, level="error")
    clock = Clock()
    async with _opened(config, clock) as database:
        return await _actions(config, database, clock).perform(request)


@asynccontextmanager
async def company_alone(config: Config, name: str) -> AsyncIterator[Target]:
    """One company's Fortnox for reading, while no daemon runs; raises what :func:`perform` raises."""
    logs.configure(write=sys.stderr.buffer.write, level="error")
    clock = Clock()
    async with (
        _opened(config, clock) as database,
        open_company_target(
            config.companies[name],
            database,
            SealedTokens(database, _keys(config), clock.now),
            clock,
            SystemRandom(),
            Windows(),
        ) as target,
    ):
        yield target


@asynccontextmanager
async def _opened(config: Config, clock: Clock) -> AsyncIterator[Database]:
    with exclusive(config.data_dir):
        await anyio.to_thread.run_sync(migrate, database_path(config.data_dir))
        async with open_database(database_path(config.data_dir)) as database:
            check_folder(await database.read(companies.kinds()), config)
            await database.write(companies.register(list(config.companies)))
            # Nobody else works here, so a call that an earlier process left in flight has an unknown end.
            now = clock.milliseconds()
            await database.write(lambda connection: attempts.take_over(connection, now))
            yield database


def _keys(config: Config) -> MultiFernet:
    return MultiFernet([Fernet(secret.reveal()) for secret in config.state_keys])


def _deciding(config: Config, bus: Bus, keys: MultiFernet) -> Deciding:
    return Deciding(
        sources=every_source(config),
        companies={name: company.settings for name, company in config.companies.items()},
        company_of=companies_of(config),
        readers=every_reader(config),
        bus=bus,
        log=logs.get_log(),
        unseal=keys.decrypt,
        started=Starts(flows_in(config.companies), keys.encrypt),
    )


def _actions(config: Config, database: Database, clock: Clock) -> Actions:
    keys, bus = _keys(config), Bus(ROUTES)
    tokens = SealedTokens(database, keys, clock.now)

    def target(name: str) -> AbstractAsyncContextManager[Target]:
        if name in config.destinations:
            raise Misused(f"{name} is reached by a running daemon only: start it, then ask again")
        if name not in config.companies:
            raise Misused(f"there is no company {name} in the configuration")
        return open_company_target(config.companies[name], database, tokens, clock, SystemRandom(), Windows())

    recalling = Recalling(database, _deciding(config, bus, keys))
    runs = DryRuns(
        companies=lambda: config.companies,
        database=database,
        clock=clock,
        recalling=recalling,
        target=target,
        # Without a daemon nobody holds the senders' windows and tokens: what must be read there is only named.
        reader=lambda _: None,
    )
    return Actions(
        config=lambda: config,
        database=database,
        clock=clock,
        log=logs.get_log(),
        handle=recalling.handle,
        rules=bus.rules,
        target=target,
        links=MemoryLinks(database, clock),
        follow=NoDaemon(),
        doctor=Doctor(config=lambda: config, database=database, tokens=tokens, clock=clock, target=target),
        asked_runs=AskedRuns(config=lambda: config, database=database, clock=clock, runs=runs),
    )
