"""The wall clock of a scene, which a test may put forward or back."""

from datetime import UTC, datetime, timedelta


class Calendar:
    """As much ahead of the real time as a test says."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        """The time that it is, or would be."""
        return datetime.now(UTC) + self.ahead
