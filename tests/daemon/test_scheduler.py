"""Jobs run when they are due, one run at a time, and their last run survives a restart."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from anyio.lowlevel import checkpoint

from daemon.clock import Clock
from daemon.scheduler import Job, Nudge, Scheduler
from tests.conftest import Lines

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Boom(Exception):
    """A job's failure."""


class World:
    """A clock that sleeping moves, the last runs on disk, and when each job ran (seconds after START)."""

    def __init__(self) -> None:
        self.now = START
        self.disk: dict[str, tuple[datetime, str]] = {}
        self.full = False
        self.ran: list[float] = []
        self.beats = 0
        self.clock = Clock(now=lambda: self.now, monotonic=self.monotonic, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        """Let that much pass at once."""
        self.now += timedelta(seconds=seconds)
        await checkpoint()

    def monotonic(self) -> float:
        """Seconds, in step with the wall clock."""
        return self.now.timestamp()

    async def last_run(self, name: str) -> datetime | None:
        """As the store tells it."""
        return self.disk[name][0] if name in self.disk else None

    async def record(self, name: str, at: datetime, outcome: str) -> None:
        """As the store keeps it, unless the disk is full."""
        if self.full:
            raise OSError("full")
        self.disk[name] = (at, outcome)

    def beat(self) -> None:
        """Progress."""
        self.beats += 1

    async def run(self, jobs: Sequence[Job], until: Callable[[], bool]) -> None:
        """Run the scheduler until the condition holds."""
        async with anyio.create_task_group() as group:
            group.start_soon(Scheduler(jobs, self, self.clock, self.beat).run)
            with anyio.fail_after(30):
                while not until():
                    await checkpoint()
            group.cancel_scope.cancel()

    def noting(self, result: int | None = 3) -> Callable[[], Awaitable[int | None]]:
        """A job that notes when it ran."""

        async def job() -> int | None:
            self.ran.append((self.now - START).total_seconds())
            return result

        return job


@pytest.mark.asyncio
async def test_a_new_job_runs_at_once_and_then_by_its_interval(log_lines: Lines) -> None:
    """The first run comes at once, the next ones an interval apart; each is on disk and in the log."""
    world = World()
    job = Job("prune", timedelta(minutes=5), world.noting())
    await world.run([job], lambda: len(world.ran) == 3)
    assert world.ran == [0, 300, 600]
    assert world.disk["prune"] == (START + timedelta(seconds=600), "finished")
    assert log_lines.named("job.finished") == [{"job": "prune", "ms": 0.0, "found": 3}] * 3
    assert world.beats >= 30


@pytest.mark.asyncio
async def test_the_last_run_on_disk_counts_after_a_restart() -> None:
    """A restart neither repeats a job nor starts its interval anew."""
    world = World()
    world.disk["prune"] = (START - timedelta(minutes=3), "finished")
    await world.run([Job("prune", timedelta(minutes=5), world.noting())], lambda: len(world.ran) == 1)
    assert world.ran == [120]


@pytest.mark.asyncio
async def test_missed_runs_are_made_up_for_once() -> None:
    """After a week off, a daily job runs once at once, not seven times."""
    world = World()
    world.disk["prune"] = (START - timedelta(days=7), "finished")
    await world.run([Job("prune", timedelta(days=1), world.noting())], lambda: len(world.ran) == 2)
    assert world.ran == [0, 86400]


@pytest.mark.asyncio
async def test_a_last_run_in_the_future_is_pulled_in() -> None:
    """After the clock was a year ahead, the job waits one interval, not a year."""
    world = World()
    world.disk["prune"] = (START + timedelta(days=365), "finished")
    await world.run([Job("prune", timedelta(minutes=5), world.noting())], lambda: len(world.ran) == 1)
    assert world.ran == [300]


@pytest.mark.asyncio
async def test_a_clock_that_jumps_back_while_waiting() -> None:
    """The job waits at most one interval from the jump on."""
    world = World()
    jumped = False
    plain_sleep = world.sleep

    async def sleep(seconds: float) -> None:
        nonlocal jumped
        await plain_sleep(seconds)
        if not jumped and world.ran:
            jumped = True
            world.now -= timedelta(days=365)

    world.clock = Clock(now=lambda: world.now, monotonic=lambda: 0.0, sleep=sleep)
    await world.run([Job("prune", timedelta(minutes=5), world.noting())], lambda: len(world.ran) == 2)
    assert world.ran[1] == -365 * 86400 + 20 + 300


@pytest.mark.asyncio
async def test_a_failure_is_told_and_the_job_stays(log_lines: Lines) -> None:
    """A failing job is logged by class, recorded, and due again; other jobs do not notice."""
    world = World()
    failures = 0

    async def failing() -> None:
        nonlocal failures
        failures += 1
        raise Boom("secret")

    jobs = [Job("token", timedelta(minutes=5), failing), Job("prune", timedelta(minutes=5), world.noting())]
    await world.run(jobs, lambda: failures == 2 and len(world.ran) == 2)
    lines = log_lines.named("job.failed")
    assert [(line["job"], line["reason"], line["error"]) for line in lines] == [("token", "failed", "Boom")] * 2
    assert world.disk["token"][1] == "failed"
    assert b"secret" not in b"".join(log_lines.raw)


@pytest.mark.asyncio
async def test_a_job_that_hangs_is_ended(log_lines: Lines) -> None:
    """Beyond its limit a job is cancelled, told and recorded."""
    world = World()
    job = Job("token", timedelta(minutes=5), anyio.sleep_forever, limit=timedelta(milliseconds=10))
    await world.run([job], lambda: "token" in world.disk)
    assert world.disk["token"][1] == "timeout"
    assert log_lines.named("job.failed")[0] == {"job": "token", "reason": "timeout"}


@pytest.mark.asyncio
async def test_a_full_disk_does_not_stop_the_jobs(log_lines: Lines) -> None:
    """While last runs cannot be recorded, jobs go on by what is known in memory."""
    world = World()
    world.full = True
    await world.run([Job("prune", timedelta(minutes=5), world.noting())], lambda: len(world.ran) == 3)
    assert world.ran == [0, 300, 600]
    assert {line["reason"] for line in log_lines.named("job.failed")} == {"record"}


@pytest.mark.asyncio
async def test_a_long_job_overlaps_neither_itself_nor_holds_up_others() -> None:
    """A job that outlasts its interval is not started again meanwhile, and others run on."""
    world = World()
    running = most = 0
    release = anyio.Event()

    async def long() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await release.wait()
        running -= 1

    jobs = [Job("prune", timedelta(seconds=1), long), Job("beat", timedelta(seconds=1), world.noting())]
    await world.run(jobs, lambda: len(world.ran) == 50)
    assert most == 1


@pytest.mark.asyncio
async def test_a_quiet_job_writes_its_own_line(log_lines: Lines) -> None:
    """The heartbeat's own line is its only one."""
    world = World()
    await world.run([Job("heartbeat", timedelta(minutes=1), world.noting(), quiet=True)], lambda: len(world.ran) == 2)
    assert list(log_lines) == []


@pytest.mark.asyncio
async def test_a_nudge_makes_a_job_run_again_at_once() -> None:
    """Asked for while it waits, it does not wait for its interval; the interval begins anew."""
    world, nudge = World(), Nudge()

    async def run() -> None:
        world.ran.append((world.now - START).total_seconds())
        if len(world.ran) == 1:
            nudge()

    job = Job("doctor", timedelta(hours=24), run, nudge=nudge)
    await world.run([job], lambda: len(world.ran) == 3)
    assert world.ran[:2] == [0.0, 0.0]
    assert world.ran[2] >= timedelta(hours=24).total_seconds()


@pytest.mark.asyncio
async def test_a_nudge_ends_a_sleep() -> None:
    """A job that sleeps for long is woken."""
    ran: list[int] = []
    nudge = Nudge()

    async def run() -> None:
        ran.append(1)

    clock = Clock(now=lambda: START, sleep=lambda _: anyio.sleep_forever())
    async with anyio.create_task_group() as group:
        job = Job("doctor", timedelta(hours=24), run, nudge=nudge)
        group.start_soon(Scheduler([job], World(), clock, lambda: None).run)
        with anyio.fail_after(30):
            for times in (1, 2, 3):
                while len(ran) < times:
                    await checkpoint()
                nudge()
        group.cancel_scope.cancel()


def test_names_are_unique() -> None:
    """Two jobs of one name would share one last run."""
    world = World()
    job = Job("prune", timedelta(minutes=5), world.noting())
    with pytest.raises(ValueError, match="same name"):
        Scheduler([job, job], world, world.clock, world.beat)
