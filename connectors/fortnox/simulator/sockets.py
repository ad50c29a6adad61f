"""The WebSocket server at `/topics-v1`: one connection per client, fed until either side ends it."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiohttp import WSMsgType, web

from connectors.fortnox.simulator.company import Company
from connectors.fortnox.simulator.event_stream import Event, EventStream, offset_text
from connectors.fortnox.simulator.socket_session import Session
from connectors.fortnox.simulator.tokens import TokenRegister

MOST_CONNECTIONS = 100
_LONGEST_MESSAGE = 1 << 20
# Answers and repeated events that a client has not taken yet; kept events wait in the stream and need no bound here.
_MOST_WAITING = 1_000
# How often a connection looks whether a token has run out, while nothing else wakes it.
_LOOK_SECONDS = 0.05
_CLOSING_SECONDS = 1.0

GOING_AWAY, ABNORMAL, POLICY, TRY_LATER = 1001, 1006, 1008, 1013


class Connection:
    """One connected client; everything is sent by one task, so that a response stands before the events behind it."""

    def __init__(self, request: web.BaseRequest, session: Session, expired: Callable[[Session], bool]) -> None:
        self.session = session
        self.sent = 0
        self._request = request
        self._expired = expired
        self._socket = web.WebSocketResponse(timeout=_CLOSING_SECONDS, max_msg_size=_LONGEST_MESSAGE)
        self._waiting: deque[dict[str, Any]] = deque()
        self._woken = asyncio.Event()
        self._end_code: int | None = None

    def wake(self) -> None:
        """Have the connection look for what is new."""
        self._woken.set()

    def end(self, code: int) -> None:
        """End the connection with a close code; 1006 ends it without a close frame."""
        self._end_code = code
        self._woken.set()

    def repeat(self, events: Iterable[Event]) -> None:
        """Send events again to this client, if it has their tenant and topic."""
        session = self.session
        if session.subscribed:
            self._waiting += [
                event.as_json()
                for event in events
                if event.tenant_id in session.tenants and event.happening.kind.topic in session.positions
            ]
        if len(self._waiting) > _MOST_WAITING:
            self.end(TRY_LATER)
        self._woken.set()

    async def run(self) -> web.WebSocketResponse:
        """Answer and feed the client until the connection ends."""
        await self._socket.prepare(self._request)
        async with asyncio.TaskGroup() as group:
            sender = group.create_task(self._feed())
            async for message in self._socket:
                if message.type is WSMsgType.TEXT and len(self._waiting) < _MOST_WAITING:
                    self._waiting.append(self.session.answer(message.data))
                    self._woken.set()
                else:
                    self.end(POLICY)
            sender.cancel()
        return self._socket

    async def _feed(self) -> None:
        try:
            while self._end_code is None:
                self._woken.clear()
                if self._expired(self.session):
                    self.end(POLICY)
                await self._send_all()
                await self._wait()
            await self._close(self._end_code)
        except ConnectionError:
            # The client has gone; the receiving side sees the same and ends the connection.
            return

    async def _send_all(self) -> None:
        while self._end_code is None and (message := self._next()) is not None:
            await self._socket.send_str(json.dumps(message))
            self.sent += 1

    def _next(self) -> dict[str, Any] | None:
        if self._waiting:
            return self._waiting.popleft()
        event = self.session.next_owed()
        return None if event is None else event.as_json()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _close(self, code: int) -> None:
        if code != ABNORMAL:
            await self._socket.close(code=code)
        elif self._request.transport is not None:
            self._request.transport.abort()

    def as_json(self) -> dict[str, Any]:
        """Give the connection for `/_sim/events`."""
        session = self.session
        sent_until = session.positions.items()
        return {
            "tenants": list(session.tenants),
            "topics": {topic: None if at is None else offset_text(topic, at) for topic, at in sent_until},
            "subscribed": session.subscribed,
            "sent": self.sent,
        }


class Sockets:
    """Every open connection."""

    def __init__(
        self,
        stream: EventStream,
        tokens: TokenRegister,
        clients: Mapping[str, str],
        companies: Mapping[int, Company],
    ) -> None:
        self._stream = stream
        self._tokens = tokens
        self._clients = clients
        self._companies = companies
        self._open: list[Connection] = []

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one client until it goes; a call that is no WebSocket handshake is answered 400."""
        if len(self._open) >= MOST_CONNECTIONS:
            return web.Response(status=503)
        session = Session(self._stream, self._tokens, self._clients)
        connection = Connection(request, session, self._token_expired)
        self._open.append(connection)
        try:
            return await connection.run()
        except web.HTTPException as refused:
            return web.Response(status=refused.status, text=refused.text)
        finally:
            self._open.remove(connection)

    def _token_expired(self, session: Session) -> bool:
        return any(
            not self._tokens.is_live(access) and self._companies[access.tenant_id].settings.close_on_token_expiry
            for access in session.accesses()
        )

    def wake(self) -> None:
        """Have every connection look for new events."""
        for connection in self._open:
            connection.wake()

    def repeat(self, events: list[Event]) -> None:
        """Send events again to whoever has subscribed to them."""
        for connection in self._open:
            connection.repeat(events)

    def end(self, code: int, tenant: int | None = None) -> int:
        """End every connection, or those that serve a tenant; give how many."""
        ended = [one for one in self._open if tenant is None or tenant in one.session.tenants]
        for connection in ended:
            connection.end(code)
        return len(ended)

    def consent_ended(self, client: str, tenant: int) -> None:
        """Stop a tenant's events on the connections of an app whose consent was revoked."""
        for connection in self._open:
            mine = [access.tenant_id for access in connection.session.accesses() if access.client == client]
            if tenant in mine:
                connection.session.tenants.pop(tenant, None)

    def as_json(self) -> list[dict[str, Any]]:
        """Give every connection for `/_sim/events`."""
        return [connection.as_json() for connection in self._open]
