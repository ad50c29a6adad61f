"""When a command goes again: the steps on disk between attempts, with jitter, until a person must look."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tenacity import AsyncRetrying, RetryCallState, wait_chain, wait_fixed
from tenacity.wait import wait_base

from connectors.base import CredentialsLost, Held, OutsideError, Park, Throttled, UnknownEnd, Unreachable

JITTER = 0.1
"""Share of a step that is added at most, so that lanes that failed together do not come back together."""


EXHAUSTED = "every attempt was used: see explain, then retry"
"""Asks a person about a command that transient failures have parked."""


@dataclass(frozen=True, slots=True)
class Next:
    """What follows an error: the command's state, when it is due, and whether this used up an attempt."""

    state: str
    wait_s: float
    uses_attempt: bool
    question: str | None = None


class wait_jitter(wait_base):  # noqa: N801 - named as tenacity names its strategies
    """A tenacity wait of ``step`` seconds and up to a tenth more, from the randomness that is passed in."""

    def __init__(self, step: float, random: Random) -> None:
        self._fixed = wait_fixed(step)
        self._step = step
        self._random = random

    def __call__(self, retry_state: RetryCallState) -> float:
        """Seconds to wait before the next attempt."""
        return self._fixed(retry_state) + self._random.uniform(0, JITTER * self._step)


class RetrySteps:
    """The waits between attempts of one command; delivery keeps the due moment in the outbox, never a loop."""

    def __init__(self, steps: Sequence[float], random: Random) -> None:
        """``steps`` are seconds: the wait after the first attempt, after the second, and so on."""
        self.steps = tuple(steps)
        self._chain = wait_chain(*(wait_jitter(step, random) for step in self.steps))

    def after(self, attempts: int) -> float | None:
        """Seconds to wait after ``attempts`` used attempts; ``None`` when the command is to be parked."""
        if attempts > len(self.steps):
            return None
        state = RetryCallState(AsyncRetrying(), None, (), {})
        state.attempt_number = max(attempts, 1)
        return self._chain(state)

    def following(self, error: OutsideError, attempts: int, *, settle: float, counts: bool) -> Next:
        """What becomes of a command that had used ``attempts`` before this error; ``settle`` seconds before a look.

        With ``counts`` false (an outage was known before) nothing is used up.
        """
        if isinstance(error, Throttled):
            return Next("ready", error.after.total_seconds(), uses_attempt=False)
        if isinstance(error, Unreachable | CredentialsLost):
            return Next("ready", 0.0, uses_attempt=False)
        if isinstance(error, Park):
            return Next("held" if isinstance(error, Held) else "parked", 0.0, uses_attempt=True, question=error.remedy)
        wait = self.after(attempts + 1) if counts else self.steps[0]
        if wait is None:
            return Next("parked", 0.0, uses_attempt=True, question=EXHAUSTED)
        if isinstance(error, UnknownEnd):
            wait = max(wait, settle)
        return Next("ready", wait, uses_attempt=counts)

    @property
    def longest(self) -> float:
        """The longest wait that a step can give, in seconds: no honest due moment lies further away."""
        return max(self.steps) * (1 + JITTER)
