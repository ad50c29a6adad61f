"""The command ``task``: any write of the table as a job with an id, started, read, listed and cancelled by a person."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import common
from daemon.cli.acting import asked, perform, reason_text
from daemon.cli.common import Refused, Wrong, banner, leave, print_json, print_table, with_config, with_json
from daemon.cli.looking import check_company, read_store

if TYPE_CHECKING:
    from store.db import Read

Json = dict[str, Any]

MOST_BYTES = 500_000
STOPPED = frozenset({"parked", "held"})


@click.group
def task() -> None:
    """Write anything to Fortnox as a task of its own: looked for before and after, done once, and explained."""


@task.command
@click.argument("operation")
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@click.option("--company", required=True, help="Whose Fortnox.")
@click.option("--body", "body_path", metavar="FILE", help="The fields as one JSON object; - reads standard input.")
@click.option("--row", help="The RowId of one row of a document: the fields are that row's, no other is touched.")
@click.option("--key", help="Your own name of the task: the same key twice is one task [default: a new one].")
@with_config
@with_json
def start(
    config_path: Path,
    as_json: bool,
    operation: str,
    keys: tuple[str, ...],
    company: str,
    body_path: str | None,
    row: str | None,
    key: str | None,
) -> None:
    """Start a task and print its id at once: task start update_unit lass --company demo --body fields.json.

    OPERATION is a write that `fortnox-bridge operations` lists, or correct_voucher (a reversal, then a new voucher);
    KEYs are those of its path. The body is checked against Fortnox's fields before anything is stored.
    """
    from secrets import token_hex

    from daemon.requests import StartTask

    given = {"operation": operation, "keys": keys, "company": company, "row": row, "body": _body(body_path)}
    answer = perform(config_path, asked(StartTask, given | {"key": key or token_hex(8)}))
    if as_json:
        print_json(answer)
        return
    known = ", known by its key: nothing new was stored" if answer["repeated"] else ""
    for entry in answer["tasks"]:
        click.echo(f"{entry['task']} {entry['id']}  {entry['operation']}  {entry['progress']}{known}")


def _body(path: str | None) -> str | None:
    if path is None:
        return None
    try:
        content = sys.stdin.buffer.read(MOST_BYTES + 1) if path == "-" else _beginning(Path(path))
        text = content.decode("utf-8")
    except OSError as error:
        raise Wrong(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Wrong(f"{path}: not UTF-8") from None
    if len(content) > MOST_BYTES:
        raise Wrong(f"{path}: more than {MOST_BYTES} bytes")
    return text


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


@task.command("read")
@click.argument("named", metavar="ID")
@with_config
@with_json
def read_task(config_path: Path, as_json: bool, named: str) -> None:
    """Show how a task stands: in-12 (the task) or out-34 (a command of one). Exit 1 where a person must act."""
    from daemon.ids import parse
    from daemon.person_tasks import shown
    from store import starting
    from store.acting import NotPossible

    config = common.load(config_path, secrets=False)
    found = parse(named, "out")
    if found is None:
        raise Wrong(f"{named} is no id: in-12 names a task, out-34 a command of one")

    async def look(read: "Read") -> list[Json]:
        return [shown(row, config.companies) for row in await read(starting.task(*found))]

    try:
        told = read_store(config, look)
    except NotPossible as error:
        raise Refused(str(error)) from None
    if as_json:
        print_json(told)
    for entry in () if as_json else told:
        _print(entry)
    leave(trouble=any(entry["state"] in STOPPED for entry in told))


def _print(entry: Json) -> None:
    from daemon.times import local

    click.echo(
        f"{entry['task']} {entry['id']}  {entry['operation']} in {entry['company']}{banner(entry['company_kind'])}"
    )
    lines = (
        ("state", f"{entry['state']} ({entry['progress']})"),
        ("started", f"{local(entry['created_at'])} by {entry['person'] or 'somebody'}"),
        ("ended", local(entry["finished_at"]) if entry["finished_at"] else None),
        ("tries", str(entry["attempts"]) + (f", {entry['open_calls']} in doubt" if entry["open_calls"] else "")),
        ("result", entry["result"]),
        ("object", entry["object"]),
        ("reason", entry["reason"]),
        ("question", entry["question"]),
    )
    for name, value in lines:
        if value:
            click.echo(f"  {name:<9} {value}")


@task.command("list")
@click.option("--company", help="Only this company's.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@with_config
@with_json
def list_tasks(config_path: Path, as_json: bool, company: str | None, limit: int) -> None:
    """List tasks, the newest first; exit 1 where there is none."""
    from daemon.person_tasks import shown
    from store import starting

    config = common.load(config_path, secrets=False)
    check_company(config, company)

    async def look(read: "Read") -> list[Json]:
        return [shown(row, config.companies) for row in await read(starting.tasks(company=company, limit=limit))]

    told = read_store(config, look)
    if as_json:
        print_json(told)
    elif told:
        heads = ("task", "command", "started", "company", "operation", "object", "state")
        print_table(heads, [_cells(entry) for entry in told])
    leave(trouble=not told)


def _cells(entry: Json) -> tuple[str, ...]:
    from daemon.times import local

    company = entry["company"] + banner(entry["company_kind"])
    started, made = local(entry["created_at"]), entry["object"] or "-"
    return entry["task"], entry["id"], started, company, entry["operation"], made, entry["state"]


@task.command
@click.argument("named", metavar="ID")
@click.option("--reason", required=True, help="Why; explain shows it.")
@with_config
@with_json
def cancel(config_path: Path, as_json: bool, named: str, reason: str) -> None:
    """End a task that has not left; what may have left is looked for instead, and this says so (exit 1)."""
    from daemon.requests import CancelTask

    wanted = asked(CancelTask, {"id": named, "reason": reason_text(reason, "--reason")})
    answer = perform(config_path, wanted)
    if as_json:
        print_json(answer)
        return
    for entry in answer["tasks"]:
        click.echo(f"{entry['task']} {entry['id']}  {entry['operation']}  {entry['progress']}")
