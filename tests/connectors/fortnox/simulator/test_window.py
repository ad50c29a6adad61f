"""The sliding window of 25 calls in 5 seconds, counted on arrival (checklist 2)."""

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import Caller, opened


async def _statuses(caller: Caller, count: int) -> list[int]:
    return [(await caller.get("/3/companyinformation")).status for _ in range(count)]


@pytest.mark.asyncio
async def test_the_26th_call_in_a_window_is_refused() -> None:
    """25 calls pass, the 26th gets 429 and the seconds to wait."""
    async with opened(CompanySettings()) as caller:
        assert await _statuses(caller, 25) == [200] * 25
        caller.clock.move(2)
        refused = await caller.get("/3/companyinformation")
        assert (refused.status, refused.headers["Retry-After"]) == (429, "3")


@pytest.mark.asyncio
async def test_the_window_slides() -> None:
    """A place comes free exactly one window after its own arrival, not all at once."""
    async with opened(CompanySettings()) as caller:
        await _statuses(caller, 10)
        caller.clock.move(3)
        await _statuses(caller, 15)
        caller.clock.move(1.999)
        assert await _statuses(caller, 1) == [429]
        caller.clock.move(0.001)
        assert await _statuses(caller, 11) == [200] * 10 + [429]


@pytest.mark.asyncio
async def test_a_refused_write_has_no_effect_and_takes_no_place() -> None:
    """A 429'd create makes nothing; by default it does not count either."""
    async with opened(CompanySettings(rate_limit=1)) as caller:
        await caller.customer(Name="Först")
        for _ in range(5):
            refused = await caller.call("POST", "/3/customers", {"Customer": {"Name": "Sedan"}})
            assert refused.status == 429
            caller.clock.move(0.9)
        caller.clock.move(0.6)
        assert await caller.names() == ["Först"]
        assert await _statuses(caller, 1) == [200]


@pytest.mark.asyncio
async def test_refused_calls_can_be_made_to_count() -> None:
    """With the switch on, hammering keeps the window full."""
    async with opened(CompanySettings(rate_limit=1, count_refused_calls=True)) as caller:
        assert await _statuses(caller, 1) == [200]
        caller.clock.move(4)
        assert await _statuses(caller, 1) == [429]
        caller.clock.move(4)
        assert await _statuses(caller, 1) == [429]
        caller.clock.move(5)
        assert await _statuses(caller, 1) == [200]


@pytest.mark.asyncio
async def test_retry_after_can_be_switched_off() -> None:
    """Fortnox may send no Retry-After; the simulator can do the same."""
    async with opened(CompanySettings(rate_limit=1, retry_after=False)) as caller:
        await _statuses(caller, 1)
        refused = await caller.get("/3/companyinformation")
        assert refused.status == 429
        assert "Retry-After" not in refused.headers


@pytest.mark.asyncio
async def test_each_company_has_its_own_window() -> None:
    """One company at its limit does not stop another; token calls take no place."""
    async with opened(CompanySettings(rate_limit=1), CompanySettings(tenant_id=2002, rate_limit=1)) as caller:
        assert await _statuses(caller, 2) == [200, 429]
        await caller.log_in(2002)
        assert await _statuses(caller, 2) == [200, 429]


@pytest.mark.asyncio
async def test_every_call_takes_a_place_whatever_becomes_of_it() -> None:
    """Errors, expired tokens and faults count on arrival like any other call."""
    async with opened(CompanySettings(rate_limit=4)) as caller:
        await caller.fault("status", status=500, path="/3/currencies")
        assert (await caller.get("/3/nonsense")).status == 404
        assert (await caller.get("/3/currencies")).status == 500
        assert (await caller.call("POST", "/3/customers", b"{")).status == 400
        await caller.fault("expire_token")
        assert (await caller.get("/3/customers")).status == 401
        await caller.log_in()
        assert (await caller.get("/3/customers")).status == 429


@pytest.mark.asyncio
async def test_refused_calls_stand_in_the_log_as_429() -> None:
    """The log shows arrivals on the monotonic clock with the status each was given."""
    async with opened(CompanySettings(rate_limit=1)) as caller:
        await _statuses(caller, 2)
        calls = [call for call in (await caller.control("GET", "calls"))["calls"] if call["kind"] == "rest"]
        assert [call["status"] for call in calls] == [200, 429]
        assert [call["effect"] for call in calls] == [200, None]
        assert {call["monotonic"] for call in calls} == {1000}


@pytest.mark.asyncio
async def test_a_limit_of_zero_means_no_window() -> None:
    """For measuring: nothing is ever refused."""
    async with opened(CompanySettings(rate_limit=0)) as caller:
        assert await _statuses(caller, 60) == [200] * 60


@pytest.mark.asyncio
async def test_limits_can_be_changed_while_running() -> None:
    """A scaled window takes force at once."""
    async with opened(CompanySettings()) as caller:
        await caller.control("POST", "settings", {"rate_limit": 2, "rate_window_seconds": 0.25})
        assert await _statuses(caller, 3) == [200, 200, 429]
        caller.clock.move(0.25)
        assert await _statuses(caller, 1) == [200]
