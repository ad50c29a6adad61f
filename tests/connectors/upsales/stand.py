"""A reader of Upsales, the stand-in that it reads, and the clock of both."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.base import Json, StoredToken
from connectors.registry import SOURCES
from connectors.sources import Found, Reader, Surroundings
from connectors.transport import open_session
from connectors.upsales.settings import UpsalesSettings
from tests.connectors.upsales.bodies import READING, SECTION
from tests.fakes.clock import ManualClock
from tests.stand_ins import upsales
from tests.stand_ins.serving import serving

TOKEN = "canary/token+of upsales"
SINCE = date(2026, 11, 1)


class NoTokens:
    """An API key is no token: nothing is stored."""

    async def load(self, company: str) -> StoredToken | None:
        """Never asked."""
        raise AssertionError(company)

    async def save(self, company: str, token: StoredToken) -> None:
        """Never asked."""
        raise AssertionError(company, token)

    async def forget(self, company: str) -> None:
        """Never asked."""
        raise AssertionError(company)


@dataclass
class Stand:
    """A reader, the stand-in that it reads, and the clock of both."""

    reader: Reader
    state: upsales.State
    clock: ManualClock

    def failing(self, status: int, body: object, **headers: str) -> None:
        """The next answer is this one."""
        text = body if isinstance(body, str) else json.dumps(body)
        self.state.answers.append((status, text, {name.replace("_", "-"): value for name, value in headers.items()}))

    async def all_found(self, cursor: Json | None = None) -> tuple[list[Found], Json]:
        """Everything until the end is reached, each cursor over the disk."""
        found: list[Found] = []
        for _ in range(200):
            page = await self.reader.poll(cursor, SINCE)
            assert page is not None
            found += page.found
            cursor = json.loads(json.dumps(page.cursor))
            if not page.more:
                return found, page.cursor
        raise AssertionError("polling does not end")


@asynccontextmanager
async def standing(url: str | None = None, **section: Any) -> AsyncIterator[Stand]:
    """A reader of the stand-in, or of ``url``."""
    clock = ManualClock()
    state = upsales.State(token=TOKEN, monotonic=lambda: clock.seconds)
    async with serving(upsales.application(state)) as address, open_session() as session:
        base = url or address + upsales.BASE
        settings = UpsalesSettings.model_validate({**SECTION, **READING, "base_url": base, **section})
        surroundings = Surroundings(session, NoTokens(), lambda: clock.wall, lambda: clock.seconds, clock.sleep)
        reader = SOURCES["upsales"].open_reader("ups", settings, {"api_key": TOKEN}, surroundings)
        assert reader is not None
        yield Stand(reader, state, clock)
        await reader.close()
