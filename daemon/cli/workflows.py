"""The commands ``workflow`` and ``todo``: runs of several steps, and the tasks that they give to people."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import common
from daemon.cli.acting import asked, perform
from daemon.cli.common import Refused, leave, print_json, print_table, with_config, with_json
from daemon.cli.looking import check_company, read_store

if TYPE_CHECKING:
    from store.db import Read

Json = dict[str, Any]
WAITING = frozenset({"held"})


@click.group
def workflow() -> None:
    """Flows of several steps: start one, see how it stands, take it back."""


@workflow.command
@click.argument("name")
@click.option("--company", required=True, help="Whose workflow.")
@click.option("--workflow-id", help="The run's own id: the same id twice is one run [default: a new one].")
@click.option("--survey-id", help="A name to find the run by.")
@click.option("--account-id", help="Another one.")
@click.option(
    "--input", "input_file", type=click.File("r"), help="A JSON object for its steps; - reads standard input."
)
@with_config
@with_json
def start(
    config_path: Path,
    as_json: bool,
    name: str,
    company: str,
    workflow_id: str | None,
    survey_id: str | None,
    account_id: str | None,
    input_file: Any,
) -> None:
    """Start the workflow NAME and print the run's id at once."""
    from daemon.requests import StartWorkflow

    given = {"workflow": name, "company": company, "workflow_id": workflow_id, "survey_id": survey_id}
    given |= {"account_id": account_id, "input": None if input_file is None else input_file.read()}
    answer = perform(config_path, asked(StartWorkflow, given))
    if as_json:
        print_json(answer)
        return
    known = ", known by its id: nothing new was started" if answer["repeated"] else ""
    click.echo(f"{answer['workflow_id']}  started ({answer['id']}){known}")


@workflow.command("show")
@click.argument("workflow_id")
@click.option("--company", required=True, help="Whose workflow.")
@with_config
@with_json
def show_run(config_path: Path, as_json: bool, workflow_id: str, company: str) -> None:
    """Show how a run stands, step by step. Exit 1 where it waits for a person."""
    from daemon.workflows.told import run_told

    config = common.load(config_path, secrets=False)
    check_company(config, company)

    async def look(read: "Read") -> Json | None:
        return await run_told(read, company, workflow_id)

    told = read_store(config, look)
    if told is None:
        raise Refused(f"there is no workflow {workflow_id} of {company}")
    if as_json:
        print_json(told)
    else:
        _print(told)
    leave(trouble=told["status"] in WAITING)


@workflow.command("list")
@click.option("--company", help="Only this company's.")
@click.option("--survey-id", help="Only runs of this name.")
@click.option("--account-id", help="Only runs of this name.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@with_config
@with_json
def list_runs(
    config_path: Path, as_json: bool, company: str | None, survey_id: str | None, account_id: str | None, limit: int
) -> None:
    """List runs, the newest first; exit 1 where there is none."""
    from daemon.times import local
    from daemon.workflows.told import paused_workflows, row_told
    from store import workflows

    config = common.load(config_path, secrets=False)
    check_company(config, company)
    names = [company] if company else list(config.companies)

    async def look(read: "Read") -> list[Json]:
        found = workflows.found(names, survey_id=survey_id, account_id=account_id, limit=limit)
        paused = await paused_workflows(read)
        return [{"company": row.company, **row_told(row, paused)} for row in await read(found)]

    found = read_store(config, look)
    if as_json:
        print_json(found)
    else:
        heads = ("workflow_id", "company", "workflow", "survey_id", "account_id", "status", "started")
        print_table(
            heads,
            [
                (*(str(one[name] or "-") for name in heads[:-2]), _status(one), local(one["started_at"]))
                for one in found
            ],
        )
    leave(trouble=not found)


@workflow.command
@click.argument("workflow_id")
@click.option("--company", required=True, help="Whose workflow.")
@click.option("--reason", required=True, help="Why, for explain.")
@with_config
@with_json
def cancel(config_path: Path, as_json: bool, workflow_id: str, company: str, reason: str) -> None:
    """Take a run back: what has not left is ended, and steps that say how are undone, the last first."""
    from daemon.requests import CancelWorkflow

    wanted = asked(CancelWorkflow, {"company": company, "workflow_id": workflow_id, "reason": reason})
    answer = perform(config_path, wanted)
    if as_json:
        print_json(answer)
    else:
        _print(answer["workflow"])


@click.group
def todo() -> None:
    """Tasks that workflows gave to people."""


@todo.command("list")
@click.option("--company", help="Only this company's.")
@click.option("--all", "every", is_flag=True, help="Those that ended, too.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@with_config
@with_json
def list_todos(config_path: Path, as_json: bool, company: str | None, every: bool, limit: int) -> None:
    """List tasks, the oldest first."""
    from dataclasses import asdict

    from daemon.times import iso
    from store import todos

    config = common.load(config_path, secrets=False)
    check_company(config, company)
    names = [company] if company else list(config.companies)

    async def look(read: "Read") -> list[Json]:
        return [
            asdict(row) | {"id": f"todo-{row.id}", "created_at": iso(row.created_at), "ended_at": iso(row.ended_at)}
            for row in await read(todos.todos(names, every=every, limit=limit))
        ]

    found = read_store(config, look)
    if as_json:
        print_json(found)
        return
    heads = ("id", "company", "due", "state", "workflow_id", "title")
    print_table(heads, [tuple(str(one[name] or "-") for name in heads) for one in found])


@todo.command
@click.argument("named", metavar="ID")
@with_config
@with_json
def done(config_path: Path, as_json: bool, named: str) -> None:
    """A task is done: todo done todo-3. A run that waits for it goes on."""
    from daemon.requests import FinishTodo

    answer = perform(config_path, asked(FinishTodo, {"id": named}))
    if as_json:
        print_json(answer)
    else:
        click.echo(f"{answer['todo']}  {answer['state']}")


def _status(told: Json) -> str:
    return str(told["status"]) + ("" if told["paused"] is None else f", PAUSED ({told['paused']})")


def _print(told: Json) -> None:
    from daemon.times import local

    named = ", ".join(f"{name} {told[name]}" for name in ("survey_id", "account_id") if told[name])
    ended = f", ended {local(told['ended_at'])}" if told["ended_at"] else ""
    click.echo(
        f"workflow {told['workflow_id']} ({told['workflow']})  {_status(told)}" + (f"  {named}" if named else "")
    )
    click.echo(f"  started {local(told['started_at'])} by {told['id']}{ended}")
    if told["question"]:
        click.echo(f"  {told['question']}")
    for step in told["steps"]:
        name = f"undo {step['step']}" if step["undo"] else step["step"]
        made = step["object"] or step["result"] or ""
        click.echo(f"  {name:<20} {step['status']:<9} {step['id'] or '-':<9} {made}".rstrip())
