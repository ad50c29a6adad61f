"""Unknown ends: two looks in the far system by our exact mark before anything is written again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connectors.base import Json, Later, OutsideError, Settled, Sighting, Target, Task
from daemon.clock import Clock
from store import delivering
from store.attempts import OpenAttempt
from store.db import Database


@dataclass(frozen=True, slots=True)
class NotYet:
    """It is too early to know: look again in ``seconds``."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing of ``attempts`` took effect, by two looks: a write may leave, and its attempt ends these doubts."""

    attempts: tuple[OpenAttempt, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An earlier write took effect: ``settled`` is what stands there; ``attempts`` are the doubts that this ends."""

    settled: Settled
    attempts: tuple[OpenAttempt, ...]


Verdict = NotYet | Absent | Found


class Looks:
    """Remembers, on the monotonic clock, when doubts began and when each was first looked at.

    The first look comes not sooner than the settle time after the attempt's end (for an attempt that an earlier process
    left: after our own start), the second at least a tenth of it later and directly before the next call. It is that
    next call's attempt that ends the doubts as absent; until it is on disk they stay open.
    """

    def __init__(self, database: Database, clock: Clock, settle_seconds: float) -> None:
        self._database = database
        self._clock = clock
        self._settle = settle_seconds
        self._started = clock.monotonic()
        self._flying: set[int] = set()
        self._ended: dict[int, float] = {}
        self._first: dict[int, float] = {}

    def begun(self, attempt_id: int) -> None:
        """The attempt's call leaves now: no look means anything before it has ended."""
        self._flying.add(attempt_id)

    def ended(self, attempt_id: int) -> None:
        """The attempt's call ended just now, in whatever way."""
        self._flying.discard(attempt_id)
        self._ended[attempt_id] = self._clock.monotonic()

    def remaining(self, attempt_id: int) -> float:
        """Seconds until the settle time after this attempt's end is over (0 or less: it is)."""
        if attempt_id in self._flying:
            return self._settle
        return self._ended.get(attempt_id, self._started) + self._settle - self._clock.monotonic()

    def forget(self, attempt_ids: Iterable[int]) -> None:
        """Nothing about these attempts is in doubt any more."""
        for attempt_id in attempt_ids:
            self._first.pop(attempt_id, None)
            self._ended.pop(attempt_id, None)

    async def resolve(self, target: Target, task: Task, outbox_id: int, attempts: Sequence[OpenAttempt]) -> Verdict:
        """Look for what ``attempts`` (all of one thing) may have done. Raises what :meth:`Target.look` raises.

        A refusal with 429 alone needs one look and no settle time: that it was not executed is only unconfirmed.
        """
        unknown = [attempt.id for attempt in attempts if attempt.end != "throttled"]
        wait = max((self._wait(attempt_id) for attempt_id in unknown), default=0.0)
        if wait > 0:
            return NotYet(wait)
        last = all(attempt_id in self._first for attempt_id in unknown)
        found = await self._look(target, task, outbox_id, attempts)
        if found is not None:
            return Found(found, tuple(attempts))
        if last:
            return Absent(tuple(attempts))
        now = self._clock.monotonic()
        for attempt_id in unknown:
            self._first.setdefault(attempt_id, now)
        return NotYet(self._settle / 10)

    def _wait(self, attempt_id: int) -> float:
        first = self._first.get(attempt_id)
        second = 0.0 if first is None else first + self._settle / 10 - self._clock.monotonic()
        return max(self.remaining(attempt_id), second)

    async def _look(
        self, target: Target, task: Task, outbox_id: int, attempts: Sequence[OpenAttempt]
    ) -> Settled | None:
        newest = {attempt.operation: attempt for attempt in attempts}
        for attempt in newest.values():
            sighting = await self._sight(target, task, outbox_id, attempt)
            if sighting.settled is not None:
                return sighting.settled
        for attempt in attempts:
            if attempt.id != newest[attempt.operation].id:
                await self._record(attempt, outbox_id, "absent", {"see_attempt": newest[attempt.operation].id})
        return None

    async def _sight(self, target: Target, task: Task, outbox_id: int, attempt: OpenAttempt) -> Sighting:
        """One look, on disk with its proof, also where it fails."""
        try:
            sighting = await target.look(task, attempt.operation, attempt.evidence)
        except OutsideError as error:
            await self._record(attempt, outbox_id, "failed", {"failed": error.reason, "status": error.status})
            raise
        found = "absent" if sighting.settled is None else "found"
        await self._record(attempt, outbox_id, found, sighting.proof)
        return sighting

    async def recheck(self, target: Target, task: Task, outbox_id: int, attempt: OpenAttempt) -> Settled | NotYet:
        """The last look after a create that followed an unknown end: exactly one hit is right, two are a question."""
        wait = self.remaining(attempt.id)
        if wait > 0:
            return NotYet(wait)
        sighting = await self._sight(target, task, outbox_id, attempt)
        if sighting.settled is None:
            raise Later("created_but_not_found", system="fortnox", operation=attempt.operation)
        self.forget([attempt.id])
        return sighting.settled

    async def _record(self, attempt: OpenAttempt, outbox_id: int, found: str, proof: Json) -> None:
        now = self._clock.milliseconds()
        await self._database.write(delivering.looked(attempt, outbox_id, found, proof, now))
