"""Answers to questions: one answer for everything that waits for it, on record, remembered, and tried again."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from connectors.reasons import SET_ELSEWHERE
from daemon.clock import Clock
from daemon.following import Follow
from daemon.held_options import Chosen, chosen, far_kind, one_line, options
from daemon.ids import command_id, delivery_id, parse, question_id, question_number
from daemon.requests import (
    AnswerQuestion,
    AnyRequest,
    Approve,
    Discard,
    ForgetAnswer,
    LinkThing,
    Misused,
    Replay,
    Retry,
)
from daemon.subjects import Answer, touched_answer
from store import acting, holds, questions
from store.acting import NotPossible, Person, Touched
from store.db import Database, Job
from store.questions import Asked, Held

PAGE = 100
"""Rows that share one commit, so that the writer stays free for others."""


class HeldAnswers:
    """Takes answers; what each one means is done as if a person had said it of every row by itself."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        follow: Follow,
        perform: Callable[[AnyRequest], Awaitable[Answer]],
    ) -> None:
        """``perform`` carries out what an answer means for one command or delivery."""
        self._database = database
        self._clock = clock
        self._follow = follow
        self._perform = perform

    async def perform(self, request: AnswerQuestion | ForgetAnswer) -> Answer:
        """Take an answer, or forget one.

        Raises :class:`Misused` for what is no question and no possible answer, and :class:`store.acting.NotPossible`
        where nothing waits, or nothing is remembered.
        """
        number = question_number(request.id)
        if number is None:
            raise Misused(f"{request.id} is no id of a question: q-12 is one")
        person = Person(request.person, self._clock.milliseconds())
        if isinstance(request, ForgetAnswer):
            gone = await self._database.write(questions.forget(number, person, sale=request.sale))
            return {"question": question_id(number), "forgotten": gone}
        asked, meant = await self._meant(number, request)
        told: Answer = {"question": question_id(number), "answer": meant.answer}
        parts = await self._answered(asked, meant, request, person)
        if any(entries for name, entries in parts.items() if name != "skipped"):
            await self._database.write(questions.answered(number, meant.answer, person))
        await self._database.write(holds.to_be_told_again(number))
        self._follow.new_deliveries()
        self._follow.new_work(asked.company)
        return told | parts

    async def _meant(self, number: int, request: AnswerQuestion) -> tuple[Asked, Chosen]:
        asked = await self._database.read(questions.question(number))
        if asked is None:
            raise NotPossible(f"there is no question q-{number}")
        if not asked.waiting:
            raise NotPossible(f"nothing waits for q-{number} any more")
        kinds = await self._database.read(questions.kinds(number))
        meant = chosen(asked, kinds, request.answer)
        if meant is None:
            raise Misused(f"q-{number} does not take {request.answer}: possible is {one_line(options(asked, kinds))}")
        return asked, meant

    async def _answered(self, asked: Asked, meant: Chosen, request: AnswerQuestion, person: Person) -> Answer:
        parts: dict[str, list[Answer]] = {"commands": [], "deliveries": [], "freed": [], "skipped": []}
        known = False
        async for rows in self._pages(asked.id, request.only):
            if meant.what == "input":
                things = [row.thing for row in rows if row.thing]
                await self._database.write(questions.remember(asked, things, meant.answer, person))
            plain: list[Held] = []
            for row in rows:
                if known or tried_plainly(row, meant, asked.reason):
                    plain.append(row)
                    continue
                done = await self._one(row, meant, person, parts)
                # The party's keys are known now: its other commands find the customer by themselves, at no call.
                known = done and meant.what == "link" and row.kind == "ensure_customer"
            await self._again(plain, person, parts)
        return {name: entries for name, entries in parts.items() if entries or name != "freed"}

    async def _one(self, row: Held, meant: Chosen, person: Person, parts: dict[str, list[Answer]]) -> bool:
        """What the answer means for one row; false where that is not possible for it."""
        answer: Answer = {}
        try:
            for wanted in _requests(row, meant, person.name):
                answer = await self._perform(wanted)
        except NotPossible as refused:
            parts["skipped"].append({"id": _name(row), "why": str(refused)})
            return False
        for part, entries in parts.items():
            entries.extend(answer.get(part, ()))
        return True

    async def _again(self, rows: Sequence[Held], person: Person, parts: dict[str, list[Answer]]) -> None:
        for row, outcome in zip(
            rows, await self._database.write_all([_again(row, person) for row in rows]), strict=True
        ):
            if isinstance(outcome, NotPossible):
                parts["skipped"].append({"id": _name(row), "why": str(outcome)})
            elif isinstance(outcome, Touched):
                parts["commands"].append(touched_answer(outcome))
            else:
                parts["deliveries"].append({"id": _name(row), "state": "waiting"})

    async def _pages(self, number: int, only: str | None) -> AsyncIterator[list[Held]]:
        """What waits for the question, a page at a time; only the one row where one is named."""
        named = None if only is None else parse(only, "in")
        if only is not None and named is None:
            raise Misused(f"{only} is no id: in-12 names a delivery, out-34 a command")
        after, found = ("", 0), False
        while rows := await self._database.read(questions.behind(number, after=after, limit=PAGE)):
            after = (rows[-1].place, rows[-1].id)
            wanted = rows if named is None else [row for row in rows if (row.place, row.id) == named]
            if wanted:
                found = True
                yield wanted
        if not found:
            raise NotPossible(f"{only or 'nothing'} does not wait for q-{number}")


def tried_plainly(row: Held, meant: Chosen, reason: str) -> bool:
    """Whether the answer lets the row be tried again as it is: it is none that is said of this row itself.

    What waits for a document besides the document's own command (its payment) goes on once that is linked. A command
    that a setting frees (``reason``) is made by its rules again.
    """
    if meant.what == "link":
        return row.place == "in" or far_kind(row.kind) not in {None, meant.answer.partition(":")[0]}
    if meant.what == "again":
        return row.place == "in" or reason not in SET_ELSEWHERE
    return meant.what == "input" and row.place == "in"


def _requests(row: Held, meant: Chosen, person: str) -> list[AnyRequest]:
    name = _name(row)
    kind, _, number = meant.answer.partition(":")
    match meant.what:
        case "another" | "ours":
            return [Retry(person=person, id=name, absent=True)]
        case "allow":
            return [Retry(person=person, id=name, allow=True)]
        case "same":
            return [Discard(person=person, id=name, reason="a person says that it is the same sale")]
        case "approve":
            return [Approve(person=person, ids=(name,))]
        case "link":
            return [LinkThing(person=person, id=name, kind=kind, number=number)]
        case "input":
            return [Replay(person=person, id=delivery_id(row.inbox_id)), Retry(person=person, id=name)]
        case "again":
            return [Retry(person=person, id=name)]


def _again(row: Held, person: Person) -> Job[Touched | str | NotPossible]:
    job: Job[Touched | str] = (
        acting.retry_delivery(row.id, person)
        if row.place == "in"
        else acting.retry_command(row.id, person, absent=False)
    )
    return acting.tried(job)


def _name(row: Held) -> str:
    return delivery_id(row.id) if row.place == "in" else command_id(row.id)
