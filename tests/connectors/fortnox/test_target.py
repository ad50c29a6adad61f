"""The target as a whole: the probe, both grants against the simulator, and the words delivery uses."""

import asyncio
import json
import time
from datetime import UTC, datetime
from typing import get_args

import pytest
from aiohttp import ClientSession

from connectors.base import CredentialsLost, Later, Park, Target, TokenStore, UnknownEnd
from connectors.fortnox.settings import FortnoxSettings
from connectors.fortnox.simulator import CompanySettings, SimulatorSettings, running
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.target import FortnoxTarget, open_target, resources
from connectors.transport import open_session
from handlers.commands import Command
from tests.connectors.fortnox.stand import booking, customer, invoice, payment, stand
from tests.connectors.fortnox.token_server import MemoryTokens

UNREACHED = {
    "create_archive_file": "an upload: its body is a file, which no command holds; the client sends it",
    "update_attachment": "bare JSON that goes with an uploaded file: no command holds that; the client sends it",
    "delete_archive_folder": "deletes every file within a folder: no command may ever do that",
}
"""Writes of the table that no command here carries, each with its reason."""


def test_every_command_and_every_write_has_its_resource() -> None:
    """A new command or a new writing operation cannot be forgotten."""
    settings = FortnoxSettings(client_id="c", client_secret="file:s", tenant_id=1)
    table = resources(settings)
    kinds = {kind.model_fields["kind"].default for kind in get_args(get_args(Command)[0]) if not kind.goes_back}
    assert set(table) == kinds
    writes = {name for name, operation in OPERATIONS.items() if operation.effect != "none"}
    reached = {name for _, names in table.values() for name in names}
    assert reached | set(UNREACHED) == writes
    assert not reached & set(UNREACHED)


@pytest.mark.asyncio
async def test_the_target_fits_the_contract() -> None:
    """The type checker proves the shape here."""
    async with stand() as here:
        target: Target = here.target
        store: TokenStore = here.tokens
        assert isinstance(target, FortnoxTarget)
        assert store is not None
        assert target.room() > 0
        assert target.room_in() == 0
        with here.target.reserve():
            await target.probe()


@pytest.mark.asyncio
async def test_another_company_is_told_before_any_write() -> None:
    """The pin says no, or the tenant is not the configured one."""
    async with stand(pinned=False) as here:
        with pytest.raises(CredentialsLost, match="another_company"):
            await here.target.probe()
        assert await here.calls() == ["GET /3/companyinformation"]


@pytest.mark.asyncio
async def test_a_probe_in_an_outage_is_later() -> None:
    """A maintenance page: not a lost company."""
    async with stand() as here:
        await here.fault("html", "GET", "/3/companyinformation")
        with pytest.raises(Later):
            await here.target.probe()
        await here.target.probe()


@pytest.mark.asyncio
async def test_after_a_start_with_calls_on_record_a_window_is_waited() -> None:
    """The first call waits one whole (scaled) window."""
    async with stand(window_calls=25, window_seconds=0.1) as here:
        here.target.assume_full()
        assert here.target.room() == 0
        began = asyncio.get_running_loop().time()
        await here.target.probe()
        assert asyncio.get_running_loop().time() - began >= 0.1


@pytest.mark.asyncio
async def test_a_put_is_never_sent_twice_by_the_library() -> None:
    """Bookkeep and a GET with the connection reset on a kept connection: exactly one call each at the server."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(invoice())
        write = await here.write_of(booking())
        await here.fault("reset_after", "PUT", "/3/invoices/1/bookkeep")
        with pytest.raises(UnknownEnd):
            await here.target.perform(here.task(booking()), write)
        await here.target.probe()
        await here.fault("reset_after", "GET", "/3/invoices/1")
        with pytest.raises(Later):
            await here.target.client.read("read_invoice", "1")
        calls = await here.calls()
        assert calls.count("PUT /3/invoices/1/bookkeep") == 1
        assert calls.count("GET /3/invoices/1") == 1


async def _code(control: ClientSession, url: str) -> str:
    query = {
        "client_id": "simulator",
        "response_type": "code",
        "scope": "customer invoice payment currency companyinformation",
        "state": "s",
        "redirect_uri": "https://example.test/back",
        "access_type": "offline",
    }
    async with control.get(f"{url}/oauth-v1/auth", params=query, allow_redirects=False) as answer:
        assert answer.status in {302, 303}
        return answer.headers["Location"].split("code=")[1].split("&")[0]


@pytest.mark.asyncio
@pytest.mark.capability("002-11", "002-13", "f89")
async def test_the_authorization_code_flow_against_the_simulator() -> None:
    """Code, pair on disk, calls, rotation under twenty callers, and an end in words when the pair is spent."""
    simulated = SimulatorSettings(companies=(CompanySettings(rate_limit=0, service_consent=False),))
    tokens = MemoryTokens()
    async with running(simulated) as server, open_session() as session, ClientSession() as control:
        settings = FortnoxSettings(
            rest_url=f"{server.url}/3",
            oauth_url=f"{server.url}/oauth-v1",
            grant="authorization_code",
            client_id="simulator",
            client_secret="plain:simulator",
            window_calls=0,
        )

        async def pin(tenant: str, number: str) -> bool:
            return tenant == "1001"

        async with open_target(
            "demo", settings, "simulator", tokens, session, pin,
            clock=lambda: datetime.now(UTC), monotonic=time.monotonic, sleep=asyncio.sleep,
        ) as target:  # fmt: skip
            with pytest.raises(CredentialsLost, match="not_connected"):
                await target.probe()
            code = await _code(control, server.url)
            connected = await target.connect(code, "https://example.test/back", ("customer", "invoice"))
            assert (connected.tenant, connected.by) == ("1001", "authorization_code")
            assert tokens.token is not None
            await target.probe()
            first = tokens.token.refresh
            target.client.credentials.invalidate(tokens.token.access)
            await asyncio.gather(*(target.probe() for _ in range(20)))
            assert len(tokens.saved) == 2
            assert tokens.token.refresh != first
            with pytest.raises(Park, match="invalid_grant"):
                await target.connect(code, "https://example.test/back", ())
            days = await target.days_left()
            assert days is not None
            assert 44 < days <= 45
            assert await target.keep_alive() is False
            async with control.post(f"{server.url}/_sim/faults", json={"fault": "refresh_used"}):
                target.client.credentials.invalidate(tokens.token.access)
            with pytest.raises(CredentialsLost, match="invalid_grant"):
                await target.probe()


@pytest.mark.asyncio
@pytest.mark.capability("f90")
async def test_client_credentials_against_the_simulator() -> None:
    """One token call serves many requests; a wrong secret ends in words."""
    async with stand() as here:
        await asyncio.gather(*(here.target.probe() for _ in range(5)))
        log = (await here.control("GET", "calls"))["calls"]
        assert [one["grant"] for one in log if one["kind"] == "oauth"] == ["client_credentials"]
    async with stand(client_id="unknown") as here:
        with pytest.raises(CredentialsLost, match="invalid_client"):
            await here.target.probe()


@pytest.mark.asyncio
async def test_a_missing_scope_is_named() -> None:
    """403 with the capitalised shape: parked, and the remedy names the scope."""
    company = CompanySettings(rate_limit=0, scopes=("companyinformation",))
    async with stand(company=company) as here:
        with pytest.raises(Exception, match="scope_missing") as caught:
            await here.carry_out(customer())
        assert "scope" in getattr(caught.value, "remedy", "")


@pytest.mark.asyncio
async def test_a_persons_word_against_our_own_links() -> None:
    """A document linked to another thing is refused; a payment entered by hand is what it is, whatever its amount."""
    async with stand() as here:
        for command in (customer(), invoice(), booking()):
            await here.carry_out(command)
        await here.seed(payments=[{"InvoiceNumber": 1, "Amount": 100, "PaymentDate": "2026-11-21"}])
        named = await here.target.identify(here.task(payment()), "payment", "1")
        assert (named.result, named.question) == ("found", None)
        here.links.elsewhere = {"payment:1"}
        with pytest.raises(Park, match="not_identified"):
            await here.target.identify(here.task(payment()), "payment", "1")


@pytest.mark.asyncio
async def test_no_secret_and_no_personal_data_in_an_error() -> None:
    """Token, secret, name and address stay out of the texts that people and logs see."""
    async with stand() as here:
        command = customer(name="Hemlig Person", email="hemlig@example.test")
        token = await here.target.client.credentials.token()
        refusal = {"ErrorInformation": {"Error": 1, "Message": "Hemlig Person", "Code": 2000359}}
        seen = [repr(here.target.client.credentials)]
        for fault in ({"status": 400, "body": json.dumps(refusal)}, {"status": 500, "body": "hemlig@example.test"}):
            await here.fault("status", "POST", "/3/customers", **fault)
            with pytest.raises(Exception, match="fortnox create_customer") as caught:
                await here.carry_out(command)
            seen += [str(caught.value), repr(caught.value), getattr(caught.value, "remedy", "")]
        for canary in (token, "Hemlig", "hemlig@", "plain:simulator"):
            assert canary not in " ".join(seen)
