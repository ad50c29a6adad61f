"""States that browsers may come back with: each once, for ten minutes, for one company."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.awaited import MOST, Awaited, NotAwaited
from tests.fakes.clock import ManualClock

STATE = "s" * 43


def awaited(clock: ManualClock | None = None) -> Awaited:
    """One state of company demo is awaited."""
    made = Awaited((clock or ManualClock()).clock.monotonic)
    made.expect("demo", STATE)
    return made


@pytest.mark.asyncio
@pytest.mark.capability("002-12")
@pytest.mark.parametrize(("seconds", "counts"), [(599, True), (601, False)])
async def test_ten_minutes(seconds: int, counts: bool) -> None:
    """Not a minute longer than the code lives; whoever waits is told."""
    clock = ManualClock()
    made = awaited(clock)
    clock.move(seconds)
    assert made.came("demo", f"/oauth/callback/demo?code=c&state={STATE}") is counts
    if not counts:
        with pytest.raises(NotAwaited):
            await made.wait(STATE, 0)


@pytest.mark.asyncio
async def test_the_first_browser_counts_and_its_address_is_given_once() -> None:
    """Who waits gets it at once; a second one, and a second question, get nothing."""
    made = awaited()
    assert await made.wait(STATE, 0) is None
    waiting = asyncio.ensure_future(made.wait(STATE, 30))
    await asyncio.sleep(0)
    assert not made.came("other", f"/?state={STATE}")
    assert made.came("demo", f"/?code=1&state={STATE}")
    assert not made.came("demo", f"/?code=2&state={STATE}")
    assert await waiting == f"/?code=1&state={STATE}"
    with pytest.raises(NotAwaited):
        await made.wait(STATE, 0)


def test_so_many_and_no_more() -> None:
    """The oldest gives way, so that nothing grows without end."""
    made = awaited()
    for number in range(MOST):
        made.expect("demo", f"state-{number}")
    assert not made.came("demo", f"/?state={STATE}")
    assert made.came("demo", f"/?state=state-{MOST - 1}")


@given(st.text(max_size=60))
def test_any_address_is_only_not_awaited(address: str) -> None:
    """Whatever a browser comes with."""
    assert not awaited().came("demo", address)
