"""What ``doctor`` found, as people read it: a line for each check, and below it what to do."""

from typing import Any

import click

from daemon.cli.common import banner
from daemon.cli.languages import Say, with_swedish
from daemon.cli.text import found as counted

Json = dict[str, Any]
WORDS = {"ok": "ok", "warning": "WARNING", "failed": "FAILED", "unchecked": "-"}


def print_examination(examined: Json, language: str = "en") -> None:
    """The machine, then each company, then how many findings there are."""
    say = Say(language)
    click.echo("this machine")
    for line in examined["host"]:
        _print(say, line)
    for company in examined["companies"]:
        click.echo(f"company {company['name']}{banner(company['kind'])}, {company['calls']} calls")
        for line in company["findings"]:
            _print(say, line)
    click.echo(f"doctor: {counted(examined)}")


def _print(say: Say, line: Json) -> None:
    click.echo(f"  {WORDS[line['level']]:<8} {line['check'].replace('_', ' ')}: {line['says']}")
    if line["remedy"] and line["level"] != "ok":
        more = "" if line["code"] is None else f" [fortnox-bridge errors {line['code']}]"
        click.echo(f"           {say.cell(line['remedy'])}{more}")


def with_swedish_remedies(examined: Json) -> Json:
    """The same, where each finding's remedy stands in Swedish too (``remedy_sv``) if it is one of an error code."""
    companies = [
        {**company, "findings": with_swedish(company["findings"], "remedy")} for company in examined["companies"]
    ]
    return {**examined, "companies": companies}
