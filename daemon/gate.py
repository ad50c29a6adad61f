"""Whether a company's commands may leave now: its pin, its credentials, a person's pause, read-only, an outage."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import anyio

from connectors.base import CredentialsLost, OutsideError, Target, Throttled
from daemon.clock import Clock
from daemon.logs import Log
from daemon.outage import Outage
from handlers.commands import FORTNOX
from store.db import StoreUnavailable

PROBED = ("down", "unproved")
"""What a probe may open again."""

READ_ONLY = "read_only"


@dataclass(frozen=True, slots=True)
class Probing:
    """How an outage stands; moments are milliseconds since 1970, ``None`` where there is no such moment."""

    down_since: int | None
    last_probe: int | None
    next_probe: int | None


async def _nobody_is_owed(_owed: Sequence[int]) -> None:
    """The default where no commands stand behind the gate."""


def _nobody_waits() -> None:
    """The default where nobody waits for the end of a pause (tests, commands without a daemon)."""


class Gate:
    """One company's gate. It opens only after the far side has answered, at this start, as the company we pinned.

    Nothing that keeps it shut uses an attempt of any command: a person's pause, read-only, lost credentials, an outage.
    """

    def __init__(
        self, company: str, target: Target, clock: Clock, log: Log, probe_seconds: float, system: str = FORTNOX
    ) -> None:
        """``system`` is what the log calls the far side: fortnox, or the name of a source that is written to."""
        self.company = company
        self.system = system
        self.outage = Outage()
        self.paused_by_person: str | None = None
        self.stopped_by: str | None = None
        self.read_only = False
        self.proved = False
        self.stopping = False
        self.give_back: Callable[[Sequence[int]], Awaitable[None]] = _nobody_is_owed
        """Gives commands (outbox ids) the attempts back that a proved outage cost them, on disk."""
        self._target = target
        self._clock = clock
        self._log = log
        self._probe_seconds = probe_seconds
        self.resumed: Callable[[], None] = _nobody_waits
        self._said: str | None = None
        self._since = 0.0
        self._down_since: int | None = None
        self._last_probe: int | None = None
        self._next_probe: int | None = None
        self._changed = anyio.Event()

    @property
    def shut_by(self) -> str | None:
        """Why nothing leaves (person, read_only, a word for credentials, down, unproved); ``None``: it is open."""
        if self.paused_by_person is not None:
            return "person"
        if self.read_only:
            return READ_ONLY
        if self.stopped_by is not None:
            return self.stopped_by
        if self.outage.on:
            return "down"
        return None if self.proved else "unproved"

    @property
    def open(self) -> bool:
        """Whether a call may leave now: nothing keeps the gate shut, and the daemon is not stopping."""
        return self.shut_by is None and not self.stopping

    @property
    def probing(self) -> Probing:
        """Since when the far side is down, when it was probed last and when it will be next."""
        waits = self.shut_by in PROBED
        return Probing(self._down_since, self._last_probe, self._next_probe if waits else None)

    def pause(self, reason: str | None) -> None:
        """A person pauses the company (``reason``) or ends the pause (``None``), which also forgives credentials."""
        self.paused_by_person = reason
        if reason is None:
            self.stopped_by = None
        self._say()
        self._wake()

    def set_read_only(self, read_only: bool) -> None:
        """The configuration lets nothing leave for the company, or does again."""
        self.read_only = read_only
        self._say()
        self._wake()

    def connected(self) -> None:
        """The company has new credentials: what lost ones kept shut is probed and opens; a person's pause stays."""
        self.stopped_by = None
        self._say()
        self._wake()

    def prove_again(self) -> None:
        """Somebody says that the connection changed: nothing more leaves before the far side has been asked.

        Credentials that were lost are asked for, too; what a person paused stays so.
        """
        self.stopped_by = None
        self.proved = False
        self._wake()

    def credentials_lost(self, error: CredentialsLost) -> None:
        """The far side no longer knows us: shut until a person connects the company again and resumes it."""
        self.stopped_by = error.reason
        self.proved = False
        self._say()

    async def wait_until_open(self, stop: Callable[[], bool]) -> None:
        """Return when commands may leave, probing the far side once per probe time while that is what is missing."""
        while not stop():
            # Before anything is read or asked: a change during the probe must not be missed.
            self._changed = anyio.Event()
            why = self.shut_by
            if why is None:
                return
            if why not in PROBED or not await self._probe():
                await self._pause_between()

    async def _pause_between(self) -> None:
        wait = self._probe_seconds if self.shut_by in PROBED else 3600.0
        self._next_probe = self._clock.milliseconds() + round(self._probe_seconds * 1000)
        with anyio.move_on_after(wait):
            await self._changed.wait()

    async def _probe(self) -> bool:
        self._last_probe = self._clock.milliseconds()
        try:
            await self._target.probe()
            await self._give_back()
        except CredentialsLost as error:
            self.credentials_lost(error)
            return False
        except (StoreUnavailable, Throttled):
            # Our own disk (it reports itself), or a far side that answers: neither is an outage.
            return False
        except OutsideError:
            self.outage.unreachable()
            self._say()
            await self._give_back_later_if_refused()
            return False
        self.proved = True
        self.answered()
        return True

    async def _give_back(self) -> None:
        """What a proved outage cost the commands that showed it. Raises :class:`store.db.StoreUnavailable`."""
        owed = self.outage.owed
        if owed:
            await self.give_back(owed)
            self.outage.given_back(owed)

    async def _give_back_later_if_refused(self) -> None:
        try:
            await self._give_back()
        except StoreUnavailable:
            # It reports itself; what is owed stays owed until the next probe.
            return

    def answered(self) -> None:
        """The far side gave a complete answer: no outage (any more)."""
        self.outage.succeeded()
        self._say()
        self._wake()

    def check(self) -> None:
        """Say once that the company stopped, or goes on."""
        self._say()

    def wake(self) -> None:
        """Look again now: something that kept the gate shut may have changed, or the daemon is stopping."""
        self._wake()

    def _wake(self) -> None:
        self._changed.set()

    def _say(self) -> None:
        if self.outage.on != (self._down_since is not None):
            self._down_since = self._clock.milliseconds() if self.outage.on else None
        why = self.shut_by
        why = None if why == "unproved" else why
        if why == self._said:
            return
        if why is None:
            paused = round(self._clock.monotonic() - self._since)
            named = {"target": self.system, "company": self.company}
            self._log.info("target.resumed", **named, reason=self._said, paused_s=paused)
            self.resumed()
        else:
            self._log.error("target.paused", target=self.system, company=self.company, reason=why)
            if self._said is None:
                self._since = self._clock.monotonic()
        self._said = why
