"""What ``doctor`` found, as people read it: a line for each check, and below it what to do."""

from typing import Any

import click

from connectors.fortnox.error_codes import swedish
from daemon.cli.common import banner
from daemon.cli.text import found as counted

Json = dict[str, Any]
WORDS = {"ok": "ok", "warning": "WARNING", "failed": "FAILED", "unchecked": "-"}


def print_examination(examined: Json) -> None:
    """The machine, then each company, then how many findings there are."""
    click.echo("this machine")
    for line in examined["host"]:
        _print(line)
    for company in examined["companies"]:
        click.echo(f"company {company['name']}{banner(company['kind'])}, {company['calls']} calls")
        for line in company["findings"]:
            _print(line)
    click.echo(f"doctor: {counted(examined)}")


def _print(line: Json) -> None:
    click.echo(f"  {WORDS[line['level']]:<8} {line['check'].replace('_', ' ')}: {line['says']}")
    if line["remedy"] and line["level"] != "ok":
        more = "" if line["code"] is None else f" [fortnox-bridge errors {line['code']}]"
        click.echo(f"           {line['remedy']}{more}")


def in_swedish(examined: Json) -> Json:
    """The same with the remedies of Fortnox's error codes in Swedish."""
    return {
        **examined,
        "companies": [
            {**company, "findings": [_swedish(line) for line in company["findings"]]}
            for company in examined["companies"]
        ],
    }


def _swedish(line: Json) -> Json:
    return line if line["code"] is None else {**line, "remedy": swedish(line["remedy"])}
