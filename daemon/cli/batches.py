"""The command ``batch``: many contacts or writes at once, each row with a result of its own."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import common
from daemon.cli.acting import asked, perform
from daemon.cli.common import Refused, Wrong, leave, print_json, print_table, with_config, with_json
from daemon.cli.looking import check_company, read_store

if TYPE_CHECKING:
    from store.db import Read

Json = dict[str, Any]


@click.group
def batch() -> None:
    """Contacts and writes in batches: every row is checked, goes its own way, and says what became of it."""


@batch.command
@click.argument("file", type=click.File("rb"))
@click.option("--company", required=True, help="Whose Fortnox.")
@with_config
@with_json
def start(config_path: Path, as_json: bool, file: Any, company: str) -> None:
    """Take a batch from FILE (- reads standard input): the JSON that clients send to POST /fortnox/batches.

    Exit 1 where a row is faulty; the others go their way all the same.
    """
    from daemon.requests import BATCH_CHARACTERS, StartBatch

    content = file.read(BATCH_CHARACTERS + 1)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise Wrong(f"{file.name}: not UTF-8") from None
    answer = perform(config_path, asked(StartBatch, {"company": company, "batch": text}))
    if as_json:
        print_json(answer)
    else:
        known = ", known by its id: nothing new was stored" if answer["repeated"] else ""
        _print(answer["batch"], known)
    leave(trouble=bool(answer["batch"]["counts"].get("refused")))


@batch.command("show")
@click.argument("batch_id")
@click.option("--company", required=True, help="Whose Fortnox.")
@click.option("--after", type=click.IntRange(min=0), default=0, help="The place of the first row that is shown.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@with_config
@with_json
def show_batch(config_path: Path, as_json: bool, batch_id: str, company: str, after: int, limit: int) -> None:
    """Show how a batch stands, row by row. Exit 1 where a row needs a person."""
    from daemon.endpoints.batch_told import batch_told

    config = common.load(config_path, secrets=False)
    check_company(config, company)

    async def look(read: "Read") -> Json | None:
        return await batch_told(read, company, batch_id, after, limit)

    told = read_store(config, look)
    if told is None:
        raise Refused(f"there is no batch {batch_id} of {company}")
    if as_json:
        print_json(told)
    else:
        _print(told, "")
    leave(trouble=told["status"] == "needs_attention")


@batch.command("list")
@click.option("--company", help="Only this company's.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@with_config
@with_json
def list_batches(config_path: Path, as_json: bool, company: str | None, limit: int) -> None:
    """List batches, the newest first; exit 1 where there is none."""
    from daemon.times import iso, local
    from store import clients

    config = common.load(config_path, secrets=False)
    check_company(config, company)
    names = [company] if company else list(config.companies)

    async def look(read: "Read") -> list[Json]:
        return [
            {"batch_id": one.batch_id, "company": one.company, "timestamp": iso(one.received_at), "rows": one.rows}
            for one in await read(clients.batches(names, limit))
        ]

    found = read_store(config, look)
    if as_json:
        print_json(found)
    else:
        heads = ("batch", "company", "timestamp", "rows")
        print_table(
            heads, [(one["batch_id"], one["company"], local(one["timestamp"]), str(one["rows"])) for one in found]
        )
    leave(trouble=not found)


def _print(told: Json, known: str) -> None:
    from daemon.times import local

    counts = ", ".join(f"{count} {word}" for word, count in told["counts"].items())
    click.echo(f"batch {told['batch_id']}  {told['status'].replace('_', ' ')}  {local(told['timestamp'])}{known}")
    click.echo(f"  {counts}")
    for row in told["rows"]:
        objects = ", ".join(command["object"] for command in row.get("commands", ()) if command["object"])
        more = row.get("question") or row.get("reason") or objects
        click.echo(f"  {row['row_id']:<12} {row['status']:<9} {row.get('id', '-'):<9} {more or ''}".rstrip())
    if "next" in told:
        click.echo(f"  more rows: --after {told['next']}")
