"""`connect --link`: an administrator elsewhere opens a link days later, and the daemon does the rest."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from yarl import URL

from daemon.callback_page import NOT_AWAITED
from daemon.clock import Clock
from tests.acceptance.calendar import Calendar
from tests.acceptance.person import asked
from tests.acceptance.process import free_port
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import order

ROTATING = 'grant = "authorization_code"'
CONNECTED = b"Simulatorbolaget AB is connected. This window may be closed."


@asynccontextmanager
async def customers(folder: Path, calendar: Calendar) -> AsyncIterator[Scene]:
    """Two companies of customers, which the configuration names by their tenants, and a public address."""
    plans = (CompanyPlan(fortnox=ROTATING), CompanyPlan("other", 1002, (), fortnox=ROTATING))
    async with scene(folder, *plans, run=False, clock=Clock(now=calendar.now)) as here:
        here.port = free_port()
        here.http = f'public_address = "http://127.0.0.1:{here.port}"'
        here.write_configuration()
        yield here


async def link(here: Scene, company: str = "demo", *words: str) -> URL:
    """A link, as the command shows it."""
    result = await asked(here, "connect", company, "--link", *words)
    assert result.exit_code == 0, result.output
    assert re.search(r"It is good until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, for one\n", result.stdout)
    return URL(re.findall(r"http://\S+/auth\?\S+", result.stdout)[0], encoded=True)


async def opened(here: Scene, address: URL, **more: str) -> bytes:
    """The page that the administrator ends at."""
    async with here.session.get(address.update_query(more), allow_redirects=False) as answer:
        back = URL(answer.headers["Location"], encoded=True)
    async with here.session.get(back) as answer:
        return await answer.read()


@pytest.mark.asyncio
@pytest.mark.capability("001-25", "002-09")
async def test_a_link_connects_once_within_its_days(tmp_path: Path) -> None:
    """Also after a restart; then it is used, as is one that is too old, replaced or withdrawn."""
    calendar = Calendar()
    async with customers(tmp_path, calendar) as here:
        early = await link(here)
        first = await link(here)
        async with here.running() as bridge:
            assert await opened(here, early) == NOT_AWAITED
            calendar.ahead = timedelta(days=6)
            assert CONNECTED in await opened(here, first)
            await here.until(lambda: bridge.deliveries["demo"].gate.shut_by is None)
            assert await opened(here, first) == NOT_AWAITED
            old, withdrawn = await link(here, "demo", "--days", "1"), await link(here, "other")
            calendar.ahead += timedelta(days=2)
            assert await opened(here, old) == NOT_AWAITED
            assert (await asked(here, "revoke", "other", "--yes")).exit_code == 0
            assert await opened(here, withdrawn, tenant="1002") == NOT_AWAITED
            assert bridge.deliveries["other"].gate.shut_by == "person"
        calendar.ahead = timedelta(0)
        async with here.running():
            await here.send(order("SO-1"))
            await here.settle()
            assert len((await here.state())["invoices"]) == 1


@pytest.mark.asyncio
@pytest.mark.capability("001-25", "002-12")
async def test_whoever_opens_it_puts_no_other_company_in_its_place(tmp_path: Path) -> None:
    """Each page says why, for whoever sent the link; denied, the link stays good; another company, and it is used."""
    async with customers(tmp_path, Calendar()) as here, here.running() as bridge:
        made = await link(here)
        assert b"Tell whoever sent you this link: The consent was denied" in await opened(here, made, deny="1")
        assert b"tenant 1002. But demo is simulator and belongs to tenant 1001" in await opened(
            here, made, tenant="1002"
        )
        assert await opened(here, made) == NOT_AWAITED
        assert bridge.deliveries["demo"].gate.shut_by == "not_connected"
        assert here.rows("SELECT company FROM token") == []


@pytest.mark.asyncio
async def test_a_link_needs_an_address_and_a_company_that_is_known(tmp_path: Path) -> None:
    """One sentence each, with the next step."""
    async with customers(tmp_path, Calendar()) as here:
        here.http = ""
        here.write_configuration()
        result = await asked(here, "connect", "demo", "--link")
        assert (result.exit_code, "set http.public_address" in result.stderr) == (1, True)
        here.http = f'public_address = "http://127.0.0.1:{here.port}"'
        path = here.write_configuration()
        path.write_text(path.read_text(encoding="utf-8").replace("tenant_id = 1001\n", ""), encoding="utf-8")
        result = await asked(here, "connect", "demo", "--link")
        assert (result.exit_code, "set tenant_id of demo" in result.stderr) == (1, True)
        assert (await asked(here, "connect", "demo", "--link", "--paste")).exit_code == 2
