"""The developer portal's notices of consents: whoever sends them, only Fortnox is believed, and it is asked at once."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import Json, order

NOTICES = """[sources.consent]
type = "fortnox_consent"
company = "demo"
path_token = "generated:consent-path"
"""
TAKEN = "SELECT count(*) FROM inbox WHERE source = 'consent'"
CONSENT: Mapping[str, Json] = {"given": {"service_consent": True}, "revoked": {"service_consent": False}}


async def noticed(here: Scene, token: str | None = None) -> int:
    """Somebody sends a notice; the status of the answer."""
    secret = (here.data / "secrets" / "consent-path").read_text(encoding="utf-8").strip()
    url = f"{here.bridge.url}/hooks/consent/{secret if token is None else token}"
    async with here.session.post(url, json={"tenantId": 1001}) as answer:
        return answer.status


def asked(here: Scene) -> list[str | None]:
    """The token calls of both companies so far, by their grants."""
    return [call.grant for call in here.simulator.calls.entries if call.kind == "oauth"]


@pytest.mark.asyncio
@pytest.mark.capability("f71")
@pytest.mark.parametrize("grant", ["client_credentials", "authorization_code"])
async def test_a_revoked_consent_is_noticed_at_once(tmp_path: Path, grant: str) -> None:
    """A forged notice changes nothing; a true one pauses that company, and the next one lets it go on."""
    plans = (CompanyPlan(fortnox=f'grant = "{grant}"'), CompanyPlan("other", 1002, ()))
    async with scene(tmp_path, *plans, run=False, more=NOTICES) as here, here.running() as bridge:
        gate, other = (bridge.deliveries[name].gate for name in ("demo", "other"))
        if grant == "authorization_code":
            await here.connect()
        await here.until(lambda: gate.shut_by is other.shut_by is None)
        before = len(asked(here))
        assert await noticed(here, "a-guess") == 401
        assert here.rows(TAKEN) == [(0,)]
        assert await noticed(here) == 200
        # Both companies of the app are asked for, once each, and both go on.
        await here.until(lambda: len(asked(here)) >= before + 2 and gate.shut_by is other.shut_by is None)
        assert asked(here)[before:] == ["client_credentials"] * 2

        await here.control("settings", {"company": 1001, **CONSENT["revoked"]})
        here.simulator.tokens.clear()
        assert await noticed(here) == 200
        await here.until(lambda: gate.shut_by == "invalid_grant")
        await here.until(lambda: other.shut_by is None)
        await here.send(order("SO-1"))

        await here.control("settings", {"company": 1001, **CONSENT["given"]})
        assert await noticed(here) == 200
        await here.settle()
        assert len((await here.state())["invoices"]) == 1
        assert here.rows(TAKEN) == [(3,)]
