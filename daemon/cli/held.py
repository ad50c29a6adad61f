"""The command ``held``: what waits for a person by question, what one answer frees, and the answers themselves."""

from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import common
from daemon.cli.common import Refused, leave, print_json, with_config, with_json, with_language

if TYPE_CHECKING:
    from daemon.settings import Config
    from store.db import Read

Json = dict[str, Any]

FEWEST = 0.2
"""Seconds between two looks at what an answer freed."""


class _Held(click.Group):
    """``held`` and ``held COMPANY`` list; every other first word is a command of its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name of the list where it was left out."""
        if not {*args} & {"-h", "--help"} and (not args or args[0] not in self.commands):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Held)
def held() -> None:
    """Show what waits for a person, by the question that frees it: held [COMPANY].

    held show ID tells all that waits for one answer and what each answer does; held answer ID ANSWER gives it, for
    everything at once.
    """


@held.command("list")
@click.argument("company", required=False)
@with_language
@with_config
@with_json
def listed(config_path: Path, as_json: bool, company: str | None, language: str | None) -> None:
    """One line for each question, with the kronor that wait behind it; exit 1 where there is any."""
    from daemon import held_screen
    from daemon.cli.held_text import print_questions
    from daemon.cli.languages import with_swedish
    from daemon.cli.looking import check_target, kinds_of, read_store

    config = common.load(config_path, secrets=False)
    check_target(config, company)

    async def look(read: "Read") -> Json:
        return await held_screen.listed(read, company, kinds_of(config))

    shown = read_store(config, look)
    if as_json:
        print_json({**shown, "questions": with_swedish(shown["questions"])})
    else:
        print_questions(shown, language or config.language)
    leave(trouble=bool(shown["questions"] or shown["workflows"]))


@held.command
@click.argument("named", metavar="ID")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Rows behind it.")
@with_language
@with_config
@with_json
def show(config_path: Path, as_json: bool, named: str, limit: int, language: str | None) -> None:
    """Tell all that waits for the question ID (q-5), and what each answer does."""
    from daemon import held_screen
    from daemon.cli.held_text import print_question
    from daemon.cli.languages import with_swedish
    from daemon.cli.looking import kinds_of, read_store

    config = common.load(config_path, secrets=False)

    async def look(read: "Read") -> Json | None:
        return await held_screen.one(read, named, kinds_of(config), limit)

    shown = read_store(config, look)
    if shown is None:
        raise Refused(f"there is no question {named}: held lists them")
    if as_json:
        print_json(*with_swedish([shown]))
    else:
        print_question(shown, language or config.language)
    leave(trouble=bool(shown["waiting"]))


@held.command
@click.argument("named", metavar="ID")
@click.argument("answer")
@click.option("--only", metavar="ID", help="For this delivery (in-12) or command (out-34) alone.")
@click.option(
    "--wait", type=click.FloatRange(0, 600), default=10, show_default=True, help="Seconds to wait for what it freed."
)
@with_config
@with_json
def answer(config_path: Path, as_json: bool, named: str, answer: str, only: str | None, wait: float) -> None:
    """Answer the question ID for everything that waits for it; exit 1 where some of that stands still again."""
    from daemon.cli.acting import asked, perform
    from daemon.cli.held_text import print_answered
    from daemon.requests import AnswerQuestion

    wanted = asked(AnswerQuestion, {"id": named, "answer": answer, "only": only})
    told = perform(config_path, wanted)
    config = common.load(config_path, secrets=False)
    told |= _became(config, [entry["id"] for part in ("commands", "deliveries") for entry in told[part]], wait)
    if as_json:
        print_json(told)
    else:
        print_answered(told)
    leave(trouble=bool(told["skipped"] or told["still"]))


def _became(config: "Config", ids: list[str], wait: float) -> Json:
    """What became of the rows that were tried again, at the latest after ``wait`` seconds (0 where no daemon runs)."""
    import asyncio

    from daemon import held_screen
    from daemon.cli.looking import facts, read_store

    running = asyncio.run(facts(config)) is not None
    until = monotonic() + (wait if running else 0)

    async def look(read: "Read") -> Json:
        return await held_screen.became(read, ids)

    while (shown := read_store(config, look))["under_way"] and monotonic() < until:
        sleep(FEWEST)
    return shown | {"daemon": "running" if running else "not running"}


@held.command
@click.argument("company", required=False)
@with_config
@with_json
def answers(config_path: Path, as_json: bool, company: str | None) -> None:
    """List the answers that rules are told, the newest first; exit 1 where there are none."""
    from daemon import held_screen
    from daemon.cli.held_text import print_answers
    from daemon.cli.looking import check_company, read_store

    config = common.load(config_path, secrets=False)
    check_company(config, company)

    async def look(read: "Read") -> list[Json]:
        return await held_screen.answers(read, company)

    shown = read_store(config, look)
    if as_json:
        print_json(shown)
    elif shown:
        print_answers(shown)
    leave(trouble=not shown)


@held.command
@click.argument("named", metavar="ID")
@click.option("--sale", metavar="NUMBER", help="Only what was said of the sale that its source calls so.")
@with_config
@with_json
def forget(config_path: Path, as_json: bool, named: str, sale: str | None) -> None:
    """Forget what was answered to the question ID: rules ask again. What was made by the answer stays."""
    from daemon.cli.acting import asked, perform
    from daemon.requests import ForgetAnswer

    told = perform(config_path, asked(ForgetAnswer, {"id": named, "sale": sale}))
    if as_json:
        print_json(told)
    else:
        click.echo(f"{told['question']}  forgotten: {', '.join(told['forgotten'])}")
