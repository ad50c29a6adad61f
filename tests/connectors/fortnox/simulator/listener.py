"""A WebSocket client of the simulator: sends commands, keeps what comes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.connectors.fortnox.simulator.caller import Caller

PATIENCE = 5.0
"""Seconds until a test gives up waiting for something that must come."""


@dataclass
class Listener:
    """One connection, as the company that the caller is logged in to."""

    caller: Caller
    socket: aiohttp.ClientWebSocketResponse

    async def command(self, name: str, **body: Any) -> dict[str, Any]:
        """Send a command and give its response, which must be the next message."""
        await self.socket.send_json({"command": name, **body})
        return await self.next()

    async def next(self) -> dict[str, Any]:
        """Give the next message."""
        message = await self.socket.receive_json(timeout=PATIENCE)
        assert isinstance(message, dict)
        return message

    async def events(self, count: int) -> list[dict[str, Any]]:
        """Give the next events."""
        return [await self.next() for _ in range(count)]

    async def types(self, count: int) -> list[tuple[str, str]]:
        """Give type and entity of the next events."""
        return [(event["type"], event["entityId"]) for event in await self.events(count)]

    async def silent(self) -> bool:
        """Tell whether nothing stands before the answer to a question asked now."""
        answer = await self.command("list-tenants-v1")
        return bool(answer.get("response") == "list-tenants-v1")

    async def add_tenants(self, *tokens: str, secret: str = "simulator") -> dict[str, Any]:
        """Connect tenants by their tokens, without any the caller's own."""
        given = [f"Bearer {token}" for token in tokens or (self.caller.token,)]
        return await self.command("add-tenants-v1", clientSecret=secret, accessTokens=given)

    async def listen(self, *topics: str, **offsets: str) -> None:
        """Connect the caller's tenant and subscribe to topics, with an offset for some."""
        assert (await self.add_tenants())["result"] == "ok"
        wanted = [{"topic": topic} for topic in topics]
        wanted += [{"topic": topic, "offset": offset} for topic, offset in offsets.items()]
        assert await self.command("add-topics-v1", topics=wanted) == {"response": "add-topics-v1", "result": "ok"}
        assert await self.command("subscribe-v1") == {"response": "subscribe-v1", "result": "ok"}


@asynccontextmanager
async def connected(caller: Caller, *topics: str, **offsets: str) -> AsyncIterator[Listener]:
    """Open a connection; with topics, subscribe to them."""
    async with caller.session.ws_connect(f"{caller.server.url}/topics-v1") as socket:
        listener = Listener(caller, socket)
        if topics or offsets:
            await listener.listen(*topics, **offsets)
        yield listener
