"""Questions and answers as people read them: a line for each, sums in kronor with spaces between thousands."""

from decimal import Decimal
from typing import Any

import click

from daemon.cli.common import banner, print_table
from daemon.cli.languages import Say
from daemon.times import local

Json = dict[str, Any]


def print_questions(shown: Json, language: str = "en") -> None:
    """The whole of ``held``."""
    say = Say(language)
    if not (shown["questions"] or shown["workflows"]):
        say("nothing waits for a person")
        return
    if shown["questions"]:
        _print_questions(shown, say)
    for run in shown["workflows"]:
        say(f"workflow {run['workflow_id']} ({run['workflow']}) of {run['company']} waits: {run['question']}")
    if shown["workflows"]:
        say("`workflow show ID` says where each stands, `workflow cancel ID` takes it back")


def _print_questions(shown: Json, say: Say) -> None:
    rows = [
        (
            entry["id"],
            (entry["company"] or say.told("unknown account")) + banner(entry["company_kind"]),
            str(entry["waiting"]),
            local(entry["since"]),
            say.told(money(entry)),
            say.cell(entry["question"] or entry["reason"]),
        )
        for entry in shown["questions"]
    ]
    heads = ("id", "company", "waiting", "since", "behind it", "question")
    print_table([say.told(head) for head in heads], rows)
    count = len(shown["questions"])
    say(f"{count} question{_s(count)}, {shown['waiting']} waiting; behind them {money(shown)}")


def money(shown: Json) -> str:
    """Sales and what they come to: ``3 sales, 12 500.00 kronor and EUR 100.00 without a rate``."""
    if not shown["sales"]:
        return "no sale that is known"
    without = [f"{currency} {spaced(total)} without a rate" for currency, total in shown["without_rate"].items()]
    kronor = [f"{spaced(shown['kronor'])} kronor"] if Decimal(shown["kronor"]) or not without else []
    return f"{shown['sales']} sale{_s(shown['sales'])}, {' and '.join([*kronor, *without])}"


def spaced(number: str) -> str:
    """A decimal number with a space between thousands."""
    return f"{Decimal(number):,.2f}".replace(",", " ")


def print_question(shown: Json, language: str = "en") -> None:
    """The whole of ``held show``."""
    say = Say(language)
    company = (shown["company"] or say.told("unknown account")) + banner(shown["company_kind"])
    say(f"{shown['id']}  {company}  {shown['reason'].replace('_', ' ')}", bold=True)
    say.question("", shown["question"], "  ")
    say(f"  {shown['waiting']} waiting since {local(shown['since'])}; behind it {money(shown)}")
    for choice in shown["choices"]:
        click.echo(f"  held answer {shown['id']} {choice['answer']}")
        say(f"      {choice['does']}")
    for row in shown["behind"]:
        number = f"  {row['number']}" if row["number"] else ""
        stands = say.told(f"{row['state']} since {local(row['since'])}")
        click.echo(f"  {row['id']}  {row['what'] or 'delivery'}{number}  {stands}")
    more = shown["waiting"] - len(shown["behind"])
    if more > 0:
        say(f"  and {more} more (--limit)")


def print_answered(told: Json) -> None:
    """What became of everything that the answer freed."""
    refused = told["skipped"] and not (told["commands"] or told["deliveries"])
    click.echo(f"{told['question']}  {'not answered' if refused else 'answered'}: {told['answer']}")
    for entry in told["skipped"]:
        click.echo(f"{entry['id']}  skipped: {entry['why']}")
    counted = {"done": "done", "ended": "ended otherwise", "under_way": "under way"}
    parts = [f"{told[name]} {words}" for name, words in counted.items() if told[name]]
    if told["daemon"] == "not running" and told["under_way"]:
        parts[-1] += " when the daemon runs"
    if parts:
        click.echo(", ".join(parts))
    for entry in told["still"]:
        asks = f" (now {entry['asks']})" if entry["asks"] not in {None, told["question"]} else ""
        click.echo(f"{entry['id']}  still {entry['state']}{asks}: {entry['question'] or entry['reason']}")


def print_answers(shown: list[Json]) -> None:
    """The whole of ``held answers``."""
    rows = [
        (
            entry["question"] or "-",
            entry["company"],
            entry["sale"] or "the company",
            entry["key"],
            entry["answer"],
            entry["person"],
            local(entry["at"]),
        )
        for entry in shown
    ]
    print_table(("question", "company", "for", "asked", "answer", "by", "at"), rows)


def _s(count: int) -> str:
    return "" if count == 1 else "s"
