"""The watchdog beats only while everything makes progress; the heartbeat tells the state of everything."""

from pathlib import Path

import anyio
import pytest
from anyio.lowlevel import checkpoint

from daemon.clock import Clock
from daemon.health import Figures, Heartbeat, LoopLag, Progress, Watchdog
from tests.conftest import Lines


class Ticks:
    """A monotonic clock that stands until it is moved; sleeping moves it, and a little more (``late`` seconds)."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.late = 0.0
        self.clock = Clock(monotonic=lambda: self.now, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        """Let that much pass at once."""
        self.now += seconds + self.late
        await checkpoint()


class Database:
    """A database that answers, hangs or fails."""

    def __init__(self) -> None:
        self.mood = "answers"

    async def read(self) -> int:
        """A trivial read."""
        if self.mood == "hangs":
            await anyio.sleep_forever()
        if self.mood == "fails":
            raise OSError("disk gone")
        return 1


def watched(ticks: Ticks, progress: Progress, database: Database, beats: list[float]) -> Watchdog:
    """A watchdog that notes its beats."""
    return Watchdog(
        progress=progress,
        read=database.read,
        beat=lambda: beats.append(ticks.now),
        clock=ticks.clock,
        watchdog_seconds=60,
        read_seconds=0.02,
    )


@pytest.mark.asyncio
async def test_it_beats_every_third_of_the_interval() -> None:
    """The first beat comes at once, the next ones at a third of systemd's interval."""
    ticks, beats = Ticks(), list[float]()
    watchdog = watched(ticks, Progress(ticks.clock), Database(), beats)
    async with anyio.create_task_group() as group:
        group.start_soon(watchdog.run)
        while len(beats) < 3:
            await checkpoint()
        group.cancel_scope.cancel()
    assert beats[:3] == [1000, 1020, 1040]


@pytest.mark.asyncio
async def test_a_stalled_loop_stops_the_beats_and_is_said_once(log_lines: Lines) -> None:
    """Beyond its bound there is no beat, one line when it begins and one when the loop goes on."""
    ticks, beats = Ticks(), list[float]()
    progress = Progress(ticks.clock)
    watchdog = watched(ticks, progress, Database(), beats)
    progress.register("intake", 30)
    ticks.now += 30
    await watchdog.check()
    assert len(beats) == 1
    for _ in range(2):
        ticks.now += 1
        await watchdog.check()
    assert len(beats) == 1
    assert log_lines.named("loop.stalled") == [{"loop": "intake", "since_s": 31.0}]
    progress.beat("intake")
    await watchdog.check()
    assert len(beats) == 2
    assert log_lines.named("loop.recovered") == [{"loop": "intake", "since_s": 32.0}]


@pytest.mark.asyncio
async def test_an_idle_loop_cannot_stall() -> None:
    """Waiting for work is no fault, however long; from its next piece of work on the bound counts again."""
    ticks = Ticks()
    progress = Progress(ticks.clock)
    progress.register("delivery", 30)
    progress.idle("delivery")
    ticks.now += 10_000
    assert progress.stalled() == {}
    progress.beat("delivery")
    ticks.now += 31
    assert progress.stalled() == {"delivery": 31}
    progress.forget("delivery")
    assert progress.stalled() == {}


@pytest.mark.asyncio
@pytest.mark.parametrize(("mood", "error"), [("hangs", None), ("fails", "OSError")])
async def test_a_silent_database_stops_the_beats(log_lines: Lines, mood: str, error: str | None) -> None:
    """A read that hangs or fails is a stall of the store; when it answers, beats go on."""
    ticks, beats, database = Ticks(), list[float](), Database()
    watchdog = watched(ticks, Progress(ticks.clock), database, beats)
    database.mood = mood
    ticks.now += 5
    await watchdog.check()
    assert beats == []
    (line,) = log_lines.named("loop.stalled")
    assert (line["loop"], line["since_s"], line.get("error")) == ("store", 5.0, error)
    assert list(watchdog.stalled) == ["store"]
    database.mood = "answers"
    await watchdog.check()
    assert len(beats) == 1


@pytest.mark.asyncio
async def test_the_worst_lag_is_told_once() -> None:
    """Late wake-ups are kept as their worst, until asked."""
    ticks = Ticks()
    lag = LoopLag(ticks.clock)
    async with anyio.create_task_group() as group:
        group.start_soon(lag.run)
        for late in (0.0, 0.25, 0.1):
            ticks.late = late
            await checkpoint()
        await checkpoint()
        group.cancel_scope.cancel()
    assert lag.worst_ms() == 250.0
    assert lag.worst_ms() == 0.0


@pytest.mark.asyncio
async def test_the_heartbeat_has_every_figure(tmp_path: Path, log_lines: Lines) -> None:
    """The line holds what the store says and what the process knows; what does not exist is absent."""
    ticks = Ticks()
    progress = Progress(ticks.clock)
    watchdog = watched(ticks, progress, Database(), [])
    (tmp_path / "bridge.db").write_bytes(b"x" * 100)
    (tmp_path / "bridge.db-wal").write_bytes(b"x" * 20)

    async def figures() -> Figures:
        return Figures(
            inbox_waiting=1, inbox_oldest_s=2.04, outbox_waiting=3, outbox_oldest_s=None, parked=4, targets_paused=5
        )

    heartbeat = Heartbeat(
        figures=figures, database=tmp_path / "bridge.db", watchdog=watchdog, lag=LoopLag(ticks.clock), clock=ticks.clock
    )
    progress.register("intake", 1)
    ticks.now += 90
    await watchdog.check()
    await heartbeat()
    (line,) = log_lines.named("daemon.heartbeat")
    assert line.pop("disk_free_bytes") > 0
    assert line.pop("rss_bytes") > 1_000_000
    assert line == {
        "uptime_s": 90.0,
        "inbox_waiting": 1,
        "inbox_oldest_s": 2.0,
        "outbox_waiting": 3,
        "parked": 4,
        "targets_paused": 5,
        "loops_stalled": 1,
        "db_bytes": 120,
        "loop_lag_ms": 0.0,
    }
