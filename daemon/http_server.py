"""The HTTP edge: limits on connections, heads, bodies and time, and fixed answers that echo nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.http import HttpVersion11
from aiohttp.http_exceptions import HttpProcessingError

from connectors.sources import Refused

_logger = logging.getLogger(__name__)

_TEXTS = {
    400: b'{"error":"bad request"}',
    401: b'{"error":"unauthorized"}',
    404: b'{"error":"not found"}',
    405: b'{"error":"method not allowed"}',
    408: b'{"error":"request timeout"}',
    413: b'{"error":"body too large"}',
    415: b'{"error":"unsupported media type"}',
    417: b'{"error":"expectation failed"}',
    429: b'{"error":"try again later"}',
    500: b'{"error":"internal error"}',
    503: b'{"error":"try again later"}',
}
_SERVER = "fortnox-bridge"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may use. Lengths in bytes, times in seconds.

    ``head_seconds`` bounds silence and half-sent heads, and keeps idle connections; ``in_hand`` bounds the requests
    between their head and our answer, ``buffered_bytes`` all bodies that wait for their end; ``linger_seconds`` is how
    long an unread rest is thrown away so that the answer reaches a sender that is still sending.
    """

    body_bytes: int = 1024 * 1024
    head_seconds: float = 30.0
    body_seconds: float = 10.0
    linger_seconds: float = 0.5
    connections: int = 500
    backlog: int = 4096
    in_hand: int = 400
    buffered_bytes: int = 64 * 1024 * 1024


class Overload(Exception):
    """We cannot take a request now; ``reason`` is backlog, disk or stopping."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def answer(
    status: int, body: bytes | None = None, *, close: bool = False, headers: dict[str, str] | None = None
) -> web.Response:
    """An answer with a short fixed JSON body; ``close`` also tells the client that the connection ends."""
    fields = {"Content-Type": "application/json", "Server": _SERVER}
    if headers:
        fields.update(headers)
    response = web.Response(status=status, body=_TEXTS[status] if body is None else body, headers=fields)
    if close:
        response.force_close()
    return response


def headers_of(request: web.BaseRequest) -> dict[str, list[str]]:
    """Every value of each header, by its name in lower case."""
    headers: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        headers.setdefault(name.lower(), []).append(value)
    return headers


class BodyReader:
    """Reads bodies within their limits, and counts what lies in memory for all of them together."""

    def __init__(self, limits: Limits) -> None:
        """All lengths and times come from ``limits``."""
        self._limits = limits
        self._buffered = 0

    def check_head(self, request: web.BaseRequest) -> None:
        """Refuse by the head alone: a coded body (415) or a declared length over the limit (413)."""
        if "Content-Encoding" in request.headers:
            raise Refused("encoding", 415)
        length = request.content_length
        if length is not None and length > self._limits.body_bytes:
            raise Refused("too_large", 413)

    async def read(self, request: web.BaseRequest) -> bytes:
        """The raw body. Raises :class:`Refused` (too_large, timeout, bad_request) or :class:`Overload`."""
        try:
            if request.content.is_eof():
                return self._within_limit(request.content.read_nowait(-1))
            await self._expect(request)
            async with asyncio.timeout(self._limits.body_seconds):
                return await self._collect(request)
        except TimeoutError:
            raise Refused("timeout", 408) from None
        except (web.RequestPayloadError, HttpProcessingError, ConnectionError):
            raise Refused("bad_request", 400) from None

    async def _expect(self, request: web.BaseRequest) -> None:
        expectation = request.headers.get("Expect")
        if expectation is None or request.version < HttpVersion11:
            return
        if expectation.casefold() != "100-continue":
            raise Refused("bad_request", 417)
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # The final answer starts afresh; aiohttp takes bytes written so far for a half-sent answer.
        request.writer.output_size = 0

    async def _collect(self, request: web.BaseRequest) -> bytes:
        parts: list[bytes] = []
        size = 0
        try:
            while part := await request.content.readany():
                parts.append(part)
                size += len(part)
                self._buffered += len(part)
                if size > self._limits.body_bytes:
                    raise Refused("too_large", 413)
                if self._buffered > self._limits.buffered_bytes:
                    raise Overload("backlog")
        finally:
            self._buffered -= size
        return b"".join(parts)

    def _within_limit(self, body: bytes) -> bytes:
        if len(body) > self._limits.body_bytes:
            raise Refused("too_large", 413)
        return body


class _Connection(web.RequestHandler):
    """One connection: closed at once beyond the cap; what is not HTTP gets one fixed answer."""

    __slots__ = ()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, or close it at once where the cap is reached."""
        server = self._manager
        if isinstance(server, HookServer) and not server.has_room:
            transport.close()
            return
        super().connection_made(transport)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The fixed answer to a broken request (400) or to a fault of ours (500, logged).

        ``message`` may quote the request, so it goes nowhere.
        """
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        if status >= 500:
            _logger.error("a request could not be answered", exc_info=exc)
            return answer(500, close=True)
        server = self._manager
        if isinstance(server, HookServer):
            server.broken(request)
        return answer(400, close=True)


class HookServer(web.Server):
    """aiohttp's low-level server with our limits. ``broken`` is told of each request that is not HTTP."""

    def __init__(
        self,
        handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        broken: Callable[[web.BaseRequest], None],
        limits: Limits,
    ) -> None:
        """Must be made inside the running loop."""
        super().__init__(
            handler,
            keepalive_timeout=limits.head_seconds,
            lingering_time=limits.linger_seconds,
            access_log=None,
            auto_decompress=False,
        )
        self.broken = broken
        self._most = limits.connections

    @property
    def has_room(self) -> bool:
        """Whether one more connection may be taken."""
        return len(self._connections) < self._most

    def __call__(self) -> web.RequestHandler:
        """The protocol of one new connection."""
        return _Connection(self, loop=self._loop, **self._kwargs)
