"""Waits on loopback for the browser that Fortnox sends back, once, and for a limited time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from daemon.callback_page import RETURNED

HOST = "127.0.0.1"


@asynccontextmanager
async def waiting(port: int, path: str) -> AsyncIterator["asyncio.Future[str]"]:
    """Listen while the body runs; the future gives the path and query that the browser came with.

    Only a ``GET`` of ``path`` with a state counts; anything else is answered 404. Raises ``OSError`` for a port that
    cannot be had.
    """
    came: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def handle(request: web.BaseRequest) -> web.Response:
        if request.method != "GET" or request.path != path or "state" not in request.query:
            return web.Response(status=404)
        if not came.done():
            came.set_result(request.raw_path)
        # The address holds the code: no later page may learn it.
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return web.Response(body=RETURNED, content_type="text/html", charset="utf-8", headers=headers)

    runner = web.ServerRunner(web.Server(handle, access_log=None), shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port, backlog=8).start()
        yield came
    finally:
        await runner.cleanup()
