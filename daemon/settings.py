"""The sections of the configuration that belong to the process itself, and the whole as the daemon uses it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, IPvAnyNetwork, ValidationInfo, field_validator, model_validator

from connectors.addresses import checked_address
from connectors.fortnox.expected import Expected
from connectors.fortnox.settings import FortnoxSettings
from connectors.sources import Reader, Source, SourceSettings, Surroundings
from connectors.vies.settings import ViesSettings
from daemon.config_faults import meant
from daemon.credentials import Secret
from daemon.settings_clients import Client, ClientSection
from handlers.commands import Command
from handlers.routes import ROUTES
from handlers.settings import (
    Articles,
    Bookkeeping,
    Brakes,
    CompanySettings,
    Customers,
    Documents,
    MappingSection,
    Own,
    Payments,
    Payouts,
    Refunds,
    RuleOptions,
    Survey,
    Vat,
)
from handlers.settings.schedules import Schedule
from handlers.settings.workflows import WorkflowSection
from handlers.values import Frozen
from handlers.workflow import Workflow

Language = Literal["en", "sv", "both"]
"""In which language commands ask people: English, Swedish, or English with Swedish below it."""

Seconds = Annotated[float, Field(gt=0, le=31_536_000, allow_inf_nan=False)]
"""A time in seconds, above zero and at most a year."""


class Http(Frozen):
    """The listener; ``port`` 0 takes a free one. ``header_seconds`` also ends an idle connection.

    ``public_address`` is where browsers reach the listener from outside (a proxy ends TLS there): then Fortnox sends
    them back to the running daemon when a company is connected. ``trusted_proxies`` are networks, besides this machine,
    whose ``X-Forwarded-For`` names the client in the log.
    """

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8099, ge=0, le=65535)
    body_limit_bytes: int = Field(default=1_048_576, ge=1024, le=67_108_864)
    header_seconds: Seconds = 30
    body_seconds: Seconds = 10
    connections: int = Field(default=500, ge=1, le=16_000)
    backlog: int = Field(default=4096, ge=1, le=65535)
    trusted_proxies: tuple[IPvAnyNetwork, ...] = ()
    public_address: str = ""

    @field_validator("public_address")
    @classmethod
    def _reachable(cls, value: str) -> str:
        return value and checked_address(value)


class Delivery(Frozen):
    """How the outbox is worked off. ``settle_seconds`` is how late a far effect may still come."""

    settle_seconds: Seconds = 120
    retry_steps_seconds: tuple[Seconds, ...] = Field(
        default=(10, 60, 300, 900, 3600, 10800, 21600, 43200, 86400), min_length=1, max_length=50
    )
    probe_seconds: Seconds = 30
    concurrency: int = Field(default=64, ge=1, le=1000)


class Retention(Frozen):
    """How long handled bodies, delivered commands and scores of surveys stay; ``digest_hours`` dedupes by digest."""

    bodies_days: int = Field(default=30, ge=1, le=3660)
    commands_days: int = Field(default=90, ge=1, le=3660)
    responses_days: int = Field(default=1095, ge=1, le=36_600)
    seal_bodies: bool = False
    digest_hours: int = Field(default=24, ge=1, le=8760)


class LogSettings(Frozen):
    """The lowest level that is written."""

    level: Literal["info", "warning", "error", "critical"] = "info"


class SchedulerSettings(Frozen):
    """How often the jobs run."""

    heartbeat_seconds: Seconds = 60
    prune_hours: float = Field(default=24, gt=0, le=8760, allow_inf_nan=False)
    token_hours: float = Field(default=24, gt=0, le=720, allow_inf_nan=False)
    poll_seconds: Seconds = 300


class DoctorSettings(Frozen):
    """How often every company is examined by itself, at each start and reload besides; 0 hours: only by a person."""

    hours: float = Field(default=24, ge=0, le=8760, allow_inf_nan=False)


class NoticeSettings(Frozen):
    """How soon the log says again that something waits for the same answer of a person."""

    repeat_hours: float = Field(default=24, gt=0, le=8760, allow_inf_nan=False)


RULES = frozenset(rule.name for rules in ROUTES.values() for rule in rules)

APPROVABLE = frozenset(
    {
        "all",
        "task",
        *RULES,
        *(kind.model_fields["kind"].default for kind in get_args(get_args(Command)[0])),
    }
)
"""What may leave only after a person's approval: kinds of commands, rules, a person's own tasks, or all of it; besides
these a company's own rules."""


class CompanySection(Frozen):
    """One company as the file says it.

    With ``read_only`` everything is planned and nothing leaves; ``approve`` names what a person must allow first.
    ``lookups`` are tables that mappings look values up in, ``plugins`` names rules of other packages with options.
    """

    start: date
    read_only: bool = False
    mappings: dict[str, MappingSection] = Field(default_factory=dict)
    lookups: dict[str, dict[str, str]] = Field(default_factory=dict)
    plugins: dict[str, dict[str, Any]] = Field(default_factory=dict)
    approve: tuple[str, ...] = ()
    fortnox: FortnoxSettings
    bookkeeping: Bookkeeping = Bookkeeping()
    survey: Survey = Survey()
    documents: Documents = Documents()
    refunds: Refunds = Refunds()
    articles: Articles = Articles()
    customers: Customers = Customers()
    vat: Vat = Vat()
    brakes: Brakes = Brakes()
    payments: Payments = Payments()
    payouts: Payouts = Payouts()
    vies: ViesSettings = ViesSettings()
    expected: Expected = Expected()
    rules: dict[str, RuleOptions] = Field(default_factory=dict)
    workflows: dict[str, WorkflowSection] = Field(default_factory=dict)
    schedules: dict[str, Schedule] = Field(default_factory=dict)

    def company_settings(self, name: str, own: Own) -> CompanySettings:
        """What rules know of the company."""
        return CompanySettings(
            name=name,
            start=self.start,
            bookkeeping=self.bookkeeping,
            survey=self.survey,
            documents=self.documents,
            refunds=self.refunds,
            articles=self.articles,
            customers=self.customers,
            vat=self.vat,
            brakes=self.brakes,
            payments=self.payments,
            payouts=self.payouts,
            rules=self.rules,
            own=own,
            plugins=self.plugins,
        )

    @field_validator("approve")
    @classmethod
    def _approvable(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known = APPROVABLE | _own_names(info)
        for name in names:
            if name not in known:
                raise ValueError(f"there is no kind of command or rule {name}{meant(name, known)}")
        return names

    @field_validator("rules")
    @classmethod
    def _known_rules(cls, rules: dict[str, RuleOptions], info: ValidationInfo) -> dict[str, RuleOptions]:
        known = RULES | _own_names(info)
        for name in rules:
            if name not in known:
                raise ValueError(f"there is no rule {name}{meant(name, known)}")
        return rules

    @model_validator(mode="after")
    def _one_ladder(self) -> "CompanySection":
        if self.customers.match and self.fortnox.further_rungs:
            raise ValueError("customers.match names every key that is looked up: leave fortnox.further_rungs out")
        return self

    @model_validator(mode="after")
    def _default_vat_has_an_account(self) -> "CompanySection":
        rate = self.articles.default_vat
        if rate is not None and str(rate) not in self.bookkeeping.sales_accounts:
            raise ValueError(f"articles.default_vat is {rate}, which has no account in bookkeeping.sales_accounts")
        return self


def _own_names(info: ValidationInfo) -> frozenset[str]:
    """The names of the company's own rules, as far as their sections could be read."""
    return frozenset(info.data.get("mappings", ())) | frozenset(info.data.get("plugins", ()))


class ConfigFile(Frozen):
    """The whole file; sources are read by their own connectors' models."""

    data_dir: str = Field(min_length=1)
    state_key: str = Field(min_length=1)
    language: Language = "en"
    http: Http = Http()
    delivery: Delivery = Delivery()
    retention: Retention = Retention()
    log: LogSettings = LogSettings()
    scheduler: SchedulerSettings = SchedulerSettings()
    doctor: DoctorSettings = DoctorSettings()
    notices: NoticeSettings = NoticeSettings()
    companies: dict[str, CompanySection] = Field(min_length=1)
    sources: dict[str, dict[str, Any]] = Field(default_factory=dict)
    clients: dict[str, ClientSection] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Company:
    """One company, ready to be opened. Both secrets are ``None`` where secrets were not resolved."""

    settings: CompanySettings
    fortnox: FortnoxSettings
    client_secret: Secret | None
    refresh_token: Secret | None = None
    expected: Expected = field(default_factory=Expected)
    read_only: bool = False
    approve: frozenset[str] = frozenset()
    vies: ViesSettings = field(default_factory=ViesSettings)
    workflows: tuple[Workflow, ...] = ()
    schedules: Mapping[str, Schedule] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The word after ``companies.`` in the file."""
        return self.settings.name

    @property
    def kind(self) -> Literal["live", "test", "simulator"]:
        """What stands at the other end; what is not live must say so on every screen."""
        return self.fortnox.kind


@dataclass(frozen=True, slots=True)
class ConfiguredSource:
    """One sender. ``source`` is ``None`` where secrets were not resolved; ``open_reader`` also where it cannot read."""

    name: str
    type: str
    settings: SourceSettings
    source: Source | None
    # It holds the resolved secrets, which must not show where a configuration is printed by accident.
    open_reader: Callable[[Surroundings], Reader | None] | None = field(default=None, repr=False)


def with_starts(companies: Mapping[str, Company], sources: Mapping[str, ConfiguredSource]) -> Mapping[str, Company]:
    """The companies, each knowing which of the sources begin later than it does."""
    starts = {name: source.settings.start for name, source in sources.items() if source.settings.start is not None}
    if not starts:
        return companies
    return {
        name: replace(company, settings=company.settings.model_copy(update={"source_starts": starts}))
        for name, company in companies.items()
    }


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that works but should not be so in production: key path and a closed word."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration in force. ``digest`` tells two apart (comments and order do not count); it holds no secret.

    ``state_keys`` seal what lies in the store: the first seals, all open; empty where secrets were not resolved.
    """

    path: Path
    digest: str
    data_dir: Path
    state_keys: tuple[Secret, ...]
    http: Http
    delivery: Delivery
    retention: Retention
    log: LogSettings
    scheduler: SchedulerSettings
    companies: Mapping[str, Company]
    sources: Mapping[str, ConfiguredSource]
    warnings: tuple[Warned, ...]
    doctor: DoctorSettings = field(default_factory=DoctorSettings)
    clients: Mapping[str, Client] = field(default_factory=dict)
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    language: Language = "en"
