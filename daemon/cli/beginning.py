"""The commands of a beginning: the gallery of templates, and a whole configuration made of one."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from daemon.cli.common import Wrong, print_json, print_table, with_json
from daemon.gallery import QUESTIONS, asked, gallery, written

if TYPE_CHECKING:
    from daemon.gallery import Question, Ready

F = TypeVar("F", bound=Callable[..., Any])


def _with_answers(command: F) -> F:
    """Add an option for each question of the gallery."""
    for question in reversed(QUESTIONS):
        kind = click.Choice(question.choices) if question.choices else None
        command = click.option(question.option, question.name, type=kind, help=question.asks)(command)
    return command


@click.command
@with_json
def templates(as_json: bool) -> None:
    """List the ready configurations that `init` writes."""
    found = gallery()
    if as_json:
        print_json(
            [
                {"name": one.name, "says": one.says, "source": one.source}
                | {"answers": [question.option for question in one.questions()]}
                for one in found
            ]
        )
    else:
        print_table(("template", "source", "does"), [(one.name, one.source, one.says) for one in found])


@click.command
@click.argument("path", metavar="[FILE]", default="config.toml", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--template", help="The ready configuration to begin with (fortnox-bridge templates lists them).")
@click.option("--defaults", is_flag=True, help="Ask nothing: what no option answers is as the template suggests.")
@_with_answers
def init(path: Path, template: str | None, defaults: bool, **given: str | None) -> None:
    """Write a complete commented configuration to FILE [default: config.toml]; what no option answers is asked.

    A file that is there is never touched. What is written has passed `check-config`.
    """
    if path.exists():
        raise Wrong(f"{path} is there already: name another file, or move it away")
    ready = _chosen(template, defaults=defaults)
    answers = _answers(ready, given, defaults=defaults)
    _write(path, written(ready, answers))
    click.echo(f"{path}: written from the template {ready.name}")
    for line in [*_stand_ins(ready, answers), *_next_steps(path, answers)]:
        click.echo(f"  {line}")


def _chosen(template: str | None, *, defaults: bool) -> "Ready":
    from connectors.nearest import meant

    known = {one.name: one for one in gallery()}
    if template is None and defaults:
        raise Wrong("say which --template: fortnox-bridge templates lists them")
    if template is None:
        print_table(("template", "source", "does"), [(one.name, one.source, one.says) for one in known.values()])
        kind = click.Choice(tuple(known))
        template = str(_asked("--template", "Which one", type=kind, show_choices=False))
    if template not in known:
        raise Wrong(f"there is no template {template}{meant(template, known)}")
    return known[template]


def _answers(ready: "Ready", given: dict[str, str | None], *, defaults: bool) -> dict[str, str]:
    """An answer to each question: an option, else what is suggested, else asked."""
    answers: dict[str, str] = {}
    for question in ready.questions():
        if not asked([question], answers.get("kind", "")):
            continue
        answer = given[question.name]
        if answer is None:
            answer = _suggested(question) if defaults else _prompted(question)
        answers[question.name] = answer.strip()
        fault = question.fault(answers[question.name])
        if fault is not None:
            raise Wrong(f"{question.option}: {fault}")
    return answers


def _suggested(question: "Question") -> str:
    return question.default or date.today().isoformat()  # noqa: DTZ011 - a suggestion, as the terminal's owner counts days


def _prompted(question: "Question") -> str:
    if question.choices:
        kind = click.Choice(question.choices)
        return str(_asked(question.option, question.asks, default=_suggested(question), type=kind))

    def written_right(answer: str) -> str:
        fault = question.fault(answer.strip())
        if fault is not None:
            raise click.UsageError(fault)
        return answer

    return str(_asked(question.option, question.asks, default=_suggested(question), value_proc=written_right))


def _asked(option: str, asks: str, **how: Any) -> Any:
    """Ask at the terminal; where nobody is there to answer, say what to give instead."""
    try:
        return click.prompt(asks, **how)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise Wrong(f"nobody is there to answer: give {option}, or --template and --defaults") from None


def _write(path: Path, text: str) -> None:
    """Write it whole or not at all, after it was checked; an answer that it cannot hold is named by its key path."""
    from daemon.config import check_config

    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(text, encoding="utf-8")
        faults = check_config(draft, resolve_secrets=False)
        if faults:
            raise Wrong("\n".join(str(fault).replace(str(draft), "an answer") for fault in faults))
        draft.rename(path)
    except OSError as error:
        raise Wrong(f"{path}: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)


def _stand_ins(ready: "Ready", answers: dict[str, str]) -> list[str]:
    """What a real company's file still has of the suggestions that no real company has."""
    if answers["kind"] == "simulator":
        return []
    left = [one for one in ready.questions() if one.stand_in and answers.get(one.name) == one.default]
    named = ", ".join(f"{one.default} ({one.option})" for one in left)
    return [f"write your own in place of {named}"] if left else []


def _next_steps(path: Path, answers: dict[str, str]) -> list[str]:
    at = f"--config {path}"
    steps = [f"fortnox-bridge check-config {at}", f"fortnox-bridge run {at}"]
    if answers["kind"] == "simulator":
        return [f"fortnox-bridge simulator --port {urlsplit(answers['simulator']).port or 80}", *steps]
    return ["put the secrets into the files that the configuration names (chmod 600)", *steps]
