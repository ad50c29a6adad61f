"""Events on demand: made, repeated, late, before the answer, connections closed; and the checklist's items on them."""

import asyncio
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from connectors.fortnox.simulator.topics import TOPICS
from tests.connectors.fortnox.simulator.caller import opened
from tests.connectors.fortnox.simulator.listener import PATIENCE, connected


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.asyncio
async def test_every_type_can_be_made_on_demand(topic: str) -> None:
    """Also those that no call makes, with further properties."""
    async with opened() as caller, connected(caller, topic) as listener:
        for place, kind in enumerate((*TOPICS[topic], "not-known-yet-v9")):
            order = {"do": "make", "topic": topic, "type": kind, "entityId": str(place), "details": {"more": place}}
            await caller.control("POST", "events", order)
            (event,) = await listener.events(1)
            assert (event["type"], event["entityId"], event["more"]) == (kind, str(place), place)


@pytest.mark.asyncio
async def test_events_are_repeated_with_the_same_offsets() -> None:
    """At least once: the last two come again, as they were."""
    async with opened() as caller, connected(caller, "customers") as listener:
        for _ in range(3):
            await caller.customer()
        events = await listener.events(3)
        await caller.control("POST", "events", {"do": "repeat", "topic": "customers", "last": 2})
        assert await listener.events(2) == events[1:]


@pytest.mark.asyncio
async def test_a_delayed_event_comes_after_a_later_one() -> None:
    """It keeps the time at which it happened and gets its offset when it comes."""
    async with opened() as caller, connected(caller, "customers") as listener:
        shown = await caller.control("POST", "events", {"do": "delay", "seconds": 0.3, "topic": "customers"})
        assert shown["orders"] == [{"do": "delay", "seconds": Decimal("0.3"), "times": 1, "topic": "customers"}]
        await caller.customer()
        assert (await caller.control("GET", "events"))["late_events_pending"] == 1
        caller.clock.move(60)
        await caller.customer()
        later, late = await listener.events(2)
        assert (later["entityId"], late["entityId"]) == ("2", "1")
        assert late["timestamp"] < later["timestamp"]
        kept = (await caller.control("GET", "events"))["events"]
        assert [event["offset"] for event in kept] == [later["offset"], late["offset"]]


@pytest.mark.asyncio
async def test_an_event_comes_before_the_answer() -> None:
    """The writer hears of its own write while its call is still open."""
    async with opened() as caller, connected(caller, "customers") as listener:
        await caller.control("POST", "events", {"do": "before_answer", "seconds": PATIENCE})
        writing = asyncio.create_task(caller.customer())
        assert await listener.types(1) == [("customer-created-v1", "1")]
        assert not writing.done()
        writing.cancel()
        await caller.customer()


@pytest.mark.parametrize("code", [1000, 1001, 1011, 4000])
@pytest.mark.asyncio
async def test_connections_are_closed_with_a_code(code: int) -> None:
    """And a new one goes on from the last offset."""
    async with opened() as caller:
        async with connected(caller, "customers") as listener:
            await caller.customer()
            (event,) = await listener.events(1)
            await caller.control("POST", "events", {"do": "close", "code": code})
            await listener.socket.receive(timeout=PATIENCE)
            assert listener.socket.close_code == code
        await caller.customer()
        async with connected(caller, customers=event["offset"]) as listener:
            assert await listener.types(1) == [("customer-created-v1", "2")]


@pytest.mark.asyncio
async def test_a_connection_is_dropped_without_a_close_frame() -> None:
    """1006 means that the network went away."""
    async with opened() as caller, connected(caller, "customers") as listener:
        await caller.control("POST", "events", {"do": "close", "code": 1006, "company": 1001})
        message = await listener.socket.receive(timeout=PATIENCE)
        assert message.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
        assert listener.socket.close_code == 1006


@pytest.mark.asyncio
async def test_connections_are_shown_and_orders_ended() -> None:
    """Tenants, topics with the last offset sent, and what is still ordered."""
    async with opened() as caller, connected(caller, "customers") as listener:
        await caller.customer()
        (event,) = await listener.events(1)
        await caller.control("POST", "events", {"do": "delay", "seconds": 5, "times": None})
        shown = await caller.control("GET", "events")
        assert shown["connections"] == [
            {"tenants": [1001], "topics": {"customers": event["offset"]}, "subscribed": True, "sent": 4}
        ]
        assert shown["orders"][0]["times"] is None
        assert (await caller.control("DELETE", "events"))["orders"] == []
        await caller.customer()
        assert await listener.types(1) == [("customer-created-v1", "2")]


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"do": "shout"},
        {"do": "make", "topic": "prices", "type": "a", "entityId": "1"},
        {"do": "make", "topic": "orders", "type": 1, "entityId": "1"},
        {"do": "make", "topic": "orders", "type": "a", "entityId": "1", "details": {"offset": "x"}},
        {"do": "make", "topic": "orders", "type": "a", "entityId": "1", "soon": True},
        {"do": "repeat", "topic": "orders", "last": 0},
        {"do": "delay"},
        {"do": "delay", "seconds": -1},
        {"do": "delay", "seconds": 1, "topic": "prices"},
        {"do": "before_answer", "times": 0},
        {"do": "close", "code": 1005},
        {"do": "close", "code": 99},
        {"do": "close", "company": 77},
    ],
)
@pytest.mark.asyncio
async def test_orders_that_are_not_understood_are_refused(order: dict[str, Any]) -> None:
    """400 with a sentence; nothing is ordered."""
    async with opened() as caller:
        reply = await caller.session.post(f"{caller.server.url}/_sim/events", json=order)
        assert reply.status == 400
        assert (await reply.json())["error"]
        assert (await caller.control("GET", "events"))["orders"] == []


@pytest.mark.capability("f99")
@pytest.mark.asyncio
async def test_11_9_commands_ordered_offsets_replay_duplicates_and_echo() -> None:
    """Item 9: an own write comes back, is replayed from the offset before it, and comes twice on demand."""
    async with opened() as caller:
        async with connected(caller, "orders", "customers") as listener:
            await caller.customer()
            await caller.order()
            await caller.order()
            told = await listener.events(3)
            first, second = [event for event in told if event["topic"] == "orders"]
            assert (first["entityId"], second["entityId"]) == ("1", "2")
        async with connected(caller, orders=first["offset"]) as listener:
            assert await listener.events(1) == [second]
            await caller.control("POST", "events", {"do": "repeat", "topic": "orders", "last": 2})
            assert await listener.events(2) == [first, second]
            assert await listener.silent()


@pytest.mark.capability("f99")
@pytest.mark.asyncio
async def test_11_10_events_come_twice_and_late_and_connections_drop() -> None:
    """The part of item 10 that is about events; the rest stands with the faults."""
    async with opened() as caller, connected(caller, "customers") as listener:
        await caller.control("POST", "events", {"do": "delay", "seconds": 0.2})
        await caller.customer()
        await caller.customer()
        assert [entity for _type, entity in await listener.types(2)] == ["2", "1"]
        await caller.control("POST", "events", {"do": "repeat", "topic": "customers"})
        assert [entity for _type, entity in await listener.types(1)] == ["1"]
        await caller.control("POST", "events", {"do": "close", "code": 1006})
        await listener.socket.receive(timeout=PATIENCE)
        assert listener.socket.close_code == 1006


@pytest.mark.asyncio
async def test_a_client_that_is_sent_too_much_again_is_told_to_come_later() -> None:
    """More repeated events than may wait end the connection with 1013."""
    async with opened() as caller, connected(caller, "customers") as listener:
        made = {"do": "make", "topic": "customers", "type": "customer-created-v1", "entityId": "1"}
        for _ in range(3):
            await caller.control("POST", "events", made)
        simulator = caller.server.simulator
        simulator.events.sockets.repeat(simulator.events.stream.kept() * 400)
        async with asyncio.timeout(PATIENCE):
            while not listener.socket.closed:
                await listener.socket.receive()
        assert listener.socket.close_code == 1013
