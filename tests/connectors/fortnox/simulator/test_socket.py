"""The WebSocket commands, replay and the life of a connection, by a real client over the network."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.simulator import CompanySettings
from connectors.fortnox.simulator.event_stream import offset_number, offset_text
from connectors.fortnox.simulator.topics import TOPICS
from tests.connectors.fortnox.simulator.caller import Caller, opened
from tests.connectors.fortnox.simulator.listener import PATIENCE, Listener, connected

TWO = (CompanySettings(rate_limit=0), CompanySettings(tenant_id=2002, rate_limit=0))


async def _closed_with(listener: Listener) -> int | None:
    message = await listener.socket.receive(timeout=PATIENCE)
    assert message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
    return listener.socket.close_code


async def _kept(caller: Caller) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = (await caller.control("GET", "events"))["events"]
    return events


@pytest.mark.asyncio
async def test_each_command_has_its_response() -> None:
    """Tenants by token as sent, listed as numbers, topics, subscribe, tenants removed."""
    async with opened() as caller, connected(caller) as listener:
        added = await listener.add_tenants()
        assert added == {
            "response": "add-tenants-v1",
            "result": "ok",
            "tenantIds": {f"Bearer {caller.token}": 1001},
        }
        listed = {"response": "list-tenants-v1", "result": "ok", "tenantIds": [1001]}
        assert await listener.command("list-tenants-v1") == listed
        topics = await listener.command("add-topics-v1", topics=[{"topic": "invoices"}])
        assert topics == {"response": "add-topics-v1", "result": "ok"}
        assert await listener.command("subscribe-v1") == {"response": "subscribe-v1", "result": "ok"}
        removed = await listener.command("remove-tenants-v1", tenants=[1001, 7])
        assert removed == {"response": "remove-tenants-v1", "result": "ok"}
        assert (await listener.command("list-tenants-v1"))["tenantIds"] == []


@pytest.mark.asyncio
async def test_a_token_without_the_word_before_it_is_taken_as_sent() -> None:
    """Older clients sent the bare token; the map is keyed by what came."""
    async with opened() as caller, connected(caller) as listener:
        added = await listener.command("add-tenants-v1", clientSecret="simulator", accessTokens=[caller.token])
        assert added["tenantIds"] == {caller.token: 1001}


@pytest.mark.asyncio
async def test_bad_tokens_are_named_and_nothing_is_added() -> None:
    """An unknown token, an expired one and a wrong secret fail; a good one beside them is not added either."""
    async with opened() as caller, connected(caller) as listener:
        refused = await listener.add_tenants(caller.token, "nobody")
        assert refused == {"response": "add-tenants-v1", "result": "error", "invalidTokens": ["Bearer nobody"]}
        wrong = await listener.add_tenants(secret="guessed")
        assert wrong["invalidTokens"] == [f"Bearer {caller.token}"]
        caller.clock.move(3600)
        assert (await listener.add_tenants())["invalidTokens"] == [f"Bearer {caller.token}"]
        assert (await listener.command("list-tenants-v1"))["tenantIds"] == []


@pytest.mark.asyncio
async def test_unknown_topics_are_named_and_nothing_is_added() -> None:
    """A known topic beside an unknown one is not added: subscribing still lacks a topic."""
    async with opened() as caller, connected(caller) as listener:
        await listener.add_tenants()
        refused = await listener.command("add-topics-v1", topics=[{"topic": "orders"}, {"topic": "prices"}])
        assert refused == {"response": "add-topics-v1", "result": "error", "invalidTopics": ["prices"]}
        assert (await listener.command("subscribe-v1"))["result"] == "error"


@pytest.mark.asyncio
async def test_the_order_is_tenants_then_topics_then_subscribe() -> None:
    """Each command out of order is refused and says which comes first."""
    async with opened() as caller, connected(caller) as listener:
        early = await listener.command("add-topics-v1", topics=[{"topic": "orders"}])
        assert (early["result"], early["message"]) == ("error", "add-tenants-v1 comes before add-topics-v1")
        assert (await listener.command("subscribe-v1"))["result"] == "error"
        await listener.add_tenants()
        assert (await listener.command("subscribe-v1"))["result"] == "error"
        await listener.command("add-topics-v1", topics=[{"topic": "orders"}])
        assert (await listener.command("subscribe-v1"))["result"] == "ok"


@pytest.mark.parametrize(
    "sent",
    [
        "{",
        "[1]",
        '{"command": "unsubscribe-v1"}',
        '{"command": ["subscribe-v1"]}',
        '{"command": "add-tenants-v1", "accessTokens": ["a"]}',
        '{"command": "add-tenants-v1", "clientSecret": "simulator", "accessTokens": []}',
        '{"command": "add-tenants-v1", "clientSecret": "simulator", "accessTokens": [1]}',
        '{"command": "add-tenants-v1", "clientSecret": "simulator", "accessTokens": ["a"], "includeChildTenants": 1}',
        '{"command": "remove-tenants-v1", "tenants": ["1001"]}',
    ],
)
@pytest.mark.asyncio
async def test_what_is_not_understood_is_answered(sent: str) -> None:
    """An error with a sentence, and the connection goes on."""
    async with opened() as caller, connected(caller) as listener:
        await listener.socket.send_str(sent)
        answer = await listener.next()
        assert answer["result"] == "error"
        assert answer["message"]
        assert (await listener.command("list-tenants-v1"))["result"] == "ok"


@pytest.mark.parametrize("topics", [None, [], ["orders"], [{"topic": 1}], [{"topic": "orders", "offset": 4}]])
@pytest.mark.asyncio
async def test_topics_of_the_wrong_form_are_refused(topics: object) -> None:
    """Topics are objects with texts."""
    async with opened() as caller, connected(caller) as listener:
        await listener.add_tenants()
        assert (await listener.command("add-topics-v1", topics=topics))["result"] == "error"


@pytest.mark.asyncio
async def test_without_an_offset_only_what_is_new_comes() -> None:
    """New means: after subscribe."""
    async with opened() as caller:
        await caller.customer()
        async with connected(caller, "customers") as listener:
            await caller.customer()
            assert await listener.types(1) == [("customer-created-v1", "2")]
            assert await listener.silent()


@pytest.mark.asyncio
async def test_an_offset_replays_what_came_after_it_and_then_goes_on() -> None:
    """The event of the offset itself is not sent again; what is new follows in order."""
    async with opened() as caller:
        for _ in range(3):
            await caller.customer()
        first = (await _kept(caller))[0]["offset"]
        async with connected(caller, customers=first) as listener:
            await caller.customer()
            assert [entity for _type, entity in await listener.types(3)] == ["2", "3", "4"]
            assert await listener.silent()


@pytest.mark.parametrize("offset", ["", "nope", "zzzzz", "åäöåä", offset_text("customers", 99)])
@pytest.mark.asyncio
async def test_an_unknown_offset_begins_with_the_earliest_kept(offset: str) -> None:
    """So does one that was never given out."""
    async with opened() as caller:
        await caller.customer()
        await caller.customer()
        async with connected(caller, customers=offset) as listener:
            assert [entity for _type, entity in await listener.types(2)] == ["1", "2"]


@pytest.mark.asyncio
async def test_events_are_kept_for_14_days() -> None:
    """An offset older than that begins with the earliest that is kept."""
    async with opened() as caller:
        await caller.customer()
        oldest = (await _kept(caller))[0]["offset"]
        await caller.customer()
        caller.clock.move(timedelta(days=14).total_seconds())
        await caller.log_in()
        await caller.customer()
        assert [event["entityId"] for event in await _kept(caller)] == ["1", "2", "3"]
        caller.clock.move(1)
        await caller.customer()
        async with connected(caller, customers=oldest) as listener:
            assert [entity for _type, entity in await listener.types(2)] == ["3", "4"]


@pytest.mark.asyncio
async def test_only_connected_tenants_and_topics_are_told() -> None:
    """Another company's event and another topic's do not come, also in a replay; a tenant added later is told."""
    async with opened(*TWO) as caller, connected(caller, customers="") as listener:
        first = caller.token
        await caller.log_in(2002)
        await caller.customer()
        await caller.article()
        caller.token = first
        await caller.customer()
        (event,) = await listener.events(1)
        assert (event["tenantId"], event["entityId"]) == (1001, "1")
        await caller.log_in(2002)
        assert (await listener.add_tenants())["tenantIds"] == {f"Bearer {caller.token}": 2002}
        await caller.customer()
        (event,) = await listener.events(1)
        assert (event["tenantId"], event["entityId"]) == (2002, "2")
        await listener.command("remove-tenants-v1", tenants=[2002])
        await caller.customer()
        assert await listener.silent()


@pytest.mark.asyncio
async def test_two_clients_are_both_told_and_each_has_its_own_place() -> None:
    """A connection that ends takes nothing from the other."""
    async with opened() as caller, connected(caller, "customers") as one:
        async with connected(caller, "customers") as other:
            await caller.customer()
            assert await one.events(1) == await other.events(1)
        await caller.customer()
        assert await one.types(1) == [("customer-created-v1", "2")]


@pytest.mark.asyncio
async def test_revoked_consent_ends_a_companys_events() -> None:
    """The connection stays; with the switch off the events go on."""
    async with opened() as caller, connected(caller) as listener:
        for goes_on in (False, True):
            await caller.control("POST", "settings", {"events_end_with_consent": not goes_on})
            pair = await caller.control("POST", "consent", {})
            caller.token = pair["access_token"]
            await listener.listen("customers")
            await caller.token_call({"token": pair["refresh_token"]}, endpoint="revoke")
            await caller.customer()
            if goes_on:
                assert await listener.types(1) == [("customer-created-v1", "2")]
            assert await listener.silent()
            assert (await listener.command("list-tenants-v1"))["tenantIds"] == ([1001] if goes_on else [])


@pytest.mark.asyncio
async def test_a_connection_outlives_its_token_unless_switched() -> None:
    """With `close_on_token_expiry` it is closed with 1008."""
    async with opened() as caller, connected(caller, "customers") as listener:
        caller.clock.move(4000)
        await caller.log_in()
        await caller.customer()
        assert await listener.types(1) == [("customer-created-v1", "1")]
        await caller.control("POST", "settings", {"close_on_token_expiry": True})
        assert await _closed_with(listener) == 1008


@pytest.mark.asyncio
async def test_a_message_that_is_no_text_ends_the_connection() -> None:
    """Only JSON text frames are spoken."""
    async with opened() as caller, connected(caller) as listener:
        await listener.socket.send_bytes(b"{}")
        assert await _closed_with(listener) == 1008


@pytest.mark.asyncio
async def test_an_ordinary_request_is_no_handshake() -> None:
    """GET without an upgrade answers 400 and the simulator goes on."""
    async with opened() as caller:
        assert (await caller.send("GET", "/topics-v1")).status == 400
        assert (await caller.control("GET", "events"))["connections"] == []


@pytest.mark.asyncio
async def test_a_reset_ends_connections_and_forgets_events() -> None:
    """As everything else goes back to the start."""
    async with opened() as caller, connected(caller, "customers") as listener:
        await caller.customer()
        await listener.events(1)
        await caller.control("POST", "reset")
        assert await _closed_with(listener) == 1001
        assert await _kept(caller) == []


@pytest.mark.asyncio
async def test_stopping_the_simulator_says_going_away() -> None:
    """A client that is connected is told by code 1001."""
    async with aiohttp.ClientSession() as session:
        async with opened() as caller:
            socket = await session.ws_connect(f"{caller.server.url}/topics-v1")
            waiting = asyncio.create_task(socket.receive(timeout=PATIENCE))
        assert (await waiting).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1001


@given(st.sampled_from(list(TOPICS)), st.integers(min_value=0, max_value=62**5 - 1))
def test_an_offset_is_read_back(topic: str, number: int) -> None:
    """Every number has a text of its own, five characters long; another topic's number has another."""
    text = offset_text(topic, number)
    assert len(text) == 5
    assert offset_number(topic, text) == number
    assert text not in {offset_text(other, number) for other in TOPICS if other != topic}
