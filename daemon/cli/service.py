"""Commands that run something: the daemon and the demonstration, and the check of the configuration."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.cli import common
from daemon.cli.common import Wrong, print_json, with_config, with_json

if TYPE_CHECKING:
    from daemon.settings import Config, Warned


@click.command
@with_config
def run(config_path: Path) -> None:
    """Run the daemon until a signal ends it."""
    from daemon.service import serve

    sys.exit(serve(config_path))


@click.command
@click.option("--once", is_flag=True, help="Print plain lines and a final table, then exit.")
@click.option("--stand-ins", metavar="MODULE", help="Also run the stand-ins of other senders that MODULE holds.")
def demo(once: bool, stand_ins: str | None) -> None:
    """Show everything at work: a simulated Fortnox, signed webhooks, a crash and a restart, in a temporary folder."""
    from daemon.demo import main

    sys.exit(main(once=once or not sys.stdout.isatty(), stand_ins=stand_ins))


@click.command
@click.option("--skip-secrets", is_flag=True, help="Do not look for the secrets that the file refers to.")
@with_config
@with_json
def check_config(config_path: Path, as_json: bool, skip_secrets: bool) -> None:
    """Check the configuration: every fault at once, each with its key path."""
    from daemon.config_faults import ConfigRejected

    try:
        config = _checked(config_path, skip_secrets=skip_secrets)
    except ConfigRejected as rejected:
        faults = [{"key": fault.key, "reason": fault.reason, "given": fault.given} for fault in rejected.faults]
        if as_json:
            print_json({"ok": False, "faults": faults})
        else:
            for fault in rejected.faults:
                click.echo(str(fault), err=True)
        sys.exit(common.WRONG)
    if as_json:
        warnings = [{"key": warned.key, "reason": warned.reason} for warned in config.warnings]
        print_json({"ok": True, "digest": config.digest, "warnings": warnings})
    else:
        _print_config(config)


def _checked(config_path: Path, *, skip_secrets: bool) -> "Config":
    from daemon.config import load_config

    config = load_config(config_path, resolve_secrets=False)
    if skip_secrets:
        return config
    # Secrets that are generated must belong to whom the folder belongs.
    common.check_owner(config.data_dir)
    config = load_config(config_path)
    return replace(config, warnings=(*config.warnings, *_unconnected(config)))


def _unconnected(config: "Config") -> "list[Warned]":
    """What only the database can tell: companies that no stored token connects."""
    import asyncio

    from daemon.opening import database_path, unconnected
    from daemon.tokens import PURPOSE
    from store.db import StoreUnreadable, open_reader
    from store.tokens import companies_with

    async def kept(path: Path) -> frozenset[str]:
        async with open_reader(path) as read:
            return await read(companies_with(PURPOSE))

    path = database_path(config.data_dir)
    try:
        return unconnected(config, asyncio.run(kept(path)) if path.exists() else ())
    except StoreUnreadable as error:
        raise Wrong(str(error)) from None


def _print_config(config: "Config") -> None:
    for warned in config.warnings:
        click.echo(f"warning: {warned.key}: {warned.reason}")
    for company in config.companies.values():
        kind = common.banner(company.kind)
        click.echo(f"company {company.name}{kind}: from {company.settings.start}, {company.fortnox.rest_url}")
    for source in config.sources.values():
        click.echo(f"source {source.name} ({source.type}): POST /hooks/{source.name}")
    for client in config.clients.values():
        click.echo(f"client {client.name}: {', '.join(client.scopes)} of {', '.join(client.companies)}")
    click.echo(f"{config.path}: ok")
