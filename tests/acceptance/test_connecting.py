"""A company of the rotating grant is connected by a refresh token in the configuration, once, and stays connected."""

from dataclasses import replace
from pathlib import Path

import pytest

from daemon.shut_text import nothing_leaves
from tests.acceptance.person import asked
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.conftest import Lines
from tests.fakes.senders import order

GRANT = 'grant = "authorization_code"'
FOR_A_USER = {"service_consent": False}
"""The consent is a user's, not a service account's: client credentials are refused."""
WARNED = "no_stored_token_and_no_refresh_token_so_nothing_will_leave"


async def consent(here: Scene) -> None:
    """An administrator approves the app: a new refresh token stands in the configuration."""
    given = await here.control("consent", {"company": 1001})
    line = f'refresh_token = "plain:{given["refresh_token"]}"'
    here.plans = [replace(here.plans[0], fortnox=f"{GRANT}\n{line}")]


async def delivered(here: Scene, number: str) -> None:
    """An order that becomes an invoice."""
    before = len((await here.state())["invoices"])
    await here.send(order(number))
    await here.settle()
    assert len((await here.state())["invoices"]) == before + 1


@pytest.mark.asyncio
async def test_a_refresh_token_in_the_configuration_connects_once(tmp_path: Path, log_lines: Lines) -> None:
    """The first start uses it; later ones go on with the stored pair although the used one still stands there."""
    async with scene(tmp_path, CompanyPlan(fortnox=GRANT), run=False) as here:
        await consent(here)
        for number in ("SO-1", "SO-2"):
            async with here.running() as bridge:
                await delivered(here, number)
                assert (await bridge.heartbeat.fields())["token_days_left"] == 45
                here.simulator.tokens.kill_access(1001)
        here.plans = [replace(here.plans[0], fortnox=GRANT)]
        async with here.running():
            await delivered(here, "SO-3")
        assert log_lines.named("config.warned") == []


@pytest.mark.asyncio
async def test_another_refresh_token_connects_the_company_again(tmp_path: Path) -> None:
    """The stored pair was revoked; a new consent and a restart bring the company back."""
    async with scene(tmp_path, CompanyPlan(fortnox=GRANT), simulator=FOR_A_USER, run=False) as here:
        await consent(here)
        async with here.running():
            await delivered(here, "SO-1")
        here.simulator.tokens.clear()
        async with here.running() as bridge:
            await here.until(lambda: bridge.deliveries["demo"].gate.shut_by == "invalid_grant")
        await consent(here)
        async with here.running():
            await delivered(here, "SO-2")


@pytest.mark.asyncio
async def test_a_company_that_nothing_connects_is_warned_of(tmp_path: Path, log_lines: Lines) -> None:
    """By check-config, at the start and by status; not any more once it was connected."""
    async with scene(tmp_path, CompanyPlan(fortnox=GRANT), run=False) as here:
        here.write_configuration()
        warning = f"warning: companies.demo.fortnox.refresh_token: {WARNED}"
        assert warning in (await asked(here, "check-config")).stdout
        async with here.running() as bridge:
            await here.until(lambda: bridge.deliveries["demo"].gate.shut_by == "not_connected")
            assert nothing_leaves("not_connected", None) in (await asked(here, "status")).stdout
            assert [line["reason"] for line in log_lines.named("config.warned")] == [WARNED]
            assert warning in (await asked(here, "check-config")).stdout
            await here.connect()
            await here.until(lambda: bridge.deliveries["demo"].gate.shut_by is None)
            result = await asked(here, "check-config")
            assert (result.exit_code, "warning" in result.stdout) == (0, False)


@pytest.mark.asyncio
async def test_tokens_of_another_state_key_pause_the_company(tmp_path: Path) -> None:
    """The daemon runs and says so; nothing is overwritten, and the former key brings the company back."""
    async with scene(tmp_path, CompanyPlan(fortnox=GRANT), run=False) as here:
        await consent(here)
        async with here.running():
            await delivered(here, "SO-1")
        key = here.data / "secrets" / "state-key"
        former = key.read_text()
        key.write_text("A" * 43 + "=")
        async with here.running() as bridge:
            await here.until(lambda: bridge.deliveries["demo"].gate.shut_by == "tokens_unsealable")
            assert (await bridge.heartbeat.fields())["token_days_left"] is None
        key.write_text("A" * 43 + "=\n" + former)
        async with here.running():
            await delivered(here, "SO-2")
