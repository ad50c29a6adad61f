"""One company's calls to Fortnox: in the rate window, with a token, and every answer read for what it means."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, NoReturn, Protocol

from aiohttp import ClientSession

from connectors.base import CredentialsLost, Json, Park, Throttled, Unreachable
from connectors.fortnox.answers import (
    MOST_PAGES,
    SYSTEM,
    check,
    identity,
    json_in,
    no_end,
    outcome_of,
    page_in,
    rows_in,
)
from connectors.fortnox.contents import JSON_TYPE, Content, content_of, json_content
from connectors.fortnox.errors import is_absence
from connectors.fortnox.outcomes import ListOutcome, ObjectOutcome, Outcome
from connectors.fortnox.table import OPERATIONS, Operation
from connectors.transport import Answer, NoAnswer, NotSent, call, repeat_not_sent, retry_after
from connectors.usage import Usage
from connectors.window import Window

PAGE = 500
TOKENS_TRIED = 3


def _no_clock_watched(_date: str | None) -> None:
    """The default where nobody asks how far Fortnox's clock is from ours."""


class AccessTokens(Protocol):
    """Where the access token of a call comes from."""

    async def token(self) -> str:
        """A valid access token."""
        ...

    def invalidate(self, access: str) -> None:
        """Fortnox answered 401 to this one."""
        ...


@dataclass(frozen=True)
class Client:
    """Sends the operations of the table in ``wire``; ``priority`` is the place in the queue for the rate window.

    ``heard`` gets the ``Date`` of each answer; ``usage`` counts what left.

    Every method raises the errors of ``connectors.base``: ``Unreachable`` (nothing left), ``Throttled``, ``Later``,
    ``Park``, ``CredentialsLost``, and for writes ``UnknownEnd``. Nothing but an unsent call and a call refused with
    401 is repeated here.
    """

    rest_url: str
    session: ClientSession
    window: Window
    credentials: AccessTokens
    sleep: Callable[[float], Awaitable[None]]
    timeout_seconds: float = 30.0
    priority: int = 1
    heard: Callable[[str | None], None] = _no_clock_watched
    usage: Usage = field(default_factory=Usage)

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
            if is_absence(e):
                return None
            raise

    async def search(self, operation: str, params: Mapping[str, str], *, most_pages: int = MOST_PAGES) -> list[Json]:
        """All rows of a search, over all pages; ``Later`` where they could not all be read, or have more pages.

        There is no snapshot (Fortnox facts, section 5): rows are told apart by their key, and as many different ones
        as the last page counted must have been seen. A page that brings nothing new is the last one asked for:
        projects and cost centers were seen to repeat their first page.
        """
        return await self._rows(OPERATIONS[operation], (), params, most_pages)

    async def first(self, operation: str, limit: int) -> list[Json]:
        """The first rows of a list, however long it is: one call."""
        described = OPERATIONS[operation]
        query = _sorted(described, {"limit": str(limit), "page": "1"})
        return page_in(described, await self._json(described, described.at(), query, None), most_pages=None)[0]

    async def page(self, operation: str, keys: tuple[str, ...], params: Mapping[str, str]) -> tuple[list[Json], int]:
        """One page of a list as ``params`` ask for it, and how many rows the whole list has."""
        described = OPERATIONS[operation]
        rows, total, _ = page_in(described, await self._json(described, described.at(*keys), params, None))
        return rows, total

    async def carry(
        self, operation: str, *keys: str, params: Mapping[str, str] | None = None, body: Any = None
    ) -> Outcome:
        """Carry out any operation of the table; ``keys`` fill its path in order.

        ``body`` is what the operation sends: the fields of an object (without envelope), any JSON, or a ``File``.
        Raises ``ValueError`` for keys or a body of another kind than the table says.
        """
        described = OPERATIONS[operation]
        content = content_of(described, body)
        if described.answers == "list":
            return ListOutcome(tuple(await self._rows(described, keys, params or {})))
        return outcome_of(described, await self._call(described, described.at(*keys), params, content))

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
        """As :meth:`request`, with the envelope that the object came under, for operations that have two.

        An operation that shows no object (a print-out, a deletion) gives an empty one: it came whole.
        """
        described = OPERATIONS[operation]
        content = None if body is None else json_content(body)
        made = path or described.at(*filter(None, (number,)))
        outcome = outcome_of(described, await self._call(described, made, None, content))
        if isinstance(outcome, ObjectOutcome):
            return outcome.envelope, outcome.fields
        return described.envelope, {}

    async def _rows(
        self, operation: Operation, keys: tuple[str, ...], params: Mapping[str, str], most_pages: int = MOST_PAGES
    ) -> list[Json]:
        if operation.rows:
            return rows_in(operation, await self._json(operation, operation.at(*keys), params, None))
        seen: dict[tuple[str, ...], Json] = {}
        page, pages, total = 1, 1, 0
        while page <= pages:
            query = _sorted(operation, {**params, "limit": str(PAGE), "page": str(page)})
            answer = await self._json(operation, operation.at(*keys), query, None)
            rows, total, pages = page_in(operation, answer, most_pages)
            before = len(seen)
            seen.update((identity(operation, row), row) for row in rows)
            if len(seen) == before:
                break
            page += 1
        if len(seen) != total or () in seen:
            no_end(operation, "list_incomplete")
        return list(seen.values())

    async def _json(
        self, operation: Operation, path: str, params: Mapping[str, str] | None, content: Content | None
    ) -> Json:
        answer = await self._call(operation, path, params, content)
        check(operation, answer)
        return json_in(operation, answer)

    async def _call(
        self, operation: Operation, path: str, params: Mapping[str, str] | None, content: Content | None
    ) -> Answer:
        """A whole answer. A 401 renews the token and goes again: it is a known end, nothing was done.

        Of calls side by side one may lose the new token to what ended the old one; only a third refusal is the
        company's.
        """
        for _ in range(TOKENS_TRIED):
            access = await self.credentials.token()
            answer = await self._send(operation, path, params, content, access)
            if answer.status == 429:
                self._throttled(operation, answer)
            if answer.status != 401:
                return answer
            self.credentials.invalidate(access)
        raise CredentialsLost(
            "unauthorized",
            system=SYSTEM,
            operation=operation.name,
            status=401,
            remedy="Fortnox refuses a token that is new; connect the company again.",
        )

    async def _send(
        self,
        operation: Operation,
        path: str,
        params: Mapping[str, str] | None,
        content: Content | None,
        access: str,
    ) -> Answer:
        headers = {"Authorization": f"Bearer {access}", "Accept": JSON_TYPE}
        if operation.method in {"POST", "PUT"}:
            # Actions such as bookkeep have no body; the header belongs to the verb (Fortnox facts, section 1.2).
            headers["Content-Type"] = JSON_TYPE if content is None else content.content_type
        base = self.rest_url.removesuffix("/3") if path.startswith("/api/") else self.rest_url

        async def once() -> Answer:
            async with self.window.place(self.priority):
                return await call(
                    self.session,
                    operation.method,
                    base + path,
                    headers=headers,
                    params=params,
                    body=None if content is None else content.body,
                    timeout_seconds=self.timeout_seconds,
                )

        try:
            answer: Answer = await repeat_not_sent(self.sleep)(once)
        except NotSent as e:
            raise Unreachable(e.reason, system=SYSTEM, operation=operation.name) from e
        except NoAnswer as e:
            self.usage.left()
            no_end(operation, e.reason)
        self.usage.left()
        self.heard(answer.date)
        return answer

    def _throttled(self, operation: Operation, answer: Answer) -> NoReturn:
        seconds = retry_after(answer) or self.window.seconds
        self.usage.refused()
        self.window.refused(seconds)
        raise Throttled(after=timedelta(seconds=seconds), system=SYSTEM, operation=operation.name)


def _sorted(operation: Operation, query: dict[str, str]) -> dict[str, str]:
    """A query whose rows come in a stable order, where the list can be sorted."""
    return query | ({"sortby": operation.sort, "sortorder": "ascending"} if operation.sort else {})
