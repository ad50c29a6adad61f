"""Lost credentials: whatever lost them, one company stands still, nothing loops, and all goes out once in the end."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.fortnox.target import FortnoxTarget
from daemon.clock import Clock
from daemon.requests import Resume
from daemon.shut_text import nothing_leaves
from tests.acceptance.calendar import Calendar
from tests.acceptance.person import asked, connected, grants_asked
from tests.acceptance.process import PATIENCE_SECONDS, START, free_port, service
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import StandardSender, order

ROTATING = 'grant = "authorization_code"'
OTHER_DELIVERED = "SELECT 1 FROM outbox WHERE company = 'other' AND kind = 'ensure_invoice' AND state = 'done'"
DIES_BEFORE_THE_COMMIT = f"""
import os, signal
from store.tokens import SealedTokens
async def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)
SealedTokens.write = killed
{START}
"""
"""The daemon, whose power goes in the moment in which a rotated pair was answered and shall be committed."""


@asynccontextmanager
async def two_companies(folder: Path, calendar: Calendar) -> AsyncIterator[Scene]:
    """One connected by a user's consent, whose refresh token rotates; another one beside it."""
    plans = (CompanyPlan(fortnox=ROTATING), CompanyPlan("other", 1002, ("desk",)))
    clock = Clock(now=calendar.now)
    async with scene(folder, *plans, simulator={"service_consent": False}, run=False, clock=clock) as here:
        await here.control("settings", {"company": 1002, "service_consent": True})
        yield here


async def _connected(here: Scene) -> None:
    """An administrator of demo gave consent."""
    async with here.running():
        await here.connect()


async def _killed_before_the_commit(here: Scene, _: Calendar) -> None:
    """A webhook is taken, its command finds the access token dead, and the power goes after Fortnox's answer."""
    await _connected(here)
    here.port = free_port()
    async with service(here.write_configuration(), here.port, here.session, DIES_BEFORE_THE_COMMIT) as daemon:
        secret = (here.data / "secrets" / "shop").read_text(encoding="utf-8").strip()
        shop = StandardSender(f"{daemon.url}/hooks/shop", secret, here.session)
        await shop.send(order("SO-1"))
        await here.until("SELECT 1 FROM outbox WHERE kind = 'ensure_invoice' AND state = 'done'")
        here.simulator.tokens.kill_access(1001)
        await shop.send(order("SO-2"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await daemon.process.wait() == -signal.SIGKILL
    assert (await grants_asked(here)).count("refresh_token") == 1
    here.port = 0


async def _expired(here: Scene, calendar: Calendar) -> None:
    """The company was connected longer ago than a refresh token lives."""
    calendar.ahead = timedelta(days=-46)
    await _connected(here)
    calendar.ahead = timedelta(0)
    async with here.running():
        await here.send(order("SO-1"), order("SO-2"))


@pytest.mark.asyncio
@pytest.mark.capability("f89", "f59", "002-11")
@pytest.mark.parametrize("lose", [_killed_before_the_commit, _expired])
async def test_lost_credentials_stop_one_company_and_lose_nothing(
    tmp_path: Path, lose: Callable[[Scene, Calendar], Awaitable[None]]
) -> None:
    """Said with the remedy; one question to the token endpoint, however many commands wait and whoever resumes."""
    calendar = Calendar()
    async with two_companies(tmp_path, calendar) as here:
        await lose(here, calendar)
        before = (await grants_asked(here)).count("refresh_token")
        async with here.running() as bridge:
            gate = bridge.deliveries["demo"].gate
            await here.until(lambda: gate.shut_by == "invalid_grant")
            await here.send(order("SO-3"), order("SO-4"))
            await here.send(order("SO-5"), source="desk")
            await here.until(OTHER_DELIVERED)
            shown = nothing_leaves("invalid_grant", None)
            assert re.search("credentials lost.*fortnox-bridge connect", shown)
            assert (await asked(here, "status")).stdout.count(shown) == 1
            await here.act(Resume(person="anna", name="demo"))
            await here.until(lambda: gate.shut_by == "invalid_grant" and bridge.deliveries["demo"].in_flight == 0)
            assert (await grants_asked(here)).count("refresh_token") <= before + 1
            await connected(here)
            await here.settle()
            assert len((await here.state())["invoices"]) == 4
            assert len((await here.state(1002))["invoices"]) == 1
            assert {state for _, state, _ in here.commands()} == {"done"}


@pytest.mark.asyncio
@pytest.mark.capability("f91", "f59")
async def test_an_idle_company_is_paused_by_the_daily_renewal(tmp_path: Path) -> None:
    """Nobody sends anything, and all the same it shows that the consent is gone; then nothing asks again."""
    calendar = Calendar()
    async with two_companies(tmp_path, calendar) as here:
        await _connected(here)
        async with here.running() as bridge:
            gate = bridge.deliveries["demo"].gate
            await here.until(lambda: gate.shut_by is None)
            here.simulator.tokens.clear()
            calendar.ahead = timedelta(days=2)
            renewal = next(job.run for job in bridge._jobs() if job.name == "tokens")
            await renewal()
            assert gate.shut_by == "invalid_grant"
            before = await grants_asked(here)
            await renewal()
            assert await grants_asked(here) == before


@pytest.mark.asyncio
@pytest.mark.capability("f89", "f90")
@pytest.mark.parametrize("company", ["demo", "other"])
async def test_twenty_calls_side_by_side_renew_once(tmp_path: Path, company: str) -> None:
    """Counted at the simulator: twenty callers are refused with the same dead token, and one asks for a new one."""
    grant, tenant = ("refresh_token", 1001) if company == "demo" else ("client_credentials", 1002)
    async with two_companies(tmp_path, Calendar()) as here:
        await _connected(here)
        async with here.running() as bridge:
            target = bridge.targets[company]
            assert isinstance(target, FortnoxTarget)
            await here.until(lambda: bridge.deliveries[company].gate.shut_by is None)
            # The first renewal finds out that the consent of demo is no service account's.
            here.simulator.tokens.kill_access(tenant)
            await target.probe()
            before = await grants_asked(here)
            here.simulator.tokens.kill_access(tenant)
            await asyncio.gather(*(target.client.read("read_company") for _ in range(20)))
            assert (await grants_asked(here))[len(before) :] == [grant]
