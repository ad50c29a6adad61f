"""The command that shows what surveys say: a line for each, or one with its distribution and trend as plots."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import common
from daemon.cli.common import Refused, banner, leave, print_json, print_table, with_config, with_json

if TYPE_CHECKING:
    from store.db import Read

Json = dict[str, Any]
HEADS = ("company", "survey", "scale", "responses", "mean", "NPS / CSAT", "last")


@click.command
@click.argument("company", required=False)
@click.argument("survey", required=False)
@click.option(
    "--days", type=click.IntRange(1, 36_600), default=365, show_default=True, help="Today and those before it."
)
@click.option(
    "--by",
    "period",
    type=click.Choice(("week", "month")),
    default="month",
    show_default=True,
    help="The trend's steps.",
)
@with_config
@with_json
def surveys(config_path: Path, as_json: bool, company: str | None, survey: str | None, days: int, period: Any) -> None:
    """Show what surveys say: how many responses, mean, NPS or CSAT; of one SURVEY its distribution and trend too.

    Days are Stockholm's. Exit 1 where there is nothing.
    """
    from daemon import survey_screen
    from daemon.cli.looking import check_company, read_store
    from daemon.cli.surveys_text import print_survey
    from handlers.values import stockholm_date

    config = common.load(config_path, secrets=False)
    check_company(config, company)
    today = stockholm_date(datetime.fromtimestamp(time.time(), UTC))

    async def look(read: "Read") -> list[Json]:
        return await survey_screen.surveys(
            read, config, company=company, survey=survey, today=today, days=days, period=period
        )

    found = read_store(config, look)
    if as_json:
        print_json(found)
    elif survey is not None:
        for one in found:
            print_survey(one)
    elif found:
        print_table(HEADS, [_cells(one) for one in found])
    if survey is not None and not found:
        raise Refused(f"nobody has answered a survey {survey} of {company or 'any company'} in the last {days} days")
    leave(trouble=not found)


def _cells(shown: Json) -> tuple[str, ...]:
    name = shown["company"] + banner(shown["company_kind"])
    figures = (str(shown["responses"]), shown["mean"] or "-", shown["index"] or "-")
    return name, shown["survey"], shown["scale"]["kind"], *figures, shown["last"]
