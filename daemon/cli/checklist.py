"""The command ``checklist``: which steps towards a connected company are done, as far as this machine can know."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import common
from daemon.cli.common import banner, leave, print_json, with_config, with_json

if TYPE_CHECKING:
    from daemon.checklist import Known
    from daemon.settings import Company, Config
    from store.db import Read

Json = dict[str, Any]
MARKS = {"done": "[x]", "open": "[ ]", "unknown": "[?]"}


@click.command
@click.argument("company")
@with_config
@with_json
def checklist(config_path: Path, as_json: bool, company: str) -> None:
    """Show the steps that connect COMPANY to Fortnox, and which are done; exit 1 where one is open.

    What only Fortnox's developer portal knows is marked [?]: docs/connect-fortnox.md leads through it.
    """
    from daemon.checklist import steps
    from daemon.cli.looking import check_company

    config = common.load(config_path, secrets=False)
    check_company(config, company)
    found = steps(_known(config, config.companies[company]))
    if as_json:
        shown = [{"step": place, "title": one.title, "state": one.state, "how": one.how}
                 for place, one in enumerate(found, start=1)]  # fmt: skip
        print_json({"company": company, "kind": config.companies[company].kind, "steps": shown})
    else:
        click.echo(
            f"Company {company}{banner(config.companies[company].kind)}: [x] done, [ ] open, [?] only you can see"
        )
        for place, one in enumerate(found, start=1):
            click.echo(f"{MARKS[one.state]} {place:>2}  {one.title}\n        {one.how}")
    leave(trouble=any(one.state == "open" for one in found))


def _known(config: "Config", company: "Company") -> "Known":
    from connectors.fortnox.scopes import needed
    from daemon.checklist import Known
    from daemon.shut_text import SENTENCES

    live = _live(config)
    disk = _on_disk(config, company)
    shut_by = ((live or {}).get("companies", {}).get(company.name) or {}).get("shut_by")
    found, why = _secret(config, company, runs=live is not None)
    return Known(
        company=company.name,
        kind=company.kind,
        grant=company.fortnox.grant,
        client_id=company.fortnox.client_id,
        scopes=tuple(needed(company.settings)),
        secret=found,
        no_secret=why,
        lost=None if shut_by in {None, "person", "down", "unproved"} else SENTENCES.get(shut_by, shut_by),
        notices=_notices(config, company),
        **disk,
    )


def _live(config: "Config") -> Json | None:
    from daemon.admin import NoDaemonAnswers, ask_facts

    common.check_owner(config.data_dir)
    with suppress(NoDaemonAnswers):
        return asyncio.run(ask_facts(config.data_dir))
    return None


def _secret(config: "Config", company: "Company", *, runs: bool) -> tuple[bool | None, str]:
    """Whether the client secret is found, and why not."""
    from daemon.cli.secrets import seen

    return (True, "") if runs else seen(config, company.fortnox.client_secret)


def _notices(config: "Config", company: "Company") -> str | None:
    """The source that hears of consents to the company's app."""
    app = (company.fortnox.oauth_url, company.fortnox.client_id)
    for name, source in config.sources.items():
        heard = config.companies.get(source.settings.company or "")
        of = None if heard is None else (heard.fortnox.oauth_url, heard.fortnox.client_id)
        if source.type == "fortnox_consent" and of == app:
            return name
    return None


def _on_disk(config: "Config", company: "Company") -> Json:
    """``connected_at`` and ``noticed_at`` as the database tells; nothing where there is none yet."""
    from daemon.cli.looking import read_store
    from daemon.connecting import REVOKED
    from daemon.opening import database_path
    from daemon.times import iso, local
    from daemon.tokens import PURPOSE
    from store import companies, senders, tokens

    async def look(read: "Read") -> Json:
        row = (await read(companies.registered)).get(company.name)
        kept = company.name in await read(tokens.companies_with(PURPOSE))
        revoked = any(pause.name == company.name and pause.reason == REVOKED for pause in await read(companies.pauses))
        there = row is not None and not revoked and (kept or company.fortnox.grant == "client_credentials")
        heard = (await read(senders.seen)).get(_notices(config, company) or "")
        return {
            "connected_at": local(iso(row.pinned_at)) if there and row is not None and row.pinned_at else None,
            "noticed_at": None if heard is None or heard.webhook_at is None else local(iso(heard.webhook_at)),
        }

    if not database_path(config.data_dir).exists():
        return {"connected_at": None, "noticed_at": None}
    return read_store(config, look)
