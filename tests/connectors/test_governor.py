"""The governor of a window: halved by a refusal, slowly back, and never a way around the ceiling."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.fortnox.settings import FortnoxSettings
from connectors.governor import FLOOR, Governor
from connectors.window import Window
from connectors.windows import Windows
from tests.connectors.fortnox.virtual_clock import VirtualClock
from tests.connectors.test_window import most_in_any_window


def _run(clock: VirtualClock, work: Coroutine[Any, Any, None]) -> None:
    async def body() -> None:
        await clock.run(work)

    asyncio.run(body())


@pytest.mark.capability("f57")
@pytest.mark.capability("000-51")
def test_each_refusal_halves_and_each_clean_window_gives_one_call_back() -> None:
    """25, 12, 6, 3, 1 and not less; then one more for each window without a refusal, until all is permitted again."""
    clock = VirtualClock()
    governor = Governor(25, 5.0, monotonic=clock.monotonic)
    said: list[tuple[int, int]] = []
    governor.listen(lambda permitted, ceiling: said.append((permitted, ceiling)))
    for permitted in (12, 6, 3, 1, FLOOR):
        governor.refused(clock.now, known=False)
        assert governor.permitted() == permitted
    course = []
    for _ in range(26):
        clock.now += 5.0
        course.append(governor.permitted())
    assert course == [*range(2, 26), 25, 25]
    assert governor.since is None
    assert said == [(12, 25), (6, 25), (3, 25), (1, 25), (1, 25), (25, 25)]


def test_calls_under_way_with_the_refused_one_halve_once() -> None:
    """Ten calls that left together and are refused together have one cause; the pause of the last counts."""
    clock = VirtualClock()
    window = Window(25, 5.0, monotonic=clock.monotonic, sleep=clock.sleep)
    for _ in range(10):
        window.refused(3.0)
    assert (window.budget().permitted, window.frozen_for, window.free()) == (12, 3.0, 0)
    clock.now = 3.0 + 4.9
    assert window.free() == 12
    clock.now = 3.0 + 5.0
    assert (window.free(), window.budget().halved_for) == (13, 8.0)
    window.refused(5.0)
    assert window.budget().permitted == 6


def test_what_an_answer_tells_of_the_rest_halves_nothing() -> None:
    """A freeze without a refusal is the far side's ordinary word; the refusal that comes with one is heard all the
    same."""
    clock = VirtualClock()
    window = Window(25, 5.0, monotonic=clock.monotonic, sleep=clock.sleep)
    window.freeze(2.0)
    assert window.budget().permitted == 25
    window.refused(2.0)
    assert window.budget().permitted == 12


def test_no_limit_is_never_halved() -> None:
    """A window of 0 calls is for measurements."""
    clock = VirtualClock()
    window = Window(0, 5.0, monotonic=clock.monotonic, sleep=clock.sleep)
    window.refused(5.0)
    assert (window.budget().halved_for, window.free()) == (None, 1_000_000)


ARRIVING = st.lists(
    st.tuples(st.floats(0, 30, allow_nan=False), st.floats(0, 2, allow_nan=False), st.sampled_from([0, 1, 5])),
    min_size=1,
    max_size=80,
)
REFUSALS = st.lists(st.tuples(st.floats(0, 30, allow_nan=False), st.floats(0.1, 6, allow_nan=False)), max_size=6)


@pytest.mark.capability("f57")
@settings(max_examples=60, deadline=None)
@given(ARRIVING, REFUSALS, st.integers(1, 9))
def test_refusals_never_let_more_through(
    calls: list[tuple[float, float, int]], refusals: list[tuple[float, float]], limit: int
) -> None:
    """Whatever is refused when: no window holds more than the ceiling, nothing leaves frozen, and all leave at last."""
    clock = VirtualClock()
    window = Window(limit, 5.0, monotonic=clock.monotonic, sleep=clock.sleep)
    arrivals: list[float] = []

    async def one(start: float, length: float, priority: int) -> None:
        await clock.sleep(start)
        async with window.place(priority):
            assert window.frozen_for == 0
            assert window.used <= limit
            arrivals.append(clock.now)
            await clock.sleep(length)

    async def refuse(at: float, seconds: float) -> None:
        await clock.sleep(at)
        before = window.budget().permitted
        window.refused(seconds)
        assert FLOOR <= window.budget().permitted <= before <= limit

    async def everyone() -> None:
        await asyncio.gather(*(one(*call) for call in calls), *(refuse(*refusal) for refusal in refusals))

    _run(clock, everyone())
    assert len(arrivals) == len(calls)
    assert most_in_any_window(arrivals, 5.0) <= limit
    clock.now += 5.0 * (limit + 1) + 6.0
    assert window.budget().permitted == limit


def test_a_halved_window_lets_as_many_through_as_it_says() -> None:
    """With a queue that never ends, the windows after the pause hold 12 calls, then 13, then 14: slow recovery."""
    clock = VirtualClock()
    window = Window(25, 5.0, monotonic=clock.monotonic, sleep=clock.sleep)
    arrivals: list[float] = []

    async def one() -> None:
        async with window.place():
            arrivals.append(clock.now)

    async def everyone() -> None:
        window.refused(5.0)
        await asyncio.gather(*(one() for _ in range(12 + 13 + 14)))

    _run(clock, everyone())
    assert sum(moment < 10 for moment in arrivals) == 12
    assert most_in_any_window(arrivals, 5.0) <= 14
    assert max(arrivals) < 5 + 3 * 5.1


@pytest.mark.capability("f57")
def test_the_same_app_and_tenant_share_one_window() -> None:
    """Two companies of the configuration, or two readers: one budget at the far side is one window here."""
    clock = VirtualClock()
    windows = Windows()

    def of(company: str, pinned: str | None = None, calls: int = 25, seconds: float = 5.0, **fields: Any) -> Window:
        stated = FortnoxSettings(client_id=fields.pop("client_id", "app"), client_secret="plain:x", **fields)
        budget = stated.budget(company, pinned)
        return windows.of(budget, calls, seconds, monotonic=clock.monotonic, sleep=clock.sleep)

    north = of("north", tenant_id=7)
    assert of("north again", tenant_id=7) is north
    assert of("by code", "7", grant="authorization_code") is north
    assert of("other app", tenant_id=7, client_id="another") is not north
    assert of("other tenant", tenant_id=8) is not north
    assert of("not pinned", grant="authorization_code") is not of("nor this one", grant="authorization_code")
    of("stricter", tenant_id=7, calls=20)
    of("longer", tenant_id=7, calls=0, seconds=6.0)
    assert (north.calls, north.seconds) == (20, 6.0)


def test_the_only_place_is_no_reserve() -> None:
    """Halved down to one, or a window of one: what a person waits for may need it, so only the order is a person's."""
    clock = VirtualClock()
    window = Window(1, 5.0, monotonic=clock.monotonic, sleep=clock.sleep)
    order: list[str] = []

    async def one(name: str, priority: int) -> None:
        async with window.place(priority):
            order.append(name)

    async def everyone() -> None:
        with window.reserve():
            live = [asyncio.ensure_future(one(name, 1)) for name in ("live", "live again")]
            await clock.sleep(1)
            await one("person", 0)
            await asyncio.gather(*live)

    window.assume_full()
    _run(clock, everyone())
    assert order == ["person", "live", "live again"]
