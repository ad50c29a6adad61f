"""Fetching: one loop per source reads at its sender what deliveries only hint at, and gives them back to intake."""

from collections.abc import Callable
from contextlib import suppress

import anyio

from connectors.base import CredentialsLost, OutsideError, Park, Throttled, Unreachable
from connectors.json_body import write_object
from connectors.sources import Reader, Wanted
from daemon.clock import Clock
from daemon.logs import Log
from daemon.retry import RetrySteps
from store import fetching
from store.db import Database, StoreUnavailable
from store.fetching import Due, Record
from store.inbox import Seal

BATCH = 32
AT_ONCE = 4
"""Deliveries of one sender that are read side by side."""

IDLE_SECONDS = 30.0
STORE_PAUSE_SECONDS = 1.0
CREDENTIALS_SECONDS = 300.0
"""How long a sender that refuses our key is left alone; nothing is lost meanwhile, and a person is told."""


def _nobody_watches() -> None:
    """The default where no watchdog asks (tests)."""


class Fetching:
    """The loop of one source. What cannot be read now keeps its place; what never can be is parked for a person."""

    def __init__(
        self,
        source: str,
        reader: Reader,
        *,
        database: Database,
        steps: RetrySteps,
        clock: Clock,
        log: Log,
        seal: Seal | None,
        arrived: Callable[[], None],
        beat: Callable[[], None] = _nobody_watches,
        idle: Callable[[], None] = _nobody_watches,
    ) -> None:
        """``arrived`` tells intake; ``beat`` and ``idle`` tell the watchdog."""
        self.source = source
        self.reader = reader
        self.lost: CredentialsLost | None = None
        self._database = database
        self._steps = steps
        self._clock = clock
        self._log = log
        self._seal = seal
        self._arrived = arrived
        self._beat = beat
        self._idle = idle
        self._stopping = False
        self._wake = anyio.Event()

    def wake(self) -> None:
        """There may be something to read: a hint only."""
        self._wake.set()

    def stop(self) -> None:
        """Finish what is being read, then end."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Read until :meth:`stop`; what an earlier process put off is tried at once."""
        with suppress(StoreUnavailable):  # it is tried when it is due, too
            await self._hurry()
        while not self._stopping:
            self._beat()
            self._wake = anyio.Event()
            due = await self._database.read(fetching.due(self.source, self._clock.milliseconds(), BATCH))
            if due:
                await self._drop_echoes([entry for entry in due if entry.own])
                await self._read_all([entry for entry in due if not entry.own])
            else:
                await self._rest()

    async def _drop_echoes(self, due: list[Due]) -> None:
        """What we made ourselves is no news."""
        now = self._clock.milliseconds()
        try:
            dropped = await self._database.write_all([fetching.echoed(entry.inbox_id, now) for entry in due])
        except StoreUnavailable:
            await self._clock.sleep(STORE_PAUSE_SECONDS)
            return
        for entry, ended in zip(due, dropped, strict=True):
            if ended:
                self._log.info("event.ignored", **self._named(entry), reason="own_write")

    async def _read_all(self, due: list[Due]) -> None:
        """Deliveries that hint at the same are read once: the answer is younger than all of them."""
        limiter = anyio.CapacityLimiter(AT_ONCE)
        together: dict[tuple[Record, ...], list[Due]] = {}
        for entry in due:
            together.setdefault(entry.wanted, []).append(entry)

        async def one(entries: list[Due]) -> None:
            async with limiter:
                if not self._stopping:
                    await self._carry(entries)

        try:
            async with anyio.create_task_group() as tasks:
                for entries in together.values():
                    tasks.start_soon(one, entries)
        except* StoreUnavailable:
            await self._clock.sleep(STORE_PAUSE_SECONDS)

    async def _carry(self, entries: list[Due]) -> None:
        self._beat()
        started = self._clock.monotonic()
        try:
            answers = {wanted[0]: await self._answer(Wanted(*wanted)) for wanted in entries[0].wanted}
        except OutsideError as error:
            for entry in entries:
                await self._not_read(entry, error)
            return
        took = round((self._clock.monotonic() - started) * 1000, 1)
        now = self._clock.milliseconds()
        answered = [fetching.answered(entry.inbox_id, answers, now, self._seal) for entry in entries]
        for entry, kept in zip(entries, await self._database.write_all(answered), strict=True):
            if kept:
                self._log.info("event.read", **self._named(entry), records=len(answers), ms=took)
        await self.credentials_work()
        self._arrived()

    async def _answer(self, wanted: Wanted) -> bytes | None:
        record = await self.reader.read(wanted)
        return None if record is None else write_object(record)

    async def _not_read(self, entry: Due, error: OutsideError) -> None:
        now = self._clock.milliseconds()
        wait, uses_attempt = self._wait(entry, error)
        if wait is None:
            question = error.remedy or "the sender gave no answer that can be read: see that it works, then retry"
            if await self._database.write(fetching.park(entry.inbox_id, error.reason, question, now)):
                self._log.error("event.parked", **self._named(entry), reason=error.reason)
            return
        due_at = now + round(wait * 1000)
        await self._database.write(fetching.put_back(entry.inbox_id, due_at, error.reason, uses_attempt=uses_attempt))
        if uses_attempt:
            self._log.warning(
                "event.read_later",
                **self._named(entry),
                reason=error.reason,
                status=error.status,
                attempt=entry.attempts + 1,
                in_s=round(wait, 1),
            )

    def _wait(self, entry: Due, error: OutsideError) -> tuple[float | None, bool]:
        """Seconds until the next try (``None``: a person must act), and whether this one counts."""
        if isinstance(error, CredentialsLost):
            self.credentials_lost(error)
            return CREDENTIALS_SECONDS, False
        if isinstance(error, Throttled):
            return error.after.total_seconds(), False
        if isinstance(error, Unreachable):
            return self._steps.steps[0], False
        if isinstance(error, Park):
            return None, True
        return self._steps.after(entry.attempts + 1), True

    def credentials_lost(self, error: CredentialsLost) -> None:
        """The sender refuses our key: said once, until it takes one again."""
        if self.lost is None:
            self._log.error("source.refused", source=self.source, reason=error.reason, status=error.status)
        self.lost = error

    async def credentials_work(self) -> None:
        """The sender answered with our key: what waited for that waits no longer."""
        if self.lost is None:
            return
        self.lost = None
        self._log.info("source.answers", source=self.source)
        await self._hurry()

    async def _hurry(self) -> None:
        await self._database.write(fetching.hurry(self.source, self._clock.milliseconds()))
        self._wake.set()

    async def _rest(self) -> None:
        due = await self._database.read(fetching.next_due(self.source))
        seconds = IDLE_SECONDS if due is None else (due - self._clock.milliseconds()) / 1000
        self._idle()
        with anyio.move_on_after(min(max(seconds, 0.01), IDLE_SECONDS)):
            await self._wake.wait()

    def _named(self, entry: Due) -> dict[str, str | int]:
        return {
            "trace": f"in-{entry.inbox_id}",
            "inbox_id": entry.inbox_id,
            "source": self.source,
            "company": entry.company,
        }
