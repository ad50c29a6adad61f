"""Examines everything at start, daily and after a change of the configuration, and tells the log what is wrong."""

import re
from datetime import datetime, timedelta

from connectors.findings import Finding
from daemon.clock import Clock
from daemon.doctor import Doctor, Result, counts
from daemon.logs import get_log

REPEAT = timedelta(days=1)
"""After this long the same findings are told again."""
NO_WORD = re.compile(r"[^A-Za-z0-9_.,:/+%-]")


class RunDoctor:
    """The scheduler's job: a line for each finding when they are others than last time, else once a day."""

    def __init__(self, doctor: Doctor, clock: Clock) -> None:
        self._doctor = doctor
        self._clock = clock
        self._told: frozenset[tuple[str, str, str, str]] = frozenset()
        self._told_at: datetime | None = None

    async def __call__(self) -> None:
        """Run once."""
        started = self._clock.monotonic()
        result = await self._doctor.examine(None, by_person=False)
        self._tell(result)
        took = round((self._clock.monotonic() - started) * 1000, 1)
        calls = sum(one.calls for one in result.companies)
        get_log().info("doctor.finished", **counts(result), calls=calls, ms=took)

    def _tell(self, result: Result) -> None:
        found = [(name, one) for name, one in result.every() if one.level in {"failed", "warning"}]
        keys = frozenset((name, one.check, one.level, one.about) for name, one in found)
        now = self._clock.now()
        if keys == self._told and self._told_at is not None and now - self._told_at < REPEAT:
            return
        self._told, self._told_at = keys, now
        for name, one in found:
            _say(name, one)


def _say(company: str, found: Finding) -> None:
    """Only closed words, codes and numbers: what is said on a screen may name people."""
    log = get_log()
    say = log.error if found.level == "failed" else log.warning
    event = "doctor.failed" if found.level == "failed" else "doctor.warned"
    about = NO_WORD.sub("_", found.about) or None
    say(event, company=company or None, check=found.check, about=about, code=found.code)
