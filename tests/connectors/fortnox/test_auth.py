"""Tokens: one renewal at a time, the new pair on disk before use, and clear ends when refused."""

import asyncio
import base64
import socket
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.base import CredentialsLost, Later, Throttled, Unreachable
from tests.connectors.fortnox.token_server import Clock, MemoryTokens, credentials, stored, token_server

OLD = timedelta(hours=2)


@pytest.mark.asyncio
@pytest.mark.capability("f90")
async def test_client_credentials_name_the_tenant() -> None:
    """The grant sends the TenantId header with Basic credentials, and keeps nothing on disk."""
    tokens = MemoryTokens()
    async with token_server() as server, credentials(server.url, tokens, grant="client_credentials") as made:
        assert await made.token() == "access-1"
        assert await made.token() == "access-1"
    form, headers = server.asked[0]
    assert form == {"grant_type": "client_credentials"}
    assert headers["TenantId"] == "1001"
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"app:word").decode()
    assert len(server.asked) == 1
    assert tokens.saved == []


@pytest.mark.asyncio
@pytest.mark.capability("002-11", "002-13")
async def test_a_code_becomes_a_pair_on_disk() -> None:
    """Form POST with Basic credentials; the pair is saved and then used."""
    tokens = MemoryTokens()
    async with token_server() as server, credentials(server.url, tokens) as made:
        granted = await made.exchange_code("the-code", "https://example.test/back")
        assert tokens.saved == []
        assert granted.scopes == {"invoice", "customer"}
        await made.adopt(granted.token)
        assert await made.token() == "access-1"
    form, headers = server.asked[0]
    assert form == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": "https://example.test/back",
    }
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert headers["Authorization"].startswith("Basic ")
    assert [token.refresh for token in tokens.saved] == ["refresh-1"]


@pytest.mark.asyncio
@pytest.mark.capability("f89")
async def test_twenty_callers_share_one_refresh() -> None:
    """The refresh token works once, so twenty waiting calls cause one refresh."""
    tokens = MemoryTokens(stored(age=OLD))
    async with token_server() as server, credentials(server.url, tokens) as made:
        server.delay = 0.02
        got = await asyncio.gather(*(made.token() for _ in range(20)))
    assert set(got) == {"access-1"}
    assert [form for form, _ in server.asked] == [{"grant_type": "refresh_token", "refresh_token": "refresh-0"}]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("lifetime", "seconds"),
    [("200", 200), (200.0, 200), (None, 3600), ("soon", 3600), ("9" * 25, 366 * 86400)],
)
async def test_a_pair_is_kept_however_its_lifetime_is_written(lifetime: object, seconds: int) -> None:
    """The old refresh token is used up by then: a lifetime that cannot be read is taken for an hour."""
    tokens = MemoryTokens(stored(age=OLD))
    async with token_server() as server, credentials(server.url, tokens) as made:
        pair = {"access_token": "access-1", "refresh_token": "refresh-1", "token_type": "bearer"}
        server.will_answer(200, pair | {"expires_in": lifetime})
        assert await made.token() == "access-1"
    kept = tokens.saved[0]
    assert kept.refreshed_at is not None
    assert (kept.refresh, kept.expires_at - kept.refreshed_at) == ("refresh-1", timedelta(seconds=seconds))


@pytest.mark.asyncio
@pytest.mark.parametrize(("left", "calls"), [(301, 0), (299, 1)])
async def test_a_token_is_renewed_five_minutes_ahead(left: int, calls: int) -> None:
    """A token with less than five minutes left is not handed out."""
    tokens = MemoryTokens(stored(age=timedelta(seconds=3600 - left)))
    async with token_server() as server, credentials(server.url, tokens) as made:
        await made.token()
    assert len(server.asked) == calls


@pytest.mark.asyncio
async def test_a_pair_that_cannot_be_saved_is_not_used() -> None:
    """Saving comes before use: with a full disk nobody gets the new token."""
    tokens = MemoryTokens(stored(age=OLD))
    tokens.broken = True
    async with token_server() as server, credentials(server.url, tokens) as made:
        with pytest.raises(OSError, match="no space"):
            await made.token()


@pytest.mark.asyncio
async def test_a_cancelled_caller_does_not_lose_the_pair() -> None:
    """A refresh once begun is finished and saved, whoever gave up waiting for it."""
    tokens = MemoryTokens(stored(age=OLD))
    async with token_server() as server, credentials(server.url, tokens) as made:
        server.delay = 0.05
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await made.token()
        await made.close()
        assert [token.refresh for token in tokens.saved] == ["refresh-1"]
        assert await made.token() == "access-1"
    assert len(server.asked) == 1


@pytest.mark.asyncio
async def test_a_401_renews_once() -> None:
    """Only the refused token is dropped: an older refusal does not renew the newer token again."""
    tokens = MemoryTokens(stored())
    async with token_server() as server, credentials(server.url, tokens) as made:
        first = await made.token()
        made.invalidate(first)
        second = await made.token()
        made.invalidate(first)
        assert await made.token() == second != first
    assert len(server.asked) == 1


@pytest.mark.asyncio
async def test_a_used_refresh_token_ends_with_a_person() -> None:
    """Refused and nothing newer on disk: connect again, said in words. JSON is read from text/html."""
    tokens = MemoryTokens(stored(age=OLD))
    async with token_server() as server, credentials(server.url, tokens) as made:
        server.will_answer(400, {"error": "invalid_grant", "error_description": "Invalid refresh token"})
        with pytest.raises(CredentialsLost) as caught:
            await made.token()
    assert caught.value.reason == "invalid_grant"
    assert "connect the company again" in caught.value.remedy
    assert "refresh-0" not in f"{caught.value}{caught.value.detail}"


@pytest.mark.asyncio
@pytest.mark.capability("f89")
async def test_who_was_refused_asks_no_more() -> None:
    """Nor does the daily renewal; a person's word lets it ask, but never with a refresh token that was refused."""
    tokens = MemoryTokens(stored(age=OLD))
    async with token_server() as server, credentials(server.url, tokens) as made:
        server.will_answer(400, {"error": "invalid_grant"})
        for ask in (made.token, made.token, made.keep_alive):
            with pytest.raises(CredentialsLost, match="invalid_grant"):
                await ask()
        assert len(server.asked) == 1
        made.ask_again()
        with pytest.raises(CredentialsLost, match="invalid_grant"):
            await made.token()
        assert len(server.asked) == 1
        await made.adopt(stored("refresh-9"))
        assert await made.token() == "access-of-refresh-9"


@pytest.mark.asyncio
async def test_a_corrected_client_is_tried_again() -> None:
    """What a person can mend in the portal is asked for once more after their word, and then goes on."""
    async with token_server() as server, credentials(server.url, MemoryTokens(), grant="client_credentials") as made:
        server.will_answer(400, {"error": "invalid_grant"})
        for _ in range(3):
            with pytest.raises(CredentialsLost, match="invalid_grant"):
                await made.token()
        made.ask_again()
        assert await made.token() == "access-2"


@pytest.mark.asyncio
async def test_a_refused_refresh_rereads_the_stored_pair() -> None:
    """Someone else renewed meanwhile: their pair is used, without another call where it is still fresh."""
    tokens = MemoryTokens(stored(age=OLD))
    async with token_server() as server, credentials(server.url, tokens) as made:
        server.delay = 0.02
        server.will_answer(400, {"error": "invalid_grant"})
        waiting = asyncio.ensure_future(made.token())
        await server.called.wait()
        tokens.token = stored("refresh-9")
        assert await waiting == "access-of-refresh-9"
    assert len(server.asked) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "body", "expected", "reason"),
    [
        (401, {"error": "invalid_client"}, CredentialsLost, "invalid_client"),
        (400, {"error": "invalid_scope"}, CredentialsLost, "invalid_scope"),
        (400, {"error": "something_new"}, CredentialsLost, "refused"),
        (400, {"error": "temporarily_unavailable"}, Later, "token_unavailable"),
        (503, {"error": "invalid_grant"}, Later, "token_unavailable"),
        (403, {}, Later, "token_unavailable"),
        (200, {"access_token": ""}, Later, "token_unavailable"),
        (302, {}, Later, "token_unavailable"),
        (429, {}, Throttled, "throttled"),
    ],
)
async def test_what_the_token_endpoint_may_say(
    status: int, body: dict[str, str], expected: type[Exception], reason: str
) -> None:
    """Each answer has one meaning: a person, or later."""
    async with token_server() as server, credentials(server.url, MemoryTokens(stored(age=OLD))) as made:
        server.will_answer(status, body, "text/plain")
        with pytest.raises(expected) as caught:
            await made.token()
    assert getattr(caught.value, "reason", None) == reason


@pytest.mark.asyncio
async def test_html_from_the_token_endpoint_is_later() -> None:
    """A maintenance page pauses nothing."""
    async with token_server() as server, credentials(server.url, MemoryTokens(stored(age=OLD))) as made:
        server.queue.append((400, "<html>maintenance</html>", "text/html"))
        with pytest.raises(Later):
            await made.token()
        assert await made.token() == "access-2"


@pytest.mark.asyncio
async def test_nobody_there_is_an_outage() -> None:
    """A refused connection is unreachable, not a lost credential."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    async with credentials(url, MemoryTokens(stored(age=OLD))) as made:
        with pytest.raises(Unreachable):
            await made.token()


@pytest.mark.asyncio
async def test_a_company_never_connected_says_so() -> None:
    """Authorization code without a stored pair."""
    async with token_server() as server, credentials(server.url, MemoryTokens()) as made:
        with pytest.raises(CredentialsLost) as caught:
            await made.token()
    assert caught.value.reason == "not_connected"
    assert server.asked == []


@pytest.mark.asyncio
async def test_keep_alive_renews_a_pair_older_than_a_day() -> None:
    """A refresh token dies after 45 days unused: it is renewed daily, and the days left are known."""
    clock = Clock()
    tokens = MemoryTokens(stored())
    async with token_server() as server, credentials(server.url, tokens, clock=clock) as made:
        assert await made.keep_alive() is False
        clock.now += timedelta(days=2)
        assert await made.days_left() == 43
        assert await made.keep_alive() is True
        assert await made.days_left() == 45
    assert len(server.asked) == 1


@pytest.mark.asyncio
async def test_keep_alive_renews_a_pair_of_unknown_age() -> None:
    """A refresh token from the configuration has no days to count until it was used."""
    tokens = MemoryTokens(replace(stored(), refreshed_at=None))
    async with token_server() as server, credentials(server.url, tokens) as made:
        assert await made.days_left() is None
        assert await made.keep_alive() is True
        assert await made.days_left() == 45
    assert len(server.asked) == 1


@pytest.mark.asyncio
async def test_client_credentials_have_nothing_to_keep_alive() -> None:
    """No refresh token: nothing to renew, no days to count."""
    async with token_server() as server, credentials(server.url, MemoryTokens(), grant="client_credentials") as made:
        assert await made.keep_alive() is False
        assert await made.days_left() is None


@pytest.mark.asyncio
@pytest.mark.capability("f90")
async def test_two_tokens_without_it_end_a_refresh_token() -> None:
    """The tenant is known: client credentials are asked first; after the second grant the refresh token is gone."""
    tokens = MemoryTokens(replace(stored(age=OLD), tenant=1001))
    told: list[str] = []
    clock = Clock()
    async with token_server() as server, credentials(server.url, tokens, clock=clock, told=told) as made:
        assert await made.token() == "access-1"
        assert tokens.token is not None
        assert (tokens.token.refresh, tokens.token.proved, told) == ("refresh-0", 1, [])
        left = await made.days_left()
        assert left is not None
        assert left == pytest.approx(45 - 2 / 24)
        clock.now += OLD
        assert await made.token() == "access-2"
        assert (tokens.token.refresh, tokens.token.proved, told) == (None, 2, ["migrated"])
        clock.now += OLD
        assert await made.token() == "access-3"
        assert await made.days_left() is None
        assert await made.keep_alive() is False
        assert told == ["migrated"]
        clock.now += OLD
        server.will_answer(400, {"error": "invalid_grant"})
        with pytest.raises(CredentialsLost, match="invalid_grant"):
            await made.token()
    assert {form["grant_type"] for form, _ in server.asked} == {"client_credentials"}


@pytest.mark.asyncio
@pytest.mark.capability("f90")
async def test_a_consent_of_a_user_keeps_its_refresh_token() -> None:
    """Client credentials are refused: asked for once in a run, and the refresh token does its work as ever."""
    tokens = MemoryTokens(replace(stored(age=OLD), tenant=1001))
    clock = Clock()
    async with token_server() as server, credentials(server.url, tokens, clock=clock) as made:
        server.will_answer(400, {"error": "invalid_grant"})
        for _ in range(3):
            await made.token()
            clock.now += OLD
    grants = [form["grant_type"] for form, _ in server.asked]
    assert grants == ["client_credentials", "refresh_token", "refresh_token", "refresh_token"]
    assert tokens.token is not None
    assert (tokens.token.refresh, tokens.token.tenant, tokens.token.proved) == ("refresh-4", 1001, 0)


@pytest.mark.asyncio
async def test_only_what_was_revoked_is_forgotten() -> None:
    """Fortnox cannot answer: the pair is still there; it answers: the pair is gone there and here."""
    tokens = MemoryTokens(stored())
    async with token_server() as server, credentials(server.url, tokens) as made:
        assert await made.token() == "access-of-refresh-0"
        server.will_answer(503, {})
        with pytest.raises(Later):
            await made.revoke()
        assert tokens.token is not None
        assert await made.revoke() is True
        assert tokens.token is None
        assert server.asked[-1][0] == {"token_type_hint": "refresh_token", "token": "refresh-0"}
        with pytest.raises(CredentialsLost, match="not_connected"):
            await made.token()
        assert await made.revoke() is False
