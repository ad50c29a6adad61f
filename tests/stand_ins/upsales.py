"""A stand-in for Upsales: its REST API, and the sender of app callbacks (Upsales facts, sections 2, 3 and 5)."""

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import aiohttp
from aiohttp import web

from tests.stand_ins.failing import broken_off
from tests.stand_ins.serving import CONTROL, Record, control
from tests.stand_ins.serving import State as Shared
from tests.stand_ins.upsales_writes import Faults, Refusal, store, stored_order

BASE = "/api/v2"
# fmt: off
RESOURCES = (
    "accounts", "contacts", "orders", "orderstages", "products", "priceLists", "productCategories", "agreements",
    "currencies", "users", "activities",
)
# fmt: on
WITHOUT_METADATA = frozenset({"currencies"})
RESERVED = frozenset({"token", "limit", "offset", "sort", "usePriceLists"})
DEFAULT_LIMIT, MOST = 1000, 2000
CALLS, SECONDS = 200, 10.0


@dataclass
class State(Shared):
    """One account of Upsales with its API key and its app.

    ``answers`` are given in place of the next ones (status, text, headers); ``before`` is called with the number of the
    call, to change records while somebody pages. ``writes`` are the bodies of changes as they came, with method and
    path; ``faults`` befall the next ones.
    """

    token: str = "example-customer-api-key"
    authentication_key: str = "example-app-auth-key-not-secret"
    app_id: int = 9001
    customer: Record = field(default_factory=lambda: {"id": 55021, "name": "Demokund Båt AB"})
    calls_allowed: int = CALLS
    answers: deque[tuple[int, str, dict[str, str]]] = field(default_factory=deque)
    before: Callable[[int], None] | None = None
    monotonic: Callable[[], float] = time.monotonic
    taken: deque[float] = field(default_factory=deque)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    writes: list[Record] = field(default_factory=list)
    faults: Faults = field(default_factory=deque)

    def change(self, kind: str, number: int, moment: str, **fields: object) -> None:
        """What a user's save does: the fields change, and ``modDate`` is the moment of it."""
        self.records[kind][str(number)].update(fields, modDate=moment)


def application(state: State) -> web.Application:
    """The API under ``/api/v2``, and the control plane; ``POST /_stand_in/callbacks`` sends one callback.

    It answers with the receiver's ``status``, ``null`` where nobody answered.
    """
    app = web.Application()

    async def answered(request: web.Request) -> web.Response:
        return _answer(state, request)

    async def written(request: web.Request) -> web.Response:
        return await _written(state, request)

    async def callback(request: web.Request) -> web.Response:
        asked = await request.json()
        record = state.records[asked["kind"]][str(asked["id"])]
        try:
            status = await send_callback(state, asked["to"], asked["trigger"], record, user=asked.get("user"))
        except (aiohttp.ClientError, OSError, TimeoutError):
            return web.json_response({"status": None})
        return web.json_response({"status": status})

    control(app, state)
    app.router.add_get(BASE + "/{resource}", answered)
    app.router.add_get(BASE + "/{resource}/{id}", answered)
    app.router.add_post(BASE + "/{resource}", written)
    app.router.add_put(BASE + "/{resource}/{id}", written)
    app.router.add_post(CONTROL + "/callbacks", callback)
    return app


# --- reading ---------------------------------------------------------------------------------------------------------


def _entered(state: State, request: web.Request) -> web.Response | tuple[str, dict[str, str]]:
    """The resource and the headers of every answer; the answer where the call comes no further."""
    if state.before is not None:
        state.before(len(state.calls))
    if state.answers:
        status, text, headers = state.answers.popleft()
        return web.Response(status=status, text=text, headers=headers, content_type="application/json")
    if request.query.get("token") != state.token:
        return _refused(401, "InvalidToken")
    allowed, headers = _budget(state)
    if not allowed:
        return _refused(429, "TooManyRequests", headers)
    resource = _resource(request.match_info["resource"])
    return _refused(404, "NotFound", headers) if resource is None else (resource, headers)


def _answer(state: State, request: web.Request) -> web.Response:
    entered = _entered(state, request)
    if isinstance(entered, web.Response):
        return entered
    resource, headers = entered
    held = state.records.get(resource, {})
    if "id" not in request.match_info:
        return _list(state, resource, held, request, headers)
    record = held.get(request.match_info["id"])
    return _refused(404, "NotFound", headers) if record is None else _envelope(record, headers)


def _resource(asked: str) -> str | None:
    return next((name for name in RESOURCES if name.casefold() == asked.casefold()), None)


def _budget(state: State) -> tuple[bool, dict[str, str]]:
    now = state.monotonic()
    while state.taken and state.taken[0] <= now - SECONDS:
        state.taken.popleft()
    allowed = len(state.taken) < state.calls_allowed
    if allowed:
        state.taken.append(now)
    headers = {
        "X-RateLimit-Limit": str(state.calls_allowed),
        "X-RateLimit-Remaining": str(state.calls_allowed - len(state.taken)),
        "X-RateLimit-Reset": str(round(state.taken[0] + SECONDS - now + 0.5)),
    }
    return allowed, headers


def _list(
    state: State, resource: str, held: dict[str, Record], request: web.Request, headers: dict[str, str]
) -> web.Response:
    query = request.query
    filters = [(name, value) for name, value in query.items() if name not in RESERVED]
    try:
        found = [record for record in held.values() if all(_fits(record, name, value) for name, value in filters)]
    except (ValueError, InvalidOperation):
        return _refused(400, "InvalidFilter", headers)
    # Among equals the order is another one on each call: nobody may rely on it.
    found.sort(key=lambda record: (int(record.get("id", 0)) * 7919 + len(state.calls) * 31) % 101)
    for name in reversed(query.getall("sort", [])):
        found.sort(key=lambda record, name=name: _value(record, name.lstrip("-")), reverse=name.startswith("-"))  # type: ignore[misc]
    limit, offset = min(int(query.get("limit", DEFAULT_LIMIT)), MOST), int(query.get("offset", 0))
    metadata = None if resource in WITHOUT_METADATA else {"total": len(found), "limit": limit, "offset": offset}
    return _envelope(found[offset : offset + limit], headers, metadata)


def _fits(record: Record, name: str, asked: str) -> bool:
    operator, _, wanted = asked.partition(":")
    if name == "custom":
        number, _, text = wanted.partition(":")
        return any(str(one["fieldId"]) == number and str(one.get("value")) == text for one in record.get("custom", []))
    here, there = _value(record, name), _comparable(wanted)
    if here[0] != there[0]:
        return operator == "ne"
    results = {
        "eq": here == there,
        "ne": here != there,
        "gt": here > there,
        "gte": here >= there,
        "lt": here < there,
        "lte": here <= there,
    }
    if operator not in results:
        raise ValueError(operator)
    return results[operator]


def _value(record: Record, path: str) -> tuple[int, Any]:
    found: Any = record
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return _comparable(found)


def _comparable(value: Any) -> tuple[int, Any]:
    """Numbers, times and texts, each only comparable with its own kind."""
    return (0, 0) if value is None else _read(str(value))


@lru_cache(maxsize=10_000)
def _read(text: str) -> tuple[int, Any]:
    try:
        return 1, Decimal(text)
    except InvalidOperation:
        pass
    try:
        return 2, datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return 3, text.casefold()


def _envelope(data: object, headers: dict[str, str], metadata: Record | None = None) -> web.Response:
    body = {"error": None, **({"metadata": metadata} if metadata is not None else {}), "data": data}
    return web.json_response(body, headers=headers)


def _refused(status: int, key: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": {"key": key, "code": status}, "data": None}, status=status, headers=headers)


# --- writing ---------------------------------------------------------------------------------------------------------


async def _written(state: State, request: web.Request) -> web.Response:
    entered = _entered(state, request)
    if isinstance(entered, web.Response):
        return entered
    resource, headers = entered
    fault = state.faults.popleft() if state.faults else None
    if fault == "refused":
        return _refused(400, "InvalidAttributes", headers)
    try:
        body = await request.json()
        state.writes.append({"method": request.method, "path": request.path.removeprefix(BASE), "body": body})
        if fault == "ignored":
            body = {}
        held = state.records.setdefault(resource, {})
        record = store(resource, held, request.match_info.get("id"), body, state.now())
    except json.JSONDecodeError:
        return _refused(400, "InvalidJson", headers)
    except Refusal as refusal:
        return _refused(refusal.status, refusal.key, headers)
    if resource == "orders":
        stored_order(record, state.records.get("orderstages", {}))
    if fault == "lost":
        return broken_off(request)
    if fault == "broken":
        return web.Response(status=500, text="<html>Server Error</html>", content_type="text/html")
    return _envelope({"id": record["id"]} if fault == "bare" else record, headers)


# --- app callbacks ---------------------------------------------------------------------------------------------------


def callback_body(state: State, record: Record, user: Record | None = None, sent_at: str | None = None) -> Record:
    """A callback as Upsales writes it, secrets and all; ``user`` is who caused the change."""
    return {
        "appId": state.app_id,
        "date": sent_at or datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "authenticationKey": state.authentication_key,
        "customer": state.customer,
        "config": {},
        "version": "1.4.0",
        "appData": {},
        "apiKey": state.token,
        "user": user or {"id": 7, "name": "Maja Sundström", "email": "maja.sundstrom@example.com"},
        "language": "sv",
        "userConfig": {},
        "callbackUrl": f"https://integration.upsales.com/api/external/appCallback/{record.get('id')}",
        "data": {"object": record},
    }


async def send_callback(
    state: State, hook: str, trigger: str, record: Record, *, user: Record | None = None, sent_at: str | None = None
) -> int:
    """POST one callback to ``<hook>/<trigger>/<id>`` and give the status; sent once, whatever comes back."""
    body = json.dumps(callback_body(state, record, user, sent_at)).encode()
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session,
        session.post(
            f"{hook}/{trigger}/{record['id']}", data=body, headers={"Content-Type": "application/json"}
        ) as answer,
    ):
        await answer.read()
        return answer.status
