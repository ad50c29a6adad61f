"""Tells what waits for a person, or stands still: each thing when it is new, and again while it stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from connectors.json_body import write_object
from connectors.notices.words import as_json
from daemon.clock import Clock
from daemon.deciding import new_command
from daemon.destinations import destination, is_notice, target_name
from daemon.held_sums import Sum, sums
from daemon.ids import question_id
from daemon.logs import get_log
from daemon.notice_ways import SYSTEM
from daemon.settings_process import NoticeSettings
from handlers.commands import NoticeLine, SendNotice
from handlers.values import Ref
from store import noticing, questions
from store.db import Database, moment
from store.inbox import Arrival, Seal
from store.noticing import NewNotice
from store.questions import Asked

MOST_LINES = 10
"""Things that get a line of their own in one run: what breaks everything at once must not drown the log."""

LASTING = timedelta(minutes=5)
"""How long something stands still before people are told by webhook or mail: what mends itself is nobody's task."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A company, source or destination (``about``) from or to which nothing goes, and the closed word that says why."""

    about: str
    reason: str


Troubles = Callable[[], Sequence[Trouble]]


def no_troubles() -> Sequence[Trouble]:
    """Where nothing but questions is told."""
    return ()


def nobody_sleeps(_destination: str) -> None:
    """Where no loop delivers (tests)."""


class TellHolds:
    """The scheduler's job: a line in the log for each question, and one notice by each way that is configured.

    Numbers and closed words alone are told. What stands still is remembered in memory: a restart tells it again.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        notices: Callable[[], NoticeSettings],
        *,
        ways: Sequence[str] = (),
        troubles: Troubles = no_troubles,
        seal: Seal | None = None,
        wake: Callable[[str], None] = nobody_sleeps,
    ) -> None:
        """``ways`` are those that can be taken now; ``wake`` is told the destination of a notice."""
        self._database = database
        self._clock = clock
        self._notices = notices
        self._ways = ways
        self._troubles = troubles
        self._seal = seal
        self._wake = wake
        self._standing: dict[Trouble, int] = {}
        self._told: dict[Trouble, int] = {}

    async def __call__(self) -> int:
        """Run once; returns how many questions were told."""
        now = self._clock.milliseconds()
        repeat = round(timedelta(hours=self._notices().repeat_hours).total_seconds() * 1000)
        found = await self._database.read(questions.untold(now - repeat))
        lines: list[NoticeLine] = []
        for place, number in enumerate(found[:MOST_LINES], start=1):
            more = len(found) - MOST_LINES if place == MOST_LINES else 0
            asked = await self._database.read(questions.question(number))
            # What was answered meanwhile is nobody's task any more.
            if asked is not None and asked.waiting:
                behind = sums(await self._database.read(questions.sales(number=number))).get(number, Sum())
                _say(asked, behind, now, more)
                lines += [] if is_notice(asked.company) else [_line(asked, behind)]
        standing = self._stand_still(now, repeat)
        lines += [NoticeLine(about=one.about, reason=one.reason, since=moment(since)) for one, since in standing]
        notice = self._notice(lines, max(len(found) - MOST_LINES, 0), now) if lines and self._ways else None
        if found or notice is not None:
            await self._database.write(noticing.told(found, notice, now, self._seal))
        for way in self._ways if notice is not None else ():
            self._wake(destination(target_name(way)))
        self._told |= {one: now for one, _ in standing}
        return len(found)

    def _stand_still(self, now: int, repeat: int) -> list[tuple[Trouble, int]]:
        """What has stood still for long enough, and was not told of late, with since when."""
        current = {one for one in self._troubles() if not is_notice(one.about)} if self._ways else set[Trouble]()
        self._standing = {one: self._standing.get(one, now) for one in current}
        self._told = {one: at for one, at in self._told.items() if one in current}
        lasting = round(LASTING.total_seconds() * 1000)
        return [
            (one, since)
            for one, since in sorted(self._standing.items(), key=lambda entry: (entry[1], entry[0].about))
            if since <= now - lasting and self._told.get(one, 0) <= now - repeat
        ]

    def _notice(self, lines: Sequence[NoticeLine], more: int, now: int) -> NewNotice:
        key = f"notice-{now}"
        commands = [
            SendNotice(
                target=target_name(way),
                thing=Ref(system=SYSTEM, kind=way, id=key),
                company=SYSTEM,
                record="notice",
                id=way,
                notice_id=key,
                at=moment(now),
                lines=tuple(lines),
                more=more,
            )
            for way in self._ways
        ]
        arrival = Arrival(SYSTEM, SYSTEM, key, {}, write_object(as_json(commands[0])), moment(now))
        made = [replace(new_command(0, SYSTEM, SYSTEM, SYSTEM, one), key=f"{key}/{one.id}") for one in commands]
        return NewNotice(arrival, made)


def _line(asked: Asked, behind: Sum) -> NoticeLine:
    return NoticeLine(
        about=asked.company,
        reason=asked.reason,
        question=question_id(asked.id),
        waiting=asked.waiting,
        sales=behind.sales or None,
        kronor=behind.kronor if behind.sales else None,
        since=None if asked.since is None else moment(asked.since),
    )


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
