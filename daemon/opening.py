"""Opens the data folder: the lock, the migrated database, the sealed tokens, and what the last run left behind."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import anyio
import anyio.to_thread
from cryptography.fernet import Fernet, MultiFernet

from daemon.clock import Clock
from daemon.config_faults import key_path
from daemon.lock import exclusive
from daemon.logs import get_log
from daemon.notify import Notifier
from daemon.retry import JITTER
from daemon.settings import Config, Warned
from daemon.tokens import PURPOSE
from store import attempts, companies, jobs, lanes
from store.companies import CompanyRow
from store.db import Database, StoreUnavailable, open_database
from store.migrate import Migrated, migrate
from store.tokens import SealedTokens, companies_with

DATABASE = "bridge.db"
MIGRATION_SECONDS = 600.0
NOTHING_WILL_LEAVE = "no_stored_token_and_no_refresh_token_so_nothing_will_leave"


class WrongFolder(Exception):
    """The data folder belongs to a simulator and the company is real, or the other way round."""


class Pauses:
    """What a person paused, in memory beside the table, because every step asks."""

    def __init__(self, stored: list[companies.Pause]) -> None:
        self._rules = frozenset(pause.name for pause in stored if pause.scope == "rule")
        self.companies = {pause.name: pause.reason for pause in stored if pause.scope == "company"}

    def rules(self) -> frozenset[str]:
        """Names of paused rules."""
        return self._rules

    def set_rules(self, rules: frozenset[str]) -> None:
        """A person paused or resumed rules."""
        self._rules = rules


@dataclass(slots=True)
class OpenStore:
    """The open data folder. ``start`` is the number of this start, ``after`` what came before: first, stop or crash."""

    database: Database
    keys: MultiFernet
    tokens: SealedTokens
    rows: dict[str, CompanyRow]
    pauses: Pauses
    start: int
    after: str

    def looking(self, company: str) -> bool:
        """Whether every create of the company is still preceded by a proof of absence."""
        return self.rows[company].looking

    async def reload(self, names: list[str]) -> None:
        """Read the companies' rows again after a person declared something."""
        self.rows = await self.database.write(companies.register(names))


def database_path(data_dir: Path) -> Path:
    """The one database file of a data folder."""
    return data_dir / DATABASE


@asynccontextmanager
async def open_store(config: Config, clock: Clock, notifier: Notifier) -> AsyncIterator[OpenStore]:
    """Lock the folder, migrate, open the database and take over what the last run left.

    Raises :class:`daemon.lock.Locked`, :class:`store.migrate.SchemaTooNew`, :class:`WrongFolder`, ``OSError``.
    """
    config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with exclusive(config.data_dir):
        schema = await _migrated(config.data_dir, clock, notifier)
        async with open_database(database_path(config.data_dir), _report) as database:
            opened = await _opened(config, database, clock, schema)
            try:
                yield opened
            finally:
                with anyio.CancelScope(shield=True):
                    await database.write(jobs.stopped(opened.start, clock.now()))


async def _migrated(data_dir: Path, clock: Clock, notifier: Notifier) -> int:
    notifier.extend(MIGRATION_SECONDS, "migrating the database")
    started = clock.monotonic()
    done: Migrated = await anyio.to_thread.run_sync(migrate, database_path(data_dir))
    if done.before != done.after:
        took = round((clock.monotonic() - started) * 1000, 1)
        get_log().info("store.migrated", **{"from": done.before, "to": done.after, "ms": took})
    return done.after


async def _opened(config: Config, database: Database, clock: Clock, schema: int) -> OpenStore:
    keys = MultiFernet([Fernet(secret.reveal()) for secret in config.state_keys])
    check_folder(await database.read(companies.kinds()), config)
    rows = await database.write(companies.register(list(config.companies)))
    start, after = await database.write(jobs.started(clock.now(), version("fortnox-bridge")))
    now = clock.milliseconds()
    await database.write(lambda connection: attempts.take_over(connection, now))
    longest = max(*config.delivery.retry_steps_seconds, config.delivery.settle_seconds) * (1 + JITTER)
    await database.write(lanes.pull_in(round(longest * 1000), now))
    say = get_log().warning if after == "crash" else get_log().info
    say("daemon.started", version=version("fortnox-bridge"), schema=schema, instance=str(start), after=after)
    for warned in unconnected(config, await database.read(companies_with(PURPOSE))):
        get_log().warning("config.warned", key=warned.key, reason=warned.reason)
    pauses = Pauses(await database.read(companies.pauses))
    return OpenStore(database, keys, SealedTokens(database, keys, clock.now), rows, pauses, start, after)


def unconnected(config: Config, kept: Collection[str]) -> list[Warned]:
    """Companies of the rotating grant that have neither tokens ``kept`` nor a refresh token to begin with."""
    return [
        Warned(key_path(("companies", name, "fortnox", "refresh_token")), NOTHING_WILL_LEAVE)
        for name, company in config.companies.items()
        if company.fortnox.grant == "authorization_code" and company.fortnox.refresh_token is None and name not in kept
    ]


def check_folder(kinds: Mapping[str, str], config: Config) -> None:
    """Refuse a real company on a simulator's data folder and the other way round (invariant 16)."""
    for name, kind in kinds.items():
        company = config.companies.get(name)
        now = company.kind if company else None
        for other in config.companies.values():
            if (kind == "simulator") != (other.kind == "simulator"):
                raise WrongFolder(
                    f"the data folder {config.data_dir} holds company {name!r} of kind {kind}, "
                    f"but company {other.name!r} is {other.kind}: use another data_dir"
                )
        if now is not None and now != kind:
            raise WrongFolder(f"company {name!r} was pinned as {kind} and is {now} now: use another data_dir or name")


def _report(failure: StoreUnavailable | None) -> None:
    if failure is None:
        get_log().info("store.recovered")
    else:
        get_log().critical("store.failed", reason=failure.reason)
