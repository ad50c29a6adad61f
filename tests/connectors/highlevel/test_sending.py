"""The stand-in's app at our door: only 429 comes again, so that is what the door must say when it cannot store."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession

from daemon.listener import Hook
from tests.connectors.highlevel.bodies import LOCATION, NOW, Body, app_source, order
from tests.fakes.clock import ManualClock
from tests.fakes.doorway import Doorway, doorway
from tests.fakes.inbox import DiskFull
from tests.stand_ins.highlevel_app import AppSender, app_sender
from tests.stand_ins.sending import HIGHLEVEL, REFUSED, RetryLaw, Sender


@asynccontextmanager
async def sending(clock: ManualClock) -> AsyncIterator[tuple[Doorway, AppSender]]:
    """A door that takes an app's webhooks, and the app; each wait of the app passes on ``clock``."""
    source = app_source()
    hooks = {"ghl": Hook(source, source._settings.company_for)}
    async with doorway(hooks=hooks) as door, ClientSession() as session:
        yield door, app_sender(f"http://127.0.0.1:{door.port}/hooks/ghl", session, clock.sleep)


def fresh(**fields: Any) -> Body:
    """An order that is signed today, as the door sees it."""
    return order(**{"timestamp": "2026-11-13T10:14:00Z", **fields})


@pytest.mark.asyncio
@pytest.mark.capability("f2", "000-47")
async def test_an_event_survives_an_hour_without_a_disk() -> None:
    """429 each time until there is room again: ten minutes apart, then stored once."""
    clock = ManualClock(NOW)
    async with sending(clock) as (door, app):
        door.inbox.fails = DiskFull()

        async def sleep(seconds: float) -> None:
            await clock.sleep(seconds)
            if len(clock.slept) == 3:
                door.inbox.fails = None

        app.sender.sleep = sleep
        assert await app.send(fresh()) == [429, 429, 429, 200]
        assert clock.slept == [600.0, 600.0, 600.0]
        assert [(row.delivery.key, row.company) for row in door.inbox.rows] == [("app:w-1", "demo")]


@pytest.mark.asyncio
async def test_the_law_of_repetition() -> None:
    """Seven attempts at most; a refusal and a closed door end it at once."""
    clock = ManualClock(NOW)
    async with sending(clock) as (door, app):
        door.inbox.fails = DiskFull()
        assert await app.send(fresh()) == [429] * 7
        door.inbox.fails = None
        assert await app.send(b"{broken") == [400]
        assert await app.send(fresh(timestamp="2026-11-01T00:00:00Z")) == [401]
        assert clock.slept == [600.0] * 6
        port = door.port
        nobody = Sender(
            f"http://127.0.0.1:{port}/hooks/ghl", app.session, RetryLaw(HIGHLEVEL.again, (1.0,)), clock.sleep
        )
    async with ClientSession() as session:
        nobody.session = session
        assert await nobody.deliver(b"{}", {}) == [REFUSED]
        assert [(one.statuses, one.given_up) for one in nobody.deliveries] == [([REFUSED], True)]


@pytest.mark.asyncio
@pytest.mark.capability("f7", "f11", "f13")
async def test_repeated_foreign_and_unsigned_at_the_door() -> None:
    """The same webhook twice is one row and 200; a foreign location is stored for nobody; no signature is 401."""
    async with sending(ManualClock(NOW)) as (door, app):
        assert await app.send(fresh()) == [200]
        assert await app.send(fresh()) == [200]
        assert await app.send(fresh(locationId=LOCATION[::-1], webhookId="w-8")) == [200]
        raw = json.dumps(fresh(webhookId="w-9")).encode()
        good = app.signer.headers(raw)["x-ghl-signature"]
        for headers in ({}, {"x-ghl-signatures": good}, {"ghl-signature": good}, {"x-wh-signature": good}):
            assert await app.sender.deliver(raw, headers) == [401]
        rows = [(row.delivery.key, row.company) for row in door.inbox.rows]
        assert rows == [("app:w-1", "demo"), ("app:w-8", None)]
        refusals = [level for level, _, fields in door.log.lines if fields.get("reason") == "signature"]
        assert refusals == ["warning"] * 4
