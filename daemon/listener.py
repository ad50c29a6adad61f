"""Takes webhooks: refuses early and cheaply, proves the sender, and answers 2xx only when the row is on disk."""

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web

from connectors.client.source import source_of
from connectors.sources import Delivery, RawRequest, Refused, Source
from daemon.awaited import CALLBACK, Awaited, LinkCame, no_links
from daemon.callback_page import NOT_AWAITED, RETURNED, connected, not_connected
from daemon.client_address import LOOPBACK, Network, client_address
from daemon.endpoints.asking import Asking
from daemon.endpoints.serving import PREFIXES, Endpoints, encoded
from daemon.hook_log import HookLog, Log
from daemon.http_server import BodyReader, HookServer, Limits, Overload, answer, headers_of
from daemon.turnstile import Turnstile

_logger = logging.getLogger(__name__)

PREFIX = "/hooks/"
HEALTH = "/healthz"
HTML = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
"""Of the page that a browser ends at: its address holds a code, which no later page may learn."""

UNKNOWN = "unknown"
"""Stands in log lines where a request names no source of ours: what a stranger wrote is never repeated."""

RETRY_AFTER = {"backlog": "30", "disk": "60", "stopping": "10", "removed": "600"}
LONGEST_KEPT_HEADER = 1000


class Accepted(Protocol):
    """What the inbox says of a delivery that is on disk."""

    @property
    def inbox_id(self) -> int:
        """The row, new or known."""
        ...

    @property
    def repeated(self) -> bool:
        """Whether the delivery was known already."""
        ...


class Inbox(Protocol):
    """Where deliveries go."""

    async def accept(
        self,
        *,
        source: str,
        company: str | None,
        delivery: Delivery,
        headers: Mapping[str, str],
        body: bytes,
        received_at: datetime,
    ) -> Accepted:
        """Store one delivery and return after the commit. ``company`` is ``None`` for an account that is not ours."""
        ...


@dataclass(frozen=True, slots=True)
class Hook:
    """A source at the door, and the company of each of its accounts (``None``: not ours)."""

    source: Source
    company_for: Callable[[str | None], str | None]


class Listener:
    """``POST /hooks/NAME`` and everything below it, browsers that are awaited after a consent, and ``/healthz``."""

    def __init__(
        self,
        *,
        hooks: Mapping[str, Hook],
        inbox: Inbox,
        unavailable: type[Exception],
        log: Log,
        turnstile: Turnstile,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        limits: Limits | None = None,
        trusted_proxies: Sequence[Network] = LOOPBACK,
        awaited: Awaited | None = None,
        endpoints: Endpoints | None = None,
    ) -> None:
        """``unavailable`` is what ``inbox.accept`` raises when it cannot write; ``clock`` gives aware time."""
        self.awaited = awaited or Awaited(monotonic)
        self.hooks = hooks
        self.removed: Mapping[str, int] = {}
        self.endpoints = endpoints
        self.link_came: LinkCame = no_links
        self._inbox = inbox
        self._unavailable = unavailable
        self._log = log
        self._lines = HookLog(log, monotonic)
        self._turnstile = turnstile
        self._clock = clock
        self._monotonic = monotonic
        self._limits = limits or Limits()
        self._bodies = BodyReader(self._limits)
        self._trusted = trusted_proxies
        self._sockets: list[socket.socket] = []
        self._runner: web.ServerRunner | None = None
        self._in_hand = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._draining = False
        self._stopping = False

    @property
    def in_hand(self) -> int:
        """Requests between their head and our answer."""
        return self._in_hand

    # --- life ----------------------------------------------------------------------------------------------------

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Serve on bound sockets (our own, or inherited from systemd); they are closed by :meth:`close`."""
        server = HookServer(self._handle, self._broken, self._limits)
        self._runner = web.ServerRunner(server, shutdown_timeout=2.0)
        await self._runner.setup()
        for bound in sockets:
            self._sockets.append(bound)
            await web.SockSite(self._runner, bound, backlog=self._limits.backlog).start()

    async def drain(self, *, pause: float = 0.05, grace: float = 0.5, patience: float = 5.0) -> None:
        """Stop taking connections without losing one (Operations facts, section 3, steps 1 to 4).

        Kept-alive clients are served for ``grace`` seconds more, each answer closing its connection; then whoever still
        comes is told to try again, and requests in hand get ``patience`` seconds to end.
        """
        self._draining = True
        loop = asyncio.get_running_loop()
        for bound in self._sockets:
            loop.remove_reader(bound.fileno())
        # Connections taken by the kernel but not yet attached would be dropped by closing now (CPython issue 109564).
        await asyncio.sleep(pause)
        if self._runner is not None:
            for site in self._runner.sites:
                await site.stop()
        await asyncio.sleep(grace)
        self._stopping = True
        try:
            async with asyncio.timeout(patience):
                await self._idle.wait()
        except TimeoutError:
            _logger.warning("requests were still in hand when the listener stopped")

    async def close(self) -> None:
        """Close every connection and socket; safe to call twice, and without :meth:`drain`."""
        self._draining = self._stopping = True
        if self._runner is not None:
            await self._runner.cleanup()
        for bound in self._sockets:
            bound.close()

    # --- one request -----------------------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        path = request.raw_path if request.raw_path.startswith("/") else request.rel_url.raw_path
        path = path.partition("?")[0]
        if path.startswith(PREFIX):
            name, _, rest = path[len(PREFIX) :].partition("/")
            response = await self._hook(request, name, rest)
        elif path.startswith(CALLBACK):
            response = await self._returned(request, path[len(CALLBACK) :])
        elif path.startswith(PREFIXES) and self.endpoints is not None:
            response = await self._called(request, path, self.endpoints)
        elif path == HEALTH:
            response = _health(request)
        else:
            response = answer(404, close=True)
        if self._draining:
            response.force_close()
        return response

    async def _returned(self, request: web.BaseRequest, company: str) -> web.Response:
        """A browser that Fortnox sent back, to whoever waits or with a link; anything else changes nothing."""
        if request.method != "GET":
            self._refuse(request, UNKNOWN, "method", 405)
            return answer(405, close=True, headers={"Allow": "GET"})
        if self.awaited.came(company, request.raw_path):
            return answer(200, RETURNED, close=True, headers=HTML)
        with self._held():
            ended = await self.link_came(company, request.raw_path)
        if ended is not None:
            page = not_connected(ended.sentence) if ended.company_name is None else connected(ended.company_name)
            return answer(200, page, close=True, headers=HTML)
        self._refuse(request, UNKNOWN, "unknown_state", 404)
        return answer(404, NOT_AWAITED, close=True, headers=HTML)

    async def _hook(self, request: web.BaseRequest, name: str, rest: str) -> web.Response:
        hook = self.hooks.get(name)
        if hook is None and name in self.removed:
            # 404 would make the sender give up for good; a source may be taken out by mistake.
            self._lines.overloaded(source=name, reason="removed", status=self.removed[name])
            return answer(self.removed[name], close=True, headers={"Retry-After": RETRY_AFTER["removed"]})
        source = UNKNOWN if hook is None else name
        try:
            if hook is None:
                raise Refused("unknown_source", 404)  # noqa: TRY301 - one place answers and logs every refusal
            return await self._admit(request, hook, rest)
        except Refused as refusal:
            self._refuse(request, source, refusal.reason, refusal.status)
            # Only a refused signature is known to have been read whole; elsewhere a rest may still come.
            allow = {"Allow": "POST"} if refusal.status == 405 else None
            return answer(refusal.status, close=refusal.status != 401, headers=allow)

    async def _admit(self, request: web.BaseRequest, hook: Hook, rest: str) -> web.Response:
        if request.method != "POST":
            raise Refused("method", 405)
        self._bodies.check_head(request)
        source = hook.source
        try:
            self._check_room()
            return await self._in_turn(request, hook, rest)
        except Overload as overload:
            self._lines.overloaded(source=source.name, reason=overload.reason, status=source.retry_status)
            return answer(source.retry_status, headers={"Retry-After": RETRY_AFTER[overload.reason]})
        except Refused:
            raise
        except Exception:
            # A bug of ours must not make the sender give up: it is shouted about, and the sender comes again.
            _logger.exception("a webhook could not be taken")
            return answer(source.retry_status, headers={"Retry-After": RETRY_AFTER["backlog"]})

    async def _called(self, request: web.BaseRequest, path: str, endpoints: Endpoints) -> web.Response:
        """A call of a client of ours; one that waits for a result holds up nobody."""
        try:
            self._check_room()
            answered, refusal, client = await endpoints.answer(Asking(request, path, self._body))
        except Overload as overload:
            self._lines.overloaded(source=UNKNOWN, reason=overload.reason, status=503)
            return answer(503, headers={"Retry-After": RETRY_AFTER[overload.reason]})
        if refusal is not None:
            self._refuse(request, source_of(client) if client else UNKNOWN, refusal.code, refusal.status)
        close = answered.status in {400, 408, 413, 415}
        return answer(answered.status, encoded(answered), close=close, headers=answered.headers)

    async def _body(self, request: web.BaseRequest) -> bytes:
        self._bodies.check_head(request)
        with self._held():
            await self._turnstile.enter()
            return await self._bodies.read(request)

    def _check_room(self) -> None:
        if self._stopping:
            raise Overload("stopping")
        if self._in_hand >= self._limits.in_hand:
            raise Overload("backlog")

    async def _in_turn(self, request: web.BaseRequest, hook: Hook, rest: str) -> web.Response:
        began = self._monotonic()
        with self._held():
            await self._turnstile.enter()
            body = await self._bodies.read(request)
            return await self._take(RawRequest(rest, headers_of(request), body), hook, began)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """A request in hand, which a stop waits for."""
        self._in_hand += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._idle.set()

    async def _take(self, raw: RawRequest, hook: Hook, began: float) -> web.Response:
        now = self._clock()
        source = hook.source
        delivery = source.verify(raw, now)
        company = hook.company_for(delivery.account)
        try:
            accepted = await self._inbox.accept(
                source=source.name,
                company=company,
                delivery=delivery,
                headers=_kept(raw.headers, source.kept_headers),
                body=raw.body,
                received_at=now,
            )
        except self._unavailable:
            raise Overload("disk") from None
        if accepted.repeated:
            self._log.info("hook.repeated", source=source.name, inbox_id=accepted.inbox_id)
        else:
            self._tell_accepted(source.name, accepted.inbox_id, delivery, company, len(raw.body), began)
        if delivery.malformed is not None:
            raise Refused("bad_request", 400)
        return answer(200, b'{"id":%d}' % accepted.inbox_id)

    def _tell_accepted(
        self, source: str, inbox_id: int, delivery: Delivery, company: str | None, length: int, began: float
    ) -> None:
        """One line for a new row: taken, or kept for a person although it cannot be handled."""
        if delivery.malformed is not None:
            self._log.error("event.parked", source=source, inbox_id=inbox_id, reason="malformed")
            return
        milliseconds = round((self._monotonic() - began) * 1000, 1)
        self._log.info(
            "hook.accepted", source=source, inbox_id=inbox_id, bytes=length, ms=milliseconds, secret=delivery.matched
        )
        if company is None:
            self._log.error("event.parked", source=source, inbox_id=inbox_id, reason="unknown_account")

    def _broken(self, request: web.BaseRequest) -> None:
        self._refuse(request, UNKNOWN, "bad_request", 400)

    def _refuse(self, request: web.BaseRequest, source: str, reason: str, status: int) -> None:
        self._lines.rejected(source=source, reason=reason, status=status, client=lambda: self._client(request))

    def _client(self, request: web.BaseRequest) -> str:
        # A request that is no HTTP comes with a plain empty mapping for its headers.
        forwarded = request.headers.getall("X-Forwarded-For", []) if request.headers else []
        return client_address(request.remote, forwarded, self._trusted)


def _health(request: web.BaseRequest) -> web.Response:
    if request.method not in {"GET", "HEAD"}:
        return answer(405, close=True, headers={"Allow": "GET, HEAD"})
    return answer(200, b"ok\n", headers={"Content-Type": "text/plain"})


def _kept(headers: Mapping[str, Sequence[str]], names: frozenset[str]) -> dict[str, str]:
    """The headers that the source wants stored, as plain ASCII text."""
    return {
        name: ", ".join(headers[name])[:LONGEST_KEPT_HEADER].encode("ascii", "backslashreplace").decode()
        for name in sorted(names)
        if name in headers
    }
