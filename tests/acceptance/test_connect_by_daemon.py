"""`connect` beside a daemon that browsers can reach: Fortnox sends the browser to the daemon's own listener."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from yarl import URL

from daemon.callback_page import NOT_AWAITED, RETURNED
from tests.acceptance.person import asking
from tests.acceptance.process import free_port
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.conftest import Lines
from tests.fakes.senders import order


@asynccontextmanager
async def public_daemon(folder: Path) -> AsyncIterator[Scene]:
    """A daemon whose public address is its own, and a company that was never connected."""
    plan = CompanyPlan(fortnox='grant = "authorization_code"')
    async with scene(folder, plan, run=False) as here:
        here.port = free_port()
        here.http = f'public_address = "http://127.0.0.1:{here.port}"'
        async with here.running():
            yield here


async def opened(here: Scene, address: URL, method: str = "GET") -> tuple[int, bytes]:
    """What a browser is shown."""
    async with here.session.request(method, address) as answer:
        assert answer.status == 405 or answer.headers["Referrer-Policy"] == "no-referrer"
        return answer.status, await answer.read()


@pytest.mark.asyncio
@pytest.mark.capability("002-09", "002-10", "002-12", "000-05")
async def test_the_daemon_takes_the_browser_once(tmp_path: Path, log_lines: Lines) -> None:
    """Only the state that is awaited, only at its company's address, only once; all else is one page."""
    async with public_daemon(tmp_path) as here, asking(here, "connect", "demo") as person:
        await person.until("The daemon waits for the browser")
        back = URL(await person.approve(), encoded=True)
        assert (back.port, back.path) == (here.port, "/oauth/callback/demo")
        for other in (
            back.update_query(state="of-another-attempt"),
            back.with_query(None),
            back.with_path("/oauth/callback/other", keep_query=True),
        ):
            assert await opened(here, other) == (404, NOT_AWAITED)
        assert (await opened(here, back, "POST"))[0] == 405
        assert await opened(here, back) == (200, RETURNED)
        assert await opened(here, back) == (404, NOT_AWAITED)
        assert await person.ended() == 0, person.screen.text
        assert "Connected: demo SIMULATOR is Simulatorbolaget AB" in person.screen.text
        assert await opened(here, back) == (404, NOT_AWAITED)
        gate = here.bridge.deliveries["demo"].gate
        await here.until(lambda: gate.shut_by is None)
        await here.send(order("SO-1"))
        await here.settle()
        assert len((await here.state())["invoices"]) == 1
        async with asking(here, "connect", "demo", "--paste") as pasting:
            again = await pasting.approve()
            assert await opened(here, URL(again, encoded=True)) == (200, RETURNED)
            await pasting.paste(again)
            assert await pasting.ended() == 0, pasting.screen.text
    code, state = back.query["code"], back.query["state"]
    assert not any(secret in line.decode() for secret in (code, state) for line in log_lines.raw)
    assert {line["reason"] for line in log_lines.named("hook.rejected")} == {"unknown_state", "method"}


@pytest.mark.asyncio
@pytest.mark.capability("002-09")
async def test_one_registered_address_serves_every_way(tmp_path: Path) -> None:
    """Where no daemon runs, the command itself listens where the proxy leads; a pasted address is the same one."""
    plan = CompanyPlan(fortnox='grant = "authorization_code"')
    async with scene(tmp_path, plan, run=False) as here:
        here.port = free_port()
        here.http = f'public_address = "http://127.0.0.1:{here.port}"'
        async with asking(here, "connect", "demo") as person:
            await person.until("Waiting for the browser")
            back = URL(await person.approve(), encoded=True)
            assert back.path == "/oauth/callback/demo"
            assert await opened(here, back) == (200, RETURNED)
            assert await person.ended() == 0, person.screen.text
        async with asking(here, "connect", "demo", "--paste") as person:
            await person.paste(await person.approve())
            assert await person.ended() == 0, person.screen.text
            assert f"redirect address  {back.with_query(None)}\n" in person.screen.text


@pytest.mark.asyncio
async def test_a_denied_consent_and_a_daemon_that_stops(tmp_path: Path) -> None:
    """Each ends with one sentence and the next step."""
    async with AsyncExitStack() as outliving:
        async with public_daemon(tmp_path) as here:
            async with asking(here, "connect", "demo") as person:
                await person.until("The daemon waits for the browser")
                assert await opened(here, URL(await person.approve(deny="1"), encoded=True)) == (200, RETURNED)
                assert await person.ended() == 1
                assert re.search(r"The consent was denied in Fortnox: .*connect` again\.\n$", person.screen.text)
            left = await outliving.enter_async_context(asking(here, "connect", "demo"))
            await left.until("The daemon waits for the browser")
        assert await left.ended() == 1
        # It was asked just when it stopped, or a moment later: both are true.
        stopped = "(the daemon stopped meanwhile|No daemon runs [^:]*): run `fortnox-bridge connect` again\\.?\n$"
        assert re.search(stopped, left.screen.text)
