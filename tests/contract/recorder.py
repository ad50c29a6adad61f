"""Records what callers and the simulator exchange, each shape once, where an environment variable names a folder."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from aiohttp import web

from connectors.fortnox.simulator import Simulator

VARIABLE = "FORTNOX_EXCHANGES"
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[A-Za-z]{1,24}|[A-Za-z]{1,8}[ -]?[A-Za-z]{1,8}")
_SERVICES = ("/3/", "/api/")

Handle = Callable[[Simulator, web.BaseRequest], Coroutine[Any, Any, web.StreamResponse]]


def shape_of(value: Any) -> Any:
    """A value reduced to what a description speaks of: names, types, words, and how long other texts are about.

    The rows of a list count once each, whatever their order.
    """
    if isinstance(value, dict):
        return {name: shape_of(inner) for name, inner in sorted(value.items())}
    if isinstance(value, list):
        return sorted({json.dumps(shape_of(inner), sort_keys=True) for inner in value})
    if isinstance(value, str):
        known = _WORD.fullmatch(value) is not None and (value.isupper() or value.islower())
        return value if known or not value else f"text {len(value).bit_length()} {_DIGITS.sub('0', value)[:1]}"
    return type(value).__name__


def _json(body: bytes) -> Any:
    """The body as JSON; nothing where it is none."""
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


class Recorder:
    """Writes exchanges as JSON lines into one file for each process; an exchange of a known shape is left out."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{os.getpid()}.jsonl"
        self._seen: set[str] = set()

    def keep(self, exchange: dict[str, Any]) -> None:
        """Write an exchange, unless one of its shape is there already."""
        path = _DIGITS.sub("0", exchange["path"])
        # These count as they are: two operations may answer alike, and a test may call as our client does.
        shape = json.dumps([path, exchange["client"], exchange["status"], shape_of(exchange)], sort_keys=True)
        mark = hashlib.sha256(shape.encode()).hexdigest()
        if mark in self._seen:
            return
        self._seen.add(mark)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(exchange) + "\n")


def exchange_of(request: web.BaseRequest, sent: bytes, response: web.StreamResponse | None) -> dict[str, Any]:
    """One exchange: what was asked, and what was answered.

    The answer's status is null where there is no answer of Fortnox's own: none went out whole, or it spoke for a server
    in trouble (a 5xx may be any page: Fortnox facts, 4.1).
    """
    whole = isinstance(response, web.Response) and response.status < 500
    body = response.body if isinstance(response, web.Response) and whole else None
    answered = body if isinstance(body, bytes) else b""
    return {
        "method": request.method,
        "path": request.rel_url.raw_path,
        "query": dict(request.query),
        "client": _is_client(request),
        "request": _json(sent),
        "status": response.status if response is not None and whole else None,
        "answer": _json(answered),
    }


def _is_client(request: web.BaseRequest) -> bool:
    """Our client always says which answers it takes; a test that calls by itself does not: it may be wrong."""
    return "aiohttp" in request.headers.get("User-Agent", "") and request.headers.get("Accept") == "application/json"


def recording(handle: Handle, recorder: Recorder) -> Handle:
    """The simulator's way of answering, and what it answered is kept."""

    async def recorded(simulator: Simulator, request: web.BaseRequest) -> web.StreamResponse:
        place = len(simulator.calls.entries)
        response = await handle(simulator, request)
        if request.rel_url.raw_path.startswith(_SERVICES) and response.status != 429:
            # The simulator has read the body already, except where it refuses a call for its rate.
            own = None if _by_order(simulator, place) else response
            recorder.keep(exchange_of(request, await request.read(), own))
        return response

    return recorded


def _by_order(simulator: Simulator, place: int) -> bool:
    """Whether a test ordered this call's answer as a fault; a log that was cleared meanwhile does not say."""
    logged = simulator.calls.entries[place : place + 1]
    return not logged or logged[0].fault is not None


def install() -> None:
    """Let every simulator of this process record, if the environment names a folder; nothing else changes."""
    named = os.environ.get(VARIABLE)
    if named:
        handle = recording(Simulator.handle, Recorder(Path(named)))
        Simulator.handle = handle  # type: ignore[assignment, method-assign]
