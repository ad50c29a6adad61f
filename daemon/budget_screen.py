"""How a company's budget is spent, as ``status`` shows it: the window, the queue, the outage, and the day's calls."""

from collections.abc import Mapping
from typing import Any

from connectors.base import Budget
from daemon.times import iso
from store.lanes import PRIORITIES

Json = dict[str, Any]
LIVE = 1


def spent(facts: Mapping[str, Any], counted: Mapping[str, int], waiting: int, today: tuple[int, int]) -> Json:
    """``facts`` are the running daemon's (empty without one), ``counted`` kept counters, ``waiting`` all that queues.

    ``today`` are the calls on disk and how many of them were answered 429; what is not there yet is added.
    """
    calls, throttled = today
    return {
        "queue": queue(counted, waiting),
        "window": facts.get("window"),
        "outage": facts.get("outage"),
        "calls_today": calls + facts.get("calls", 0),
        "throttled_today": throttled + facts.get("throttled", 0),
    }


def queue(counted: Mapping[str, int], waiting: int) -> dict[str, int]:
    """Commands that wait or are under way, by priority; those of every priority but live are counted apart."""
    apart = {name: counted.get(f"queued_{number}", 0) for number, name in PRIORITIES.items() if number != LIVE}
    live = max(0, waiting - sum(apart.values()))
    return {name: apart.get(name, live) for name in PRIORITIES.values()}


def window(budget: Budget, now: int) -> Json:
    """A rate window as JSON; ``now`` is milliseconds since 1970."""
    halved, frozen = budget.halved_for, budget.frozen_for
    return {
        "calls": budget.calls,
        "seconds": budget.seconds,
        "permitted": budget.permitted,
        "used": budget.used,
        "halved_since": None if halved is None else iso(now - round(halved * 1000)),
        "frozen_until": iso(now + round(frozen * 1000)) if frozen > 0 else None,
    }


def outage(down_since: int | None, last_probe: int | None, next_probe: int | None) -> Json:
    """Since when Fortnox does not answer, and when it was and will be asked; moments are milliseconds since 1970."""
    return {"since": iso(down_since), "last_probe_at": iso(last_probe), "next_probe_at": iso(next_probe)}
