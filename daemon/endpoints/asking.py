"""A request of the HTTP edge as our endpoints read it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import web

from connectors.sources import Refused
from daemon.endpoints.answers import Refusal
from daemon.http_server import headers_of

Read = Callable[[web.BaseRequest], Awaitable[bytes]]


class Asking:
    """Method, path, query and headers at once; the body only where somebody who may send it asks for it."""

    def __init__(self, request: web.BaseRequest, path: str, read: Read) -> None:
        self.method = request.method
        self.path = path
        self.query = request.raw_path.partition("?")[2]
        self.headers: Mapping[str, Sequence[str]] = headers_of(request)
        self._request = request
        self._read = read

    async def body(self) -> bytes:
        """The whole body. Raises :class:`Refusal` with the status that the edge gives, else what ``read`` raises."""
        try:
            return await self._read(self._request)
        except Refused as refused:
            raise Refusal(refused.status, refused.reason, "the body could not be taken") from None
