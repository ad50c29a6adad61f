"""The command ``reseal``: everything that lies sealed gets the newest state key."""

import sys
from pathlib import Path

import click

from daemon.cli import common
from daemon.cli.common import leave, print_json, with_config, with_json


@click.command
@with_config
@with_json
def reseal(config_path: Path, as_json: bool) -> None:
    """Seal tokens and bodies anew with the first key of state_key; then the other keys may be removed.

    May be ended at any moment and begun again. Exit 1 where something opens with none of the keys.
    """
    from daemon.cli.acting import perform
    from daemon.requests import Reseal

    sums = {"looked": 0, "resealed": 0, "unreadable": 0}
    after: str | None = None
    while True:
        answer = perform(config_path, Reseal(person=common.person(), after=after))
        sums = {name: sums[name] + answer[name] for name in sums}
        after = answer["after"]
        if after is None:
            break
        if sys.stderr.isatty():
            click.echo(f"{sums['looked']} values looked at, {sums['resealed']} sealed anew ...", err=True)
    if as_json:
        print_json(sums)
    else:
        _print(sums)
    leave(trouble=bool(sums["unreadable"]))


def _print(sums: dict[str, int]) -> None:
    click.echo(f"sealed values: {sums['looked']}; sealed anew with the first key of state_key: {sums['resealed']}")
    if sums["unreadable"]:
        click.echo(
            f"{sums['unreadable']} open with none of the keys and stay as they are: give the key back that they were "
            "sealed with, then run this again"
        )
    else:
        click.echo(
            "A former key opens nothing any more: leave only the first one in state_key, then restart the daemon."
        )
