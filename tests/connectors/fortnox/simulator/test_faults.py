"""Faults on demand: before the effect, after it, without an answer, much later (checklist 10)."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp
import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import Caller, Reply, opened

_CREATE = {"method": "POST", "path": "/3/customers"}


async def _create(caller: Caller, name: str = "Exempel AB") -> Reply:
    return await caller.call("POST", "/3/customers", {"Customer": {"Name": name}})


async def _until(found: Callable[[], Awaitable[Any]]) -> None:
    """Wait, within bounds, until something is there."""
    for _ in range(1000):
        if await found():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("what was waited for did not come")


async def _second_call(caller: Caller) -> list[dict[str, Any]]:
    rest: list[dict[str, Any]] = (await caller.control("GET", "calls?since=1"))["calls"]
    return rest


async def _last_call(caller: Caller) -> dict[str, Any]:
    last: dict[str, Any] = (await caller.control("GET", "calls"))["calls"][-1]
    return last


@pytest.mark.asyncio
async def test_status_fault_answers_as_ordered_before_the_effect() -> None:
    """Status, body, content type and headers are the caller's; nothing is created."""
    async with opened() as caller:
        await caller.fault("status", **_CREATE, status=502, body="bad gateway", content_type="text/plain")
        reply = await _create(caller)
        assert (reply.status, reply.text, reply.headers["Content-Type"]) == (502, "bad gateway", "text/plain")
        await caller.fault("status", **_CREATE, status=500, body={"a": 1}, headers={"X-Test": "1"})
        reply = await _create(caller)
        assert (reply.status, reply.json, reply.headers["X-Test"]) == (500, {"a": 1}, "1")
        assert await caller.names() == []


@pytest.mark.capability("f99")
@pytest.mark.asyncio
@pytest.mark.parametrize(("effect", "stored"), [("before", []), ("after", ["Exempel AB"])])
@pytest.mark.parametrize("kind", ["html", "status"])
async def test_a_5xx_can_come_before_or_after_the_effect(kind: str, effect: str, stored: list[str]) -> None:
    """The same 503 may or may not hide a created object."""
    async with opened() as caller:
        order = {"status": 503} if kind == "status" else {}
        await caller.fault(kind, **_CREATE, effect=effect, **order)
        reply = await _create(caller)
        assert reply.status == 503
        assert ("html" in reply.headers.get("Content-Type", "")) is (kind == "html")
        assert await caller.names() == stored


@pytest.mark.capability("f99")
@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("kind", "stored"),
    [("reset_before", []), ("reset_after", ["Exempel AB"]), ("answer_lost", ["Exempel AB"])],
)
async def test_connection_resets_before_or_after_the_effect(kind: str, stored: list[str]) -> None:
    """The caller sees only a reset connection; the log tells what really happened."""
    async with opened() as caller:
        await caller.fault(kind, **_CREATE)
        with pytest.raises(aiohttp.ClientOSError):
            await _create(caller)
        call = await _last_call(caller)
        assert (call["status"], call["effect"], call["fault"]) == (None, 201 if stored else None, 1)
        assert await caller.names() == stored


@pytest.mark.asyncio
async def test_truncated_answer_is_cut_after_the_effect() -> None:
    """Headers promise a body of which half arrives."""
    async with opened() as caller:
        await caller.fault("truncated", **_CREATE)
        with pytest.raises(aiohttp.ClientPayloadError):
            await _create(caller)
        assert await caller.names() == ["Exempel AB"]


@pytest.mark.asyncio
async def test_hanging_answer_never_comes() -> None:
    """The effect happens at once, the answer does not; at the end the connection is reset."""
    async with opened() as caller:
        await caller.fault("hang_after", **_CREATE, seconds=0.05)
        hanging = asyncio.create_task(_create(caller))
        await _until(caller.names)
        assert not hanging.done()
        with pytest.raises(aiohttp.ClientOSError):
            await hanging


@pytest.mark.capability("f99")
@pytest.mark.asyncio
async def test_late_effect_comes_after_the_callers_first_look() -> None:
    """The connection breaks, a look finds nothing, and still the object comes by itself."""
    async with opened() as caller:
        await caller.fault("late_effect", **_CREATE, seconds=0.1)
        with pytest.raises(aiohttp.ClientOSError):
            await _create(caller)
        assert await caller.names() == []
        assert (await caller.control("GET", "faults"))["late_effects_pending"] == 1
        await _until(caller.names)
        assert (await caller.control("GET", "faults"))["late_effects_pending"] == 0
        assert await caller.names() == ["Exempel AB"]


@pytest.mark.asyncio
async def test_delay_holds_the_effect_back_even_from_a_caller_who_gave_up() -> None:
    """A call that arrived is carried out although nobody waits for its answer."""
    async with opened() as caller:
        await caller.fault("delay", **_CREATE, seconds=0.1)
        impatient = asyncio.create_task(_create(caller))
        await _until(partial(_second_call, caller))
        impatient.cancel()
        assert await caller.names() == []
        await _until(caller.names)


@pytest.mark.asyncio
async def test_delay_after_the_effect_holds_only_the_answer_back() -> None:
    """The object stands there while its answer is still on the way."""
    async with opened() as caller:
        await caller.fault("delay", **_CREATE, seconds=1.0, effect="after")
        waiting = asyncio.create_task(_create(caller))
        await _until(caller.names)
        assert not waiting.done()
        assert (await waiting).status == 201
        assert await caller.names() == ["Exempel AB"]


@pytest.mark.asyncio
async def test_expired_tokens_answer_401_and_need_a_new_token() -> None:
    """Token expiry in mid-flight: no effect, and every token of that company is dead, not the other company's."""
    async with opened(CompanySettings(rate_limit=0), CompanySettings(tenant_id=2002, rate_limit=0)) as caller:
        first = caller.token
        await caller.log_in(2002)
        other = caller.token
        await caller.fault("expire_token", **_CREATE, company=1001)
        assert (await _create(caller, "andra")).status == 201
        caller.token = first
        assert (await _create(caller)).json == {"message": "unauthorized"}
        assert (await caller.get("/3/customers")).status == 401
        await caller.log_in()
        assert (await _create(caller)).status == 201
        caller.token = other
        assert (await caller.get("/3/customers")).status == 200


@pytest.mark.asyncio
async def test_refresh_token_already_used_by_somebody_else() -> None:
    """The next refresh, and only a refresh, gets invalid_grant, and the token is dead for good."""
    async with opened() as caller:
        pair = await caller.control("POST", "consent", {})
        await caller.fault("refresh_used")
        await caller.log_in()
        form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        for _ in range(2):
            reply = await caller.token_call(form)
            assert (reply.status, reply.json["error"]) == (400, "invalid_grant")


@pytest.mark.capability("f99")
@pytest.mark.asyncio
@pytest.mark.parametrize(("order", "header"), [({}, None), ({"retry_after": 7}, "7")])
async def test_throttle_fault_answers_429(order: dict[str, Any], header: str | None) -> None:
    """A 429 out of the blue, with Retry-After if ordered, and no effect."""
    async with opened() as caller:
        await caller.fault("throttle", **_CREATE, **order)
        reply = await _create(caller)
        assert (reply.status, reply.headers.get("Retry-After")) == (429, header)
        assert await caller.names() == []


@pytest.mark.capability("f99")
@pytest.mark.asyncio
async def test_faults_strike_by_method_path_count_and_company() -> None:
    """`after` skips, `times` ends, the path is matched whole, null means for ever."""
    async with opened() as caller:
        await caller.fault("status", method="GET", path="/3/customers(/[0-9]+)?", after=1, times=2, status=500)
        await caller.fault("status", path="/3/currencies", times=None, status=502)
        await caller.fault("status", company=9, status=504)
        statuses = [(await caller.get("/3/customers")).status for _ in range(4)]
        assert statuses == [200, 500, 500, 200]
        assert (await caller.get("/3/customers/1/x")).status == 404
        assert (await _create(caller)).status == 201
        assert [(await caller.get("/3/currencies")).status for _ in range(3)] == [502] * 3
        listed = (await caller.control("GET", "faults"))["faults"]
        assert [(one["met"], one["applied"]) for one in listed] == [(4, 2), (3, 3), (0, 0)]
        assert (await caller.control("DELETE", "faults"))["faults"] == []
        assert (await caller.get("/3/currencies")).status == 200


@pytest.mark.asyncio
async def test_seeded_probability_repeats_itself() -> None:
    """The same seed strikes the same calls, some but not all."""
    async with opened() as caller:
        runs = []
        for _ in range(2):
            await caller.control("DELETE", "faults")
            await caller.fault("status", times=None, probability=0.5, seed=7, status=500)
            runs.append([(await caller.get("/3/companyinformation")).status for _ in range(20)])
        assert runs[0] == runs[1]
        assert set(runs[0]) == {200, 500}


@pytest.mark.asyncio
async def test_token_endpoint_can_be_broken_too() -> None:
    """Faults reach OAuth: a refresh whose answer is lost has still rotated the token."""
    async with opened() as caller:
        pair = await caller.control("POST", "consent", {})
        await caller.fault("answer_lost", path="/oauth-v1/token")
        form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        with pytest.raises(aiohttp.ClientOSError):
            await caller.token_call(form)
        assert (await caller.token_call(form)).status == 400


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("order", "named"),
    [
        ({}, "fault"),
        ({"fault": "explode"}, "fault"),
        ({"fault": "status"}, "status"),
        ({"fault": "status", "status": 99}, "status"),
        ({"fault": "status", "status": 700}, "status"),
        ({"fault": "status", "status": 500, "headers": {"a": 1}}, "headers"),
        ({"fault": "status", "status": 500, "content_type": 1}, "content_type"),
        ({"fault": "delay"}, "seconds"),
        ({"fault": "delay", "seconds": -1}, "seconds"),
        ({"fault": "html", "effect": "never"}, "effect"),
        ({"fault": "html", "seconds": 1}, "seconds"),
        ({"fault": "html", "path": "("}, "path"),
        ({"fault": "html", "path": 1}, "path"),
        ({"fault": "html", "method": "PATCH"}, "method"),
        ({"fault": "html", "times": 0}, "times"),
        ({"fault": "html", "after": -1}, "after"),
        ({"fault": "html", "company": "x"}, "company"),
        ({"fault": "html", "probability": 1.5}, "probability"),
        ({"fault": "html", "seed": "x"}, "seed"),
        ({"fault": "throttle", "retry_after": "soon"}, "retry_after"),
    ],
)
async def test_bad_fault_descriptions_are_named(order: dict[str, Any], named: str) -> None:
    """A fault that is not understood answers 400 with a sentence naming the word."""
    async with opened() as caller:
        reply = await caller.session.post(f"{caller.server.url}/_sim/faults", json=order)
        assert reply.status == 400
        assert f'"{named}"' in (await reply.json())["error"]
        assert (await caller.control("GET", "faults"))["faults"] == []


@pytest.mark.asyncio
async def test_stopping_does_not_wait_for_hanging_calls() -> None:
    """A server with a hanging call and a late effect still stops at once."""
    async with opened() as caller:
        await caller.fault("hang_after", **_CREATE, seconds=3600)
        await caller.fault("late_effect", **_CREATE, seconds=3600)
        hanging = asyncio.create_task(_create(caller))
        await _until(caller.names)
        with pytest.raises(aiohttp.ClientOSError):
            await _create(caller)
        caller.server.simulator.close()
        with pytest.raises(aiohttp.ClientOSError):
            await hanging
        assert caller.server.simulator.late_pending == 0
