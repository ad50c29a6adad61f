"""Events on demand, under `/_sim/events`: make one, repeat, delay, tell before the answer, close a connection."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.fortnox.simulator.events import EventOrder, Events
from connectors.fortnox.simulator.happenings import Happening
from connectors.fortnox.simulator.sockets import GOING_AWAY
from connectors.fortnox.simulator.topics import TOPICS, Kind

_MOST_SHOWN = 1_000
_LONGEST_SECONDS = 3600
_MOST_ORDERS = 100
# RFC 6455, 7.4.1; 1006 means here: without a close frame.
_NEVER_SENT = frozenset({1004, 1005, 1015})
_FRAME = frozenset({"topic", "type", "tenantId", "entityId", "offset", "timestamp"})

Order = dict[str, Any]


class EventOrderError(ValueError):
    """An order about events was not understood; the text says why."""


def _number(order: Order, name: str, default: float | None, lowest: float, highest: float) -> float:
    value = order.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
        raise EventOrderError(f'"{name}" must be a number from {lowest:g} to {highest:g}')
    return float(value)


def _topic(order: Order) -> str:
    topic = order.get("topic")
    if topic not in TOPICS:
        raise EventOrderError(f'"topic" must be one of {", ".join(TOPICS)}')
    return str(topic)


def _only(order: Order, *allowed: str) -> None:
    surplus = sorted(set(order) - {"do", *allowed})
    if surplus:
        raise EventOrderError(f'"{order["do"]}" has no {", ".join(surplus)}; it has {", ".join(allowed)}')


class EventControl:
    """Carries out orders about events; each says what to `do`."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._orders: Mapping[str, Callable[[Order, int], None]] = {
            "make": self._make,
            "repeat": self._repeat,
            "delay": self._standing,
            "before_answer": self._standing,
            "close": self._close,
        }

    def shown(self) -> dict[str, Any]:
        """Give the latest events of each topic, the connections, and what is ordered."""
        events = self._events
        return {
            "events": [event.as_json() for event in events.stream.kept()[-_MOST_SHOWN:]],
            "connections": events.sockets.as_json(),
            "orders": events.orders_as_json(),
            "late_events_pending": events.late_pending,
        }

    def order(self, order: Order, tenant: int) -> None:
        """Carry out an order about the events of a company.

        Raises:
            EventOrderError: for words that are not understood.
        """
        carry_out = self._orders.get(str(order.get("do")))
        if carry_out is None:
            raise EventOrderError(f'"do" must be one of {", ".join(self._orders)}')
        carry_out(order, tenant)

    def end_orders(self) -> None:
        """End what was ordered about events to come."""
        self._events.orders.clear()

    def _make(self, order: Order, tenant: int) -> None:
        _only(order, "company", "topic", "type", "entityId", "details", "seconds")
        topic, entity, details = _topic(order), order.get("entityId"), order.get("details", {})
        kind = order.get("type")
        if not isinstance(kind, str) or not isinstance(entity, str):
            raise EventOrderError('"type" and "entityId" must be texts')
        if not isinstance(details, dict) or _FRAME & details.keys():
            raise EventOrderError('"details" must be an object of further properties')
        seconds = _number(order, "seconds", 0, 0, _LONGEST_SECONDS)
        happening = Happening(Kind(topic, kind), entity, details)
        if seconds:
            self._events.tell_late(tenant, happening, seconds)
        else:
            self._events.tell(tenant, [happening])

    def _repeat(self, order: Order, tenant: int) -> None:
        _only(order, "company", "topic", "last")
        count = int(_number(order, "last", 1, 1, _MOST_SHOWN))
        kept = self._events.stream.of(_topic(order))
        self._events.sockets.repeat([event for event in kept if event.tenant_id == tenant][-count:])

    def _standing(self, order: Order, _tenant: int) -> None:
        _only(order, "topic", "seconds", "times")
        if len(self._events.orders) >= _MOST_ORDERS:
            raise EventOrderError(f"{_MOST_ORDERS} orders stand already")
        default = 0.2 if order["do"] == "before_answer" else None
        seconds = _number(order, "seconds", default, 0.001, _LONGEST_SECONDS)
        topic = _topic(order) if order.get("topic") is not None else None
        endless = "times" in order and order["times"] is None
        times = None if endless else int(_number(order, "times", 1, 1, 1_000_000))
        self._events.orders.append(EventOrder(order["do"], seconds, times, topic))

    def _close(self, order: Order, tenant: int) -> None:
        _only(order, "company", "code")
        code = int(_number(order, "code", GOING_AWAY, 1000, 4999))
        if code in _NEVER_SENT:
            raise EventOrderError(f'"code" {code} is reserved and never sent')
        self._events.sockets.end(code, tenant if "company" in order else None)
