"""Outcomes: how each step of a command ends, on disk first, then in the log, by what to do next."""

from collections.abc import Sequence

from connectors.base import (
    CredentialsLost,
    Later,
    NotAnswered,
    OutsideError,
    Settled,
    Throttled,
    UnknownEnd,
    Unreachable,
    Vanished,
    Write,
)
from connectors.reasons import BRAKES
from daemon.asking import asked, asked_by_target
from daemon.clock import Clock
from daemon.gate import Gate
from daemon.logs import Log
from daemon.looking import Looks
from daemon.retry import EXHAUSTED, Next, RetrySteps
from daemon.tasks import stands
from handlers.commands import EnsureCustomer
from handlers.questions import party
from store import approving, delivering, outages, together
from store.attempts import End, OpenAttempt
from store.db import Database
from store.delivering import Settlement
from store.heads import Head
from store.holds import Ask, worded
from store.links import LinkRow
from store.together import Ending


class Outcomes:
    """Records how steps end for one company, and tells its gate what that says about the far side."""

    def __init__(
        self,
        *,
        database: Database,
        looks: Looks,
        gate: Gate,
        steps: RetrySteps,
        settle_seconds: float,
        clock: Clock,
        log: Log,
    ) -> None:
        self._database = database
        self._settled = database.gathering(together.settle, together.settle_all)
        self._looks = looks
        self._gate = gate
        self._steps = steps
        self._settle = settle_seconds
        self._clock = clock
        self._log = log
        gate.give_back = self._give_back

    def first_step(self) -> float:
        """Seconds of the first retry step."""
        return self._steps.steps[0]

    # --- endings that settle ----------------------------------------------------------------------------------------

    async def settled(
        self,
        head: Head,
        attempt_id: int | None,
        settled: Settled,
        *,
        keys: Sequence[str] = (),
        recheck: bool = False,
        started: float | None = None,
        absent: Sequence[OpenAttempt] = (),
        answered: bool = False,
    ) -> None:
        """The far side is as meant (or holds a question): link, outcome and who waited, in one transaction.

        ``absent`` are doubts that were proved empty just before; ``answered``: the far side was asked (a write always
        was). What a question holds is linked, but nothing that needs it goes on.
        """
        now = self._clock.milliseconds()
        settlement = Settlement(
            link=_row(head, settled, verified=not recheck and settled.question is None),
            result=settled.result,
            question=settled.question,
            again=settled.again,
            proof=settled.proof or None,
            recheck_due=now + round(self._settle * 1000) if recheck else None,
            keys=keys,
            closes=[(attempt.id, End("absent")) for attempt in absent],
        )
        state = await self._settled.write(Ending(head.outbox_id, attempt_id, settlement, now))
        ended = [attempt_id] if attempt_id is not None and not recheck else []
        self._looks.forget([*ended, *(attempt.id for attempt in absent)])
        if answered or attempt_id is not None:
            self._gate.answered()
        self._say_settled(head, settled, state, started)

    async def found(
        self, head: Head, settled: Settled, attempts: Sequence[OpenAttempt], *, keys: Sequence[str]
    ) -> None:
        """A look found the effect of an earlier attempt: it is linked, and the doubts end with that proof.

        Where another command's attempt is what was found (one that was discarded, or an earlier step), this one goes
        once more with the link in place.
        """
        now = self._clock.milliseconds()
        again = settled.again or any(attempt.outbox_id != head.outbox_id for attempt in attempts)
        settlement = Settlement(
            link=_row(head, settled, verified=settled.question is None),
            result=settled.result,
            question=settled.question,
            again=again,
            proof=settled.proof or None,
            keys=keys,
            closes=[(attempt.id, End("found")) for attempt in attempts],
        )
        state = await self._database.write(delivering.settle(head.outbox_id, None, settlement, now))
        self._looks.forget(attempt.id for attempt in attempts)
        self._gate.answered()
        self._say_settled(head, settled, state, None)

    async def orphan_found(
        self, head: Head, settled: Settled, attempts: Sequence[OpenAttempt], *, keys: Sequence[str]
    ) -> None:
        """The write of a command that was stopped or ended meanwhile took effect: link it, so nobody makes it again."""
        link = _row(head, settled, verified=settled.question is None)
        now = self._clock.milliseconds()
        await self._database.write(delivering.settle_orphans(attempts, link, now, keys=keys, question=settled.question))
        self._looks.forget(attempt.id for attempt in attempts)
        self._gate.answered()

    async def orphan_absent(self, attempts: Sequence[OpenAttempt]) -> None:
        """Nothing of what a stopped or ended command sent took effect: who waited for that goes on."""
        ids = [attempt.id for attempt in attempts]
        await self._database.write(delivering.close_absent(ids, self._clock.milliseconds()))
        self._looks.forget(ids)
        self._gate.answered()

    def orphan_failed(self, company: str, outbox_id: int, error: Exception) -> None:
        """A look for what a stopped command sent failed: that is no absence, the doubt stays open."""
        if isinstance(error, OutsideError):
            self._hear(company, f"orphan of {outbox_id}", error)
            return
        self._log.error("command.parked", outbox_id=outbox_id, company=company, reason="bug", exc_info=error)

    def may_leave(self) -> bool:
        """Whether a call may leave now; a command that may not keeps its place, and nothing is recorded."""
        return self._gate.open

    # --- endings that do not ----------------------------------------------------------------------------------------

    async def look_later(self, head: Head, seconds: float) -> None:
        """It is too early to look: the command keeps its place."""
        now = self._clock.milliseconds()
        due = now + round(seconds * 1000)
        reason = "last look to come" if head.recheck else "end unknown: looked for when the settle time is over"
        await self._database.write(delivering.put_back(head.outbox_id, now, state="unknown", due_at=due, reason=reason))

    async def contradicted(self, head: Head, command: EnsureCustomer, number: str) -> None:
        """A known customer has the same e-mail, but only one side has an organisation number."""
        question = (
            f"customer {number} has the same e-mail address, but only one of the two has an organisation number: "
            f"is it the same customer? (link out-{head.outbox_id} customer:{number}; if it is another one, "
            f"retry out-{head.outbox_id} --absent)"
        )
        about, choices = party(command.match_keys), [f"customer:{number}"]
        await self._stop(head, "held", question, asked("ambiguous_customer", question, about=about, choices=choices))

    async def asks_approval(self, head: Head, plan: Write) -> None:
        """The write is ready to leave, and the configuration lets it leave only after a person's word."""
        number = f"out-{head.outbox_id}"
        question = f"may {plan.operation} leave ({plan.method} {plan.path})? approve {number}, or discard {number}"
        await self._stop(head, "held", question, asked(approving.REASON, question, about=plan.operation))

    async def depends_on_ended(self, head: Head, outbox_id: int | None, how: str | None) -> None:
        """What this command needs will not come: the command that was to make it has ended without it."""
        named = "no command makes what it needs" if outbox_id is None else f"out-{outbox_id} ended as {how}"
        question = f"{named}: link what it needs, or discard this command too"
        await self._stop(head, "parked", question, worded("depends_on_ended", question))

    async def _stop(self, head: Head, state: str, text: str, ask: Ask) -> None:
        at, why = self._clock.milliseconds(), ask.reason
        job = delivering.put_back(head.outbox_id, at, state=state, due_at=at, reason=why, question=text, ask=ask)
        await self._database.write(job)
        self._say_parked(head, ask.reason, None)

    async def not_sent(self, head: Head, error: OutsideError) -> None:
        """Reading or planning failed: nothing was written outside."""
        following = self._heard(head, error)
        now = self._clock.milliseconds()
        waiting = "unknown" if head.open or head.recheck else "ready"
        await self._database.write(
            delivering.put_back(
                head.outbox_id,
                now,
                state=waiting if following.state == "ready" else following.state,
                due_at=now + round(following.wait_s * 1000),
                reason=error.reason,
                question=following.question,
                uses_attempt=following.uses_attempt,
                ask=asked_by_target(error),
            )
        )
        self._say_following(head, error, following)

    async def sent(self, head: Head, attempt_id: int, error: OutsideError, *, creates: bool) -> None:
        """The call left and did not settle the command: its end is recorded as what is known of it."""
        following = self._heard(head, error)
        end = "unknown" if isinstance(error, UnknownEnd) else "known"
        if isinstance(error, Throttled) and creates:
            end = "throttled"
        state = "unknown" if end == "unknown" and following.state == "ready" else following.state
        now = self._clock.milliseconds()
        await self._database.write(
            delivering.end_attempt(
                head.outbox_id,
                attempt_id,
                End(end, error.status, error.code, error.reason, error.detail or None),
                now,
                state=state,
                due_at=now + round(following.wait_s * 1000),
                reason=error.reason,
                question=following.question,
                uses_attempt=following.uses_attempt,
                ask=asked_by_target(error),
            )
        )
        if end == "known":
            self._looks.forget([attempt_id])
        self._say_following(head, error, following)

    async def bug(self, head: Head, attempt_id: int | None, error: Exception) -> None:
        """An error of ours: park, shout, and leave the doubt open if a call may have left."""
        now = self._clock.milliseconds()
        question = "an error in the program: see the log line command.parked; retry after the fix"
        if attempt_id is None:
            job = delivering.put_back(head.outbox_id, now, state="parked", due_at=now, reason="bug", question=question)
        else:
            end = End("unknown", reason="bug")
            job = delivering.end_attempt(
                head.outbox_id, attempt_id, end, now, state="parked", due_at=now, reason="bug", question=question
            )
        await self._database.write(job)
        self._log.error(
            "command.parked",
            **self._named(head),
            command=head.kind,
            attempt=head.attempts,
            reason="bug",
            exc_info=error,
        )

    def _heard(self, head: Head, error: OutsideError) -> Next:
        """What follows, told to the gate at once: calls that fail together are judged one after the other.

        What was under way when an outage was noticed fails with it: only those that showed it lose an attempt, and get
        it back where a probe proves the outage.
        """
        counts = not self._gate.outage.on
        self._hear(head.company, head.lane, error, head.outbox_id if counts else None)
        return self._steps.following(error, head.attempts, settle=self._settle, counts=counts)

    async def _give_back(self, owed: Sequence[int]) -> None:
        now = self._clock.milliseconds()
        released = await self._database.write(outages.give_back(owed, now, exhausted=EXHAUSTED))
        for outbox_id in released:
            self._log.info("command.released", outbox_id=outbox_id, by="outage")

    def vanished(self, head: Head, gone: Vanished) -> None:
        """The command is planned anew, with what the register's copy had shown forgotten: that is on disk."""
        self._say_following(head, gone, Next("ready", 0.0, uses_attempt=True))

    # --- what is said -----------------------------------------------------------------------------------------------

    def _say_following(self, head: Head, error: OutsideError, following: Next) -> None:
        if following.state in {"parked", "held"}:
            self._say_parked(head, error.reason, error.status)
            if error.reason in BRAKES:
                self._log.error("brake.held", **self._named(head), command=head.kind, reason=error.reason)
        elif following.uses_attempt:
            self._log.warning(
                "command.retried",
                **self._named(head),
                command=head.kind,
                attempt=head.attempts + 1,
                reason=error.reason,
                status=error.status,
                in_s=round(following.wait_s, 1),
            )

    def _hear(self, company: str, lane: str, error: OutsideError, costs: int | None = None) -> None:
        """What an error says about the far side; ``costs`` is the command that a transient one costs an attempt."""
        gate = self._gate
        if isinstance(error, NotAnswered):
            return
        if isinstance(error, Unreachable):
            gate.outage.unreachable()
        elif isinstance(error, CredentialsLost):
            gate.credentials_lost(error)
        elif isinstance(error, Throttled):
            wait = error.after.total_seconds()
            self._log.warning("target.throttled", target=gate.system, company=company, wait_s=wait)
        elif isinstance(error, UnknownEnd | Later):
            gate.outage.failed(lane, costs)
        elif error.status is not None:
            gate.answered()
        gate.check()

    def _named(self, head: Head) -> dict[str, str | int]:
        """Which command a line speaks of; ``trace`` is the inbox row that began it."""
        of = {"target": self._gate.system, "company": head.company}
        return {"trace": f"in-{head.inbox_id}", "outbox_id": head.outbox_id, **of}

    def _say_parked(self, head: Head, reason: str, status: int | None) -> None:
        self._log.error(
            "command.parked",
            **self._named(head),
            command=head.kind,
            attempt=head.attempts,
            reason=reason,
            status=status,
        )

    def _say_settled(self, head: Head, settled: Settled, state: str, started: float | None) -> None:
        if state == "held":
            self._say_parked(head, "question", None)
            return
        if state != "done":
            return
        now = self._clock.milliseconds()
        took = 0.0 if started is None else (self._clock.monotonic() - started) * 1000
        self._log.info(
            "command.delivered",
            **self._named(head),
            command=head.kind,
            attempt=head.attempts + (started is not None),
            ms=round(took, 1),
            age_s=round((now - head.created_at) / 1000, 3),
            result=settled.result,
        )


def _row(head: Head, settled: Settled, *, verified: bool) -> LinkRow | None:
    if (link := settled.link) is None or stands(head, link):
        return None
    return LinkRow(head.thing, head.company, link.kind, link.number, link.state, verified=verified)
