"""The command that examines companies at Fortnox and the machine, and says what to do about what it finds."""

from pathlib import Path

import click

from daemon.cli import common
from daemon.cli.common import leave, print_json, with_config, with_json, with_language


@click.command
@click.argument("company", required=False)
@click.option("--duplicates", is_flag=True, help="Also read all customers and articles for doubles (more calls).")
@with_language
@with_config
@with_json
def doctor(config_path: Path, as_json: bool, company: str | None, duplicates: bool, language: str | None) -> None:
    """Examine COMPANY at Fortnox, or every company, and this machine: what the configuration uses must be there.

    Only reads, beside a running daemon or without one. Exit 1 where something failed or Fortnox could not be asked.
    """
    from daemon.cli.acting import asked, perform
    from daemon.cli.doctoring_text import print_examination, with_swedish_remedies
    from daemon.requests import Examine

    found = perform(config_path, asked(Examine, {"company": company, "duplicates": duplicates}))
    if as_json:
        print_json(with_swedish_remedies(found))
    else:
        print_examination(found, language or common.load(config_path, secrets=False).language)
    leave(trouble=bool(found["failed"] or found["unanswered"]))
