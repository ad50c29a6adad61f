"""The far side of the null target: answers every POST at once and counts them (GET). Prints its address."""

import asyncio
import sys

from aiohttp import web


class _Counting:
    def __init__(self) -> None:
        self.posts = 0

    async def answer(self, request: web.BaseRequest) -> web.Response:
        if request.method == "POST":
            await request.read()
            self.posts += 1
        return web.Response(body=str(self.posts).encode())


async def _serve() -> None:
    runner = web.ServerRunner(web.Server(_Counting().answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"http://127.0.0.1:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
