"""Opens a company: its client and target, its gate, its looks, and the loop that delivers for it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Protocol

from aiohttp import ClientSession

from connectors.base import LinkReader, Target
from connectors.fortnox.target import open_target
from connectors.register import NOTHING_KEPT, Register
from connectors.transport import open_session
from connectors.vies.client import ViesClient
from connectors.windows import Windows
from daemon.clock import Clock
from daemon.delivery import CompanyDelivery
from daemon.destinations import destination
from daemon.gate import Gate
from daemon.health import Progress
from daemon.logs import Log, get_log
from daemon.looking import Looks
from daemon.memory import MemoryLinks
from daemon.outcomes import Outcomes
from daemon.register import CompanyRegister, Pushing, nobody_pushes
from daemon.retry import RetrySteps
from daemon.settings import Company, Config
from daemon.slots import Slots
from daemon.step import Step
from daemon.tokens import CompanyTokens
from daemon.vat_numbers import KeptVatNumbers
from store import companies
from store.db import Database
from store.tokens import SealedTokens


class RulesPaused(Protocol):
    """Asks which rules a person has paused."""

    def __call__(self) -> frozenset[str]:
        """Names of paused rules."""
        ...


@dataclass(frozen=True, slots=True)
class Shared:
    """What all companies of one process share."""

    config: Config
    database: Database
    tokens: SealedTokens
    clock: Clock
    log: Log
    random: Random
    slots: Slots
    paused_rules: RulesPaused
    progress: Progress
    pushing: Pushing = nobody_pushes


class StoredPin:
    """The tenant that a company was pinned to at its first connect, kept in the store (invariant 16)."""

    def __init__(self, database: Database, company: Company, clock: Clock) -> None:
        self._database = database
        self._company = company
        self._clock = clock

    async def matches(self, tenant: str, organisation_number: str) -> bool:
        """Pin the company at its first connect; later say whether the same one answers."""
        name = self._company.name
        row = await self._database.read(lambda connection: companies.read(connection, name))
        if row.tenant is None:
            await self._database.write(
                companies.pin(
                    name,
                    kind=self._company.kind,
                    tenant=tenant,
                    organisation_number=organisation_number,
                    at=self._clock.now(),
                )
            )
            return True
        return row.tenant == tenant and row.organisation_number == organisation_number


def _vat_numbers(company: Company, session: ClientSession, database: Database, clock: Clock) -> KeptVatNumbers | None:
    """Whom to ask about the buyers' VAT numbers; ``None`` where the company does not want that."""
    if not company.vies.check:
        return None
    client = ViesClient(company.vies, session)
    return KeptVatNumbers(company.name, company.vies, client, database, clock)


@asynccontextmanager
async def open_company_target(
    company: Company, database: Database, tokens: SealedTokens, clock: Clock, _: Random, windows: Windows
) -> AsyncIterator[Target]:
    """The company's target, alone: for the daemon, and for commands of the CLI that must ask Fortnox."""
    row = (await database.write(companies.register([company.name])))[company.name]
    kept = CompanyTokens(tokens)
    if company.refresh_token is not None:
        await kept.seed(company.name, company.refresh_token.reveal(), clock.now())
    async with (
        open_session() as session,
        open_target(
            company.name,
            company.fortnox,
            company.client_secret.reveal() if company.client_secret else "",
            kept,
            session,
            StoredPin(database, company, clock).matches,
            clock=clock.now,
            monotonic=clock.monotonic,
            sleep=clock.sleep,
            migrated=lambda: get_log().info("token.migrated", target="fortnox", company=company.name),
            windows=windows,
            tenant=row.tenant,
            governed=partial(_say_governed, company.name),
            vat_numbers=_vat_numbers(company, session, database, clock),
        ) as target,
    ):
        if row.called:
            target.assume_full()
        else:
            await database.write(companies.called(company.name))
        yield target


def _say_governed(company: str, permitted: int, ceiling: int) -> None:
    """The window was halved, or is whole again."""
    told = {"target": "fortnox", "company": company, "calls": permitted, "of": ceiling}
    if permitted < ceiling:
        get_log().warning("target.halved", **told)
    else:
        get_log().info("target.recovered", **told)


def company_delivery(shared: Shared, company: Company, target: Target, looking: Callable[[], bool]) -> CompanyDelivery:
    """Put one company's loop together around its open target."""
    gate = Gate(company.name, target, shared.clock, shared.log, shared.config.delivery.probe_seconds)
    register = CompanyRegister(company.name, company.fortnox, shared.database, shared.clock, shared.pushing)
    step = _step(shared, target, looking, gate, register)
    made = _loop(shared, company.name, target, step, gate)
    made.allow(**shared.config.allowed(company.name))
    return made


def sender_delivery(shared: Shared, source: str, target: Target) -> CompanyDelivery:
    """Put the loop together that writes back at one source."""
    name = destination(source)
    gate = Gate(name, target, shared.clock, shared.log, shared.config.delivery.probe_seconds, source)
    # A record of a sender's is named by the sender: there is nothing that could stand there unknown to us.
    step = _step(shared, target, lambda: False, gate, NOTHING_KEPT)
    made = _loop(shared, name, target, step, gate)
    made.allow(**shared.config.allowed(name))
    return made


def _loop(shared: Shared, name: str, target: Target, step: Step, gate: Gate) -> CompanyDelivery:
    watched = f"delivery.{name}"
    return CompanyDelivery(
        name,
        database=shared.database,
        target=target,
        step=step,
        gate=gate,
        slots=shared.slots.share(name),
        clock=shared.clock,
        log=shared.log,
        beat=partial(shared.progress.beat, watched),
        idle=partial(shared.progress.idle, watched),
    )


def _step(shared: Shared, target: Target, looking: Callable[[], bool], gate: Gate, register: Register) -> Step:
    """What carries one command as far as it can go."""
    delivery = shared.config.delivery
    looks = Looks(shared.database, shared.clock, delivery.settle_seconds)
    links: LinkReader = MemoryLinks(shared.database, shared.clock)
    outcomes = Outcomes(
        database=shared.database,
        looks=looks,
        gate=gate,
        steps=RetrySteps(delivery.retry_steps_seconds, shared.random),
        settle_seconds=delivery.settle_seconds,
        clock=shared.clock,
        log=shared.log,
    )
    return Step(
        database=shared.database,
        target=target,
        looks=looks,
        outcomes=outcomes,
        clock=shared.clock,
        looking=looking,
        paused_rules=shared.paused_rules,
        links=links,
        register=register,
    )
