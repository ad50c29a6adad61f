"""HighLevel's API as its page of facts describes it: tokens that rotate, pages, day filters, limits; and an app."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import ClientSession, web

from tests.stand_ins.highlevel_app import app_sender
from tests.stand_ins.highlevel_writes import Written, add_writes, losing, refusal
from tests.stand_ins.serving import CONTROL, Handler, Record, control
from tests.stand_ins.serving import State as Shared

LOCATION = "hQ4nVw8sLtR2eXbKc7Pm"
TOKEN = "pit-stand-in"
CLIENT = {"client_id": "stand-in-app", "client_secret": "stand-in-secret"}
FIRST_REFRESH_TOKEN = "refresh-0"
ZONE = ZoneInfo("Europe/Stockholm")
"""The location's time zone: day filters are days there."""

LEAN = frozenset({"items", "contactSnapshot", "taxSummary", "amountSummary"})
"""What the list of orders leaves out; the order itself has it."""


@dataclass
class State(Shared):
    """What the account holds, and how it behaves; ``now`` and ``monotonic`` are clocks that a test may pass.

    ``filters`` is whether the lists of orders and invoices know the days that they are asked for.
    """

    location: str = LOCATION
    private_tokens: set[str] = field(default_factory=lambda: {TOKEN})
    refresh_tokens: set[str] = field(default_factory=lambda: {FIRST_REFRESH_TOKEN})
    access_tokens: dict[str, datetime] = field(default_factory=dict)
    access_seconds: int = 86399
    refreshes: list[str] = field(default_factory=list)
    burst: int = 100
    burst_seconds: float = 10.0
    daily: int = 200_000
    used_today: int = 0
    retry_after: str | None = None
    page_size: int = 100
    leave_out_next_page: bool = False
    filters: bool = True
    will_answer: list[tuple[int, Record]] = field(default_factory=list)
    token_answers: list[tuple[int, Record]] = field(default_factory=list)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    recent: deque[float] = field(default_factory=deque)
    versions: frozenset[str] = frozenset({"2021-07-28", "v3"})
    written: Written = field(default_factory=Written)

    def add(self, kind: str, *records: Record) -> None:
        """Add or replace records of ``contacts``, ``orders``, ``invoices``, ``submissions`` or ``customFields``."""
        for record in records:
            self.records.setdefault(kind, {})[str(record.get("_id") or record["id"])] = record

    def revoke_all(self) -> None:
        """As an uninstalled app sees it: no token is any good."""
        self.refresh_tokens.clear()
        self.access_tokens.clear()
        self.private_tokens.clear()


def application(state: State) -> web.Application:
    """The API over ``state``, with its control plane; ``POST /_stand_in/webhooks`` lets the app send one."""
    app = web.Application()
    control(app, state)
    app.router.add_post(CONTROL + "/webhooks", _webhook)
    app.middlewares.append(losing(state.written))
    app.middlewares.append(_guard(state))
    routes = {
        "/surveys/": _surveys,
        "/surveys/submissions": _submissions,
        "/locations/{location}/customFields": _custom_fields,
        "/contacts/{id}": _contact,
        "/payments/orders": _orders,
        "/payments/orders/{id}": _single("orders"),
        "/invoices/": _invoices,
        "/invoices/{id}": _single("invoices"),
    }
    for path, handler in routes.items():
        app.router.add_get(path, _bound(handler, state))
    app.router.add_post("/oauth/token", _bound(_token, state))
    add_writes(app, state.written, lambda: state.records.setdefault("contacts", {}), state.location)
    return app


async def _webhook(request: web.Request) -> web.Response:
    """Signs ``body`` and sends it to ``to``; the status of each attempt, as ``sending`` writes them."""
    asked = await request.json()
    async with ClientSession() as session:
        statuses = await app_sender(asked["to"], session, asyncio.sleep).send(asked["body"])
    return web.json_response({"statuses": statuses})


Answering = Callable[[State, web.Request], Any]


def _bound(handler: Answering, state: State) -> Handler:
    async def bound(request: web.Request) -> web.StreamResponse:
        answer = handler(state, request)
        return (await answer) if hasattr(answer, "__await__") else answer  # type: ignore[no-any-return]

    return bound


def _guard(state: State) -> Any:
    """Limits first, then the token, then the Version header; every answer says what is left."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith((CONTROL, "/oauth/")):
            return await handler(request)
        refused = _turned_away(state, request)
        answer = refused or _queued(state.will_answer) or await handler(request)
        answer.headers.update(_limits(state))
        if answer.status == 429 and state.retry_after is not None:
            answer.headers["Retry-After"] = state.retry_after
        return answer

    return guarded


def _turned_away(state: State, request: web.Request) -> web.Response | None:
    now = state.monotonic()
    while state.recent and state.recent[0] <= now - state.burst_seconds:
        state.recent.popleft()
    if len(state.recent) >= state.burst or state.used_today >= state.daily:
        return refusal(429, "Too Many Requests")
    state.recent.append(now)
    state.used_today += 1
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    until = state.access_tokens.get(token)
    known = token in state.private_tokens or (until is not None and state.now() < until)
    if scheme != "Bearer" or not known:
        return refusal(401, "Invalid JWT", "Unauthorized")
    if not request.headers.get("Version"):
        return refusal(400, ["version header was not found"], "Bad Request")
    if request.headers["Version"] not in state.versions:
        return refusal(400, ["version header is invalid"], "Bad Request")
    return None


def _queued(answers: list[tuple[int, Record]]) -> web.Response | None:
    """The next answer that a test has put there, once."""
    if not answers:
        return None
    status, body = answers.pop(0)
    return web.json_response(body, status=status)


def _limits(state: State) -> dict[str, str]:
    return {
        "X-RateLimit-Limit-Daily": str(state.daily),
        "X-RateLimit-Daily-Remaining": str(max(0, state.daily - state.used_today)),
        "X-RateLimit-Interval-Milliseconds": str(round(state.burst_seconds * 1000)),
        "X-RateLimit-Max": str(state.burst),
        "X-RateLimit-Remaining": str(max(0, state.burst - len(state.recent))),
    }


# --- records ---------------------------------------------------------------------------------------------------------


def _surveys(state: State, request: web.Request) -> web.Response:
    if request.query.get("locationId") != state.location:
        return refusal(403, "The token does not have access to this location.", "Forbidden")
    names = sorted({record["surveyId"] for record in state.records.get("submissions", {}).values()})
    surveys = [{"id": name, "name": name, "locationId": state.location} for name in names]
    return _answer({"surveys": surveys, "total": len(surveys)})


def _submissions(state: State, request: web.Request) -> web.Response:
    """Pages by number; without days the last month counts."""
    query = request.query
    if query.get("locationId") != state.location:
        return refusal(403, "The token does not have access to this location.", "Forbidden")
    today = state.now().astimezone(ZONE).date()
    found = _between(
        state.records.get("submissions", {}).values(),
        query.get("startAt", (today - timedelta(days=30)).isoformat()),
        query.get("endAt", today.isoformat()),
    )
    page, limit = int(query.get("page", "1")), int(query.get("limit", "20"))
    if not 1 <= limit <= 100 or page < 1:
        return refusal(422, ["limit must not be greater than 100"], "Unprocessable Entity")
    limit = min(limit, state.page_size)
    shown = found[(page - 1) * limit : page * limit]
    following = page + 1 if page * limit < len(found) else None
    meta = {"total": len(found), "currentPage": page, "nextPage": following, "prevPage": page - 1 or None}
    if state.leave_out_next_page:
        del meta["nextPage"]
    return _answer({"submissions": shown, "meta": meta})


def _custom_fields(state: State, request: web.Request) -> web.Response:
    if request.match_info["location"] != state.location:
        return refusal(403, "The token does not have access to this location.", "Forbidden")
    return _answer({"customFields": list(state.records.get("customFields", {}).values())})


def _contact(state: State, request: web.Request) -> web.Response:
    """One contact; one that is gone is a bad request, in words."""
    found = state.records.get("contacts", {}).get(request.match_info["id"])
    if found is None:
        return refusal(400, f"Contact with id {request.match_info['id']} not found", "Bad Request")
    return _answer({"contact": found})


def _orders(state: State, request: web.Request) -> web.Response:
    return _offset_page(state, request, "orders", "data", "totalCount")


def _invoices(state: State, request: web.Request) -> web.Response:
    return _offset_page(state, request, "invoices", "invoices", "total")


def _offset_page(state: State, request: web.Request, kind: str, name: str, total: str) -> web.Response:
    query = request.query
    if query.get("altType") != "location" or query.get("altId") != state.location:
        return refusal(422, ["altId must be a location of yours"], "Unprocessable Entity")
    days = (query.get("startAt"), query.get("endAt")) if state.filters else (None, None)
    found = _between(state.records.get(kind, {}).values(), *days)
    limit, offset = min(int(query.get("limit", "10")), state.page_size), int(query.get("offset", "0"))
    left_out = LEAN if kind == "orders" else frozenset()
    shown = [
        {key: value for key, value in record.items() if key not in left_out}
        for record in found[offset : offset + limit]
    ]
    return _answer({name: shown, total: len(found)})


def _single(kind: str) -> Answering:
    def single(state: State, request: web.Request) -> web.Response:
        if request.query.get("altType") != "location" or request.query.get("altId") != state.location:
            return refusal(422, ["altId must be a location of yours"], "Unprocessable Entity")
        found = state.records.get(kind, {}).get(request.match_info["id"])
        return refusal(404, "Not Found", "Not Found") if found is None else _answer(found)

    return single


def _between(records: Iterable[Record], first: str | None, last: str | None) -> list[Record]:
    """Those made on the days asked for, both included, in an order that says nothing about time."""
    earliest = date.fromisoformat(first) if first else date.min
    latest = date.fromisoformat(last) if last else date.max
    chosen = (record for record in records if earliest <= _day(record) <= latest)
    return sorted(chosen, key=lambda record: str(record.get("_id") or record.get("id"))[::-1])


def _day(record: Record) -> date:
    return _read(record["createdAt"])


@lru_cache(maxsize=10_000)
def _read(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(ZONE).date()


def _answer(body: Record) -> web.Response:
    return web.json_response({**body, "traceId": "b45f51c3-bd65-493b-bd08-40fb41536363"}, dumps=json.dumps)


# --- tokens ----------------------------------------------------------------------------------------------------------


async def _token(state: State, request: web.Request) -> web.Response:
    """Every refresh gives a new pair and uses up the old refresh token."""
    form = await request.post()
    refresh = str(form.get("refresh_token", ""))
    state.refreshes.append(refresh)
    queued = _queued(state.token_answers)
    if queued is not None:
        return queued
    if (form.get("client_id"), form.get("client_secret")) != (CLIENT["client_id"], CLIENT["client_secret"]):
        return refusal(401, "Invalid client credentials!", "Unauthorized")
    if form.get("grant_type") != "refresh_token" or refresh not in state.refresh_tokens:
        return refusal(400, "Invalid grant: refresh token is invalid", "invalid_grant")
    state.refresh_tokens.remove(refresh)
    number = len(state.refreshes)
    state.refresh_tokens.add(f"refresh-{number}")
    state.access_tokens[f"access-{number}"] = state.now() + timedelta(seconds=state.access_seconds)
    return web.json_response(
        {
            "access_token": f"access-{number}",
            "token_type": "Bearer",
            "expires_in": state.access_seconds,
            "refresh_token": f"refresh-{number}",
            "scope": "surveys.readonly contacts.readonly invoices.readonly payments/orders.readonly",
            "userType": "Location",
            "locationId": state.location,
        }
    )
