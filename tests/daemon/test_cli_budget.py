"""The commands about the budget: usage by day, a company that is read only, and approvals, beside a running daemon."""

import asyncio
from pathlib import Path

import pytest

from daemon.config import load_config
from daemon.requests import Discard
from tests.acceptance.scene import CompanyPlan, scene
from tests.conftest import Lines
from tests.daemon.test_cli import beside, command, told
from tests.fakes.senders import order


@pytest.mark.asyncio
@pytest.mark.capability("002-05")
async def test_usage_is_what_arrived_and_outlives_the_daemon(tmp_path: Path) -> None:
    """Every call counts, those answered 429 twice over; folded into the day when the daemon stops, and added up."""
    async with scene(tmp_path, run=False) as here:
        for number in (1, 2):
            async with here.running():
                here.fault("throttle", method="POST", path="/3/invoices", retry_after=0.1)
                await here.send(order(f"SO-{number}"))
                await here.settle()
                arrived = [call for call in (await here.control("calls"))["calls"] if call["kind"] == "rest"]
                [today] = told(await beside(here, "usage", "--json"))
                assert (today["company"], today["company_kind"]) == ("demo", "simulator")
                assert (today["calls"], today["throttled"]) == (len(arrived), number)
                shown = await here.status()
                assert shown["companies"][0]["calls_today"] == len(arrived)
                assert shown["companies"][0]["throttled_today"] == number
        assert here.rows("SELECT calls, throttled FROM usage") == [(len(arrived), 2)]
        result = await beside(here, "usage")
        assert result.exit_code == 0
        assert result.stdout.splitlines()[0].split() == ["day", "company", "calls", "answered", "429"]
        assert result.stdout.splitlines()[1].split()[1:] == ["demo", "SIMULATOR", str(len(arrived)), "2"]
        assert (await beside(here, "usage", "--company", "demi")).exit_code == 2


@pytest.mark.asyncio
@pytest.mark.capability("f18")
async def test_read_only_is_switched_by_a_reload(tmp_path: Path, log_lines: Lines) -> None:
    """Everything is planned and shown as waiting, nothing leaves; a reload lets it go, another stops it again."""
    plan = CompanyPlan(more="read_only = true")
    async with scene(tmp_path, plan) as here:
        await here.send(order("SO-1", "order.paid"))
        await here.until("SELECT 1 FROM outbox WHERE kind = 'book_payment'")
        result = await beside(here, "status")
        assert result.exit_code == 1
        assert "nothing leaves: everything is planned and waits (read_only = true)" in result.stdout
        assert "queue: 5 live" in result.stdout
        assert "read_only" in (await beside(here, "explain", "in-1", "--json")).stdout
        assert await here.calls() == []
        here.plans = (CompanyPlan(more="read_only = false"),)
        assert here.bridge.reload(load_config(here.write_configuration())) == []
        await here.settle()
        assert (len((await here.state())["payments"]), {state for _, state, _ in here.commands()}) == (1, {"done"})
        assert here.rows("SELECT DISTINCT attempts FROM outbox") == [(1,)]
        here.plans = (plan,)
        here.bridge.reload(load_config(here.write_configuration()))
        calls = len(await here.calls())
        await here.send(order("SO-2"))
        await here.until("SELECT 1 FROM counter WHERE name = 'inbox_handled' AND value = 2")
        assert len(await here.calls()) == calls
        assert [line["reason"] for line in log_lines.named("target.paused")] == ["read_only", "read_only"]
        assert [line["reason"] for line in log_lines.named("target.resumed")] == ["read_only"]
    shown = told(await asyncio.to_thread(command, "status", "--json", config=here.folder / "config.toml"))
    assert (shown["daemon"], shown["companies"][0]["shut_by"]) == ("not running", "read_only")


@pytest.mark.asyncio
@pytest.mark.capability("f18")
async def test_what_needs_an_approval_is_asked_approved_and_told(tmp_path: Path) -> None:
    """The invoice is held with a question that names the call; `approve` lets it go, and explain says by whom."""
    async with scene(tmp_path, CompanyPlan(more='approve = ["ensure_invoice"]')) as here:
        await here.send(order("SO-1"), order("SO-2"))
        await here.until("SELECT 1 FROM counter WHERE name = 'outbox_held' AND value = 2")
        held = told(await beside(here, "outbox", "--state", "held", "--json"))
        assert [entry["reason"] for entry in held] == ["approval"] * 2
        asked = {entry["id"]: entry["question"] for entry in held}
        first, second = sorted(asked)
        assert asked[first] == (f"may create_invoice leave (POST /invoices)? approve {first}, or discard {first}")
        assert (await here.state())["invoices"] == []
        result = await beside(here, "approve", first, "out-1")
        assert (result.exit_code, result.stdout) == (
            1,
            f"{first}  ready\nout-1  skipped: out-1 is done and does not wait for an approval\n",
        )
        await here.until("SELECT 1 FROM outbox WHERE kind = 'ensure_invoice' AND state = 'done'")
        assert len((await here.state())["invoices"]) == 1
        assert "approve" in (await beside(here, "explain", first)).stdout
        await here.act(Discard(person="anna", id=second, reason="not ours"))
        assert (await beside(here, "approve", second)).exit_code == 1


def test_what_can_be_approved_is_checked(tmp_path: Path) -> None:
    """A word that is no kind of command and no rule is a fault, with the word that may be meant."""
    path = tmp_path / "config.toml"
    path.write_text(
        'data_dir = "data"\nstate_key = "generated:state-key"\n[companies.demo]\nstart = 2026-01-01\n'
        'approve = ["ensure_credits"]\n[companies.demo.fortnox]\nrest_url = "http://127.0.0.1:9/3"\n'
        'oauth_url = "http://127.0.0.1:9/oauth-v1"\ntenant_id = 1001\nclient_id = "simulator"\n'
        'client_secret = "plain:simulator"\n'
    )
    result = command("check-config", config=path)
    assert result.exit_code == 2
    assert "companies.demo.approve" in result.stderr
    assert "ensure_credit?" in result.stderr
