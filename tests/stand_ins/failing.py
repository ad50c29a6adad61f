"""How a stand-in fails at random: busy, broken, or gone in the middle; with a seed, so that a run can be repeated."""

import socket
import struct
from dataclasses import dataclass, field
from random import Random

from aiohttp import web

NO_LINGER = struct.pack("ii", 1, 0)
BUSY_SECONDS = "1"


@dataclass
class Failures:
    """Each call fails with ``probability``: 429 (with ``Retry-After``), 500, or a reset connection."""

    probability: float
    random: Random = field(default_factory=Random)

    def strike(self, request: web.Request) -> web.Response | None:
        """The answer of a call that fails; ``None`` where it does not. A reset's answer is never sent."""
        if self.random.random() >= self.probability:
            return None
        kind = self.random.choice(("busy", "broken", "reset"))
        if kind == "busy":
            return web.json_response(
                {"message": "Too Many Requests"}, status=429, headers={"Retry-After": BUSY_SECONDS}
            )
        if kind == "broken":
            return web.Response(status=500, text="<html>Server Error</html>", content_type="text/html")
        return broken_off(request)


def broken_off(request: web.Request) -> web.Response:
    """The connection is reset; the answer is never sent."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        transport.abort()
    return web.Response(status=502)
