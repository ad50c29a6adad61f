"""Reading at HighLevel: records by id, the window and the day, and tokens that rotate."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.base import CredentialsLost, Later, Park, StoredToken, Throttled
from connectors.highlevel.reader import open_reader
from connectors.highlevel.settings import HighLevelSettings
from connectors.sources import ReaderFacts, Surroundings, Wanted
from tests.connectors.fortnox.token_server import MemoryTokens
from tests.connectors.highlevel.bodies import contact, invoice, order
from tests.connectors.highlevel.reading import APP, APP_SECRETS, START, Reading, reading
from tests.stand_ins.highlevel import LOCATION, State

CONTACT = Wanted("contact", "contact", "e6m50fei5oNM2igrq1MG")


def pair(number: int, age: timedelta = timedelta(0), seed: str | None = None) -> StoredToken:
    """A pair as it lies on disk."""
    at = START - age
    return StoredToken(f"access-{number}", at + timedelta(seconds=86399), f"refresh-{number}", at, seed)


def filled() -> State:
    """An account with one of each."""
    state = State()
    state.add("contacts", contact())
    state.add("orders", order())
    state.add("invoices", invoice())
    return state


# --- records -------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.capability("000-48")
async def test_records_are_read_by_id() -> None:
    """Contact, order and invoice with all that they hold; the answer's envelope is taken off."""
    async with reading(state=filled(), version="v3") as place:
        found = await place.reader.read(CONTACT)
        assert found is not None
        assert (found["companyName"], found["customFields"][0]["value"]) == ("Vättern Mekaniska AB", "559901-1045")
        sold = await place.reader.read(Wanted("order", "order", "80b21ead8f062d15a4f4ef27"))
        assert sold is not None
        assert sold["items"][0]["price"]["amount"] == 1990
        billed = await place.reader.read(Wanted("invoice", "invoice", "bd6b0165debbc6530a2c6a88"))
        assert billed is not None
        assert billed["invoiceNumber"] == "1043"
    assert place.asked("/invoices/bd6b0165debbc6530a2c6a88") == [{"altId": LOCATION, "altType": "location"}]


@pytest.mark.asyncio
async def test_what_is_gone_is_told_from_what_is_refused() -> None:
    """A 404, and a refusal that says "not found", mean that there is none; any other refusal asks a person."""
    async with reading() as place:
        assert await place.reader.read(CONTACT) is None
        assert await place.reader.read(Wanted("order", "order", "../x?y#z")) is None
        place.state.will_answer = [(422, {"statusCode": 422, "message": ["id must be a string"]})]
        with pytest.raises(Park) as refusal:
            await place.reader.read(CONTACT)
        assert (refusal.value.system, refusal.value.operation, refusal.value.status) == (
            "highlevel",
            "read contact",
            422,
        )
        assert "see that the key may read it" in refusal.value.remedy
        place.state.will_answer = [(502, {})]
        with pytest.raises(Later):
            await place.reader.read(CONTACT)
    assert place.state.calls[1]["path"] == "/payments/orders/../x?y#z"


def test_without_a_table_there_is_no_reader() -> None:
    """Workflow webhooks alone need no access."""
    settings = HighLevelSettings.model_validate({"company": "demo", "path_token": "generated:p"})
    surroundings = Surroundings(None, MemoryTokens(), lambda: START, lambda: 0.0, asyncio.sleep)  # type: ignore[arg-type]
    assert open_reader("ghl", settings, {}, surroundings) is None


# --- limits --------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.capability("000-51")
async def test_the_window_is_never_overrun() -> None:
    """250 calls take two waits of ten seconds, and HighLevel answers none of them with 429."""
    async with reading(state=filled()) as place:
        for _ in range(250):
            await place.reader.read(CONTACT)
        assert place.clock.seconds - 1000 == pytest.approx(20, rel=0.02)
        assert place.state.used_today == 250
        assert (await place.reader.facts()).left_today == 200_000 - 250


@pytest.mark.asyncio
@pytest.mark.capability("000-51")
async def test_another_program_s_calls_are_counted_too() -> None:
    """The answer says that two calls are left of the window and five hundred of the day: then that counts."""
    async with reading(state=filled()) as place:
        place.state.recent.extend([place.clock.seconds] * 97)
        place.state.used_today = 199_499
        await place.reader.read(CONTACT)
        assert await place.reader.facts() == ReaderFacts(left=2, window=100, left_today=500)
        for _ in range(3):
            await place.reader.read(CONTACT)
        assert place.clock.seconds >= 1010


@pytest.mark.asyncio
@pytest.mark.capability("000-51")
async def test_a_smaller_plan_is_obeyed() -> None:
    """The answer names a smaller window and a smaller day than the settings."""
    state = filled()
    state.burst, state.daily = 3, 50
    async with reading(state=state) as place:
        for _ in range(10):
            await place.reader.read(CONTACT)
        facts = await place.reader.facts()
        assert (facts.window, facts.left_today, state.used_today) == (3, 40, 10)
        place.clock.move(86400)
        assert (await place.reader.facts()).left_today == 50


@pytest.mark.asyncio
@pytest.mark.capability("000-51")
async def test_a_day_that_is_used_up_waits_for_the_next() -> None:
    """Nothing leaves until midnight UTC (13 hours and 45 minutes from the start), then everything may."""
    state = filled()
    state.daily = 2
    async with reading(state=state) as place:
        for _ in range(2):
            await place.reader.read(CONTACT)
        for _ in range(3):
            with pytest.raises(Throttled) as wait:
                await place.reader.read(CONTACT)
            assert wait.value.after == timedelta(hours=13, minutes=45)
        assert len(state.calls) == 2
        place.clock.move(wait.value.after.total_seconds())
        state.used_today = 0
        assert await place.reader.read(CONTACT) is not None


@pytest.mark.asyncio
@pytest.mark.parametrize(("header", "seconds"), [("7", 7), (None, 10)])
async def test_a_429_shuts_the_window_for_as_long_as_it_asks(header: str | None, seconds: int) -> None:
    """Without Retry-After it is one burst window."""
    async with reading(state=filled()) as place:
        place.state.burst, place.state.retry_after = 0, header
        with pytest.raises(Throttled) as wait:
            await place.reader.read(CONTACT)
        assert wait.value.after == timedelta(seconds=seconds)
        place.state.burst = 100
        await place.reader.read(CONTACT)
        assert place.clock.seconds >= 1000 + seconds


# --- credentials ---------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.capability("000-02")
async def test_a_private_token_that_is_refused_needs_a_person() -> None:
    """It cannot be renewed; the error says what to do and holds no secret."""
    async with reading(secrets={"api.token": "pit-canary"}) as place:
        with pytest.raises(CredentialsLost) as lost:
            await place.reader.read(CONTACT)
        assert (lost.value.status, lost.value.remedy[:47]) == (401, "highlevel refuses the key or token: give the so")
        assert "canary" not in f"{lost.value} {lost.value.remedy} {lost.value.detail}"
        assert await place.reader.keep_alive() is False
        assert (await place.reader.facts()).credentials_since is None
    assert len(place.state.calls) == 1


@pytest.mark.asyncio
@pytest.mark.capability("000-03", "f89")
async def test_the_first_token_comes_from_the_seed_and_is_on_disk_before_use() -> None:
    """Twenty readers at once cause one refresh; the new pair is saved, and the next reader needs no seed."""
    async with reading(state=filled(), secrets=APP_SECRETS, **APP) as place:
        found = await asyncio.gather(*(place.reader.read(CONTACT) for _ in range(20)))
        assert all(found)
        assert place.state.refreshes == ["refresh-0"]
        assert [token.refresh for token in place.tokens.saved] == ["refresh-1"]
        facts = await place.reader.facts()
        assert (facts.credentials_since, facts.credentials_until) == (START, START + timedelta(days=365))
    async with reading(state=place.state, tokens=place.tokens, secrets=APP_SECRETS, **APP) as again:
        assert await again.reader.read(CONTACT)
        assert again.state.refreshes == ["refresh-0"]


@pytest.mark.asyncio
@pytest.mark.capability("000-03", "f89")
async def test_a_pair_that_cannot_be_saved_is_not_used() -> None:
    """With a full disk the call fails, and no access token that nobody could renew is in use."""
    async with reading(state=filled(), secrets=APP_SECRETS, **APP) as place:
        place.tokens.broken = True
        with pytest.raises(OSError, match="no space"):
            await place.reader.read(CONTACT)
        assert not place.asked("/contacts/e6m50fei5oNM2igrq1MG")


@pytest.mark.asyncio
@pytest.mark.capability("000-03")
async def test_tokens_are_renewed_ahead_and_once_after_a_401() -> None:
    """Five minutes before the end without any failed call; and once where HighLevel refuses an earlier end."""
    async with reading(state=filled(), secrets=APP_SECRETS, **APP) as place:
        await place.reader.read(CONTACT)
        place.clock.move(86399 - 299)
        await place.reader.read(CONTACT)
        assert place.state.refreshes == ["refresh-0", "refresh-1"]
        assert len(place.asked("/contacts/e6m50fei5oNM2igrq1MG")) == 2
        place.state.access_tokens.clear()
        assert await place.reader.read(CONTACT)
        assert place.state.refreshes[2:] == ["refresh-2"]
        place.state.access_tokens.clear()
        assert all(await asyncio.gather(*(place.reader.read(CONTACT) for _ in range(10))))
        assert place.state.refreshes[3:] == ["refresh-3"]
        place.state.access_seconds = -1
        place.state.access_tokens.clear()
        with pytest.raises(CredentialsLost):
            await place.reader.read(CONTACT)
        assert place.state.refreshes[4:] == ["refresh-4"]


async def lost(place: Reading) -> CredentialsLost:
    """How a read ends without credentials."""
    with pytest.raises(CredentialsLost) as found:
        await place.reader.read(CONTACT)
    return found.value


@pytest.mark.asyncio
@pytest.mark.capability("000-03")
async def test_a_refused_refresh_asks_for_a_new_installation_and_takes_it() -> None:
    """An uninstalled app: a person installs it again and gives the new refresh token; old ones are not tried again."""
    async with reading(state=filled(), secrets=APP_SECRETS, **APP) as place:
        await place.reader.read(CONTACT)
        place.state.revoke_all()
        error = await lost(place)
        assert (error.reason, error.operation) == ("invalid_grant", "token")
        assert "install the app on the location again" in error.remedy
        assert place.state.refreshes == ["refresh-0", "refresh-1"]
    place.state.refresh_tokens.add("refresh-of-today")
    secrets = {**APP_SECRETS, "api.refresh_token": "refresh-of-today"}
    async with reading(state=place.state, tokens=place.tokens, secrets=secrets, **APP) as again:
        assert await again.reader.read(CONTACT)
        assert again.state.refreshes[2:] == ["refresh-of-today"]


@pytest.mark.asyncio
async def test_a_new_seed_comes_before_a_pair_that_still_works() -> None:
    """A person who installs again (for more rights) is obeyed; where the new seed is spent, the pair on disk serves."""
    state = filled()
    state.refresh_tokens = {"refresh-9"}
    tokens = MemoryTokens(pair(9, seed="another"))
    async with reading(state=state, tokens=tokens, secrets=APP_SECRETS, **APP) as place:
        assert await place.reader.read(CONTACT)
        assert state.refreshes == ["refresh-0", "refresh-9"]
        assert tokens.token is not None
        assert tokens.token.seed not in {None, "another"}
    state.refresh_tokens = {"refresh-0"}
    unknown = MemoryTokens(replace(pair(8), expires_at=START))
    async with reading(state=state, tokens=unknown, secrets=APP_SECRETS, **APP) as place:
        assert await place.reader.read(CONTACT)
        assert state.refreshes[2:] == ["refresh-8", "refresh-0"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (429, {}, Throttled),
        (500, {}, Later),
        (200, {"access_token": "a"}, Later),
        (200, {"access_token": "a\nb", "refresh_token": "r"}, Later),
        (401, {"statusCode": 401, "message": "Invalid client"}, CredentialsLost),
    ],
)
async def test_what_the_token_endpoint_says(status: int, body: dict[str, str], error: type[Exception]) -> None:
    """Only a refusal loses the credentials; everything else is tried again later, with nothing saved."""
    async with reading(state=filled(), secrets=APP_SECRETS, **APP) as place:
        place.state.token_answers = [(status, body)]
        with pytest.raises(error):
            await place.reader.read(CONTACT)
        assert place.tokens.saved == []


@pytest.mark.asyncio
@pytest.mark.parametrize("lifetime", ["86399", None, "a day", "9" * 25])
async def test_a_pair_is_kept_however_its_lifetime_is_written(lifetime: str | None) -> None:
    """The old refresh token is used up by then."""
    async with reading(state=filled(), secrets=APP_SECRETS, **APP) as place:
        place.state.token_answers = [(200, {"access_token": "a", "refresh_token": "r", "expires_in": lifetime})]
        with suppress(CredentialsLost):
            await place.reader.read(CONTACT)
        assert place.tokens.saved[0].refresh == "r"


@pytest.mark.asyncio
async def test_credentials_are_kept_alive() -> None:
    """A pair older than a day is renewed although nobody reads."""
    state = State()
    state.refresh_tokens = {"refresh-7"}
    tokens = MemoryTokens(pair(7, age=timedelta(hours=23)))
    async with reading(state=state, tokens=tokens, secrets=APP_SECRETS, **APP) as place:
        assert await place.reader.keep_alive() is False
        place.clock.move(3601)
        assert await place.reader.keep_alive() is True
        assert (await place.reader.facts()).credentials_since == START + timedelta(seconds=3601)
