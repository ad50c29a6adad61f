"""The stand-in is held to the page of facts: who may ask, what a page and a day are, and how it refuses."""

from typing import Any

import pytest
from aiohttp import ClientSession

from tests.connectors.highlevel.reading import submission
from tests.stand_ins.highlevel import LOCATION, TOKEN, State, application
from tests.stand_ins.serving import serving

GOOD = {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"}
PATH = "/surveys/submissions"


async def asked(state: State, headers: dict[str, str], path: str = PATH, **params: str) -> tuple[int, Any, Any]:
    """Status, body and headers of one call; the clocks are the machine's own."""
    async with serving(application(state)) as address, ClientSession() as session:
        query = {"locationId": LOCATION, **params}
        async with session.get(address + path, headers=headers, params=query) as answer:
            return answer.status, await answer.json(), answer.headers


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (GOOD, 200),
        ({**GOOD, "Authorization": "Bearer guessed"}, 401),
        ({**GOOD, "Authorization": TOKEN}, 401),
        ({"Version": "2021-07-28"}, 401),
        ({"Authorization": f"Bearer {TOKEN}"}, 400),
    ],
)
async def test_only_a_known_token_with_a_version_may_ask(headers: dict[str, str], status: int) -> None:
    """Refusals have HighLevel's shape, and every answer says what is left."""
    found, body, answered = await asked(State(), headers)
    assert found == status
    assert (status == 200) or body["statusCode"] == status
    assert (answered["X-RateLimit-Max"], answered["X-RateLimit-Remaining"]) == ("100", "99")
    assert answered["X-RateLimit-Daily-Remaining"] == "199999"


@pytest.mark.asyncio
async def test_pages_and_days() -> None:
    """Both days count whole, in the location's time zone; the last page has no next one; a location is ours."""
    state = State()
    state.add(
        "submissions",
        submission("a", "2026-11-09T22:59:59Z"),
        submission("b", "2026-11-09T23:00:00Z"),
        submission("c", "2026-11-11T22:59:59Z"),
        submission("d", "2026-11-11T23:00:00Z"),
    )
    days = {"startAt": "2026-11-10", "endAt": "2026-11-11"}
    seen = []
    for page, following in (("1", 2), ("2", None)):
        _, body, _ = await asked(state, GOOD, page=page, limit="1", **days)
        assert (body["meta"]["total"], body["meta"]["nextPage"]) == (2, following)
        seen += [record["id"] for record in body["submissions"]]
    assert sorted(seen) == ["b", "c"]
    assert (await asked(state, GOOD, limit="101"))[0] == 422
    assert (await asked(state, GOOD, locationId="other"))[0] == 403
    assert (await asked(state, GOOD, "/invoices/", altId="other", altType="location"))[0] == 422


@pytest.mark.asyncio
async def test_too_many_calls_are_turned_away() -> None:
    """The hundred and first of a window, and the first beyond the day."""
    state = State()
    state.recent.extend([state.monotonic()] * 100)
    assert (await asked(state, GOOD))[0] == 429
    state.recent.clear()
    state.used_today = state.daily
    assert (await asked(state, GOOD))[0] == 429
