"""Bare aiohttp, the yardstick: reads the body, answers, and does nothing else. Prints its address."""

import asyncio
import sys

from aiohttp import web

ANSWER = b"{}"


async def _answer(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(body=ANSWER, content_type="application/json")


async def _serve() -> None:
    app = web.Application()
    app.router.add_post("/hooks/shop", _answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"http://127.0.0.1:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
