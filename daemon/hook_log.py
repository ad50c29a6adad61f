"""The log lines about requests that were not taken: at most ten a minute for each source and reason."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

LINES_A_MINUTE = 10
WINDOW_SECONDS = 60.0


class Log(Protocol):
    """What the listener needs of a bound logger."""

    def info(self, event: str, **fields: object) -> object:
        """Normal."""
        ...

    def warning(self, event: str, **fields: object) -> object:
        """Heals by itself, or is the sender's fault."""
        ...

    def error(self, event: str, **fields: object) -> object:
        """A person must do something."""
        ...


class _Quota:
    """Ten lines in any minute, and how many were held back since the last one."""

    def __init__(self) -> None:
        self._written: deque[float] = deque(maxlen=LINES_A_MINUTE)
        self._suppressed = 0

    def take(self, now: float) -> dict[str, int] | None:
        """The fields to add to a line that may be written now; ``None`` where it must be held back."""
        if len(self._written) == LINES_A_MINUTE and now - self._written[0] < WINDOW_SECONDS:
            self._suppressed += 1
            return None
        self._written.append(now)
        held_back, self._suppressed = self._suppressed, 0
        return {"suppressed": held_back} if held_back else {}


class HookLog:
    """Writes ``hook.rejected`` and ``hook.overloaded`` within their quota (Operations facts, section 5.2)."""

    def __init__(self, log: Log, monotonic: Callable[[], float]) -> None:
        """``monotonic`` gives seconds of a clock that never jumps."""
        self._log = log
        self._monotonic = monotonic
        self._quotas: dict[tuple[str, str, str], _Quota] = {}

    def rejected(self, *, source: str, reason: str, status: int, client: Callable[[], str]) -> None:
        """A request was answered 4xx. ``source`` and ``reason`` come from closed lists, never from the request.

        ``client`` is asked for the address only where a line is written: a flood must stay cheap.
        """
        extra = self._take("hook.rejected", source, reason)
        if extra is not None:
            self._log.warning("hook.rejected", source=source, reason=reason, status=status, client=client(), **extra)

    def overloaded(self, *, source: str, reason: str, status: int) -> None:
        """A request was answered with the code that makes its sender try again."""
        extra = self._take("hook.overloaded", source, reason)
        if extra is not None:
            self._log.error("hook.overloaded", source=source, reason=reason, status=status, **extra)

    def _take(self, event: str, source: str, reason: str) -> dict[str, int] | None:
        quota = self._quotas.setdefault((event, source, reason), _Quota())
        return quota.take(self._monotonic())
