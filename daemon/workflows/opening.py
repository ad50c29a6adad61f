"""Puts together what runs workflows: who starts, who moves on, and the calendar."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from daemon.clock import Clock
from daemon.logs import Log
from daemon.settings import Company, Config
from daemon.workflows.calendar import Calendar
from daemon.workflows.definitions import Definitions
from daemon.workflows.engine import Engine
from daemon.workflows.moves import Moves
from daemon.workflows.starts import Starts
from handlers.settings import CompanySettings
from handlers.workflow import Workflow
from store.db import Database
from store.inbox import Seal

LOOP = "workflows"


@dataclass(frozen=True, slots=True)
class Flows:
    """The parts of one daemon."""

    starts: Starts
    engine: Engine
    calendar: Calendar

    def reload(self, config: Config) -> None:
        """New runs begin by this configuration; those under way go on as they began."""
        self.starts.flows = flows_in(config.companies)


def flows_in(companies: Mapping[str, Company]) -> dict[str, tuple[Workflow, ...]]:
    """The workflows of each company."""
    return {name: company.workflows for name, company in companies.items()}


def flows_of(
    config: Config,
    database: Database,
    clock: Clock,
    log: Log,
    *,
    companies: Callable[[], Mapping[str, Company]],
    settings: Callable[[str], CompanySettings],
    seal: Seal,
    unseal: Callable[[bytes], bytes],
    wake: Callable[[str], None],
    arrived: Callable[[], None],
    beat: Callable[[], None],
    idle: Callable[[], None],
) -> Flows:
    """``wake`` tells a company's delivery of new commands, ``arrived`` tells intake of a new row.

    ``beat`` and ``idle`` are for the watchdog.
    """
    body_seal = seal if config.retention.seal_bodies else None
    moves = Moves(
        database=database,
        clock=clock,
        log=log,
        definitions=Definitions(),
        seal=seal,
        unseal=unseal,
        body_seal=body_seal,
        settings=settings,
        wake=wake,
    )
    return Flows(
        Starts(flows_in(config.companies), seal),
        Engine(database=database, clock=clock, log=log, moves=moves, beat=beat, idle=idle),
        Calendar(database=database, clock=clock, log=log, companies=companies, seal=body_seal, arrived=arrived),
    )
