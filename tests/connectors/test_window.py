"""The rate window: never too many arrivals, no place wasted, a fair order."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.window import Window
from tests.connectors.fortnox.virtual_clock import VirtualClock


def _window(clock: VirtualClock, calls: int = 25, seconds: float = 5.0) -> Window:
    return Window(calls, seconds, monotonic=clock.monotonic, sleep=clock.sleep)


def _run(clock: VirtualClock, work: Coroutine[Any, Any, None]) -> None:
    async def body() -> None:
        await clock.run(work)

    asyncio.run(body())


def most_in_any_window(arrivals: list[float], seconds: float) -> int:
    """The most arrivals in any half-open window of ``seconds``."""
    times = sorted(arrivals)
    return max(sum(1 for later in times[i:] if later - first < seconds) for i, first in enumerate(times))


CALLS = st.lists(
    st.tuples(
        st.floats(0, 12, allow_nan=False),
        st.floats(0, 3, allow_nan=False),
        st.floats(0, 1, allow_nan=False),
        st.sampled_from([0, 1, 5]),
    ),
    min_size=1,
    max_size=60,
)


@pytest.mark.capability("f57")
@settings(max_examples=60, deadline=None)
@given(CALLS, st.integers(1, 7))
def test_never_more_arrivals_than_the_limit(calls: list[tuple[float, float, float, int]], limit: int) -> None:
    """Whatever the moment between start and end at which a call arrives, no window holds more than the limit."""
    clock = VirtualClock()
    window = _window(clock, limit)
    arrivals: list[float] = []

    async def one(start: float, length: float, share: float, priority: int) -> None:
        await clock.sleep(start)
        async with window.place(priority):
            arrivals.append(clock.now + length * share)
            await clock.sleep(length)

    async def everyone() -> None:
        await asyncio.gather(*(one(*call) for call in calls))

    _run(clock, everyone())
    assert len(arrivals) == len(calls)
    assert most_in_any_window(arrivals, 5.0) <= limit


def test_a_saturated_window_is_used() -> None:
    """With calls that take no time at least 98 percent of the budget is used."""
    clock = VirtualClock()
    window = _window(clock)

    async def one() -> None:
        async with window.place():
            pass

    async def everyone() -> None:
        await asyncio.gather(*(one() for _ in range(1000)))

    _run(clock, everyone())
    assert (1000 - 25) / clock.now >= 0.98 * 5


def test_a_person_goes_first_and_batch_last() -> None:
    """Order of priority, and of arrival inside one priority."""
    clock = VirtualClock()
    window = _window(clock, 1)
    order: list[str] = []

    async def one(name: str, priority: int) -> None:
        async with window.place(priority):
            order.append(name)

    async def everyone() -> None:
        window.assume_full()
        names = [("batch", 5), ("fresh 1", 1), ("fresh 2", 1), ("person", 0)]
        await asyncio.gather(*(one(*name) for name in names))

    _run(clock, everyone())
    assert order == ["person", "fresh 1", "fresh 2", "batch"]


def test_the_reserve_is_kept_only_while_a_person_waits() -> None:
    """One place stays empty for the person; without anybody waiting all are used."""
    clock = VirtualClock()
    window = _window(clock, 3)
    moments: dict[str, float] = {}

    async def one(name: str, priority: int) -> None:
        async with window.place(priority):
            moments[name] = clock.now

    async def everyone() -> None:
        with window.reserve():
            fresh = [asyncio.ensure_future(one(f"fresh {n}", 1)) for n in range(3)]
            await clock.sleep(1)
            await one("person", 0)
            await asyncio.gather(*fresh)

    _run(clock, everyone())
    assert moments["fresh 1"] == 0
    assert moments["person"] == 1
    assert moments["fresh 2"] > 5


def test_a_reserve_that_ends_gives_its_place_at_once() -> None:
    """Whoever stands first in the queue takes it, although it had reckoned with a later moment."""
    clock = VirtualClock()
    window = _window(clock, 2)
    moments: list[float] = []

    async def one() -> None:
        async with window.place():
            moments.append(clock.now)

    async def everyone() -> None:
        with window.reserve():
            waiting = [asyncio.ensure_future(one()) for _ in range(2)]
            await clock.sleep(1)
        await asyncio.gather(*waiting)

    _run(clock, everyone())
    assert moments == [0, 1]


def test_a_freeze_stops_everybody_and_ends() -> None:
    """After a 429 nothing leaves for the time given, then all goes on."""
    clock = VirtualClock()
    window = _window(clock)
    moments: list[float] = []

    async def work() -> None:
        window.freeze(7)
        assert window.free() == 0
        assert window.next_free_in() == 7
        async with window.place():
            moments.append(clock.now)

    _run(clock, work())
    assert moments == [7]


def test_after_a_start_one_whole_window_is_waited() -> None:
    """Calls on record from an earlier process: no call before a whole window has passed."""
    clock = VirtualClock()
    window = _window(clock)

    async def work() -> None:
        window.assume_full()
        async with window.place():
            assert clock.now >= 5

    _run(clock, work())


def test_a_cancelled_waiter_leaves_no_hole() -> None:
    """Cancelling the head lets the next one go, and its place is not lost."""
    clock = VirtualClock()
    window = _window(clock, 1)
    done: list[str] = []

    async def one(name: str) -> None:
        async with window.place():
            done.append(name)

    async def work() -> None:
        window.assume_full()
        first = asyncio.ensure_future(one("first"))
        second = asyncio.ensure_future(one("second"))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, second, return_exceptions=True)

    _run(clock, work())
    assert done == ["second"]
    assert clock.now < 5.1


def test_a_cancelled_call_still_counts() -> None:
    """A call that was cut off may have arrived: its place comes free one window later."""
    clock = VirtualClock()
    window = _window(clock, 1)

    async def cut() -> None:
        async with window.place():
            await clock.sleep(100)

    async def work() -> None:
        task = asyncio.ensure_future(cut())
        await clock.sleep(1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with window.place():
            assert clock.now >= 6

    _run(clock, work())


def test_no_limit_where_zero_is_set() -> None:
    """A limit of 0 never waits."""
    clock = VirtualClock()
    window = _window(clock, 0)

    async def work() -> None:
        for _ in range(1000):
            async with window.place():
                pass

    _run(clock, work())
    assert clock.now == 0
    assert window.free() > 1000
    assert window.next_free_in() == 0


def test_room_is_not_given_away_twice() -> None:
    """A command that was taken has its room until it asks for its place, ends, or is held up somewhere else."""
    clock = VirtualClock()
    window = _window(clock, 3)

    async def work() -> None:
        taken = [window.expect() for _ in range(3)]
        assert window.free() == 0
        assert 0 < window.next_free_in() <= 0.01
        with taken[0]:
            async with window.place():
                assert window.free() == 0
            assert (window.used, window.free()) == (1, 0)
        with taken[1]:
            pass
        assert window.free() == 1
        clock.now += 1.0
        assert window.free() == 2

    _run(clock, work())


def test_room_counts_those_who_wait() -> None:
    """The room that delivery sees is what is left when everyone waiting has gone."""
    clock = VirtualClock()
    window = _window(clock, 2)

    async def work() -> None:
        assert window.free() == 2
        async with window.place():
            assert window.free() == 1
            async with window.place():
                assert window.free() == 0
                assert window.next_free_in() > 5
        assert 0 < window.next_free_in() <= 5.1

    _run(clock, work())
