"""The admin socket: a Unix socket in the data folder, open to its owner only, by which people act on the daemon."""

import contextlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from pydantic import ValidationError

from daemon.actions import Actions
from daemon.requests import BATCH_CHARACTERS, REQUESTS, AnyRequest, Misused
from daemon.subjects import Answer
from store.acting import NotPossible
from store.db import StoreUnavailable

NAME = "admin.sock"
LONGEST_PATH = 100
"""Bytes of a socket's path that the kernel surely takes (108 with its end)."""
LARGEST_BYTES = 6 * BATCH_CHARACTERS
"""Of a request: a batch as JSON within JSON, in which a character takes six bytes at most."""
ANSWER_SECONDS = 120.0
"""How long a request may take: a link is checked at the far system, a bulk retry may be long."""

NOT_POSSIBLE, MISUSED, UNAVAILABLE = 409, 400, 503


Facts = Callable[[], Awaitable[dict[str, Any]]]
"""What only the running process knows."""


class NoDaemonAnswers(Exception):
    """Nothing listens on the admin socket."""


@asynccontextmanager
async def serve_admin(data_dir: Path, actions: Actions, facts: Facts) -> AsyncIterator[None]:
    """Serve ``POST /ACTION`` and ``GET /status`` on the socket (mode 0600) while the body runs.

    The caller holds the folder's lock, so a socket file that is there already is a leftover.
    """
    served = web.Application(client_max_size=LARGEST_BYTES)
    served.router.add_get("/status", partial(_status, facts=facts))
    served.router.add_post("/{action}", partial(_act, actions=actions))
    runner = web.AppRunner(served, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    path = data_dir / NAME
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    bound = _bound(data_dir)
    try:
        await web.SockSite(runner, bound).start()
        yield
    finally:
        await runner.cleanup()
        bound.close()
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def _bound(data_dir: Path) -> socket.socket:
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # Before it is bound, so that it is never open to others, not even for a moment.
        os.fchmod(bound.fileno(), 0o600)
        with short_path(data_dir) as path:
            bound.bind(path)
        bound.setblocking(False)
    except BaseException:
        bound.close()
        raise
    return bound


@contextmanager
def short_path(data_dir: Path) -> Iterator[str]:
    """The socket's path; through an open folder where the folder's own name is too long for the kernel."""
    path = str(data_dir / NAME)
    if len(os.fsencode(path)) <= LONGEST_PATH:
        yield path
        return
    folder = os.open(data_dir, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)


async def _status(_: web.Request, facts: Facts) -> web.Response:
    return web.json_response(await facts())


async def _act(request: web.Request, actions: Actions) -> web.Response:
    kind = REQUESTS.get(request.match_info["action"])
    if kind is None:
        return _refused(MISUSED, "no such action: daemon and command are of different versions")
    try:
        asked = kind.model_validate_json(await request.read())
    except ValidationError as error:
        fields = ", ".join(".".join(str(part) for part in fault["loc"]) for fault in error.errors())
        return _refused(MISUSED, f"the request is faulty: {fields}")
    try:
        return web.json_response(await actions.perform(asked))
    except NotPossible as error:
        return _refused(NOT_POSSIBLE, str(error))
    except Misused as error:
        return _refused(MISUSED, str(error))
    except StoreUnavailable as error:
        return _refused(UNAVAILABLE, str(error))


def _refused(status: int, why: str) -> web.Response:
    return web.json_response({"refused": why}, status=status)


# --- the other end: commands ----------------------------------------------------------------------------------------


async def ask(data_dir: Path, request: AnyRequest) -> Answer:
    """Let the running daemon carry a request out.

    Raises :class:`NoDaemonAnswers`, :class:`NotPossible`, :class:`Misused`, :class:`StoreUnavailable`.
    """
    status, answer = await _call(data_dir, "POST", f"/{request.action}", request.model_dump_json().encode())
    if status == 200:
        return answer
    why = str(answer.get("refused", f"the daemon answered {status}"))
    if status == NOT_POSSIBLE:
        raise NotPossible(why)
    if status == UNAVAILABLE:
        raise StoreUnavailable(why.rpartition(": ")[2])
    raise Misused(why)


async def ask_facts(data_dir: Path) -> dict[str, Any]:
    """The live facts of the running daemon. Raises :class:`NoDaemonAnswers`."""
    return (await _call(data_dir, "GET", "/status", None))[1]


async def _call(data_dir: Path, method: str, path: str, body: bytes | None) -> tuple[int, dict[str, Any]]:
    if not (data_dir / NAME).exists():
        raise NoDaemonAnswers
    with short_path(data_dir) as socket_path:
        connector = aiohttp.UnixConnector(path=socket_path)
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        try:
            async with (
                aiohttp.ClientSession("http://admin", connector=connector, timeout=timeout) as session,
                session.request(method, path, data=None if body is None else BytesIO(body)) as response,
            ):
                answer: dict[str, Any] = await response.json()
                return response.status, answer
        except aiohttp.ClientConnectorError:
            raise NoDaemonAnswers from None
