"""Putting an answer on the connection: whole, cut in half, or as a reset without any answer."""

import socket
import struct

from aiohttp import web

from connectors.fortnox.simulator.fault_effects import Delivery, Sending
from connectors.fortnox.simulator.wire import Answer

_NO_LINGER = struct.pack("ii", 1, 0)


def _headers(answer: Answer) -> dict[str, str]:
    headers = {"Server": "Fortnox", "X-Build": "simulator", **answer.headers}
    if answer.body:
        headers["Content-Type"] = answer.content_type
    return headers


def _reset(request: web.BaseRequest) -> web.StreamResponse:
    """Reset the connection (RST, not an orderly end); the response given back is never sent."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
    return web.Response(status=500)


async def _half(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=_headers(answer))
    response.content_length = max(2, len(answer.body))
    await response.prepare(request)
    await response.write(answer.body[: len(answer.body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def send(request: web.BaseRequest, delivery: Delivery) -> web.StreamResponse:
    """Send a delivery over the connection its request came in on."""
    answer = delivery.answer
    if delivery.sending is Sending.RESET:
        return _reset(request)
    if delivery.sending is Sending.HALF:
        return await _half(request, answer)
    return web.Response(status=answer.status, body=answer.body, headers=_headers(answer))
