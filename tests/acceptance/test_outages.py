"""What keeps Fortnox from answering keeps nobody from sending, and uses up nothing."""

import asyncio
from pathlib import Path

import pytest

from daemon.requests import Resume
from tests.acceptance.scene import CompanyPlan, scene
from tests.conftest import Lines
from tests.fakes.senders import order, survey

NORTH_AND_SOUTH = (CompanyPlan("north", 1001, ("shop",)), CompanyPlan("south", 1002, ("web",)))


@pytest.mark.asyncio
@pytest.mark.capability("f9")
@pytest.mark.capability("f56")
@pytest.mark.capability("000-44")
async def test_an_outage_costs_nothing(tmp_path: Path, log_lines: Lines) -> None:
    """Nobody at Fortnox: webhooks are taken, no attempt is used, it is said once, and all of it goes out afterwards."""
    async with scene(tmp_path) as stage:
        await stage.send(order("SO-0"))
        await stage.settle()
        await stage.fortnox_down()
        await stage.send(*(order(f"SO-{number}", "order.paid") for number in range(1, 6)))
        await stage.send(survey("resp-1", {"name": "Par", "email": "par@example.com"}), source="web")
        await stage.until("SELECT 1 FROM counter WHERE name = 'inbox_handled' AND value = 7")
        delivery = stage.bridge.deliveries["demo"]
        await stage.until(lambda: delivery.gate.shut_by == "down" and not delivery.in_flight)
        assert stage.rows("SELECT max(attempts) FROM outbox WHERE state <> 'done'") == [(0,)]
        await stage.fortnox_up()
        await stage.settle()
        state = await stage.state()
        assert (len(state["invoices"]), len(state["payments"]), len(state["customers"])) == (6, 5, 2)
        assert {state for _, state, _ in stage.commands()} == {"done"}
        assert [entry["reason"] for entry in log_lines.named("target.paused")] == ["down"]
        assert len(log_lines.named("target.resumed")) == 1


@pytest.mark.asyncio
@pytest.mark.capability("f9")
async def test_a_daemon_that_starts_during_an_outage_takes_webhooks(tmp_path: Path) -> None:
    """The far side has never answered yet: everything is kept until it does."""
    async with scene(tmp_path, run=False) as stage:
        await stage.fortnox_down()
        async with stage.running():
            await stage.send(order("SO-1", "order.paid"))
            await asyncio.sleep(0.3)
            await stage.fortnox_up()
            await stage.settle()
            state = await stage.state()
            assert (len(state["invoices"]), len(state["payments"])) == (1, 1)


@pytest.mark.asyncio
@pytest.mark.capability("f56")
@pytest.mark.capability("f90")
@pytest.mark.capability("f23")
async def test_lost_credentials_pause_one_company(tmp_path: Path, log_lines: Lines) -> None:
    """Fortnox knows one company no more: its webhooks are taken, the other goes on, and a person resumes it."""
    async with scene(tmp_path, *NORTH_AND_SOUTH) as stage:
        await stage.send(order("SO-0"), source="shop")
        await stage.settle()
        await stage.control("settings", {"company": 1001, "service_consent": False})
        stage.fault("expire_token", company=1001, path="/3/invoices")
        await stage.send(order("SO-1", "order.paid"), source="shop")
        await stage.send(order("SO-1", "order.paid"), source="web")
        await stage.until("SELECT 1 FROM counter WHERE company = 'south' AND name = 'outbox_done' AND value = 5")
        assert stage.bridge.deliveries["north"].gate.shut_by is not None
        await stage.send(order("SO-2"), source="shop")
        await asyncio.sleep(0.5)
        assert len((await stage.state(1001))["invoices"]) == 1
        assert stage.rows("SELECT max(attempts) FROM outbox WHERE company = 'north' AND state <> 'done'") == [(0,)]
        assert len(log_lines.named("target.paused")) == 1
        await stage.control("settings", {"company": 1001, "service_consent": True})
        await stage.act(Resume(person="anna", name="north"))
        await stage.settle()
        assert len((await stage.state(1001))["invoices"]) == 3
        assert {state for _, state, _ in stage.commands()} == {"done"}


@pytest.mark.asyncio
@pytest.mark.capability("f89")
@pytest.mark.capability("002-11")
@pytest.mark.capability("002-13")
async def test_a_rotating_connection_survives_expiry_and_restart(tmp_path: Path) -> None:
    """A token that dies in mid-work is renewed once for everybody, and the next process goes on with the new pair."""
    plan = CompanyPlan(fortnox='grant = "authorization_code"')
    async with scene(tmp_path, plan, run=False) as stage:
        async with stage.running():
            await stage.connect("demo")
            await stage.send(order("SO-0"))
            await stage.settle()
            stage.fault("expire_token", path="/3/invoices", method="POST")
            await asyncio.gather(*(stage.send(order(f"SO-{number}")) for number in range(1, 11)))
            await stage.settle()
        async with stage.running():
            await stage.send(order("SO-11"))
            await stage.settle()
        assert len((await stage.state())["invoices"]) == 12
        grants = [call["grant"] for call in (await stage.control("calls"))["calls"] if call["kind"] == "oauth"]
        assert grants.count("refresh_token") <= 3


@pytest.mark.asyncio
@pytest.mark.capability("f59")
@pytest.mark.parametrize("status", [200, 503])
async def test_a_maintenance_page_is_an_outage_whatever_its_status(tmp_path: Path, status: int) -> None:
    """HTML in place of answers, with 503 or even 200: the company waits, and what showed it has its attempts back."""
    async with scene(tmp_path) as stage:
        await stage.send(order("SO-0"))
        await stage.settle()
        stage.fault("html", status=status, path="/3/.*", times=None)
        await stage.send(*(order(f"SO-{number}", "order.paid") for number in range(1, 9)))
        delivery = stage.bridge.deliveries["demo"]
        await stage.until(lambda: delivery.gate.shut_by == "down" and not delivery.in_flight)
        await stage.until(lambda: stage.rows("SELECT max(attempts) FROM outbox WHERE state <> 'done'") == [(0,)])
        assert delivery.gate.probing.down_since is not None
        stage.simulator.faults.clear()
        await stage.settle()
        state = await stage.state()
        assert (len(state["invoices"]), len(state["payments"])) == (9, 8)
        assert {state for _, state, _ in stage.commands()} == {"done"}
