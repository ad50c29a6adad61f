"""The configuration: a TOML file becomes frozen settings, or all of its faults at once."""

import hashlib
import json
import os
import re
import secrets
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from pydantic import ValidationError

from connectors.addresses import is_loopback
from connectors.nearest import meant
from connectors.registry import SOURCES
from connectors.sources import Source, SourceSettings
from daemon.config_clients import clients_of
from daemon.config_faults import ConfigRejected, Fault, faults_of, given, key_path
from daemon.config_notices import notice_secrets_of
from daemon.credentials import Form, Resolver, Secret, StandIns, Unresolved, fault_in, references_in
from daemon.following_checks import following_faults, shared_accounts
from daemon.own_rules import own_of, unfit_sources
from daemon.owner_checks import owner_faults
from daemon.settings import Company, CompanySection, Config, ConfigFile, ConfiguredSource, Warned, knowing_sources
from daemon.survey_checks import survey_faults
from daemon.workflow_sections import unfit_workflows, workflows_of
from handlers.workflow import SYSTEM
from store.starting import SOURCE

NAME = re.compile(r"[a-z0-9_]{1,40}")
# "key" names parties by their match keys, "fortnox" is the far side, SOURCE is whoever starts a task, SYSTEM makes the
# steps of workflows: none is a sender.
RESERVED_SOURCES = frozenset({"fortnox", "key", "notices", SYSTEM, SOURCE})


def load_config(
    path: Path,
    *,
    resolve_secrets: bool | StandIns = True,
    environment: Mapping[str, str] = os.environ,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> Config:
    """Read the file and, if asked, every secret that it refers to; generated secrets are made at first use.

    Without ``resolve_secrets`` nothing is read or written beside the file, and the result holds no secrets and no
    sources; with stand-ins it has sources that can read stored deliveries. Raises :class:`ConfigRejected` with all
    faults.
    """
    digest, content = _read(path)
    return _Loading(path, content, digest, resolve_secrets, environment, random_bytes).run()


def check_config(
    path: Path, *, resolve_secrets: bool, environment: Mapping[str, str] = os.environ
) -> tuple[Fault, ...]:
    """All faults of the file; an empty tuple means that the daemon would start with it."""
    try:
        load_config(path, resolve_secrets=resolve_secrets, environment=environment)
    except ConfigRejected as rejected:
        return rejected.faults
    return ()


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise ConfigRejected([Fault(str(path), f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        raise ConfigRejected([Fault(str(path), f"is not UTF-8 text (byte {error.start})")]) from None
    except RecursionError:
        raise ConfigRejected([Fault(str(path), "is nested too deeply")]) from None
    except (ValueError, ArithmeticError) as error:
        raise ConfigRejected([Fault(str(path), f"is not TOML: {error}")]) from None
    canonical = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode(errors="surrogatepass")).hexdigest()[:16], content


class _Loading:
    """One reading of one file: gathers faults and warnings on the way."""

    def __init__(
        self,
        path: Path,
        content: dict[str, Any],
        digest: str,
        resolve_secrets: bool | StandIns,
        environment: Mapping[str, str],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self.path = path
        self.content = content
        self.digest = digest
        self.faults: list[Fault] = []
        self.warnings: list[Warned] = []
        folder = path.resolve().parent
        stated = content.get("data_dir")
        self.data_dir = folder / (stated if isinstance(stated, str) else "data")
        self.resolver: Resolver | StandIns | None = None
        if isinstance(resolve_secrets, StandIns):
            self.resolver = resolve_secrets
        elif resolve_secrets:
            self.resolver = Resolver(
                folder=folder, data_dir=self.data_dir, environment=environment, random_bytes=random_bytes
            )

    def run(self) -> Config:
        """The configuration. Raises ConfigRejected."""
        file = self._file()
        kinds = self._kinds()
        if isinstance(self.resolver, Resolver) and file is not None:
            self._check_data_dir()
        state_key = self._secret(("state_key",), self.content.get("state_key"), "seal", kinds.values())
        keys = self._state_keys(state_key)
        companies = dict(self._companies(file, kinds)) if file is not None else {}
        sources = dict(self._sources(kinds))
        clients = clients_of(file, kinds, self._secret, self._fault) if file is not None else {}
        notice_secrets = notice_secrets_of(file, kinds, self._secret, self._fault) if file is not None else {}
        self._hold_together(file, companies, sources)
        if self.faults or file is None:
            raise ConfigRejected(self.faults)
        self._warn_of_missing_vat(companies, sources)
        if not is_loopback(file.http.host):
            self.warnings.append(Warned("http.host", "listens_beyond_this_machine_without_tls"))
        return Config(
            path=self.path,
            digest=self.digest,
            data_dir=self.data_dir,
            state_keys=keys,
            http=file.http,
            delivery=file.delivery,
            retention=file.retention,
            log=file.log,
            scheduler=file.scheduler,
            companies=knowing_sources(companies, sources),
            sources=sources,
            warnings=tuple(self.warnings),
            doctor=file.doctor,
            clients=clients,
            notices=file.notices,
            language=file.language,
            notice_secrets=notice_secrets,
        )

    def _hold_together(
        self, file: ConfigFile | None, companies: Mapping[str, Company], sources: Mapping[str, ConfiguredSource]
    ) -> None:
        """What is right by itself and cannot be together."""
        self.faults += [*survey_faults(companies, sources), *following_faults(companies, sources)]
        self.faults += [*shared_accounts(sources), *owner_faults(companies), *unfit_sources(file, sources)]
        if file is not None:
            self.faults += unfit_workflows(file, sources)

    def _warn_of_missing_vat(self, companies: Mapping[str, Company], sources: Mapping[str, ConfiguredSource]) -> None:
        """Where neither the sender nor an article nor a setting tells the VAT, every order would be held."""
        for name, source in sources.items():
            stated = source.settings
            for company in {*stated.companies.values(), *filter(None, [stated.company])}:
                articles = companies[company].settings.articles
                if not stated.states_vat and articles.policy == "text" and articles.default_vat is None:
                    self.warnings.append(
                        Warned(f"companies.{company}.articles", f"no_vat_for_orders_of_{name}_so_each_is_held")
                    )

    def _file(self) -> ConfigFile | None:
        for table in ("companies", "sources", "clients"):
            for name in _table(self.content.get(table)):
                if not NAME.fullmatch(name):
                    self._fault((table, name), "a name has 1 to 40 of a-z, 0-9 and _")
        try:
            return ConfigFile.model_validate(self.content)
        except ValidationError as error:
            self.faults += faults_of(error, ConfigFile)
            return None

    def _kinds(self) -> dict[str, str | None]:
        """Company name -> live, test or simulator; ``None`` where its section has faults (reported already)."""
        kinds: dict[str, str | None] = {}
        for name, section in _table(self.content.get("companies")).items():
            try:
                kinds[name] = CompanySection.model_validate(section).fortnox.kind
            except ValidationError:
                kinds[name] = None
        return kinds

    def _companies(self, file: ConfigFile, kinds: Mapping[str, str | None]) -> Iterator[tuple[str, Company]]:
        tenants: dict[tuple[object, ...], str] = {}
        for name, section in file.companies.items():
            fortnox = section.fortnox
            where = ("companies", name, "fortnox")
            secret = self._secret((*where, "client_secret"), fortnox.client_secret, "token", [kinds[name]])
            refresh = self._secret((*where, "refresh_token"), fortnox.refresh_token, "token", [kinds[name]])
            # They would share the budget, but each would make customers that the other does not know of.
            tenant = (fortnox.rest_url, fortnox.client_id, fortnox.tenant_id)
            if fortnox.tenant_id is not None and tenant in tenants:
                self._fault((*where, "tenant_id"), f"is the same Fortnox company as companies.{tenants[tenant]}")
            tenants[tenant] = name
            own, faults = own_of(section, ("companies", name))
            flows, wrong = workflows_of(section.workflows, section.lookups, ("companies", name, "workflows"))
            self.faults += [*faults, *wrong]
            yield (
                name,
                Company(
                    section.company_settings(name, own),
                    fortnox,
                    secret,
                    refresh,
                    section.expected,
                    read_only=section.read_only,
                    approve=frozenset(section.approve),
                    vies=section.vies,
                    workflows=flows,
                    schedules=section.schedules,
                ),
            )

    def _sources(self, kinds: Mapping[str, str | None]) -> Iterator[tuple[str, ConfiguredSource]]:
        for name, section in _table(self.content.get("sources")).items():
            if not isinstance(section, dict):
                continue  # reported with the file
            if name in RESERVED_SOURCES:
                self._fault(("sources", name), "is a reserved name")
            found = self._source(name, dict(section), kinds)
            if found is not None:
                yield name, found

    def _source(self, name: str, section: dict[str, Any], kinds: Mapping[str, str | None]) -> ConfiguredSource | None:
        where = ("sources", name)
        word = section.pop("type", None)
        kind = SOURCES.get(word) if isinstance(word, str) else None
        if kind is None:
            reason = f"must be one of {', '.join(sorted(SOURCES))}" + meant(str(word), SOURCES)
            self._fault((*where, "type"), "is missing" if word is None else reason, word)
            return None
        try:
            settings = kind.settings.model_validate(section)
        except ValidationError as error:
            self.faults += faults_of(error, kind.settings, where)
            return None
        companies = self._companies_of(where, settings, kinds)
        resolved = self._source_secrets(where, settings, "webhook" if word == "standard" else "token", companies)
        source = None
        if resolved is not None:
            source = self._made(where, lambda: kind.make(name, settings, resolved))
        open_reader = None
        if resolved is not None and settings.can_read:
            open_reader = partial(kind.open_reader, name, settings, resolved)
        return ConfiguredSource(name, str(word), settings, source, open_reader)

    def _companies_of(
        self, where: tuple[str, ...], settings: SourceSettings, kinds: Mapping[str, str | None]
    ) -> list[str | None]:
        stated: dict[tuple[str, ...], str] = {
            ("companies", account): company for account, company in settings.companies.items()
        }
        if settings.company is not None:
            stated["company",] = settings.company
        for key, company in stated.items():
            if company not in kinds:
                self._fault((*where, *key), f"there is no companies.{company}{meant(company, kinds)}", company)
        return [kinds.get(company) for company in stated.values()]

    def _source_secrets(
        self, where: tuple[str, ...], settings: SourceSettings, form: Form, kinds: list[str | None]
    ) -> dict[str, str] | None:
        """Field name -> secret to make the source with; ``None`` where secrets are not resolved or are faulty.

        A field of a table inside the section is named with it: ``api.token``.
        """
        resolved: dict[str, str] = {}
        whole = self.resolver is not None
        for path, reference in references_in(settings):
            secret = self._secret((*where, *path), reference, form, kinds)
            whole = whole and secret is not None
            if secret is not None:
                resolved[".".join(path)] = secret.reveal()
        return resolved if whole else None

    def _made(self, where: tuple[str, ...], make: Callable[[], Source]) -> Source | None:
        try:
            return make()
        except ValueError as error:
            field, colon, reason = str(error).partition(": ")
            self._fault((*where, *field.split(".")) if colon else where, reason or field)
            return None

    def _secret(
        self, where: tuple[str, ...], reference: object, form: Form, kinds: Iterable[str | None]
    ) -> Secret | None:
        if not isinstance(reference, str) or not reference:
            return None  # reported with its model
        fault = fault_in(reference)
        # Where a company's kind is unknown, its own faults come first.
        if fault is None and reference.startswith("plain:") and {"live", "test"} & set(kinds):
            fault = "a secret may stand in this file only beside the simulator; use credential: or file:"
        if fault is not None:
            self._fault(where, fault)
            return None
        if reference.startswith("env:"):
            self.warnings.append(Warned(key_path(where), "secret_from_the_environment"))
        # A file that is refused anyway must not leave a data folder and secrets behind.
        if self.resolver is None or (self.faults and reference.startswith("generated:")):
            return None
        found = self.resolver.resolve(reference, form)
        if isinstance(found, Unresolved):
            self._fault(where, found.reason)
            return None
        return found

    def _state_keys(self, secret: Secret | None) -> tuple[Secret, ...]:
        """One key a line (or comma); the first seals, all open."""
        if secret is None:
            return ()
        keys = [part for part in re.split(r"[\s,]+", secret.reveal()) if part]
        for key in keys:
            try:
                Fernet(key)
            except ValueError:
                self._fault(("state_key",), "must hold keys of 32 random bytes in URL-safe base64, one a line")
                return ()
        return tuple(Secret(key) for key in keys)

    def _check_data_dir(self) -> None:
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            self._fault(("data_dir",), f"cannot be made: {error.strerror}", self.content.get("data_dir"))
            return
        if not os.access(self.data_dir, os.W_OK | os.X_OK):
            self._fault(("data_dir",), "no permission to write there", self.content.get("data_dir"))

    def _fault(self, where: tuple[str, ...], reason: str, value: object = None) -> None:
        self.faults.append(Fault(key_path(where), reason, None if value is None else given(value)))


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
