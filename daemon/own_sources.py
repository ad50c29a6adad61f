"""Companies that are sources of their own: what stands in their Fortnox is told by its push stream, or asked for."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol, runtime_checkable

from connectors.base import Target
from connectors.client.source import CALENDAR, PERSON, ClientSource
from connectors.fortnox.register_entries import REGISTERED
from connectors.fortnox.source import FortnoxSource
from connectors.fortnox.sweep import Doubts
from connectors.sources import Reader, Source
from daemon.reloading import readers_of, sources_of
from daemon.settings import Config
from handlers.following import followed, system_of
from store import push, register
from store.db import Database, moment

PREFIX = "fortnox:"
"""No configured source has a colon in its name."""


@runtime_checkable
class HasReader(Protocol):
    """What a company's target offers for reading outside of its commands."""

    def reader(self, doubted: Doubts, followed: Collection[str] = frozenset()) -> Reader:
        """Reads inside the company's own rate window, behind everything else; ``followed`` is what others are told."""
        ...


def source_of(company: str) -> str:
    """What the source of a company is called."""
    return system_of(company)


def company_of(source: str) -> str | None:
    """The company whose source it is; ``None`` for a configured one."""
    return source.removeprefix(PREFIX) if source.startswith(PREFIX) else None


def own_sources(config: Config) -> dict[str, Source]:
    """The sources of companies that are their own, by name."""
    return {
        source_of(name): FortnoxSource(source_of(name), followed=followed_in(config, name)) for name in _named(config)
    }


def followed_in(config: Config, company: str) -> frozenset[str]:
    """What of the company's own Fortnox any sender is told of."""
    return followed(config.companies[company].settings)


def client_sources(config: Config) -> dict[str, Source]:
    """The clients of our own endpoints, and people at the terminal, by the names of their sources."""
    return {source.name: source for source in map(ClientSource, (PERSON, CALENDAR, *config.clients))}


def every_source(config: Config) -> dict[str, Source]:
    """Those of the configuration whose secrets were resolved, the companies' own, and the clients of our endpoints."""
    return {**sources_of(config), **own_sources(config), **client_sources(config)}


def every_reader(config: Config) -> frozenset[str]:
    """Every source that can read where its deliveries come from."""
    return readers_of(config) | own_sources(config).keys()


def own_readers(config: Config, targets: Mapping[str, Target], database: Database) -> dict[str, Reader]:
    """Who reads for the companies' own sources, by the source's name."""
    opened = {name: targets[name] for name in _named(config)}
    return {
        source_of(name): target.reader(partial(_doubted, database, name), followed_in(config, name))
        for name, target in opened.items()
        if isinstance(target, HasReader)
    }


async def _doubted(database: Database, company: str) -> Mapping[str, datetime]:
    """Registers whose copy may be wrong since a moment: events were missed, or the copy showed what was gone."""
    missed = await database.read(push.doubts(company, REGISTERED))
    ages = await database.read(register.ages(company))
    doubted = {name: age.doubted_at for name, age in ages.items() if age.doubted_at is not None}
    return {name: moment(max(missed.get(name, 0), doubted.get(name, 0))) for name in missed.keys() | doubted.keys()}


def _named(config: Config) -> list[str]:
    return [name for name, company in config.companies.items() if company.fortnox.is_source]
