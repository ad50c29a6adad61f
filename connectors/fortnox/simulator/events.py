"""Telling what happened: from a write to the stream and the connections, late or before the answer if ordered."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from connectors.fortnox.simulator.company import Company
from connectors.fortnox.simulator.event_stream import EventStream
from connectors.fortnox.simulator.happenings import Happening
from connectors.fortnox.simulator.sockets import GOING_AWAY, Sockets
from connectors.fortnox.simulator.tokens import TokenRegister


@dataclass(slots=True)
class EventOrder:
    """An order about events to come: keep them back for some seconds, or tell them before the write's answer.

    `times` is how many events (or answers) are still meant, None for ever; `topic` None means any.
    """

    do: Literal["delay", "before_answer"]
    seconds: float
    times: int | None
    topic: str | None

    def takes(self, do: str, topics: Iterable[str]) -> bool:
        """Tell whether the order is about this, and count it if so."""
        if self.do != do or self.times == 0 or (self.topic is not None and self.topic not in topics):
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Events:
    """The simulator's events: what is kept, who listens, and what was ordered about them."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        tokens: TokenRegister,
        clients: Mapping[str, str],
        companies: Mapping[int, Company],
        changed: Callable[[], None],
    ) -> None:
        self.stream = EventStream()
        self.sockets = Sockets(self.stream, tokens, clients, companies)
        self.orders: list[EventOrder] = []
        self._clock = clock
        self._companies = companies
        self._changed = changed
        self._late: set[asyncio.TimerHandle] = set()

    @property
    def late_pending(self) -> int:
        """How many events are still kept back."""
        return len(self._late)

    def tell(self, tenant: int, happenings: Iterable[Happening]) -> None:
        """Put what happened into the stream and wake the listeners; a delayed event gets its offset when it comes."""
        now = self._clock()
        for happening in happenings:
            seconds = self._ordered("delay", [happening.kind.topic])
            if seconds:
                self.tell_late(tenant, happening, seconds)
            else:
                self.stream.append(happening, tenant, now, now)
        self.sockets.wake()

    def tell_late(self, tenant: int, happening: Happening, seconds: float) -> None:
        """Tell an event some real seconds later, with the time at which it happened."""
        happened = self._clock()

        def come() -> None:
            self._late.discard(handle)
            self.stream.append(happening, tenant, happened, self._clock())
            self._changed()
            self.sockets.wake()

        handle = asyncio.get_running_loop().call_later(seconds, come)
        self._late.add(handle)

    def answer_waits(self, topics: Iterable[str]) -> float:
        """Give the seconds that a write's answer is held, so that its events come first; 0 if nothing was ordered."""
        return self._ordered("before_answer", list(topics)) if topics else 0.0

    def _ordered(self, do: str, topics: list[str]) -> float:
        order = next((order for order in self.orders if order.takes(do, topics)), None)
        return 0.0 if order is None else order.seconds

    def consent_ended(self, client: str | None, tenant: int | None) -> None:
        """Stop a company's events where its consent was revoked, unless its switch says otherwise."""
        company = None if tenant is None else self._companies.get(tenant)
        if client is not None and company is not None and company.settings.events_end_with_consent:
            self.sockets.consent_ended(client, company.settings.tenant_id)

    def clear(self) -> None:
        """Forget events, orders and what is still kept back; end every connection."""
        self.stream.clear()
        self.orders.clear()
        self.close()

    def close(self) -> None:
        """End every connection and everything that is still to come."""
        for handle in self._late:
            handle.cancel()
        self._late.clear()
        self.sockets.end(GOING_AWAY)

    def orders_as_json(self) -> list[dict[str, Any]]:
        """Give what was ordered for `/_sim/events`."""
        return [asdict(order) for order in self.orders]
