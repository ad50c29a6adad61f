"""Unknown ends: two looks in the far system by our exact mark before anything is written again."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.base import Json, Later, OutsideError, Settled, Target, Task
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
    """Every doubt about the thing is resolved: nothing of it took effect."""


@dataclass(frozen=True, slots=True)
class Found:
    """An earlier write took effect: ``settled`` is what stands there; ``attempts`` are the doubts that this ends."""

    settled: Settled
    attempts: tuple[OpenAttempt, ...]


Verdict = NotYet | Absent | Found


class Looks:
    """Remembers, on the monotonic clock, when doubts began and when each was first looked at.

    The first look comes not sooner than the settle time after the attempt's end (for an attempt that an earlier process
    left: after our own start), the second at least a tenth of it later and directly before the next call.
    """

    def __init__(self, database: Database, clock: Clock, settle_seconds: float) -> None:
        self._database = database
        self._clock = clock
        self._settle = settle_seconds
        self._started = clock.monotonic()
        self._ended: dict[int, float] = {}
        self._first: dict[str, tuple[float, frozenset[int]]] = {}

    def ended(self, attempt_id: int) -> None:
        """An attempt ended just now, with an end that must be looked for (or looked at once more)."""
        self._ended[attempt_id] = self._clock.monotonic()

    def remaining(self, attempt_id: int) -> float:
        """Seconds until the settle time after this attempt's end is over (0 or less: it is)."""
        return self._ended.get(attempt_id, self._started) + self._settle - self._clock.monotonic()

    def forget(self, attempts: Sequence[OpenAttempt], thing: str) -> None:
        """The doubts are over."""
        self._first.pop(thing, None)
        for attempt in attempts:
            self._ended.pop(attempt.id, None)

    async def resolve(self, target: Target, task: Task, outbox_id: int, attempts: Sequence[OpenAttempt]) -> Verdict:
        """Look for what ``attempts`` (all of one thing) may have done. Raises what :meth:`Target.look` raises.

        A refusal with 429 alone needs one look and no settle time: that it was not executed is only unconfirmed.
        """
        unknown = [attempt for attempt in attempts if attempt.end != "throttled"]
        wait = max((self.remaining(attempt.id) for attempt in unknown), default=0.0)
        if wait > 0:
            return NotYet(wait)
        first = self._first.get(task.thing)
        ids = frozenset(attempt.id for attempt in attempts)
        if first is not None and first[1] == ids:
            wait = first[0] + self._settle / 10 - self._clock.monotonic()
            if wait > 0:
                return NotYet(wait)
            last = True
        else:
            last = not unknown
        found = await self._look(target, task, outbox_id, attempts, closes=last)
        if found is not None:
            return Found(found, tuple(attempts))
        if last:
            self.forget(attempts, task.thing)
            return Absent()
        self._first[task.thing] = (self._clock.monotonic(), ids)
        return NotYet(self._settle / 10)

    async def _look(
        self, target: Target, task: Task, outbox_id: int, attempts: Sequence[OpenAttempt], *, closes: bool
    ) -> Settled | None:
        newest = {attempt.operation: attempt for attempt in attempts}
        proofs: dict[int, Json] = {}
        for attempt in newest.values():
            try:
                sighting = await target.look(task, attempt.operation, attempt.evidence)
            except OutsideError as error:
                await self._record(attempt, outbox_id, "failed", {"failed": error.reason, "status": error.status})
                raise
            if sighting.settled is not None:
                await self._record(attempt, outbox_id, "found", sighting.proof)
                return sighting.settled
            proofs[attempt.id] = sighting.proof
        for attempt in attempts if closes else newest.values():
            proof = proofs.get(attempt.id, {"see": newest[attempt.operation].id})
            await self._record(attempt, outbox_id, "absent", proof, closes_as="absent" if closes else None)
        return None

    async def recheck(self, target: Target, task: Task, outbox_id: int, attempt: OpenAttempt) -> Settled | NotYet:
        """The last look after a create that followed an unknown end: exactly one hit is right, two are a question."""
        wait = self.remaining(attempt.id)
        if wait > 0:
            return NotYet(wait)
        sighting = await target.look(task, attempt.operation, attempt.evidence)
        found = "absent" if sighting.settled is None else "found"
        await self._record(attempt, outbox_id, found, sighting.proof)
        if sighting.settled is None:
            raise Later("created_but_not_found", system="fortnox", operation=attempt.operation)
        self.forget([attempt], task.thing)
        return sighting.settled

    async def _record(
        self, attempt: OpenAttempt, outbox_id: int, found: str, proof: Json, closes_as: str | None = None
    ) -> None:
        now = self._clock.milliseconds()
        await self._database.write(delivering.looked(attempt, outbox_id, found, proof, now, closes_as=closes_as))
