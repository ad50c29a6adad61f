"""The whole configuration as the file says it, and as the daemon uses it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypedDict, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator

from connectors.fortnox.expected import Expected
from connectors.fortnox.settings import FortnoxSettings
from connectors.nearest import meant
from connectors.sources import Reader, Source, SourceSettings, Surroundings
from connectors.vies.settings import ViesSettings
from daemon.credentials import Secret
from daemon.destinations import destination, target_name, written_to
from daemon.settings_clients import Client, ClientSection
from daemon.settings_process import (
    Delivery,
    DoctorSettings,
    Http,
    LogSettings,
    NoticeSettings,
    Retention,
    SchedulerSettings,
)
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


def knowing_sources(companies: Mapping[str, Company], sources: Mapping[str, ConfiguredSource]) -> Mapping[str, Company]:
    """The companies, each knowing which of the sources begin later than it does, and what each takes back."""
    starts = {name: source.settings.start for name, source in sources.items() if source.settings.start is not None}
    backs = {name: back for name, source in sources.items() if (back := source.settings.back) is not None}
    if not starts and not backs:
        return companies

    def told(company: Company) -> Company:
        own = {name: back for name, back in backs.items() if sources[name].settings.serves(company.name)}
        told = {"source_starts": starts, "write_backs": own}
        return replace(company, settings=company.settings.model_copy(update=told))

    return {name: told(company) for name, company in companies.items()}


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that works but should not be so in production: key path and a closed word."""

    key: str
    reason: str


class Allowed(TypedDict):
    """What may leave: nothing where ``read_only``, and what ``approve`` names only after a person's word."""

    read_only: bool
    approve: frozenset[str]


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
    notice_secrets: Mapping[str, Secret] = field(default_factory=dict)

    @property
    def destinations(self) -> tuple[str, ...]:
        """The senders that are written to, and the ways of notices, as they are called where companies are named."""
        senders = [name for name, source in self.sources.items() if source.settings.back is not None]
        return tuple(destination(name) for name in (*senders, *map(target_name, self.notices.ways)))

    def allowed(self, name: str) -> Allowed:
        """What may leave for a company, or for a sender: there, what each of the companies that it serves allows."""
        source = self.sources.get(written_to(name) or "")
        companies = [
            company
            for one, company in self.companies.items()
            if (one == name if source is None else source.settings.serves(one))
        ]
        return Allowed(
            read_only=any(company.read_only for company in companies),
            approve=frozenset[str]().union(*(company.approve for company in companies)),
        )
