"""One company's calls to Fortnox: in the rate window, with a token, and every answer read for what it means."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NoReturn

from aiohttp import ClientSession

from connectors.base import CredentialsLost, Json, Later, Park, Throttled, UnknownEnd, Unreachable
from connectors.fortnox import errors
from connectors.fortnox.auth import Credentials
from connectors.fortnox.error_codes import NOT_FOUND, UNKNOWN
from connectors.fortnox.table import OPERATIONS, Operation
from connectors.fortnox.wire import Unparsable, decode, encode, text_of
from connectors.transport import Answer, NoAnswer, NotSent, call, repeat_not_sent, retry_after
from connectors.window import Window

SYSTEM = "fortnox"
PAGE = 500
MOST_PAGES = 400
TOKENS_TRIED = 3
EMPTY = frozenset({"nothing", "bytes"})
"""Answers without an object: that they came whole is all that they say here."""


def _no_end(operation: Operation, reason: str, status: int | None = None) -> NoReturn:
    """No complete answer that parses: a write's end is unknown, a read is simply done again later."""
    kind = Later if operation.effect == "none" else UnknownEnd
    raise kind(reason, system=SYSTEM, operation=operation.name, status=status)


def _no_clock_watched(_date: str | None) -> None:
    """The default where nobody asks how far Fortnox's clock is from ours."""


@dataclass(frozen=True)
class Client:
    """Sends the operations of the table in ``wire``; ``priority`` is the place in the queue for the rate window.

    ``heard`` gets the ``Date`` of each answer.

    Every method raises the errors of ``connectors.base``: ``Unreachable`` (nothing left), ``Throttled``, ``Later``,
    ``Park``, ``CredentialsLost``, and for writes ``UnknownEnd``. Nothing but an unsent call and a call refused with
    401 is repeated here.
    """

    rest_url: str
    session: ClientSession
    window: Window
    credentials: Credentials
    sleep: Callable[[float], Awaitable[None]]
    timeout_seconds: float = 30.0
    priority: int = 1
    heard: Callable[[str | None], None] = _no_clock_watched

    def with_priority(self, priority: int) -> "Client":
        """The same client for a command of another priority."""
        return replace(self, priority=priority)

    async def read(self, operation: str, number: str = "") -> Json:
        """Read one object. Not found is ``Park`` with the reason of its code."""
        return await self.request(operation, number)

    async def find(self, operation: str, number: str) -> Json | None:
        """Read one object; ``None`` only where Fortnox's own error information says that it does not exist."""
        try:
            return await self.request(operation, number)
        except Park as e:
            # Some resources answer with a code that we do not know: then the status says it.
            if e.code in NOT_FOUND or (e.status == 404 and e.reason == UNKNOWN.reason):
                return None
            raise

    async def search(self, operation: str, params: Mapping[str, str]) -> list[Json]:
        """All rows of a search, over all pages; ``Later`` where they could not all be read.

        There is no snapshot (Fortnox facts, section 5): rows are told apart by their key, and as many different ones
        as the last page counted must have been seen.
        """
        described = OPERATIONS[operation]
        seen: dict[str, Json] = {}
        page, pages = 1, 1
        total = 0
        while page <= pages:
            query = {**params, "limit": str(PAGE), "page": str(page)}
            if described.sort:
                query |= {"sortby": described.sort, "sortorder": "ascending"}
            body = await self._body(described, described.at(), query, None)
            rows, total, pages = self._page(described, body)
            seen.update((text_of(row.get(described.key)), row) for row in rows)
            page += 1
        if len(seen) != total or "" in seen:
            _no_end(described, "list_incomplete")
        return list(seen.values())

    async def request(
        self, operation: str, number: str = "", *, body: Json | None = None, path: str | None = None
    ) -> Json:
        """Send one operation and return the object under its envelope.

        ``path`` is the path stored with an attempt, where the call was decided earlier; else it is made of ``number``.
        """
        return (await self.answer(operation, number, body=body, path=path))[1]

    async def answer(
        self, operation: str, number: str = "", *, body: Json | None = None, path: str | None = None
    ) -> tuple[str, Json]:
        """As :meth:`request`, with the envelope that the object came under, for operations that have two."""
        described = OPERATIONS[operation]
        answer = await self._body(described, path or described.at(*filter(None, (number,))), None, body)
        if described.answers in EMPTY:
            return described.envelope, answer
        for envelope in (described.envelope, *described.other_envelopes):
            inner = answer.get(envelope)
            if isinstance(inner, dict) and (not described.key or text_of(inner.get(described.key))):
                return envelope, inner
        _no_end(described, "object_missing")

    def _page(self, operation: Operation, body: Json) -> tuple[list[Json], int, int]:
        rows, about = body.get(operation.envelope), body.get("MetaInformation")
        if not isinstance(rows, list) or not isinstance(about, dict) or not all(isinstance(row, dict) for row in rows):
            _no_end(operation, "list_unreadable")
        total, pages = about.get("@TotalResources"), about.get("@TotalPages")
        if not isinstance(total, int) or not isinstance(pages, int) or pages > MOST_PAGES:
            _no_end(operation, "list_unreadable")
        return rows, total, pages

    async def _body(self, operation: Operation, path: str, params: Mapping[str, str] | None, body: Json | None) -> Json:
        """A 2xx answer as an object. A 401 renews the token and goes again: it is a known end, nothing was done.

        Of calls side by side one may lose the new token to what ended the old one; only a third refusal is the
        company's.
        """
        content = None if body is None else encode(body).encode()
        for _ in range(TOKENS_TRIED):
            access = await self.credentials.token()
            answer = await self._send(operation, path, params, content, access)
            if answer.status != 401:
                return self._judge(operation, answer)
            self.credentials.invalidate(access)
        raise CredentialsLost(
            "unauthorized",
            system=SYSTEM,
            operation=operation.name,
            status=401,
            remedy="Fortnox refuses a token that is new; connect the company again.",
        )

    async def _send(
        self, operation: Operation, path: str, params: Mapping[str, str] | None, content: bytes | None, access: str
    ) -> Answer:
        headers = {"Authorization": f"Bearer {access}", "Accept": "application/json"}
        if operation.method in {"POST", "PUT"}:
            # Actions such as bookkeep have no body; the header belongs to the verb (Fortnox facts, section 1.2).
            headers["Content-Type"] = "application/json"

        async def once() -> Answer:
            async with self.window.place(self.priority):
                return await call(
                    self.session,
                    operation.method,
                    self.rest_url + path,
                    headers=headers,
                    params=params,
                    body=content,
                    timeout_seconds=self.timeout_seconds,
                )

        try:
            answer: Answer = await repeat_not_sent(self.sleep)(once)
        except NotSent as e:
            raise Unreachable(e.reason, system=SYSTEM, operation=operation.name) from e
        except NoAnswer as e:
            _no_end(operation, e.reason)
        self.heard(answer.date)
        return answer

    def _judge(self, operation: Operation, answer: Answer) -> Json:
        """What an answer means (architecture, invariant 5; Fortnox facts, section 4)."""
        if answer.status == 429:
            self._throttled(operation, answer)
        if operation.answers in EMPTY and 200 <= answer.status < 300:
            return {}
        try:
            body: dict[str, Any] = decode(answer.body)
        except Unparsable:
            _no_end(operation, "unreadable", answer.status)
        if 200 <= answer.status < 300:
            return body
        said = errors.information(body)
        if 400 <= answer.status < 500 and said is not None:
            raise errors.fault(operation.name, answer.status, said)
        _no_end(operation, "server_fault" if answer.status >= 500 else "unexpected_answer", answer.status)

    def _throttled(self, operation: Operation, answer: Answer) -> NoReturn:
        seconds = retry_after(answer) or self.window.seconds
        self.window.freeze(seconds)
        raise Throttled(after=timedelta(seconds=seconds), system=SYSTEM, operation=operation.name)
