"""`connect` and `revoke` as a person meets them: in a terminal, against the simulator, with every way to fail."""

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from yarl import URL

from daemon.callback_page import RETURNED
from daemon.opening import database_path
from daemon.shut_text import nothing_leaves
from tests.acceptance.person import PATIENCE, PROGRAM, Person, asked, asking, connected, grants_asked
from tests.acceptance.process import ROOT, free_port
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.conftest import Lines
from tests.fakes.clock import ManualClock
from tests.fakes.senders import Json, order
from tests.fakes.terminal import terminal

ROTATING = 'grant = "authorization_code"'
AGAIN = r"then run `fortnox-bridge connect` again\."
OTHER_DELIVERED = "SELECT 1 FROM outbox WHERE company = 'other' AND kind = 'ensure_invoice' AND state = 'done'"
PROBE_SECONDS = 0.2
"""As the scene configures it."""
FOR_A_USER = {"service_consent": False}
KEPT = "SELECT company FROM token WHERE purpose = 'fortnox'"


async def delivered(here: Scene, number: str) -> None:
    """An order that becomes an invoice."""
    before = len((await here.state())["invoices"])
    await here.send(order(number))
    await here.settle()
    assert len((await here.state())["invoices"]) == before + 1


@pytest.mark.asyncio
@pytest.mark.capability("000-38", "000-49", "001-22", "002-03", "002-09", "002-10", "002-11", "003-04", "003-05")
async def test_a_pasted_address_connects(tmp_path: Path) -> None:
    """Steps, scopes with their reasons, the address; then what it is connected to; then the daemon delivers."""
    async with scene(tmp_path, CompanyPlan(fortnox=ROTATING), simulator=FOR_A_USER, run=False) as here:
        shown = await connected(here)
        asked = parse_qs(urlsplit(re.findall(r"http://\S+/auth\?\S+", shown)[0]).query)
        scopes = "companyinformation currency customer invoice payment"
        assert {name: asked[name] for name in ("access_type", "account_type", "response_type", "scope")} == {
            "access_type": ["offline"], "account_type": ["service"], "response_type": ["code"], "scope": [scopes],
        }  # fmt: skip
        assert re.search(r"currency +reads the rate of a document in another currency\n", shown)
        assert re.search(r"Connected: demo SIMULATOR is Simulatorbolaget AB\n.*555555-5555\n.*1001\n", shown)
        assert f"scopes               {scopes}\n" in shown
        assert "a refresh token, renewed daily" in shown
        async with here.running():
            await delivered(here, "SO-1")


@pytest.mark.asyncio
@pytest.mark.capability("002-09", "f90")
async def test_the_callback_connects(tmp_path: Path) -> None:
    """The browser comes to a listener of the command's own; client credentials are proved at once, and used."""
    async with scene(tmp_path, run=False) as here:
        async with asking(here, "connect", "demo", "--listen", str(free_port())) as person:
            await person.until("Waiting for the browser")
            back = URL(await person.approve(), encoded=True)
            assert (back.host, back.path) == ("127.0.0.1", "/connect/demo")
            async with here.session.get(back.with_path("/other")) as answer:
                assert answer.status == 404
            async with here.session.get(back) as answer:
                assert (answer.status, await answer.read()) == (200, RETURNED)
            assert await person.ended() == 0, person.screen.text
            assert "client credentials of a service account" in person.screen.text
        assert await grants_asked(here) == ["authorization_code", "client_credentials"]
        async with here.running():
            await delivered(here, "SO-1")


@pytest.mark.asyncio
async def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    """The simulator's own port: one sentence, and what else to do."""
    async with scene(tmp_path, run=False) as here:
        port = here.fortnox.rpartition(":")[2]
        async with asking(here, "connect", "demo", "--listen", port) as person:
            assert await person.ended() == 1
            assert re.search(
                rf"port {port} cannot be listened on \(.+\): give another one with --listen", person.screen.text
            )


Fail = Callable[[Person, ManualClock], Awaitable[str]]
"""What goes wrong between the address and the paste; returns what is pasted."""


async def _denied(person: Person, _: ManualClock) -> str:
    return await person.approve(deny="1")


async def _of_nobody_here(person: Person, _: ManualClock) -> str:
    return await person.approve(client_id="of-another-house")


async def _scope_not_ticked(person: Person, _: ManualClock) -> str:
    await person.here.control("settings", {"company": 1001, "scopes": ["customer", "companyinformation"]})
    return await person.approve()


async def _expired(person: Person, clock: ManualClock) -> str:
    back = await person.approve()
    clock.move(601)
    return back


async def _used(person: Person, _: ManualClock) -> str:
    back = URL(await person.approve(), encoded=True)
    form = {"grant_type": "authorization_code", "code": back.query["code"]}
    form["redirect_uri"] = str(back.with_query(None))
    headers = {"Authorization": "Basic c2ltdWxhdG9yOnNpbXVsYXRvcg=="}
    async with person.here.session.post(f"{person.here.fortnox}/oauth-v1/token", data=form, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
    return str(back)


async def _other_state(person: Person, _: ManualClock) -> str:
    return str(URL(await person.approve(), encoded=True).update_query(state="of-another-attempt"))


async def _no_address(person: Person, _: ManualClock) -> str:
    await person.approve()
    return "http://[::1/ what is this"


async def _same_address(person: Person, _: ManualClock) -> str:
    return await person.address()


async def _without_code(person: Person, _: ManualClock) -> str:
    return str(URL(await person.approve(), encoded=True).update_query(code=""))


async def _missing_scope(person: Person, _: ManualClock) -> str:
    back = URL(await person.approve(), encoded=True)
    redirect = str(back.with_query(None))
    consent: Json = {"company": 1001, "grant": "code", "redirect_uri": redirect, "scope": "companyinformation customer"}
    given = await person.here.control("consent", consent)
    return str(back.update_query(code=given["code"]))


async def _another_company(person: Person, _: ManualClock) -> str:
    return await person.approve(tenant="1002")


async def _down(person: Person, _: ManualClock) -> str:
    back = await person.approve()
    await person.here.fortnox_down()
    return back


@pytest.mark.asyncio
@pytest.mark.capability("002-12", "000-38", "003-05", "003-06")
@pytest.mark.parametrize(
    ("fail", "said"),
    [
        (_denied, "The consent was denied in Fortnox: let a system administrator"),
        (
            _of_nobody_here,
            r"\(unauthorized_client\): .* and that the app is published where it is not this company's own",
        ),
        (_scope_not_ticked, "asks for a scope that is not ticked"),
        (_expired, "Fortnox does not take the code: it lives 10 minutes, works once"),
        (_used, "Fortnox does not take the code: it lives 10 minutes, works once"),
        (_other_state, "This answer belongs to another attempt"),
        (_no_address, "That is not the address that Fortnox sent the browser to"),
        (_same_address, "That is not the address that Fortnox sent the browser to"),
        (_without_code, "without a code"),
        (_missing_scope, "The consent does not cover currency, invoice, payment: tick that in the developer portal"),
        (_another_company, "is Simulatorbolaget AB, tenant 1002. But demo is simulator and belongs to tenant 1001"),
        (_down, r"Fortnox cannot be reached \(connect\)"),
    ],
)
async def test_each_failure_is_one_sentence_with_the_next_step(tmp_path: Path, fail: Fail, said: str) -> None:
    """Exit 1, the sentence as the last line, and nothing stored."""
    clock = ManualClock()
    plans = (CompanyPlan(fortnox=ROTATING), CompanyPlan("other", 1002, ()))
    async with scene(tmp_path, *plans, run=False, clock=clock.clock) as here:
        async with asking(here, "connect", "demo", "--paste") as person:
            await person.paste(await fail(person, clock))
            assert await person.ended() == 1, person.screen.text
            last = person.screen.text.rstrip("\n").splitlines()[-1]
            assert re.fullmatch(rf"fortnox-bridge: .*{said}.*{AGAIN}", last), person.screen.text
        assert not database_path(here.data).exists() or here.rows(KEPT) == []


@pytest.mark.asyncio
@pytest.mark.capability("002-12")
@pytest.mark.parametrize(
    ("fortnox", "secret", "simulator", "said"),
    [
        (ROTATING, "wrong", {}, "Fortnox does not accept the client id with this client secret"),
        ("", "simulator", FOR_A_USER, "The consent is not one for a service account"),
    ],
)
async def test_what_the_configuration_has_wrong(
    tmp_path: Path, fortnox: str, secret: str, simulator: Json, said: str
) -> None:
    """A client secret that is not the app's, and a grant that the consent does not allow."""
    async with scene(tmp_path, CompanyPlan(fortnox=fortnox), simulator=simulator, run=False) as here:
        here.client_secret = secret
        async with asking(here, "connect", "demo", "--paste") as person:
            await person.paste(await person.approve())
            assert await person.ended() == 1, person.screen.text
            assert re.search(f"fortnox-bridge: {said}.*{AGAIN}\n$", person.screen.text)
        assert here.rows(KEPT) == []


@pytest.mark.asyncio
@pytest.mark.capability("002-06", "002-07")
async def test_a_pinned_company_stays_what_it_is(tmp_path: Path) -> None:
    """Another organisation number than at the first connect: nothing that was stored changes."""
    async with scene(tmp_path, CompanyPlan(fortnox=ROTATING), run=False) as here:
        await connected(here)
        before = here.rows("SELECT sealed FROM token")
        await here.control("settings", {"company": 1001, "organisation_number": "556677-8899"})
        async with asking(here, "connect", "demo", "--paste") as person:
            await person.paste(await person.approve())
            assert await person.ended() == 1
            assert re.search(f"But demo is simulator and belongs to tenant 1001.*{AGAIN}", person.screen.text)
        assert here.rows("SELECT sealed FROM token") == before


@pytest.mark.asyncio
@pytest.mark.capability("002-06", "002-08")
async def test_a_test_database_never_takes_a_live_companys_place(tmp_path: Path) -> None:
    """The configuration says test, the first connect was of a live company: refused before anything is asked."""
    async with scene(tmp_path, CompanyPlan(fortnox=ROTATING), run=False) as here:
        async with here.running():
            await here.connect()
        with sqlite3.connect(database_path(here.data)) as database:
            database.execute("UPDATE company SET kind = 'live'")
        (tmp_path / "client-secret").write_text("of the app\n", encoding="utf-8")
        (tmp_path / "client-secret").chmod(0o600)
        configuration = tmp_path / "test.toml"
        configuration.write_text(
            'data_dir = "data"\nstate_key = "generated:state-key"\n[companies.demo]\nstart = 2026-01-01\n'
            f'[companies.demo.fortnox]\nkind = "test"\n{ROTATING}\nclient_id = "app"\n'
            'client_secret = "file:client-secret"\n',
            encoding="utf-8",
        )
        words = [*PROGRAM, "connect", "demo", "--paste", "--config", str(configuration)]
        with terminal(words, ROOT, {"PYTHONIOENCODING": "utf-8"}) as screen:
            assert await asyncio.to_thread(screen.ended, PATIENCE) == 1
            assert re.fullmatch(
                r"fortnox-bridge: company 'demo' was pinned as live and is test now: use another data_dir or name; "
                rf"{AGAIN}\n",
                screen.text,
            ), screen.text


@pytest.mark.asyncio
@pytest.mark.capability("000-38", "001-25")
async def test_a_running_daemon_goes_on_at_once(tmp_path: Path) -> None:
    """Lost consent pauses that company only, which asks no more; all goes out once after reconnecting."""
    plan = CompanyPlan(fortnox=ROTATING)
    async with (
        scene(tmp_path, plan, CompanyPlan("other", 1002, ("desk",)), simulator=FOR_A_USER, run=False) as here,
    ):
        await here.control("settings", {"company": 1002, "service_consent": True})
        async with here.running() as bridge:
            gate = bridge.deliveries["demo"].gate
            await here.until(lambda: gate.shut_by == "not_connected")
            shown = await connected(here)
            assert "Paste that whole address here" in shown
            await here.until(lambda: gate.shut_by is None)
            await delivered(here, "SO-1")
            here.simulator.tokens.clear()
            await here.send(order("SO-2"), order("SO-3"))
            await here.until(lambda: gate.shut_by == "invalid_grant" and bridge.deliveries["demo"].in_flight == 0)
            asked = await grants_asked(here)
            await here.send(order("SO-4"), source="desk")
            await here.until(OTHER_DELIVERED)
            await asyncio.sleep(4 * PROBE_SECONDS)
            # The other company's token died, too, and is asked for anew, once.
            assert await grants_asked(here) == [*asked, "client_credentials"]
            await connected(here)
            await here.settle()
            assert len((await here.state())["invoices"]) == 3
            assert {state for _, state, _ in here.commands()} == {"done"}


@pytest.mark.asyncio
async def test_a_pause_of_a_person_outlives_a_connection(tmp_path: Path) -> None:
    """Only the pause that `revoke` made is ended by `connect`; revoking ends the refresh token at Fortnox."""
    async with scene(tmp_path, CompanyPlan(fortnox=ROTATING), simulator=FOR_A_USER, run=False) as here:
        await connected(here)
        async with here.running() as bridge:
            gate = bridge.deliveries["demo"].gate
            await here.until(lambda: gate.shut_by is None)
            async with asking(here, "revoke", "demo") as person:
                await person.until(r"Go on\? \[y/N\]")
                await asyncio.to_thread(person.screen.type, "y")
                assert await person.ended() == 0, person.screen.text
                assert "the refresh token is revoked at Fortnox and forgotten here" in person.screen.text
            assert here.rows(KEPT) == []
            assert here.simulator.tokens.saved()["refresh"] == {}
            assert gate.shut_by == "person"
            await connected(here)
            await here.until(lambda: gate.shut_by is None)
            assert (await asked(here, "pause", "demo", "--reason", "stocktaking")).exit_code == 0
            await here.connect(resume=False)
            assert gate.shut_by == "person"
            shown = (await asked(here, "status")).stdout
            assert nothing_leaves("person", "stocktaking") in shown
            assert re.search(
                r"connected since .+, token renewed .+ \(0 days ago\), 45 days left of its refresh token\n", shown
            )


@pytest.mark.asyncio
@pytest.mark.capability("f90")
async def test_a_refresh_token_gives_way_to_client_credentials(tmp_path: Path, log_lines: Lines) -> None:
    """Without asking anyone: granted twice, the refresh token is gone, also after a restart; said once."""
    async with scene(tmp_path, CompanyPlan(fortnox=ROTATING), run=False) as here:
        await connected(here)
        async with here.running() as bridge:
            for number in ("SO-1", "SO-2", "SO-3"):
                await delivered(here, number)
                here.simulator.tokens.kill_access(1001)
            assert (await bridge.heartbeat.fields())["token_days_left"] is None
        async with here.running():
            await delivered(here, "SO-4")
        assert [line["company"] for line in log_lines.named("token.migrated")] == ["demo"]
        grants = await grants_asked(here)
        assert "refresh_token" not in grants
        assert grants.count("client_credentials") >= 3
