"""The command that shows the local copies of the registers, and asks for one to be read anew."""

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import common
from daemon.cli.common import Wrong, banner, leave, print_json, print_table, with_config, with_json

if TYPE_CHECKING:
    from daemon.settings import Config
    from store.db import Read

Json = dict[str, Any]

REFRESH = "refresh"
TELL = "tell"
WHY_NOT = {
    "off": "trust_register is off",
    "not_fresh": "the customers are not fresh",
    "no_daemon": "no daemon runs that would listen",
}


@click.command
@click.argument("words", metavar="[COMPANY | refresh COMPANY | tell COMPANY]", nargs=-1)
@click.option("--duplicates", is_flag=True, help="Only the customers that share a number or an e-mail address.")
@click.option("--yes", is_flag=True, help="With tell: do it; without, only what would be told is counted.")
@with_config
@with_json
def register(config_path: Path, as_json: bool, words: tuple[str, ...], duplicates: bool, yes: bool) -> None:
    """Show the local copy of each register: how much it holds, how old it is, and whether it is trusted.

    With refresh everything of COMPANY is read whole now. With tell the senders that follow COMPANY are told everything
    that stands in its registers, each object once. Exit 1 where a copy is not fresh, or doubles are found.
    """
    if words[:1] == (TELL,) and len(words) == 2 and not duplicates:
        _tell(config_path, words[1], begin=yes, as_json=as_json)
        return
    if yes:
        raise Wrong("--yes belongs to: register tell COMPANY")
    if words[:1] == (REFRESH,) and len(words) == 2 and not duplicates:
        _refresh(config_path, words[1], as_json=as_json)
        return
    if len(words) > 1:
        raise Wrong("say one company, or: register refresh COMPANY, register tell COMPANY")
    config = common.load(config_path, secrets=False)
    names = _names(config, words[0] if words else None)
    if duplicates:
        _duplicates(config, names, as_json=as_json)
    else:
        _copies(config, names, as_json=as_json)


def _names(config: "Config", named: str | None) -> list[str]:
    from daemon.cli.looking import check_company

    check_company(config, named)
    return list(config.companies) if named is None else [named]


def _refresh(config_path: Path, company: str, *, as_json: bool) -> None:
    from daemon.cli.acting import asked, perform
    from daemon.requests import Refresh

    answer = perform(config_path, asked(Refresh, {"company": company}))
    if as_json:
        print_json(answer)
        return
    for entry in answer["registers"]:
        when = "now" if entry["begun"] else "when the daemon starts"
        click.echo(f"company {entry['company']}: {entry['registers']} registers are read whole {when}")


def _tell(config_path: Path, company: str, *, begin: bool, as_json: bool) -> None:
    from daemon.cli.acting import asked, perform
    from daemon.requests import Introduce

    answer = perform(config_path, asked(Introduce, {"company": company, "begin": begin}))
    if as_json:
        print_json(answer)
        return
    told = answer["introduced"]
    objects = ", ".join(f"{count} {name}" for name, count in told["objects"].items()) or "nothing"
    click.echo(f"company {told['company']}: {objects} for {', '.join(told['senders'])}")
    if told["begun"]:
        click.echo(f"{told['deliveries']} deliveries made; what was told before is not told again. Follow them: status")
    else:
        click.echo("nothing was told: add --yes")


def _copies(config: "Config", names: list[str], *, as_json: bool) -> None:
    from daemon import register_screen
    from daemon.cli.looking import facts, read_store

    live = asyncio.run(facts(config))

    async def look(read: "Read") -> list[Json]:
        now = int(time.time() * 1000)
        return [await register_screen.shown(read, config.companies[name], live, now) for name in names]

    shown = read_store(config, look)
    if as_json:
        print_json(shown)
    else:
        for company in shown:
            _print(company)
    leave(trouble=any(register_screen.is_trouble(company) for company in shown))


def _print(company: Json) -> None:
    kind = banner(company["company_kind"])
    if not company["kept"]:
        click.echo(f"company {company['company']}{kind}: keeps no register (register = false)")
        return
    trust = company["trust"]
    why = trust["why_not"] or ""
    told = "trusted" if trust["trusted"] else f"not trusted ({WHY_NOT.get(why, why.replace('_', ' '))})"
    click.echo(f"company {company['company']}{kind}: {told}; organisation numbers: {company['organisation_numbers']}")
    cells = [(row["register"], str(row["objects"]), *_ages(row)) for row in company["registers"]]
    print_table(("register", "objects", "swept", "read whole", "state"), cells)
    for double in company["doubled"]:
        click.echo(f"customer {double['customer']} is doubled by {double['other']}: its further documents are held")


def _ages(row: Json) -> tuple[str, str, str]:
    from daemon.times import age, local

    state = "fresh" if row["fresh"] else "in doubt" if row["in_doubt_since"] else "old"
    if row["swept_at"] is None:
        state = "never read whole"
    if row["refused"]:
        state = f"refused by Fortnox ({row['refused']})"
    swept = "-" if row["age_s"] is None else f"{age(row['age_s'])} ago"
    return swept, local(row["whole_at"]), state


def _duplicates(config: "Config", names: list[str], *, as_json: bool) -> None:
    from daemon import register_screen
    from daemon.cli.looking import read_store

    async def look(read: "Read") -> list[Json]:
        return [{"company": name, "duplicates": await register_screen.duplicates(read, name)} for name in names]

    shown = read_store(config, look)
    if as_json:
        print_json(shown)
    else:
        for company in shown:
            for entry in company["duplicates"]:
                numbers, key = ", ".join(entry["numbers"]), entry["key"].replace("_", " ")
                click.echo(f"company {company['company']}: customers {numbers} have the same {key}")
            if not company["duplicates"]:
                click.echo(f"company {company['company']}: the copy shows no customers with the same key")
    leave(trouble=any(company["duplicates"] for company in shown))
