"""A reverse proxy as people put one before the daemon: passes requests on, and answers 502 where nobody takes them."""

from aiohttp import ClientError, ClientSession, web

OF_ONE_HOP = frozenset({"connection", "content-length", "host", "transfer-encoding"})


def application(url: str, session: ClientSession) -> web.Application:
    """Pass every request on to ``url`` (no closing slash), and the answer's status and text back."""

    async def passed(request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in OF_ONE_HOP}
        body = await request.read()
        try:
            async with session.request(request.method, url + request.raw_path, data=body, headers=headers) as answer:
                return web.Response(status=answer.status, body=await answer.read())
        except (ClientError, TimeoutError, OSError):
            return web.Response(status=502)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", passed)
    return app
