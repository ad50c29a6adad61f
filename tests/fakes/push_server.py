"""A push stream whose every answer a test decides: for what a well-behaved server never does."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

Json = dict[str, Any]
Answer = Callable[[Json], Json | str | None]

TENANT = 1001


def ordinary(command: Json) -> Json:
    """The answer of a server that takes everything."""
    name = command["command"]
    tenants: Json = {}
    if name == "add-tenants-v1":
        tenants = {"tenantIds": dict.fromkeys(command["accessTokens"], TENANT)}
    elif name == "list-tenants-v1":
        tenants = {"tenantIds": [TENANT]}
    return {"response": name, "result": "ok", **tenants}


def refusing(command: Json, **more: Any) -> Json:
    """The answer that says no."""
    return {"response": command["command"], "result": "error", **more}


def event(offset: str, **changed: Any) -> Json:
    """An event of the tenant: a customer is gone."""
    known = {"topic": "customers", "type": "customer-deleted-v1", "tenantId": TENANT, "entityId": "7"}
    return {**known, "offset": offset, **changed}


@dataclass
class PushServer:
    """``answers`` decides by command (``None``: no answer); ``sends`` come behind the answer to subscribe.

    One that does not ``ping`` leaves the client's pings unanswered.
    """

    answers: Answer = ordinary
    sends: list[Json | str | bytes] = field(default_factory=list)
    commands: list[Json] = field(default_factory=list)
    status: int | None = None
    ping: bool = True
    address: str = ""

    def named(self, name: str) -> list[Json]:
        """The commands of one name that came, in order."""
        return [command for command in self.commands if command["command"] == name]

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One connection."""
        if self.status is not None:
            return web.Response(status=self.status)
        socket = web.WebSocketResponse(timeout=1, autoping=self.ping)
        await socket.prepare(request)
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            command = json.loads(message.data)
            self.commands.append(command)
            answer = self.answers(command)
            if answer is not None:
                await socket.send_str(answer if isinstance(answer, str) else json.dumps(answer))
            if command["command"] == "subscribe-v1":
                for frame in self.sends:
                    if isinstance(frame, bytes):
                        await socket.send_bytes(frame)
                    else:
                        await socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))
        return socket


@asynccontextmanager
async def push_server(**settings: Any) -> AsyncIterator[PushServer]:
    """Serve on a free loopback port."""
    made = PushServer(**settings)
    runner = web.ServerRunner(web.Server(made.handle, access_log=None), shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.address = f"ws://127.0.0.1:{runner.addresses[0][1]}/topics-v1"
        yield made
    finally:
        await runner.cleanup()
