"""How current what a push stream told us is: per company, in memory; what is not certain counts as no."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

HEARD_SECONDS = 75.0
"""A stream of which nothing was heard for so long is not alive: two and a half of its checks."""

QUIET_SECONDS = 5.0
"""After subscribing: without an older event for so long, what was missed has been replayed."""


def _none_waits() -> int:
    """The default while no connection is open."""
    return 0


@dataclass(slots=True)
class _Company:
    """``doubts`` is ``None`` until the store was asked; ``settled`` says that it held nothing unfinished then."""

    attached: bool = False
    left_out: str | None = None
    told: frozenset[str] = frozenset()
    received: int = 0
    stored: int = 0
    settled: bool = False
    doubts: frozenset[str] | None = None
    told_at: datetime | None = None


@dataclass(slots=True)
class PushState:
    """The stream of one app and its companies, as the loop and the store tell of them."""

    companies: Collection[str]
    monotonic: Callable[[], float]
    heard_seconds: float = HEARD_SECONDS
    quiet_seconds: float = QUIET_SECONDS
    opened_at: datetime | None = None
    missing: frozenset[str] = frozenset()
    waiting: Callable[[], int] = _none_waits
    _heard: float = 0.0
    _late: float = 0.0
    _by_name: dict[str, _Company] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Of every company nothing is known yet."""
        self._heard = self.monotonic()
        self._by_name = {name: _Company() for name in self.companies}

    # --- told by the connection -------------------------------------------------------------------------------------

    def opened(self, now: datetime, missing: frozenset[str], waiting: Callable[[], int]) -> None:
        """The stream is subscribed. ``missing`` are topics that it does not give, ``waiting`` counts events in hand."""
        self.opened_at, self.missing, self.waiting = now, missing, waiting
        self._heard = self._late = self.monotonic()

    def closed(self) -> None:
        """The connection is over."""
        self.opened_at, self.waiting = None, _none_waits
        for company in self._by_name.values():
            # What came and was not stored comes again.
            company.attached, company.settled, company.received = False, False, company.stored

    def heard(self) -> None:
        """Anything came."""
        self._heard = self.monotonic()

    def attached(self, name: str, told: frozenset[str], *, anew: bool) -> None:
        """The company's events come, of the registers ``told``.

        Where it begins ``anew``, what is known of it is in doubt until the store says.
        """
        company = self._by_name[name]
        company.attached, company.left_out, company.told = True, None, told
        if anew:
            company.doubts = None

    def left_out(self, name: str, reason: str) -> None:
        """The company's events do not come; ``reason`` is a closed word."""
        company = self._by_name[name]
        company.attached, company.left_out, company.doubts = False, reason, None

    def received(self, name: str | None, moment: datetime | None) -> None:
        """An event came: of a company (``None``: nobody's), and of a moment (``None``: it does not say)."""
        self.heard()
        if self.opened_at is not None and (moment is None or moment < self.opened_at) and not self.caught_up:
            self._late = self.monotonic()
        if name is not None:
            company = self._by_name[name]
            company.received += 1
            company.settled = False
            company.told_at = moment or company.told_at

    def stored(self, name: str) -> None:
        """One of the company's events that were received is on disk."""
        self._by_name[name].stored += 1

    # --- told by the store ------------------------------------------------------------------------------------------

    def unsure(self) -> list[str]:
        """The companies of which the store must be asked (again)."""
        return [
            name
            for name, company in self._by_name.items()
            if company.attached and (not company.settled or company.doubts != frozenset())
        ]

    def mark(self, name: str) -> tuple[int, int]:
        """What was received and stored before the store is asked."""
        company = self._by_name[name]
        return company.received, company.stored

    def judged(self, name: str, before: tuple[int, int], *, unsettled: bool, doubts: frozenset[str]) -> bool:
        """What the store said, asked after ``before``; tells whether a doubt has ended with that."""
        company = self._by_name[name]
        if company.received == before[0] == before[1]:
            company.settled = not unsettled
        if not company.attached:
            return False
        ended = bool(company.doubts) and not doubts
        company.doubts = doubts
        return ended

    # --- asked ------------------------------------------------------------------------------------------------------

    @property
    def silent_seconds(self) -> float:
        """Since when nothing was heard, over all connections."""
        return self.monotonic() - self._heard

    @property
    def caught_up(self) -> bool:
        """Whether what was missed before the connection has been replayed, as far as that can be known."""
        return self.opened_at is not None and self.monotonic() - self._late >= self.quiet_seconds

    def current(self, name: str) -> bool:
        """Whether the company's copy of its registers shows what stands in Fortnox now, as far as events tell."""
        return self.stand(name) == "current"

    def stand(self, name: str) -> str:
        """``current``, or the first reason why not: closed, left_out, silent, topics_missing, catching_up, behind or
        in_doubt."""
        company = self._by_name[name]
        reasons = {
            "closed": self.opened_at is None,
            "left_out": not company.attached,
            "silent": self.silent_seconds > self.heard_seconds,
            "topics_missing": bool(self.missing),
            "catching_up": not self.caught_up,
            "behind": self.waiting() > 0 or not company.settled or company.received != company.stored,
            "in_doubt": company.doubts != frozenset(),
        }
        return next((reason for reason, holds in reasons.items() if holds), "current")

    def facts(self, name: str) -> dict[str, Any]:
        """For ``status``."""
        company = self._by_name[name]
        return {
            "stream": self.stand(name),
            "left_out": company.left_out,
            "open_since": self.opened_at,
            "silent_s": round(self.silent_seconds, 1),
            "last_event_at": company.told_at,
            "told": sorted(company.told),
            "in_doubt": sorted(company.doubts or ()),
            "topics_missing": sorted(self.missing),
        }


def current(states: Mapping[str, PushState], company: str) -> bool:
    """Whether the company listens to a stream that is alive and current; false where it listens to none."""
    return company in states and states[company].current(company)


def behind(states: Iterable[PushState]) -> int:
    """How many companies of these streams are not current."""
    return sum(not state.current(name) for state in states for name in state.companies)
