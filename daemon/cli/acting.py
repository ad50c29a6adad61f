"""Commands that change something: through the running daemon, or under the data folder's lock where none runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from daemon.cli import common
from daemon.cli.common import Refused, Wrong, leave, print_json, with_config, with_json

R = TypeVar("R", bound="Request")

if TYPE_CHECKING:
    from daemon.requests import AnyRequest, Request

Json = dict[str, Any]

REPLAYED = {
    "stored": "stored, will be sent",
    "changed": "not sent yet: has the new content",
    "looked_first": "its end is unknown: has the new content, is looked for first",
    "same": "unchanged",
    "proposed": "delivered, and today's rules say something else: replay --accept sends the change",
    "sent": "the change will be sent",
    "busy": "a call is under way: replay again when it has ended",
    "superseded": "no longer asked for: will not be sent",
    "kept": "no longer asked for, but sent or in doubt: left as it is",
}


def perform(config_path: Path, request: "AnyRequest") -> Json:
    """Let the daemon do it; without one do it here. Every refusal is one line on standard error."""
    import asyncio

    from daemon.admin import NoDaemonAnswers, ask
    from daemon.cli.direct import perform
    from daemon.lock import Locked
    from daemon.opening import WrongFolder
    from daemon.requests import Misused
    from store.acting import NotPossible
    from store.db import StoreUnavailable
    from store.migrate import MigrationChanged, NotADatabase, SchemaTooNew

    config = common.load(config_path, secrets=False)
    common.check_owner(config.data_dir)
    try:
        try:
            return asyncio.run(ask(config.data_dir, request))
        except NoDaemonAnswers:
            return asyncio.run(perform(common.load(config_path, secrets=True), request))
    except NotPossible as error:
        raise Refused(str(error)) from None
    except Locked as error:
        raise Wrong(f"{error}, but does not answer on its admin socket: try again in a moment") from None
    except (
        Misused,
        WrongFolder,
        SchemaTooNew,
        MigrationChanged,
        StoreUnavailable,
        NotADatabase,
        OSError,
    ) as error:
        raise Wrong(str(error)) from None


def asked(kind: "type[R]", given: Json) -> "R":
    """The request as this person asks it; what is wrong with its fields is one line on standard error."""
    from pydantic import ValidationError

    try:
        return kind.model_validate({**given, "person": common.person()})
    except ValidationError as error:
        faults = ((".".join(map(str, fault["loc"])), fault["msg"]) for fault in error.errors())
        raise Wrong("; ".join(f"{where}: {message}" if where else message for where, message in faults)) from None


def show(answer: Json, *, as_json: bool) -> None:
    """What became of it, a line for each command, delivery, company or rule."""
    if as_json:
        print_json(answer)
        return
    for part in ("commands", "deliveries", "freed", "parked"):
        for entry in answer.get(part, ()):
            click.echo(_line(entry, part))
    for entry in answer.get("skipped", ()):
        click.echo(f"{entry['id']}  skipped: {entry['why']}")
    for part in ("paused", "resumed"):
        for entry in answer.get(part, ()):
            click.echo(f"{entry['scope']} {entry['name']}  {part} ({entry['reason']})")
    for entry in answer.get("companies", ()):
        click.echo(f"company {entry['name']}  {entry['proof'].replace('_', ' ')}")


def _line(entry: Json, part: str) -> str:
    what = REPLAYED.get(entry.get("what", ""), str(entry["state"]).replace("_", " "))
    more = {"freed": ", waited for it", "parked": ", waited for it"}.get(part, "")
    if entry.get("doubts_ended"):
        more += f", {entry['doubts_ended']} open calls ended on your word"
    if entry.get("link"):
        more += f", linked to {entry['link']}"
    question = entry.get("question") or entry.get("reason")
    command = f"{entry['command']}  " if "command" in entry else ""
    return f"{entry['id']}  {command}{what}{more}" + (f": {question}" if question else "")


def _stopped(answer: Json) -> bool:
    """Whether something the person touched needs more of a person."""
    touched = [entry for part in ("commands", "deliveries") for entry in answer.get(part, ())]
    waiting = any(
        entry["state"] in {"parked", "held"} or entry.get("what") in {"proposed", "busy"} for entry in touched
    )
    return waiting or bool(answer.get("skipped"))


@click.command
@click.argument("named", metavar="[ID]", required=False)
@click.option("--reason", help="Everything stopped for this reason (a word that outbox and inbox show).")
@click.option("--company", help="Everything stopped of this company.")
@click.option("--absent", is_flag=True, help="Your word that nothing of it exists there yet: no look is made.")
@click.option("--allow", is_flag=True, help="Allow what a setting holds for you: a brake, a closed period.")
@with_config
@with_json
def retry(
    config_path: Path,
    as_json: bool,
    named: str | None,
    reason: str | None,
    company: str | None,
    absent: bool,
    allow: bool,
) -> None:
    """Send parked or held commands again, and read parked or held deliveries again.

    ID is out-34 or in-12; a bare number means a command. What a call may have done already is looked for first.
    """
    from daemon.requests import Retry

    if (named is None) == (reason is None and company is None):
        raise click.UsageError("say which: either an ID, or --reason and/or --company")
    wanted = asked(Retry, {"id": named, "reason": reason, "company": company, "absent": absent, "allow": allow})
    answer = perform(config_path, wanted)
    show(answer, as_json=as_json)
    nothing = not answer.get("commands") and not answer.get("deliveries")
    if nothing and not as_json:
        click.echo("nothing matches", err=True)
    leave(trouble=nothing or bool(answer.get("skipped")))


@click.command
@click.argument("named", metavar="ID")
@click.argument("document", metavar="KIND:NUMBER")
@with_config
@with_json
def link(config_path: Path, as_json: bool, named: str, document: str) -> None:
    """Say that a command's document exists: link out-34 invoice:1042. It is read first, where it stands.

    KIND is customer, article, offer, order, invoice, payment or note (a note's number is its customer's); of what is
    written back at a sender, what the question names (account).
    """
    from pydantic import ValidationError

    from daemon.requests import LinkThing

    kind, _, number = document.partition(":")
    try:
        wanted = LinkThing.model_validate({"person": common.person(), "id": named, "kind": kind, "number": number})
    except ValidationError:
        raise click.UsageError(f"{document} names no document: say kind and number, as in invoice:1042") from None
    answer = perform(config_path, wanted)
    show(answer, as_json=as_json)
    leave(trouble=_stopped(answer))


@click.command
@click.argument("named", metavar="ID")
@click.option("--accept", is_flag=True, help="Send what differs from what was delivered.")
@with_config
@with_json
def replay(config_path: Path, as_json: bool, named: str, accept: bool) -> None:
    """Run today's rules on a stored delivery (in-12; a bare number means a delivery). Nothing is made twice."""
    from daemon.requests import Replay

    answer = perform(config_path, asked(Replay, {"id": named, "accept": accept}))
    show(answer, as_json=as_json)
    leave(trouble=_stopped(answer))


@click.command
@click.argument("named", metavar="ID")
@click.option("--reason", required=True, help="Why; explain shows it.")
@with_config
@with_json
def discard(config_path: Path, as_json: bool, named: str, reason: str) -> None:
    """End a command (out-34, or a bare number) or a stopped delivery (in-12) for good.

    What waits for it is parked. A call whose end is unknown is looked for all the same.
    """
    from daemon.requests import Discard

    answer = perform(config_path, asked(Discard, {"id": named, "reason": reason_text(reason, "--reason")}))
    show(answer, as_json=as_json)


@click.command
@click.argument("named", metavar="ID...", nargs=-1, required=True)
@with_config
@with_json
def approve(config_path: Path, as_json: bool, named: tuple[str, ...]) -> None:
    """Let commands go that are held for an approval (out-34, or a bare number). Exit 1 where one of them was not.

    Which commands ask is said by ``approve`` in the company's section of the configuration.
    """
    from daemon.requests import Approve

    answer = perform(config_path, asked(Approve, {"ids": named}))
    show(answer, as_json=as_json)
    leave(trouble=bool(answer["skipped"]))


@click.command
@click.argument("named", metavar="[COMPANY|RULE|WORKFLOW]", required=False)
@click.option("--reason", required=True, help="Why; status shows it.")
@with_config
@with_json
def pause(config_path: Path, as_json: bool, named: str | None, reason: str) -> None:
    """Let nothing leave for a company or a rule, or for every company; webhooks are still taken. Survives a restart.

    Runs of a paused workflow keep their place: what a step has begun ends, and no further step begins. workflow:NAME
    says that a workflow is meant, where something else has its name.
    """
    from daemon.requests import Pause

    answer = perform(config_path, asked(Pause, {"name": named, "reason": reason_text(reason, "--reason")}))
    show(answer, as_json=as_json)


@click.command
@click.argument("named", metavar="[COMPANY|RULE|WORKFLOW]", required=False)
@with_config
@with_json
def resume(config_path: Path, as_json: bool, named: str | None) -> None:
    """End a pause, or all of them; also after lost credentials. Exit 1 where nothing was paused."""
    from daemon.requests import Resume

    answer = perform(config_path, asked(Resume, {"name": named}))
    show(answer, as_json=as_json)
    if not answer["resumed"] and not as_json:
        click.echo("nothing was paused", err=True)
    leave(trouble=not answer["resumed"])


def reason_text(given: str, option: str) -> str:
    """A reason as the store takes it; a usage error where it is empty or too long."""
    if not given.strip() or len(given) > 500:
        raise click.UsageError(f"{option} needs 1 to 500 characters")
    return given
