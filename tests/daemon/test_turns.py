"""Turns: one at a time for each far object, in the order of asking, and nothing is kept of who has gone."""

import anyio
import pytest

from daemon.turns import Turns


@pytest.mark.asyncio
async def test_turns_of_one_object_are_serial_and_in_order() -> None:
    """Whoever asked first goes first, also when a holder is cancelled."""
    turns, order, inside = Turns(), list[int](), 0

    async def writes(number: int) -> None:
        nonlocal inside
        async with turns.of("customer:1"):
            inside += 1
            assert inside == 1
            await anyio.lowlevel.checkpoint()
            order.append(number)
            inside -= 1

    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(writes, number)
    assert order == list(range(10))


@pytest.mark.asyncio
async def test_other_objects_and_new_ones_wait_for_nobody() -> None:
    """What does not exist yet has no turn."""
    turns = Turns()
    with anyio.fail_after(30):
        async with turns.of("customer:1"), turns.of("customer:2"), turns.of(None), turns.of(None):
            pass


@pytest.mark.asyncio
async def test_a_cancelled_waiter_leaves_the_turn_to_the_next() -> None:
    """A turn is never lost, and no lock is kept for an object that nobody uses."""
    turns = Turns()

    async def waits() -> None:
        async with turns.of("customer:1"):
            pytest.fail("two had the turn")

    async with turns.of("customer:1"), anyio.create_task_group() as tasks:
        tasks.start_soon(waits)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    with anyio.fail_after(30):
        async with turns.of("customer:1"):
            pass
    assert turns._locks == {}
