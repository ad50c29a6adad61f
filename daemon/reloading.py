"""What a configuration means for the running daemon, and which of its changes need a restart."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from connectors.fortnox.settings import FortnoxSettings
from connectors.sources import Source
from daemon.credentials import Secret
from daemon.listener import Hook
from daemon.settings import Company, Config


def sources_of(config: Config) -> dict[str, Source]:
    """The sources of a configuration whose secrets were resolved, by name."""
    return {name: source.source for name, source in config.sources.items() if source.source is not None}


def hooks_of(config: Config) -> dict[str, Hook]:
    """What the listener serves: each source with the company of each of its accounts."""
    return {
        name: Hook(source.source, source.settings.company_for)
        for name, source in config.sources.items()
        if source.source is not None
    }


def statuses_of(hooks: Mapping[str, Hook]) -> dict[str, int]:
    """For each source at the door, the status that makes its sender come again."""
    return {name: hook.source.retry_status for name, hook in hooks.items()}


def companies_of(config: Config) -> dict[str, Callable[[str | None], str | None]]:
    """For each source, the company of one of its accounts; ``None`` where the account is not ours."""
    return {name: source.settings.company_for for name, source in config.sources.items()}


def readers_of(config: Config) -> frozenset[str]:
    """The sources that can read at their sender."""
    return frozenset(name for name, source in config.sources.items() if source.settings.can_read)


def needs_restart(old: Config, new: Config) -> list[str]:
    """The key paths that changed and take effect only with a restart; sources and bookkeeping choices do at once."""
    changed = [
        name
        for name in ("data_dir", "http", "delivery", "retention", "scheduler", "doctor")
        if getattr(old, name) != getattr(new, name)
    ]
    changed += [f"notices.{way}" for way in ("webhook", "mail") if _way(old, way) != _way(new, way)]
    for name in sorted({*old.companies, *new.companies}):
        before, after = old.companies.get(name), new.companies.get(name)
        if before is None or after is None:
            changed.append(f"companies.{name}")
        elif _connection(before) != _connection(after):
            changed.append(f"companies.{name}.fortnox")
    for name in sorted({*old.sources, *new.sources}):
        was, now = old.sources.get(name), new.sources.get(name)
        reads = [source for source in (was, now) if source is not None and source.settings.can_read]
        if reads and (was is None or now is None or was.settings != now.settings):
            changed.append(f"sources.{name}")
    return changed


def in_force(running: Config, new: Config) -> Config:
    """The new configuration as far as it has effect without a restart, for who looks whether all of it is sound."""
    companies = {
        name: company
        if name not in new.companies
        else replace(company, settings=new.companies[name].settings, expected=new.companies[name].expected)
        for name, company in running.companies.items()
    }
    return replace(
        running,
        companies=companies,
        sources=new.sources,
        clients=new.clients,
        warnings=new.warnings,
        notices=new.notices,
        language=new.language,
    )


def _way(config: Config, way: str) -> tuple[object, Secret | None]:
    return getattr(config.notices, way), config.notice_secrets.get(way)


def _connection(company: Company) -> tuple[FortnoxSettings, Secret | None, Secret | None]:
    return company.fortnox, company.client_secret, company.refresh_token
