"""Tells the log what waits for a person: each question when it is new, and again while it stands."""

from collections.abc import Callable
from datetime import timedelta

from daemon.clock import Clock
from daemon.held_sums import Sum, sums
from daemon.ids import question_id
from daemon.logs import get_log
from daemon.settings import NoticeSettings
from store import holds, questions
from store.db import Database
from store.questions import Asked

MOST_LINES = 10
"""Questions that get a line of their own in one run: what breaks everything at once must not drown the log."""


class TellHolds:
    """The scheduler's job: one line for each question, with numbers and closed words alone."""

    def __init__(self, database: Database, clock: Clock, notices: Callable[[], NoticeSettings]) -> None:
        self._database = database
        self._clock = clock
        self._notices = notices

    async def __call__(self) -> int:
        """Run once; returns how many questions were told."""
        now = self._clock.milliseconds()
        repeat = timedelta(hours=self._notices().repeat_hours)
        found = await self._database.read(questions.untold(now - round(repeat.total_seconds() * 1000)))
        for place, number in enumerate(found[:MOST_LINES], start=1):
            more = len(found) - MOST_LINES if place == MOST_LINES else 0
            asked = await self._database.read(questions.question(number))
            # What was answered meanwhile is nobody's task any more.
            if asked is not None and asked.waiting:
                behind = sums(await self._database.read(questions.sales(number=number))).get(number, Sum())
                _say(asked, behind, now, more)
        if found:
            await self._database.write(holds.told(found, now))
        return len(found)


def _say(asked: Asked, behind: Sum, now: int, more: int) -> None:
    get_log().warning(
        "hold.waiting",
        question=question_id(asked.id),
        company=asked.company or None,
        reason=asked.reason,
        waiting=asked.waiting,
        sales=behind.sales,
        kronor=float(behind.kronor),
        unpriced=len(behind.without_rate) or None,
        since_s=None if asked.since is None else round((now - asked.since) / 1000, 1),
        more=max(more, 0) or None,
    )
