"""Commands about companies as such: which there are and what they are connected to, and what stood there before."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import common
from daemon.cli.common import banner, print_json, print_table, with_config, with_json
from daemon.times import local

if TYPE_CHECKING:
    from store.companies import CompanyRow
    from store.db import Read

Json = dict[str, Any]


@click.group
def company() -> None:
    """List the companies, or declare what stood in one's Fortnox before: then creates need no proof of absence."""


@company.command("list")
@click.option("--kind", type=click.Choice(["live", "test", "simulator"]), help="Only those of this kind.")
@with_config
@with_json
def list_companies(config_path: Path, as_json: bool, kind: str | None) -> None:
    """Show each company, whether it is live, a test database or simulated, and which tenant it was pinned to."""
    from daemon.cli.looking import read_store
    from store import companies

    config = common.load(config_path, secrets=False)

    async def look(read: "Read") -> "dict[str, CompanyRow]":
        return await read(companies.registered)

    known = read_store(config, look)
    shown = [_company(name, one.kind, known.get(name)) for name, one in config.companies.items()]
    shown += [
        _company(name, row.kind, row) | {"configured": False}
        for name, row in known.items()
        if name not in config.companies
    ]
    chosen = [one for one in shown if kind in {None, one["kind"]}]
    if as_json:
        print_json(chosen)
    else:
        heads = ("company", "tenant", "organisation number", "connected", "creates")
        print_table(heads, [_cells(one) for one in chosen])


def _company(name: str, kind: str | None, row: "CompanyRow | None") -> Json:
    from daemon.times import iso

    return {
        "name": name,
        "kind": kind,
        "configured": True,
        "tenant": row and row.tenant,
        "organisation_number": row and row.organisation_number,
        "connected_at": row and iso(row.pinned_at),
        "proof": row and row.proof,
    }


def _cells(one: Json) -> tuple[str, ...]:
    gone = "" if one["configured"] else " (no longer configured)"
    return (
        one["name"] + banner(one["kind"]) + gone,
        one["tenant"] or "-",
        one["organisation_number"] or "-",
        local(one["connected_at"]) if one["connected_at"] else "never",
        (one["proof"] or "-").replace("_", " "),
    )


@company.command("declare-empty")
@click.argument("name")
@with_config
@with_json
def declare_empty(config_path: Path, as_json: bool, name: str) -> None:
    """Nothing of ours stands in NAME yet."""
    _declare(config_path, name, "empty", as_json=as_json)


@company.command("declare-new-work")
@click.argument("name")
@with_config
@with_json
def declare_new_work(config_path: Path, as_json: bool, name: str) -> None:
    """Everything that NAME gets after its start date is new."""
    _declare(config_path, name, "new_work", as_json=as_json)


def _declare(config_path: Path, name: str, proof: str, *, as_json: bool) -> None:
    from daemon.cli.acting import asked, perform, show
    from daemon.requests import Declare

    show(perform(config_path, asked(Declare, {"company": name, "proof": proof})), as_json=as_json)
