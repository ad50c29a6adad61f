"""The waits before a look, on a clock that stands still until the test moves it."""

import sqlite3
from pathlib import Path

import pytest

from connectors.base import Settled, Task
from daemon.looking import Absent, Found, Looks, NotYet
from store.attempts import OpenAttempt
from tests.fakes.clock import ManualClock
from tests.fakes.pipe import Pipe, customer, pipe
from tests.fakes.target import FakeTarget


def attempt(number: int = 1, end: str = "unknown") -> OpenAttempt:
    """One open attempt."""
    return OpenAttempt(number, 1, "thing", None, "create", creates=True, evidence={"mark": "thing"}, end=end)


@pytest.mark.asyncio
async def test_the_waits_are_counted_on_the_monotonic_clock(tmp_path: Path) -> None:
    """120 s after the attempt's end the first look, 12 s later the second; the wall clock may say what it likes."""
    async with pipe(tmp_path) as made:
        ids = await made.add(customer("C-1"))
        await _store_attempt(made, ids[0])
        clock, target = ManualClock(), FakeTarget()
        looks = Looks(made.database, clock.clock, 120)
        task = Task("demo", customer("C-1"), "thing", None, {}, False, None)  # type: ignore[arg-type]
        looks.begun(1)
        clock.move(500)
        assert await looks.resolve(target, task, ids[0], [attempt()]) == NotYet(120)
        looks.ended(1)
        clock.wall = clock.wall.replace(year=2030)
        assert await looks.resolve(target, task, ids[0], [attempt()]) == NotYet(120)
        clock.move(119)
        assert await looks.resolve(target, task, ids[0], [attempt()]) == NotYet(1)
        clock.move(1)
        assert await looks.resolve(target, task, ids[0], [attempt()]) == NotYet(12)
        assert len(target.looked) == 1
        clock.move(11)
        assert await looks.resolve(target, task, ids[0], [attempt()]) == NotYet(1)
        clock.move(1)
        assert await looks.resolve(target, task, ids[0], [attempt()]) == Absent((attempt(),))
        assert len(target.looked) == 2


@pytest.mark.asyncio
async def test_an_attempt_of_an_earlier_process_settles_from_our_start(tmp_path: Path) -> None:
    """How long ago it ended nobody knows; our own start is the first moment that is sure."""
    async with pipe(tmp_path) as made:
        ids = await made.add(customer("C-1"))
        await _store_attempt(made, ids[0])
        clock, target = ManualClock(), FakeTarget()
        looks = Looks(made.database, clock.clock, 120)
        clock.move(100)
        task = Task("demo", customer("C-1"), "thing", None, {}, False, None)  # type: ignore[arg-type]
        assert await looks.resolve(target, task, ids[0], [attempt()]) == NotYet(20)
        clock.move(20)
        target.far.make("thing")
        verdict = await looks.resolve(target, task, ids[0], [attempt()])
        assert isinstance(verdict, Found)
        assert isinstance(verdict.settled, Settled)


@pytest.mark.asyncio
async def test_a_429_alone_needs_one_look_and_no_settle_time(tmp_path: Path) -> None:
    """It is a complete answer; only that nothing was executed is unconfirmed."""
    async with pipe(tmp_path) as made:
        ids = await made.add(customer("C-1"))
        await _store_attempt(made, ids[0])
        looks = Looks(made.database, ManualClock().clock, 120)
        task = Task("demo", customer("C-1"), "thing", None, {}, False, None)  # type: ignore[arg-type]
        only = attempt(end="throttled")
        assert await looks.resolve(FakeTarget(), task, ids[0], [only]) == Absent((only,))


async def _store_attempt(made: Pipe, outbox_id: int) -> None:
    def job(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO attempt (id, outbox_id, company, thing, operation, creates, stands_on, evidence, altered,"
            " started_at, ended_at, end)"
            " VALUES (1, ?, 'demo', 'thing', 'create', 1, '{}', '{}', '[]', 1, 1, 'unknown')",
            (outbox_id,),
        )

    await made.database.write(job)
