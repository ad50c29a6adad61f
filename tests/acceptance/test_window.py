"""The budget of Fortnox, 25 calls in any window, as counted on arrival."""

from pathlib import Path

import pytest

from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.senders import order
from tests.window import CALLS, most_in_any, queued


def test_the_count_sees_one_call_too_many() -> None:
    """The measure itself can fail: 26 arrivals in just under a window are 26, and a window later they are one."""
    arrivals = [place * 4.999 / 25 for place in range(26)]
    assert most_in_any(arrivals, 5.0) == 26
    assert most_in_any([0.0, 5.0, 10.0], 5.0) == 1


@pytest.mark.asyncio
@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.capability("f57")
@pytest.mark.parametrize(("commands", "seconds"), [(60, 5.0), (1000, 0.25)], ids=["true", "scaled"])
async def test_no_window_holds_more_than_25_arrivals(tmp_path: Path, commands: int, seconds: float) -> None:
    """Queued commands, 60 at the true window and 1,000 at a scaled one: never more than 25 calls, never a 429."""
    seen = await queued(tmp_path, commands, seconds)
    assert seen.most <= CALLS
    assert seen.refused == 0
    assert seen.invoices == commands + 1


@pytest.mark.asyncio
@pytest.mark.capability("f57")
async def test_a_restart_does_not_forget_the_window(tmp_path: Path) -> None:
    """What an earlier process called a moment ago counts: the next one waits a whole window before its first call."""
    async with scene(tmp_path, window_seconds=1.0, run=False) as stage:
        async with stage.running():
            for number in range(20):
                await stage.send(order(f"SO-{number}"))
            await stage.until("SELECT 1 FROM counter WHERE name = 'outbox_done' AND value >= 20")
        async with stage.running():
            await stage.send(*(order(f"SO-{number}") for number in range(20, 40)))
            await stage.settle()
        calls = [call for call in (await stage.control("calls"))["calls"] if call["kind"] == "rest"]
        assert most_in_any([call["monotonic"] for call in calls], 1.0) <= CALLS
        assert 429 not in {call["status"] for call in calls}


@pytest.mark.asyncio
@pytest.mark.capability("f56")
@pytest.mark.capability("f57")
async def test_a_429_all_the_same_pauses_that_company_only(tmp_path: Path) -> None:
    """Somebody else used the budget: the company waits, uses no attempt, and the other one is not slowed down."""
    plans = (CompanyPlan("north", 1001, ("shop",)), CompanyPlan("south", 1002, ("web",)))
    async with scene(tmp_path, *plans) as stage:
        stage.fault("throttle", method="POST", path="/3/invoices", company=1001, retry_after=1)
        await stage.send(order("SO-1"), source="shop")
        await stage.until("SELECT 1 FROM attempt WHERE end = 'throttled'")
        await stage.send(order("SO-1"), source="web")
        await stage.until("SELECT 1 FROM outbox WHERE company = 'south' AND kind = 'ensure_invoice' AND state = 'done'")
        assert stage.rows("SELECT state FROM outbox WHERE company = 'north' AND kind = 'ensure_invoice'") != [("done",)]
        await stage.settle()
        first, second = [call for call in await stage.calls(1001) if call["path"] == "/3/invoices"]
        assert (first["status"], second["status"]) == (429, 201)
        assert second["monotonic"] - first["monotonic"] >= 1.0
        assert stage.rows("SELECT attempts FROM outbox WHERE kind = 'ensure_invoice'") == [(1,), (1,)]
        assert len((await stage.state(1001))["invoices"]) == 1
