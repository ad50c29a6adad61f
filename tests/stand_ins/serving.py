"""What every stand-in shares: records and calls in memory, a control plane over them, a free loopback port."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from aiohttp import web

from tests.stand_ins.failing import Failures

CONTROL = "/_stand_in"
Record = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class State:
    """What a stand-in holds: records by kind and id, and every call that came, in order, with how it was answered."""

    records: dict[str, dict[str, Record]] = field(default_factory=dict)
    calls: list[Record] = field(default_factory=list)
    failures: Failures | None = None

    def put(self, kind: str, *records: Record) -> None:
        """Add or replace records; each is found by its ``id``."""
        for record in records:
            self.records.setdefault(kind, {})[str(record["id"])] = record


def control(app: web.Application, state: State) -> None:
    """Add the control plane, and note every other call in ``state.calls`` (method, path, query, status).

    ``PUT /_stand_in/failures`` with ``probability`` and ``seed`` lets calls fail at random from then on.
    """

    @web.middleware
    async def noted(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(CONTROL):
            return await handler(request)
        query = [[name, value] for name, value in request.query.items()]
        call: Record = {"method": request.method, "path": request.path, "query": query, "status": None}
        state.calls.append(call)
        failed = None if state.failures is None else state.failures.strike(request)
        try:
            answer = await handler(request) if failed is None else failed
        except web.HTTPException as refusal:
            call["status"] = refusal.status
            raise
        call["status"] = answer.status
        return answer

    async def put(request: web.Request) -> web.Response:
        kind, number = request.match_info["kind"], request.match_info["id"]
        state.records.setdefault(kind, {})[number] = await request.json()
        return web.json_response({"kind": kind, "id": number})

    async def remove(request: web.Request) -> web.Response:
        gone = state.records.get(request.match_info["kind"], {}).pop(request.match_info["id"], None)
        return web.json_response({"removed": gone is not None})

    async def listed(request: web.Request) -> web.Response:
        return web.json_response(state.records.get(request.match_info["kind"], {}))

    async def calls(request: web.Request) -> web.Response:
        return web.json_response(state.calls[int(request.query.get("since", "0")) :])

    async def fail(request: web.Request) -> web.Response:
        order = await request.json()
        state.failures = Failures(float(order["probability"]), Random(order["seed"]))
        return web.json_response({"failing": order["probability"]})

    app.middlewares.append(noted)
    app.router.add_put(CONTROL + "/records/{kind}/{id}", put)
    app.router.add_delete(CONTROL + "/records/{kind}/{id}", remove)
    app.router.add_get(CONTROL + "/records/{kind}", listed)
    app.router.add_get(CONTROL + "/calls", calls)
    app.router.add_put(CONTROL + "/failures", fail)


@asynccontextmanager
async def serving(app: web.Application, port: int = 0) -> AsyncIterator[str]:
    """Serve on loopback (port 0: a free one) until the block ends; gives the address without a closing slash."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
