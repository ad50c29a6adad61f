"""The command that reports what rules in shadow mode would have done."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import common
from daemon.cli.common import banner, leave, print_json, with_config, with_json
from daemon.cli.looking import check_company, read_store

if TYPE_CHECKING:
    from store.db import Read

Json = dict[str, Any]
DAY_MS = 86_400_000


@click.command
@click.argument("company", required=False)
@click.option("--days", type=click.IntRange(1, 3660), default=31, show_default=True, help="Of events in the last days.")
@with_config
@with_json
def shadow(config_path: Path, as_json: bool, company: str | None, days: int) -> None:
    """Report what rules with mode = "shadow" would have done: documents, sums by account and VAT, questions.

    Exit 1 where there is nothing to report, or something would have been held.
    """
    import time

    from daemon.shadow_report import report
    from store import shadows

    config = common.load(config_path, secrets=False)
    check_company(config, company)
    since = int(time.time() * 1000) - days * DAY_MS

    async def look(read: "Read") -> list[Json]:
        return report(
            await read(shadows.told(company, since)), {one.name: one.kind for one in config.companies.values()}
        )

    told = read_store(config, look)
    if as_json:
        print_json(told)
    else:
        _print(told)
    leave(trouble=not told or any(entry["held"] for entry in told))


def _print(told: list[Json]) -> None:
    if not told:
        click.echo('no event was heard by a rule in shadow mode ([companies.NAME.rules.RULE] mode = "shadow")')
    for entry in told:
        click.echo(
            f"{entry['company']}{banner(entry['company_kind'])}  {entry['rule']}: events {entry['events']}, still to "
            f"be found out {entry['waiting']}, lost {entry['gone']}; calls that would have left {entry['calls']}"
        )
        for total in entry["documents"]:
            click.echo(f"  {total['document']}: {total['count']}, in all {total['total']} {total['currency']}".rstrip())
        for sum_ in entry["accounts"]:
            rate = sum_["vat_rate"] if sum_["vat_rate"] is not None else "?"
            click.echo(f"  account {sum_['account']}  VAT {rate} %  net {sum_['net']} {sum_['currency']}")
        for vat in entry["vat"]:
            click.echo(f"  VAT in all {vat['vat']} {vat['currency']}")
        for held in entry["held"]:
            click.echo(
                f"  would ask {_times(held['count'])} ({held['reason']}), first for in-{held['first']}: "
                f"{held['question'] or '-'}"
            )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
