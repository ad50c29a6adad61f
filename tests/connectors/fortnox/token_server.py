"""A token endpoint for tests: hands out what it is told and keeps what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from connectors.base import StoredToken
from connectors.fortnox.auth import Credentials
from connectors.fortnox.settings import FortnoxSettings
from connectors.transport import open_session

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


class MemoryTokens:
    """A token store that remembers every save, in order."""

    def __init__(self, token: StoredToken | None = None) -> None:
        self.token = token
        self.saved: list[StoredToken] = []
        self.broken = False

    async def load(self, company: str) -> StoredToken | None:
        """The stored pair."""
        return self.token

    async def save(self, company: str, token: StoredToken) -> None:
        """Keep the pair, or fail like a full disk."""
        await asyncio.sleep(0)
        if self.broken:
            raise OSError("no space left")
        self.token = token
        self.saved.append(token)

    async def forget(self, company: str) -> None:
        """Nothing is stored any more."""
        self.token = None


class TokenServer:
    """Answers the queued answers, then a fresh pair each time."""

    def __init__(self) -> None:
        self.asked: list[tuple[dict[str, str], dict[str, str]]] = []
        self.queue: list[tuple[int, str, str]] = []
        self.lifetime = 3600
        self.delay = 0.0
        self.called = asyncio.Event()
        self.url = ""

    def will_answer(self, status: int, body: dict[str, Any], content_type: str = "text/html") -> None:
        """The next call gets this."""
        self.queue.append((status, json.dumps(body), content_type))

    async def handle(self, request: web.Request) -> web.Response:
        """One token call."""
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.asked.append((form, dict(request.headers)))
        self.called.set()
        await asyncio.sleep(self.delay)
        if self.queue:
            status, text, content_type = self.queue.pop(0)
            return web.Response(status=status, text=text, content_type=content_type)
        number = len(self.asked)
        pair: dict[str, Any] = {
            "access_token": f"access-{number}",
            "expires_in": self.lifetime,
            "token_type": "bearer",
            "scope": "invoice customer",
        }
        if form.get("grant_type") != "client_credentials":
            pair["refresh_token"] = f"refresh-{number}"
        return web.json_response(pair)


class Clock:
    """A wall clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The moment it is."""
        return self.now


async def no_sleep(seconds: float) -> None:
    """Repeat at once."""


def stored(refresh: str = "refresh-0", *, age: timedelta = timedelta(0), lifetime: int = 3600) -> StoredToken:
    """A pair as it lies on disk, refreshed ``age`` ago."""
    at = NOW - age
    return StoredToken(
        access=f"access-of-{refresh}", expires_at=at + timedelta(seconds=lifetime), refresh=refresh, refreshed_at=at
    )


@asynccontextmanager
async def token_server() -> AsyncIterator[TokenServer]:
    """The endpoint on a free loopback port."""
    server = TokenServer()
    app = web.Application()
    app.router.add_post("/oauth-v1/token", server.handle)
    app.router.add_post("/oauth-v1/revoke", server.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def credentials(
    url: str,
    tokens: MemoryTokens,
    *,
    grant: str = "authorization_code",
    clock: Clock | None = None,
    told: list[str] | None = None,
) -> AsyncIterator[Credentials]:
    """Credentials of a company that speak with ``url``; ``told`` gets a word when they migrate."""
    heard = [] if told is None else told
    settings = FortnoxSettings.model_validate(
        {
            "rest_url": f"{url}/3",
            "oauth_url": f"{url}/oauth-v1",
            "grant": grant,
            "tenant_id": 1001,
            "client_id": "app",
            "client_secret": "plain:word",
        }
    )
    async with open_session() as session:
        made = Credentials(
            "demo",
            settings,
            "word",
            tokens,
            session,
            clock=clock or Clock(),
            sleep=no_sleep,
            migrated=lambda: heard.append("migrated"),
        )
        yield made
        await made.close()
