"""When a command goes again: the steps on disk between attempts, with jitter, until a person must look."""

from collections.abc import Sequence
from random import Random

from tenacity import AsyncRetrying, RetryCallState, wait_chain, wait_fixed
from tenacity.wait import wait_base

JITTER = 0.1
"""Share of a step that is added at most, so that lanes that failed together do not come back together."""


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

    @property
    def longest(self) -> float:
        """The longest wait that a step can give, in seconds: no honest due moment lies further away."""
        return max(self.steps) * (1 + JITTER)
