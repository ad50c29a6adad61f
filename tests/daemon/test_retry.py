"""Retry steps: the waits between attempts, with jitter, until a person must look."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.retry import JITTER, RetrySteps

STEPS = (10.0, 60.0, 300.0, 900.0, 3600.0, 10800.0, 21600.0, 43200.0, 86400.0)


@pytest.mark.capability("f56")
@pytest.mark.capability("f59")
@given(st.integers(), st.integers(min_value=1, max_value=len(STEPS)))
def test_each_attempt_has_its_own_step_and_a_tenth_of_jitter_at_most(seed: int, attempts: int) -> None:
    """The wait grows by the table, and lanes that failed together do not come back together."""
    wait = RetrySteps(STEPS, Random(seed)).after(attempts)
    step = STEPS[attempts - 1]
    assert wait is not None
    assert step <= wait <= step * (1 + JITTER)


def test_after_the_last_step_there_is_none() -> None:
    """The command is parked then."""
    steps = RetrySteps(STEPS, Random(1))
    assert steps.after(len(STEPS) + 1) is None
    assert steps.after(len(STEPS) + 100) is None


def test_randomness_is_passed_in() -> None:
    """The same randomness gives the same waits; another gives others."""
    assert RetrySteps(STEPS, Random(1)).after(3) == RetrySteps(STEPS, Random(1)).after(3)
    assert RetrySteps(STEPS, Random(1)).after(3) != RetrySteps(STEPS, Random(2)).after(3)


def test_the_longest_wait_bounds_every_wait() -> None:
    """No honest due moment lies further away."""
    steps = RetrySteps(STEPS, Random(7))
    assert all((steps.after(number) or 0) <= steps.longest for number in range(1, len(STEPS) + 1))
    assert steps.longest == 86400 * 1.1
