"""The log of every call received, in order of arrival."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(slots=True)
class LoggedCall:
    """One received call; `status` is what the caller was sent (None: no answer, or none yet).

    `time` is seconds since 1970, `monotonic` the arrival on the simulator's monotonic clock, `path` carries the query.
    `effect` is the status the effect itself had (None: nothing was carried out), `fault` the id of the fault applied,
    `topics` those of the events that the call gave rise to.
    """

    number: int
    time: float
    monotonic: float
    kind: Literal["rest", "oauth"]
    method: str
    path: str
    company: int | None = None
    client: str | None = None
    status: int | None = None
    effect: int | None = None
    fault: int | None = None
    grant: str | None = None
    topics: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Give the entry for `/_sim/calls`."""
        return {name: getattr(self, name) for name in self.__slots__}


class CallLog:
    """Keeps the calls since the last reset."""

    def __init__(self) -> None:
        self.entries: list[LoggedCall] = []

    def arrived(
        self, *, time: float, monotonic: float, kind: Literal["rest", "oauth"], method: str, path: str
    ) -> LoggedCall:
        """Log an arrival and give its entry, to be completed as the call goes on."""
        entry = LoggedCall(len(self.entries) + 1, time, monotonic, kind, method, path)
        self.entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forget every call; numbering starts again."""
        self.entries.clear()
