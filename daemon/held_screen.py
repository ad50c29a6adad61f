"""What ``held`` shows, as JSON: the open questions, what waits behind each, and what may be answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from daemon.held_options import options
from daemon.held_sums import Sum, sums, whole
from daemon.ids import command_id, delivery_id, parse, question_id, question_number
from daemon.times import iso
from store import questions, workflows
from store.db import Read
from store.holds import STOPPED
from store.questions import Answered, Asked, Held
from store.workflows import WorkflowRow

Json = dict[str, Any]

_ENDS = {"done": "done", **dict.fromkeys(("ignored", "before_start", "stale", "superseded", "discarded"), "ended")}

FIRST = 3
"""Questions that ``status`` and ``doctor`` name."""


async def listed(read: Read, company: str | None, kinds: Mapping[str, str]) -> Json:
    """The open questions of a company or of all; ``kinds`` says of each company whether it is live, test, simulator."""
    found = await read(questions.open_questions(company))
    sales = await read(questions.sales(company))
    behind = sums(sales)
    return {
        "questions": [_question(asked, behind.get(asked.id, Sum()), kinds) for asked in found],
        "waiting": sum(asked.waiting for asked in found),
        **_money(whole(sales)),
        "workflows": [_run(row) for row in await read(workflows.asking(company))],
    }


async def one(read: Read, named: str, kinds: Mapping[str, str], limit: int) -> Json | None:
    """One question with its possible answers and what waits behind it, at most ``limit`` rows; ``None``: none such."""
    number = question_number(named)
    asked = None if number is None else await read(questions.question(number))
    if asked is None:
        return None
    commands = await read(questions.kinds(asked.id))
    sales = await read(questions.sales(number=asked.id))
    rows = await read(questions.behind(asked.id, limit=limit))
    return {
        **_question(asked, sums(sales).get(asked.id, Sum()), kinds),
        "choices": [{"answer": option.answer, "does": option.does} for option in options(asked, commands)],
        "behind": [_row(row) for row in rows],
    }


async def brief(read: Read, company: str) -> Json:
    """How many questions of a company are open, and the ids of those that the most waits for."""
    count, first = await read(questions.first(company, FIRST))
    return {"count": count, "first": [question_id(number) for number in first]}


async def runs(read: Read, company: str) -> int:
    """How many runs of a company's workflows stand still for a question of their own."""
    return len(await read(workflows.asking(company)))


async def became(read: Read, ids: Sequence[str]) -> Json:
    """What became of rows that were tried again, by count; ``still`` are those that stopped again, with why.

    A delivery that was handled is what its commands are: they are counted in its place.
    """
    found: dict[str, Any] = {"done": 0, "ended": 0, "under_way": 0, "still": []}
    named = [parsed for one in ids if (parsed := parse(one, "out")) is not None]
    for state in await read(questions.states(named)):
        if state.state in STOPPED:
            name = delivery_id(state.id) if state.place == "in" else command_id(state.id)
            asks = None if state.asks is None else question_id(state.asks)
            told = {"id": name, "state": state.state, "reason": state.reason, "question": state.question, "asks": asks}
            found["still"].append(told)
        else:
            found[_ENDS.get(state.state, "under_way")] += 1
    return found


async def answers(read: Read, company: str | None) -> list[Json]:
    """Every answer that rules are told, the newest first."""
    return [_answer(one) for one in await read(questions.answers(company))]


def _question(asked: Asked, behind: Sum, kinds: Mapping[str, str]) -> Json:
    return {
        "id": question_id(asked.id),
        "company": asked.company or None,
        "company_kind": kinds.get(asked.company),
        "reason": asked.reason,
        "question": asked.text,
        "waiting": asked.waiting,
        "deliveries": asked.deliveries,
        "commands": asked.waiting - asked.deliveries,
        "since": iso(asked.since),
        **_money(behind),
    }


def _run(row: WorkflowRow) -> Json:
    return {
        "workflow_id": row.workflow_id,
        "company": row.company,
        "workflow": row.name,
        "started_at": iso(row.started_at),
        "question": row.question,
    }


def _money(behind: Sum) -> Json:
    """Decimal text, as everywhere; ``without_rate`` is by currency."""
    without = {currency: f"{total:.2f}" for currency, total in sorted(behind.without_rate.items())}
    return {"sales": behind.sales, "kronor": f"{behind.kronor:.2f}", "without_rate": without}


def _row(row: Held) -> Json:
    return {
        "id": delivery_id(row.id) if row.place == "in" else command_id(row.id),
        "delivery": delivery_id(row.inbox_id),
        "state": row.state,
        "what": row.kind,
        "number": row.number,
        "question": row.question,
        "since": iso(row.at),
    }


def _answer(answered: Answered) -> Json:
    return {
        "question": None if answered.question is None else question_id(answered.question),
        "company": answered.company,
        "sale": answered.number,
        "key": answered.input,
        "answer": answered.answer,
        "person": answered.person,
        "at": iso(answered.at),
    }
