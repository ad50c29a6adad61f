"""A reader in front of the stand-in, with clocks of the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from connectors.base import Json
from connectors.highlevel.reader import HighLevelReader, open_reader
from connectors.highlevel.settings import HighLevelSettings
from connectors.json_body import read_object
from connectors.sources import Found, Surroundings
from connectors.transport import open_session
from tests.connectors.fortnox.token_server import MemoryTokens
from tests.fakes.clock import ManualClock
from tests.stand_ins.highlevel import CLIENT, FIRST_REFRESH_TOKEN, LOCATION, TOKEN, State, application
from tests.stand_ins.serving import serving

START = datetime(2026, 11, 13, 10, 15, tzinfo=UTC)
SINCE = date(2026, 10, 1)
APP: dict[str, Any] = {"client_id": CLIENT["client_id"], "client_secret": "generated:s", "refresh_token": "generated:r"}
APP_SECRETS = {"api.client_secret": CLIENT["client_secret"], "api.refresh_token": FIRST_REFRESH_TOKEN}


@dataclass
class Reading:
    """The reader, what it talks to, and where its tokens lie."""

    reader: HighLevelReader
    state: State
    clock: ManualClock
    tokens: MemoryTokens

    async def round(self, cursor: Json | None = None, since: date = SINCE) -> tuple[list[Found], Json]:
        """One whole round of polling: what was found, and the cursor behind it."""
        found: list[Found] = []
        for _ in range(100):
            page = await self.reader.poll(cursor, since)
            assert page is not None
            found += page.found
            cursor = page.cursor
            if not page.more:
                return found, cursor
        raise AssertionError("a round of polling has an end")

    def asked(self, path: str) -> list[dict[str, str]]:
        """The parameters of every call to ``path``, in order."""
        return [dict(call["query"]) for call in self.state.calls if call["path"] == path]


@asynccontextmanager
async def reading(
    *,
    state: State | None = None,
    tokens: MemoryTokens | None = None,
    secrets: dict[str, str] | None = None,
    back: dict[str, Any] | None = None,
    **api: Any,
) -> AsyncIterator[Reading]:
    """A reader with a Private Integration Token, or with an app where ``client_id`` is given."""
    clock = ManualClock(START)
    account, kept = state or State(), tokens or MemoryTokens()
    account.now, account.monotonic = (lambda: clock.wall), (lambda: clock.seconds)
    way = {} if "client_id" in api else {"token": "generated:t"}
    held = {"api.token": TOKEN} if secrets is None else secrets
    async with serving(application(account)) as address, open_session() as session:
        section = {
            "company": "demo",
            "location_id": LOCATION,
            "api": {"base_url": address, **way, **api},
            "write_back": back or {},
        }
        settings = HighLevelSettings.model_validate(section)
        surroundings = Surroundings(session, kept, lambda: clock.wall, lambda: clock.seconds, clock.sleep)
        reader = open_reader("ghl", settings, held, surroundings)
        assert isinstance(reader, HighLevelReader)
        yield Reading(reader, account, clock, kept)
        await reader.close()


def bodies(found: list[Found]) -> list[dict[str, Any]]:
    """What was found, read back."""
    return [read_object(each.body) for each in found]


def submission(number: str, created: str = "2026-11-12T10:00:00.000Z", **fields: Any) -> dict[str, Any]:
    """A small submission."""
    return {
        "id": number,
        "contactId": "c1",
        "createdAt": created,
        "surveyId": "s1",
        "name": "Åsa Wikström",
        "email": "asa.wikstrom@example.com",
        "others": {"UhAtFfsTcm4FwSWzQiUB": 9},
        **fields,
    }
