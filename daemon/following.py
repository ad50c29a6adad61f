"""What a running daemon does when a person has changed something on disk, and the live facts that it can tell."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

from connectors.base import Target
from connectors.usage import Usage
from daemon import budget_screen
from daemon.clock import Clock
from daemon.delivery import CompanyDelivery
from daemon.doctor import Doctor
from daemon.intake import Intake
from daemon.jobs.tokens import days_left
from daemon.opening import OpenStore
from daemon.own_sources import source_of
from daemon.push_state import PushState
from daemon.readers import Reading
from daemon.times import iso
from daemon.usage import CountsUsage
from daemon.workflows.opening import Flows


class Follow(Protocol):
    """What a running daemon does when a person changed something on disk; without a daemon there is nothing to do."""

    def new_work(self, company: str) -> None:
        """A command of the company may be due now."""
        ...

    def new_deliveries(self) -> None:
        """A delivery waits for intake again."""
        ...

    def paused(self, scope: str, name: str, reason: str) -> None:
        """A company, a rule or a workflow is paused."""
        ...

    def resumed(self, scope: str, name: str) -> bool:
        """A company or a rule goes on; whether a company was stopped by lost credentials, which is forgiven."""
        ...

    def connected(self, name: str) -> None:
        """A company has new credentials: lost ones are forgiven."""
        ...

    async def declared(self) -> None:
        """Something was declared of a company: read it again."""
        ...

    def workflows_moved(self) -> None:
        """A run of a workflow can go on, or is to be taken back."""
        ...

    def sweep(self, company: str) -> bool:
        """The company's registers shall be read whole now; whether that begins."""
        ...


class NoDaemon:
    """Follows nothing: the next start of the daemon reads everything from disk."""

    def new_work(self, company: str) -> None:
        """No loop runs."""

    def new_deliveries(self) -> None:
        """No loop runs."""

    def paused(self, scope: str, name: str, reason: str) -> None:
        """No gate to shut."""

    def resumed(self, scope: str, name: str) -> bool:
        """No gate to open."""
        return False

    def connected(self, name: str) -> None:
        """No gate to open."""

    async def declared(self) -> None:
        """No memory to renew."""

    def workflows_moved(self) -> None:
        """No engine runs."""

    def sweep(self, company: str) -> bool:
        """Nobody sweeps."""
        return False


class Live:
    """Follows in the running daemon: loops are woken, gates shut and open, and what is in memory is read again."""

    def __init__(
        self,
        *,
        store: OpenStore,
        intake: Intake,
        deliveries: Mapping[str, CompanyDelivery],
        targets: Mapping[str, Target],
        readings: Mapping[str, Reading],
        doctor: Doctor,
        clock: Clock,
        states: Mapping[str, PushState] = MappingProxyType({}),
        flows: Flows | None = None,
    ) -> None:
        self._clock = clock
        self._store = store
        self._doctor = doctor
        self._intake = intake
        self._deliveries = deliveries
        self._targets = targets
        self._readings = readings
        self._states = states
        self._flows = flows

    def workflows_moved(self) -> None:
        """Wake the engine."""
        if self._flows is not None:
            self._flows.engine.wake()

    def new_work(self, company: str) -> None:
        """Urge the company's loop: a person waits for it."""
        if company in self._deliveries:
            self._deliveries[company].urge()

    def new_deliveries(self) -> None:
        """Wake intake, and who reads at senders."""
        self._intake.wake()
        for reading in self._readings.values():
            reading.fetching.wake()

    def paused(self, scope: str, name: str, reason: str) -> None:
        """Shut the company's gate, or let every step ask for the rule; a workflow's runs ask the disk."""
        pauses = self._store.pauses
        if scope == "rule":
            pauses.set_rules(pauses.rules() | {name})
        elif scope == "company" and name in self._deliveries:
            self._deliveries[name].gate.pause(reason)

    def resumed(self, scope: str, name: str) -> bool:
        """Open the gate again, also where the far side no longer knew us: a person has seen to it."""
        pauses = self._store.pauses
        if scope == "rule":
            pauses.set_rules(pauses.rules() - {name})
            return False
        if scope == "workflow":
            self.workflows_moved()
            return False
        if name not in self._deliveries:
            return False
        gate = self._deliveries[name].gate
        stopped = gate.stopped_by is not None
        gate.pause(None)
        return stopped

    def connected(self, name: str) -> None:
        """Open the company's gate where lost credentials kept it shut; a person's pause stays."""
        if name in self._deliveries:
            self._deliveries[name].gate.connected()

    async def declared(self) -> None:
        """Read the companies' rows again."""
        await self._store.reload(list(self._store.rows))

    def sweep(self, company: str) -> bool:
        """Have the company's own source polled at once."""
        reading = self._readings.get(source_of(company))
        if reading is None:
            return False
        reading.nudge()
        return True

    async def facts(self) -> dict[str, Any]:
        """What only the running daemon knows: why the database refuses writes and why each company's gate is shut
        (``None`` where it does not, is not), the rate windows, how each source stands with its sender, and what the
        last examination found."""
        return {
            "store_refuses": self._store.database.refuses,
            "companies": {name: await self._company(name) for name in self._deliveries},
            "sources": {name: await _sender(reading) for name, reading in self._readings.items()},
            "doctor": self._doctor.summary(),
        }

    async def _company(self, name: str) -> dict[str, Any]:
        target, delivery = self._targets[name], self._deliveries[name]
        budget, probing = target.budget(), delivery.gate.probing
        used = target.usage if isinstance(target, CountsUsage) else Usage()
        return {
            "shut_by": delivery.gate.shut_by,
            "in_flight": delivery.in_flight,
            "room": target.room(),
            "room_in_s": round(target.room_in(), 3),
            "window_calls": budget.calls,
            "window_s": budget.seconds,
            "window": budget_screen.window(budget, self._clock.milliseconds()),
            "outage": budget_screen.outage(probing.down_since, probing.last_probe, probing.next_probe),
            "calls": used.calls,
            "throttled": used.throttled,
            "token_days_left": await days_left(target),
            "push": _push(self._states[name].facts(name)) if name in self._states else None,
        }


def _push(facts: Mapping[str, Any]) -> dict[str, Any]:
    moments = {name: _iso(facts[name]) for name in ("open_since", "last_event_at")}
    return {**facts, **moments}


async def _sender(reading: Reading) -> dict[str, Any]:
    facts = await reading.reader.facts()
    lost = reading.fetching.lost
    return {
        "refused": None if lost is None else lost.reason,
        "remedy": None if lost is None else lost.remedy,
        "room": facts.left,
        "window_calls": facts.window,
        "left_today": facts.left_today,
        "credentials_since": _iso(facts.credentials_since),
        "credentials_until": _iso(facts.credentials_until),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else iso(round(moment.timestamp() * 1000))
