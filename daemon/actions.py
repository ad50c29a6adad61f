"""What a person may do to the work: retry, link, replay, discard, pause, resume and declare."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from connectors.base import LinkReader, OutsideError, Settled, Target, Task
from connectors.reasons import ALLOWABLE, SET_ELSEWHERE
from daemon.answering import ANSWERED_BY_ABSENT, SHARED, allowance, done_by_linking, told_absent, told_allowed
from daemon.asked_runs import AskedRuns
from daemon.awaited import Awaited
from daemon.by_hand import ByHand
from daemon.clock import Clock
from daemon.connecting import Connections
from daemon.consent_links import ConsentLinks
from daemon.destinations import written_to
from daemon.doctor import Doctor
from daemon.doubled import DoubledParties
from daemon.following import Follow
from daemon.ids import command_id, delivery_id
from daemon.introducing import Introducing
from daemon.logs import Log
from daemon.named_delivery import named_delivery
from daemon.pauses import Pauses
from daemon.refreshing import Refreshing
from daemon.requests import (
    AnyRequest,
    AwaitConsent,
    Connect,
    Declare,
    Discard,
    DryRun,
    Examine,
    Introduce,
    LinkThing,
    Misused,
    OfferConsent,
    Pause,
    Refresh,
    Replay,
    Reseal,
    Resume,
    Retry,
    Revoke,
)  # fmt: skip
from daemon.resealing import Resealing
from daemon.settings import Config
from daemon.step import claim_keys
from daemon.subjects import Answer, parsed, subjects, touched_answer, word
from daemon.tasks import task_of
from handlers.commands import EnsureCustomer, EnsureSenderRecord, SenderCommand
from store import acting, heads, replaying
from store.acting import NotPossible, Person, Touched
from store.db import Database, Job
from store.facts import Said
from store.handling import Handled
from store.heads import Head
from store.inbox import Waiting
from store.links import LinkRow

BULK = 100
"""Rows of a bulk retry that share one commit, so that the writer stays free for others."""


class Actions:
    """Carries requests out: what changes is on disk, with who asked for it, and the log says so."""

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        database: Database,
        clock: Clock,
        log: Log,
        handle: Callable[[Waiting], Awaitable[Handled]],
        rules: frozenset[str],
        target: Callable[[str], AbstractAsyncContextManager[Target]],
        links: LinkReader,
        follow: Follow,
        doctor: Doctor,
        asked_runs: AskedRuns | None = None,
        awaited: Awaited | None = None,
    ) -> None:
        """``handle`` runs today's rules on a stored delivery, ``asked_runs`` dry; ``target`` opens a far system.

        ``awaited`` are the browsers that the running daemon may be sent.
        """
        self._config = config
        self._database = database
        self._clock = clock
        self._log = log
        self._handle = handle
        self._target = target
        self._links = links
        self._follow = follow
        self._doctor = doctor
        self._asked_runs = asked_runs
        self._pauses = Pauses(config=config, database=database, clock=clock, rules=rules, follow=follow)
        self._begin(awaited)

    def _begin(self, awaited: Awaited | None) -> None:
        """Who carries out what concerns more than one command, or no command yet."""
        config, database, clock, follow = self._config, self._database, self._clock, self._follow
        self.links = ConsentLinks(database, clock, lambda: config().state_keys, self.perform)
        self._connections = Connections(
            config=config,
            database=database,
            clock=clock,
            target=self._target,
            follow=follow,
            links=self.links,
            awaited=awaited,
        )
        self._refreshing = Refreshing(config=config, database=database, clock=clock, follow=follow)
        self._introducing = Introducing(config=config, database=database, clock=clock, follow=follow)
        self._resealing = Resealing(database, clock, lambda: config().state_keys)
        self._doubled = DoubledParties(
            database=database, clock=clock, links=self._links, follow=follow, identify=self._identified
        )
        self._by_hand = ByHand(
            config=config,
            database=database,
            clock=clock,
            follow=follow,
            perform=self._perform,
            released=self._say_released,
            dry_runs=self._asked_runs,
        )

    async def perform(self, request: AnyRequest) -> Answer:
        """Carry one request out.

        Raises :class:`store.acting.NotPossible` where the state on disk forbids it, :class:`Misused` where a name is
        unknown, each with one clear line; and :class:`store.db.StoreUnavailable`.
        """
        answer = await self._perform(request)
        if not isinstance(request, Examine | AwaitConsent | DryRun):
            ids = " ".join(subjects(answer))
            self._log.info("admin.acted", action=request.action, by=word(request.person), ids=ids or None)
        return {"action": request.action, **answer}

    async def _perform(self, request: AnyRequest) -> Answer:
        match request:
            case Pause() | Resume() | Declare() | Refresh() | Introduce() | Reseal() | Examine():
                return await self._on_a_whole(request)
            case Connect() | AwaitConsent() | OfferConsent() | Revoke():
                return await self._connections.perform(request)
            case Retry():
                return await self._doubled.answered(request) or await self._retry(request)
            case LinkThing():
                return await self._doubled.answered(request) or await self._link(request)
            case Replay():
                return await self._replay(request)
            case Discard():
                return await self._discard(request)
            case _:
                return await self._by_hand.perform(request)

    async def _on_a_whole(self, request: Pause | Resume | Declare | Refresh | Introduce | Reseal | Examine) -> Answer:
        match request:
            case Pause():
                return await self._pauses.pause(request)
            case Resume():
                return await self._pauses.resume(request)
            case Declare():
                return await self._pauses.declare(request)
            case Refresh():
                return await self._refreshing.perform(request)
            case Introduce():
                return await self._introducing.perform(request)
            case Reseal():
                return await self._resealing.perform(request)
            case Examine():
                return await self._doctor.answer(request)

    # --- retry ------------------------------------------------------------------------------------------------------

    async def _retry(self, request: Retry) -> Answer:
        wanted = request.id
        if wanted is None:
            return await self._retry_many(request)
        person = self._person(request)
        place, number = parsed(wanted, "out")
        if place == "in":
            await self._database.write(acting.retry_delivery(number, person))
            self._follow.new_deliveries()
            return {"deliveries": [{"id": delivery_id(number), "state": "waiting"}]}
        touched = await self._database.write(await self._released(number, request, person))
        return {"commands": [self._told(touched, person)]}

    async def _retry_many(self, request: Retry) -> Answer:
        if request.company is None and request.reason is None:
            raise Misused("say which: an id, --reason or --company")
        if request.company is not None:
            self._pauses.check_target(request.company)
        person = self._person(request)
        commands: list[Answer] = []
        deliveries: list[Answer] = []
        skipped: list[Answer] = []
        async for numbers in self._stopped("outbox", request):
            jobs = [acting.tried(await self._released(number, request, person)) for number in numbers]
            for number, touched in zip(numbers, await self._database.write_all(jobs), strict=True):
                if isinstance(touched, NotPossible):
                    skipped.append({"id": command_id(number), "why": str(touched)})
                else:
                    commands.append(self._told(touched, person))
        async for numbers in self._stopped("inbox", request):
            await self._database.write_all([acting.tried(acting.retry_delivery(number, person)) for number in numbers])
            deliveries += [{"id": delivery_id(number), "state": "waiting"} for number in numbers]
        self._follow.new_deliveries()
        return {"commands": commands, "deliveries": deliveries, "skipped": skipped}

    async def _stopped(self, table: str, request: Retry) -> AsyncIterator[list[int]]:
        after = 0
        while True:
            job = acting.stopped(table, reason=request.reason, company=request.company, after=after, limit=BULK)
            numbers = await self._database.read(job)
            if not numbers:
                return
            yield numbers
            after = numbers[-1]

    async def _released(self, outbox_id: int, request: Retry, person: Person) -> Job[Touched]:
        text, said = await self._answered(outbox_id, absent=request.absent, allow=request.allow)
        return acting.retry_command(outbox_id, person, absent=request.absent, text=text, remember=said)

    async def _answered(self, outbox_id: int, *, absent: bool, allow: bool) -> tuple[str | None, Said | None]:
        """The command's new text where the person's word answers the question that it is held for, and what is
        remembered of it."""
        reason = await self._database.read(acting.reason_of(outbox_id))
        if absent and reason in ANSWERED_BY_ABSENT:
            return told_absent((await self._head(outbox_id)).text, reason), None
        if allow and reason in ALLOWABLE:
            head = await self._head(outbox_id)
            return told_allowed(head.text, reason), allowance(head.text, reason, head.company)
        if reason in SET_ELSEWHERE:
            await self._renewed(outbox_id)
        return None, None

    async def _renewed(self, outbox_id: int) -> None:
        """Today's settings, for what was held for want of one.

        Where its rules cannot run again (its body is erased, a newer version came, no rule made it) it goes as it is.
        """
        try:
            named = delivery_id((await self._head(outbox_id)).inbox_id)
            row = await named_delivery(self._database.read, named, "tried again")
            await self._database.write(replaying.renew(await self._handle(row)))
        except NotPossible:
            return

    def _told(self, touched: Touched, person: Person) -> Answer:
        self._say_released(touched.id, person.name)
        self._follow.new_work(touched.company)
        return touched_answer(touched)

    def _say_released(self, outbox_id: int, person: str) -> None:
        self._log.info("command.released", outbox_id=outbox_id, by=word(person))

    # --- link -------------------------------------------------------------------------------------------------------

    async def _link(self, request: LinkThing) -> Answer:
        place, number = parsed(request.id, "out")
        if place == "in":
            raise Misused("a delivery is not linked: name the command (out-…) that explain shows")
        head = await self._head(number)
        task = task_of(head, looking=False, links=self._links)
        settled = await self._identified(task, request)
        if settled.link is None:
            raise NotPossible(f"{request.kind}:{request.number} could not be read")
        far = settled.link
        keys = claim_keys(task.command) if isinstance(task.command, EnsureCustomer) else []
        job = acting.link(
            number,
            LinkRow(head.thing, head.company, far.kind, far.number, far.state, verified=True),
            self._person(request),
            keys=keys,
            again=settled.again or not done_by_linking(task.command),
            # What a sender calls one record may be several things of ours: that it is told of, and what it is told.
            shared=request.kind in SHARED or written_to(head.company) is not None,
            question=settled.question,
        )
        linked = await self._database.write(job)
        self._follow.new_work(head.company)
        freed = [{"id": command_id(freed), "state": "ready"} for freed in linked.freed]
        return {
            "commands": [
                touched_answer(linked.command) | {"link": f"{far.kind}:{far.number}", "question": settled.question}
            ],
            "freed": freed,
        }

    async def _identified(self, task: Task, request: LinkThing) -> Settled:
        if isinstance(task.command, SenderCommand) and not isinstance(task.command, EnsureSenderRecord):
            raise NotPossible("what is written back at a sender is not linked by hand: retry it, or discard it")
        self._pauses.check_target(task.company)
        try:
            async with self._target(task.company) as target:
                return await target.identify(task, request.kind, request.number)
        except OutsideError as error:
            raise NotPossible(error.remedy or f"{error.system} could not be asked: {error.reason}") from None

    # --- replay, discard --------------------------------------------------------------------------------------------

    async def _replay(self, request: Replay) -> Answer:
        row = await named_delivery(self._database.read, request.id, "replayed")
        job = replaying.replay(await self._handle(row), self._person(request), accept=request.accept)
        replayed = await self._database.write(job)
        self._follow.new_work(replayed.company)
        stopped = {"reason": replayed.reason, "question": replayed.question}
        return {
            "deliveries": [{"id": delivery_id(row.id), "state": replayed.state, **stopped}],
            "commands": [
                {"id": command_id(entry.id), "command": entry.kind, "what": entry.what, "state": entry.state}
                for entry in replayed.commands
            ],
        }

    async def _discard(self, request: Discard) -> Answer:
        place, number = parsed(request.id, "out")
        if place == "in":
            await self._database.write(acting.discard_delivery(number, self._person(request)))
            return {"deliveries": [{"id": delivery_id(number), "state": "discarded"}]}
        discarded = await self._database.write(acting.discard_command(number, self._person(request)))
        self._follow.new_work(discarded.command.company)
        parked = [{"id": command_id(parked), "state": "parked"} for parked in discarded.parked]
        return {"commands": [touched_answer(discarded.command)], "parked": parked}

    # --- names ------------------------------------------------------------------------------------------------------

    def _person(self, request: AnyRequest) -> Person:
        return Person(request.person, self._clock.milliseconds(), getattr(request, "reason", None))

    async def _head(self, outbox_id: int) -> Head:
        try:
            return await self._database.read(heads.head(outbox_id))
        except KeyError:
            raise NotPossible(f"there is no command out-{outbox_id}, or its text was erased by retention") from None
