"""What comes again, is paused, replayed or answers as somebody else makes nothing twice and writes nothing wrong."""

import asyncio
from pathlib import Path

import pytest

from daemon.requests import Pause, Replay, Resume
from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.senders import order, survey


@pytest.mark.asyncio
@pytest.mark.capability("f7")
async def test_one_delivery_sent_ten_times_at_once_is_one_row(tmp_path: Path) -> None:
    """A sender that repeats itself gets 2xx each time, and one document stands in Fortnox; also after a restart."""
    async with scene(tmp_path, run=False) as stage:
        async with stage.running():
            sender = stage.sender()
            replies = await asyncio.gather(*(sender.send(order("SO-1"), delivery_id="msg_same") for _ in range(10)))
            assert {reply.status for reply in replies} == {200}
            await stage.settle()
        async with stage.running():
            assert (await stage.sender().send(order("SO-1"), delivery_id="msg_same")).status == 200
            await stage.settle()
        assert stage.rows("SELECT count(*) FROM inbox") == [(1,)]
        assert len((await stage.state())["invoices"]) == 1


@pytest.mark.asyncio
@pytest.mark.capability("f53")
async def test_a_replay_of_what_was_delivered_sends_nothing(tmp_path: Path) -> None:
    """Today's rules on yesterday's event ask for what stands there already: not one call."""
    async with scene(tmp_path) as stage:
        await stage.send(order("SO-1", "order.paid"), survey("resp-1", {"name": "Par", "email": "par@example.com"}))
        await stage.settle()
        before = await stage.calls()
        for number in (1, 2):
            answer = await stage.act(Replay(person="anna", id=f"in-{number}", accept=True))
            assert {entry["what"] for entry in answer["commands"]} == {"same"}
        await stage.settle()
        assert await stage.calls() == before


@pytest.mark.asyncio
@pytest.mark.capability("f59")
@pytest.mark.parametrize("name", ["company:demo", "rule:book_order"])
async def test_a_pause_survives_a_restart(tmp_path: Path, name: str) -> None:
    """Nothing of it leaves before a person resumes it; then everything does, with no attempt used up."""
    async with scene(tmp_path, run=False) as stage:
        async with stage.running():
            await stage.act(Pause(person="anna", name=name, reason="year end"))
            await stage.send(order("SO-1", "order.paid"))
            await asyncio.sleep(0.2)
        async with stage.running():
            await stage.send(order("SO-2"))
            await asyncio.sleep(0.3)
            assert await stage.calls() == []
            await stage.act(Resume(person="anna", name=name))
            await stage.settle()
            assert {state for _, state, _ in stage.commands()} == {"done"}
            assert stage.rows("SELECT max(attempts) FROM outbox") == [(1,)]
            assert len((await stage.state())["invoices"]) == 2


@pytest.mark.asyncio
@pytest.mark.capability("f23")
async def test_another_tenant_under_the_same_name_is_paused_before_any_write(tmp_path: Path) -> None:
    """A company is pinned at its first connect: another tenant answers, and not one call but the question arrives."""
    async with scene(tmp_path, run=False) as stage:
        async with stage.running():
            await stage.send(order("SO-1"))
            await stage.settle()
        await stage.control("settings", {"company": 1002})
        stage.plans = (CompanyPlan(tenant=1002),)
        async with stage.running() as bridge:
            await stage.send(order("SO-2"))
            await stage.until(lambda: bridge.deliveries["demo"].gate.shut_by == "another_company")
            await asyncio.sleep(0.1)
            assert await stage.calls(1002) == []
            assert (await stage.state(1002))["invoices"] == []
