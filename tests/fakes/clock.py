"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

from anyio.lowlevel import checkpoint

from daemon.clock import Clock

START = datetime(2026, 11, 13, 10, 15, tzinfo=UTC)


class ManualClock:
    """Wall clock and monotonic clock of a test; ``sleep`` moves both at once and returns."""

    def __init__(self, start: datetime = START) -> None:
        self.wall = start
        self.seconds = 1000.0
        self.slept: list[float] = []

    def move(self, seconds: float) -> None:
        """Let ``seconds`` pass on both clocks."""
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds

    async def sleep(self, seconds: float) -> None:
        """Pass the time without waiting for it."""
        self.slept.append(seconds)
        self.move(seconds)
        await checkpoint()

    @property
    def clock(self) -> Clock:
        """The clock as the daemon takes it."""
        return Clock(now=lambda: self.wall, monotonic=lambda: self.seconds, sleep=self.sleep)
