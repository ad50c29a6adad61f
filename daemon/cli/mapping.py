"""The command that shows what mappings make of an event in a file."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from daemon.cli import common
from daemon.cli.common import Wrong, banner, leave, print_json, with_config, with_json
from daemon.cli.looking import check_company

if TYPE_CHECKING:
    from connectors.sources import Source
    from daemon.settings import Config

Json = dict[str, Any]
UNTOLD = frozenset({"kind", "thing", "resource", "target"})


@click.command("map")
@click.argument("file", type=click.File("rb"))
@click.option("--company", required=True, help="Whose mappings.")
@click.option("--source", help="The file is a body as this sender sends it; without it, an event as JSON.")
@click.option("--mapping", help="This one only.")
@with_config
@with_json
def map(  # noqa: A001 - the command's name
    file: BinaryIO, company: str, source: str | None, mapping: str | None, config_path: Path, as_json: bool
) -> None:
    """Show what a company's mappings make of the event in FILE (- for standard input); nothing is stored or sent.

    Exit 1 where a question would hold it.
    """
    from datetime import UTC, datetime

    from connectors.nearest import meant
    from daemon.previewing import NotPreviewed, events_in, preview

    # A sender's body is read by its source, which is only made with its secrets.
    config = common.load(config_path, secrets=source is not None)
    check_company(config, company)
    settings = config.companies[company].settings
    rules = [rule for rule in settings.own.rules if rule.name == (mapping or rule.name)]
    if mapping is not None and not rules:
        raise Wrong(f"there is no mapping {mapping}{meant(mapping, [rule.name for rule in settings.own.rules])}")
    try:
        shown = preview(events_in(file.read(), _source(config, source), datetime.now(UTC)), settings, rules)
    except NotPreviewed as error:
        raise Wrong(f"{file.name}: {error}") from None
    if as_json:
        print_json(shown)
    else:
        _print(shown, f"{company}{banner(config.companies[company].kind)}")
    leave(trouble=any(made["question"] for event in shown for made in event["mappings"]))


def _source(config: "Config", name: str | None) -> "Source | None":
    from connectors.nearest import meant

    if name is None:
        return None
    if name not in config.sources:
        raise Wrong(f"there is no source {name}{meant(name, config.sources)}")
    return config.sources[name].source


def _print(shown: list[Json], company: str) -> None:
    for event in shown:
        click.secho(f"{event['event']} {event['thing']['system']} {event['thing']['id']} -> {company}", bold=True)
        if not event["mappings"]:
            click.echo("  no mapping hears it")
        for made in event["mappings"]:
            click.echo(f"  {made['mapping']} (mapping {made['version']})")
            if made["question"]:
                click.echo(f"    QUESTION: {made['question']}")
            elif not made["commands"]:
                click.echo("    does not concern it")
            for command in made["commands"]:
                _print_command(command)


def _print_command(command: Json) -> None:
    click.echo(f"    {command['kind']} {command.get('resource', '')}".rstrip())
    for name, value in command.items():
        if name == "fields":
            for field, given in value.items():
                click.echo(f"      {field} = {json.dumps(given, ensure_ascii=False)}")
        elif name not in UNTOLD:
            click.echo(f"      {name}: {json.dumps(value, ensure_ascii=False)}")
