"""OAuth as Fortnox speaks it: both grants, single-use codes and refresh tokens, odd errors, scopes (checklist 1)."""

import asyncio
import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import Caller, opened


async def _alive(caller: Caller, token: str) -> bool:
    caller.token = token
    return (await caller.get("/3/companyinformation")).status == 200


async def _code(caller: Caller, **query: str) -> dict[str, str]:
    asked = {
        "client_id": "simulator",
        "response_type": "code",
        "scope": "customer invoice",
        "state": "s1",
        "redirect_uri": "http://127.0.0.1:9/back",
        **query,
    }
    reply = await caller.send("GET", "/oauth-v1/auth", params=asked, allow_redirects=False)
    assert reply.status == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(reply.headers["Location"]).query).items()}


async def _exchange(caller: Caller, code: str) -> tuple[int, dict[str, str]]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://127.0.0.1:9/back"}
    reply = await caller.token_call(form)
    return reply.status, reply.json


@pytest.mark.asyncio
async def test_client_credentials_gives_a_bearer_token_without_refresh_token() -> None:
    """The grant of 2.3: Basic header and TenantId, an hour, no refresh token, never stored."""
    async with opened() as caller:
        reply = await caller.token_call({"grant_type": "client_credentials"}, tenant="1001")
        assert (reply.json["expires_in"], reply.json["token_type"]) == (3600, "bearer")
        assert "refresh_token" not in reply.json
        assert (reply.headers["Cache-Control"], reply.headers["Pragma"]) == ("no-store", "no-cache")
        assert await _alive(caller, reply.json["access_token"])


@pytest.mark.asyncio
async def test_access_token_is_shaped_like_a_jwt_with_the_tenant_inside() -> None:
    """A client reads tenantId, scope and exp out of the token as at Fortnox (2.4)."""
    async with opened() as caller:
        middle = caller.token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        assert claims["tenantId"] == 1001
        assert claims["sub"] == "1@1001"
        assert claims["aud"] == claims["clientId"] == "simulator"
        assert claims["exp"] - claims["iat"] == 3600
        assert claims["scopes"] == claims["scope"].split()


@pytest.mark.asyncio
@pytest.mark.parametrize("tenant", [None, "1002", "x"])
async def test_an_unknown_tenant_gets_invalid_grant(tenant: str | None) -> None:
    """Client credentials need the id of a company that has given its consent."""
    async with opened() as caller:
        reply = await caller.token_call({"grant_type": "client_credentials"}, tenant=tenant)
        assert (reply.status, reply.json["error"]) == (400, "invalid_grant")


@pytest.mark.asyncio
async def test_client_credentials_need_a_service_account_consent() -> None:
    """Without a service consent the company cannot be reached by client credentials."""
    async with opened() as caller:
        await caller.control("POST", "settings", {"service_consent": False})
        reply = await caller.token_call({"grant_type": "client_credentials"}, tenant="1001")
        assert (reply.status, reply.json["error"]) == (400, "invalid_grant")


@pytest.mark.asyncio
async def test_wrong_secret_answers_as_recorded() -> None:
    """401 with a JSON body under text/plain (2.6)."""
    async with opened() as caller:
        reply = await caller.token_call({"grant_type": "client_credentials"}, secret="wrong", tenant="1001")
        assert reply.status == 401
        assert reply.headers["Content-Type"] == "text/plain;charset=UTF-8"
        assert reply.json == {
            "error": "invalid_client",
            "error_description": "The client credentials are invalid",
        }
        assert (await caller.token_call({"token": "x"}, secret="wrong", endpoint="revoke")).status == 401
        broken = {"Authorization": "Basic %%%"}
        assert (await caller.send("POST", "/oauth-v1/token", data={}, headers=broken)).status == 401
        assert (await caller.send("GET", "/oauth-v1/token")).status == 404


@pytest.mark.asyncio
async def test_code_flow_echoes_state_and_the_code_works_once() -> None:
    """A consent returns code and state; the second exchange of the code fails."""
    async with opened() as caller:
        back = await _code(caller)
        assert back["state"] == "s1"
        status, pair = await _exchange(caller, back["code"])
        assert (status, pair["scope"]) == (200, "customer invoice")
        assert (await _exchange(caller, back["code"]))[0] == 400


@pytest.mark.asyncio
async def test_code_lives_ten_minutes() -> None:
    """A code that is too old is refused."""
    async with opened() as caller:
        code = (await _code(caller))["code"]
        caller.clock.move(600)
        status, body = await _exchange(caller, code)
        assert (status, body["error"]) == (400, "invalid_grant")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"scope": "customer warehouse"}, "invalid_scope"),
        ({"client_id": "other"}, "unauthorized_client"),
        ({"response_type": "token"}, "invalid_request"),
    ],
)
async def test_refused_consent_returns_an_error_to_the_redirect_address(query: dict[str, str], error: str) -> None:
    """A scope that is not enabled, or a faulty request, comes back as `error`."""
    async with opened() as caller:
        assert (await _code(caller, **query))["error"] == error


@pytest.mark.asyncio
async def test_an_unregistered_redirect_address_is_not_followed() -> None:
    """Where redirect addresses are registered, another one gets no code."""
    async with opened(redirect_uris=("http://127.0.0.1:9/other",)) as caller:
        asked = {"client_id": "simulator", "redirect_uri": "http://127.0.0.1:9/back"}
        reply = await caller.send("GET", "/oauth-v1/auth", params=asked, allow_redirects=False)
        assert (reply.status, reply.json["error"]) == (400, "invalid_request")


@pytest.mark.asyncio
async def test_without_redirect_address_the_consent_answers_itself() -> None:
    """No address to go back to: code and state, or the error, come as JSON (simulator choice)."""
    async with opened() as caller:
        asked = {"client_id": "simulator", "response_type": "code", "scope": "customer", "state": "s"}
        given = await caller.send("GET", "/oauth-v1/auth", params=asked)
        assert (given.status, sorted(given.json)) == (200, ["code", "state"])
        refused = await caller.send("GET", "/oauth-v1/auth", params={**asked, "account_type": "person"})
        assert (refused.status, refused.json["error"]) == (400, "invalid_request")


@pytest.mark.asyncio
async def test_a_code_belongs_to_its_redirect_address() -> None:
    """The exchange must name the address the code was sent to; the code is spent all the same."""
    async with opened() as caller:
        code = (await _code(caller))["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://127.0.0.1:9/other"}
        assert (await caller.token_call(form)).status == 400
        assert (await _exchange(caller, code))[0] == 400


@pytest.mark.asyncio
async def test_refresh_token_is_single_use_and_rotates() -> None:
    """Every refresh gives a new pair; the used token is refused as recorded, the old access token lives on."""
    async with opened() as caller:
        first = await caller.control("POST", "consent", {"scope": "companyinformation"})
        form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        second = await caller.token_call(form)
        again = await caller.token_call(form)
        assert (second.status, again.status) == (200, 400)
        assert again.headers["Content-Type"] == "text/html; charset=UTF-8"
        assert again.json == {"error": "invalid_grant", "error_description": "Invalid refresh token"}
        assert second.json["refresh_token"] != first["refresh_token"]
        assert await _alive(caller, first["access_token"])
        assert await _alive(caller, second.json["access_token"])


@pytest.mark.asyncio
async def test_of_two_refreshes_in_flight_only_the_last_pair_lives() -> None:
    """Both answer 200 with different pairs, but one pair is dead afterwards (2.2)."""
    async with opened(refresh_seconds=0.05) as caller:
        first = await caller.control("POST", "consent", {"scope": "companyinformation"})
        form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        replies = await asyncio.gather(caller.token_call(form), caller.token_call(form))
        assert [reply.status for reply in replies] == [200, 200]
        alive = [await _alive(caller, reply.json["access_token"]) for reply in replies]
        next_forms = [{"grant_type": "refresh_token", "refresh_token": r.json["refresh_token"]} for r in replies]
        refreshed = [(await caller.token_call(form)).status for form in next_forms]
        assert sorted(alive) == [False, True]
        assert refreshed[alive.index(True)] == 200
        assert refreshed[alive.index(False)] == 400


@pytest.mark.asyncio
async def test_refresh_token_lives_45_days() -> None:
    """A refresh token that nobody used for 45 days is dead."""
    async with opened() as caller:
        pair = await caller.control("POST", "consent", {})
        caller.clock.move(45 * 86400)
        form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        assert (await caller.token_call(form)).status == 400


@pytest.mark.asyncio
async def test_consent_control_call_gives_a_code_too() -> None:
    """Tests can take a code without a browser."""
    async with opened() as caller:
        code = (await caller.control("POST", "consent", {"grant": "code", "company": 1001}))["code"]
        reply = await caller.token_call({"grant_type": "authorization_code", "code": code})
        assert reply.status == 200
        assert await _alive(caller, reply.json["access_token"])


@pytest.mark.asyncio
async def test_revoke_answers_true_even_for_an_unknown_token() -> None:
    """Revoking kills the refresh token and never fails; access tokens live on (2.5)."""
    async with opened() as caller:
        pair = await caller.control("POST", "consent", {})
        for token in (pair["refresh_token"], "never-existed"):
            form = {"token_type_hint": "refresh_token", "token": token}
            assert (await caller.token_call(form, endpoint="revoke")).json == {"revoked": True}
        form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        assert (await caller.token_call(form)).status == 400
        assert await _alive(caller, pair["access_token"])


@pytest.mark.asyncio
async def test_missing_unknown_and_expired_tokens_answer_401_without_envelope() -> None:
    """The API's 401 is `{"message":"unauthorized"}` and nothing else."""
    async with opened() as caller:
        assert (await caller.send("GET", "/3/customers")).json == {"message": "unauthorized"}
        caller.clock.move(3599)
        assert (await caller.get("/3/customers")).status == 200
        caller.clock.move(1)
        late = await caller.get("/3/customers")
        assert (late.status, late.text) == (401, '{"message":"unauthorized"}')
        caller.token = "unknown"
        assert (await caller.get("/3/customers")).status == 401


@pytest.mark.asyncio
async def test_missing_scope_answers_403_capitalised() -> None:
    """A token without the resource's scope is refused with 2000663 in the capitalised shape."""
    async with opened() as caller:
        caller.token = (await caller.control("POST", "consent", {"scope": "customer"}))["access_token"]
        reply = await caller.get("/3/invoices")
        assert (reply.status, reply.json["ErrorInformation"]["Code"]) == (403, 2000663)
        assert (await caller.get("/3/customers")).status == 200


@pytest.mark.asyncio
async def test_the_tokens_tenant_decides_which_company_answers() -> None:
    """Two companies keep their own data, series and card."""
    other = CompanySettings(tenant_id=2002, company_name="Andra bolaget AB", rate_limit=0)
    async with opened(CompanySettings(rate_limit=0), other) as caller:
        await caller.customer(Name="Bara i första")
        await caller.log_in(2002)
        assert (await caller.get("/3/customers")).json["Customers"] == []
        assert (await caller.get("/3/companyinformation")).one["DatabaseNumber"] == 2002
        assert (await caller.customer(Name="Bara i andra"))["CustomerNumber"] == "1"
        assert await caller.names() == ["Bara i första"]


@pytest.mark.asyncio
async def test_an_unknown_grant_type_is_named() -> None:
    """Another grant type is refused in the shape of OAuth."""
    async with opened() as caller:
        reply = await caller.token_call({"grant_type": "password"})
        assert (reply.status, reply.json["error"]) == (400, "unsupported_grant_type")
