"""One sender's REST API: JSON over HTTP inside its rate window, every answer read for what it means."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import NoReturn, Protocol
from urllib.parse import urlencode

from aiohttp import ClientSession

from connectors.base import CredentialsLost, Json, Later, Park, Throttled, UnknownEnd, Unreachable
from connectors.json_body import BodyFault, read_object, write_object
from connectors.transport import Answer, NoAnswer, NotSent, call, repeat_not_sent, retry_after
from connectors.window import Window


class Access(Protocol):
    """How a call proves who we are."""

    async def given(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Headers and query parameters to add. Raises the errors of ``connectors.base``."""
        ...

    def refused(self) -> bool:
        """The last ones were refused: forget them; true where other ones can be had."""
        ...


@dataclass(frozen=True, slots=True)
class KeyAccess:
    """A fixed key, in headers or in the query: nothing can be renewed."""

    headers: Mapping[str, str]
    query: Mapping[str, str]

    async def given(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Always the same."""
        return self.headers, self.query

    def refused(self) -> bool:
        """A person must give another key."""
        return False


def _no_news(_headers: Mapping[str, str]) -> None:
    """The default where nobody reads the headers of answers."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One call; its ``repr`` shows no key."""

    method: str
    path: str
    params: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Rest:
    """Reads and writes one API; ``base`` is its address without a closing slash.

    Every method raises the errors of ``connectors.base``: ``Unreachable`` (nothing left), ``Throttled`` (429, the
    window stays shut as long as the answer asks, else for one window), ``Later`` (5xx, HTML, no readable answer),
    ``CredentialsLost`` (401, 403) and ``Park`` (any other refusal). Reading changes nothing at the sender and never has
    an unknown end; a write has one wherever reading would raise ``Later``, and where it is refused by what is no JSON
    object. No error text holds the address: a key may stand in its query.
    """

    system: str
    base: str
    session: ClientSession
    window: Window
    access: Access
    sleep: Callable[[float], Awaitable[None]]
    timeout_seconds: float = 30.0
    heard: Callable[[Mapping[str, str]], None] = _no_news

    async def read(
        self,
        operation: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        priority: int = 1,
    ) -> Json | None:
        """GET ``path`` (percent-encoded, with its leading slash) and give the answer as an object; ``None`` for 404.

        A call that is refused with 401 goes once more where credentials can be renewed.
        """
        asked = _Call("GET", path, params or {}, headers or {})
        answer = await self._send(operation, await self._proved(asked), priority)
        if answer.status == 401 and self.access.refused():
            answer = await self._send(operation, await self._proved(asked), priority)
        return self._judge(operation, answer)

    async def write(
        self, operation: str, method: str, path: str, body: Json, *, headers: Mapping[str, str] | None = None
    ) -> Json:
        """Send one change with a JSON body and give the answer's object; inside a place that was taken before.

        It goes once, but for a refusal with 401 where credentials can be renewed: that is a complete answer. Raises
        ``UnknownEnd`` where no complete answer that parses came, ``Park`` (status 404) where there is no such record.
        """
        given = {"Content-Type": "application/json", **(headers or {})}
        asked = _Call(method, path, {}, given, write_object(body))
        answer = await self._changed(operation, asked)
        if answer.status == 401 and self.access.refused():
            answer = await self._changed(operation, asked)
        if 400 <= answer.status < 500 and answer.status not in {401, 429} and not _parses(answer):
            # A page of whatever stands between: it does not know what the sender did with the change.
            raise UnknownEnd("unexpected_answer", system=self.system, operation=operation, status=answer.status)
        try:
            found = self._judge(operation, answer, change=True)
        except Throttled:
            raise
        except Later as error:
            raise UnknownEnd(error.reason, system=self.system, operation=operation, status=error.status) from error
        if found is None:
            remedy = f"{self.system} has no such record any more: discard the command."
            raise Park("gone", system=self.system, operation=operation, status=404, remedy=remedy)
        return found

    async def _changed(self, operation: str, asked: "_Call") -> Answer:
        # Outside of what follows: while a token is renewed, nothing of the change has left.
        proved = await self._proved(asked)
        try:
            return await self._send(operation, proved, 1)
        except Unreachable:
            raise
        except Later as error:
            raise UnknownEnd(error.reason, system=self.system, operation=operation) from error

    async def _proved(self, asked: "_Call") -> "_Call":
        """The call with what proves who we are. Raises what getting that raises."""
        headers, query = await self.access.given()
        whole = {"Accept": "application/json", **asked.headers, **headers}
        return replace(asked, headers=whole, params={**asked.params, **query})

    async def _send(self, operation: str, asked: "_Call", priority: int) -> Answer:
        async def once() -> Answer:
            async with self.window.place(priority):
                return await call(
                    self.session,
                    asked.method,
                    self.base + asked.path,
                    headers=asked.headers,
                    params=asked.params,
                    body=asked.body,
                    timeout_seconds=self.timeout_seconds,
                )

        try:
            answer: Answer = await repeat_not_sent(self.sleep)(once)
        except NotSent as error:
            raise Unreachable(error.reason, system=self.system, operation=operation) from error
        except NoAnswer as error:
            raise Later(error.reason, system=self.system, operation=operation) from error
        self.heard(answer.headers)
        return answer

    def _judge(self, operation: str, answer: Answer, *, change: bool = False) -> Json | None:
        """The object of an answer, ``None`` for 404; ``change``: a refusal is that of a write."""
        if answer.status == 404:
            return None
        if answer.status == 429:
            seconds = retry_after(answer) or self.window.seconds
            self.window.refused(seconds)
            raise Throttled(after=timedelta(seconds=seconds), system=self.system, operation=operation)
        if answer.status in {401, 403}:
            self._credentials_lost(operation, answer)
        if 200 <= answer.status < 300:
            return self._object(operation, answer)
        if 400 <= answer.status < 500:
            self._refuse(operation, answer, change=change)
        raise Later("server_fault", system=self.system, operation=operation, status=answer.status)

    def _refuse(self, operation: str, answer: Answer, *, change: bool) -> NoReturn:
        detail = answer.body[:500].decode("utf-8", "replace")
        if change:
            remedy = (
                f"{self.system} refuses the change {operation} (status {answer.status}): see that the key may write "
                "there and that what the source's write_back names exists, then retry; or discard the command."
            )
        else:
            remedy = (
                f"{self.system} refuses to give the record (status {answer.status}): "
                "see that the key may read it, then retry."
            )
        raise Park(
            "refused", system=self.system, operation=operation, status=answer.status, remedy=remedy, detail=detail
        )

    def _object(self, operation: str, answer: Answer) -> Json:
        try:
            return read_object(answer.body)
        except BodyFault as fault:
            raise Later("unreadable", system=self.system, operation=operation, status=answer.status) from fault

    def _credentials_lost(self, operation: str, answer: Answer) -> NoReturn:
        raise CredentialsLost(
            "unauthorized" if answer.status == 401 else "forbidden",
            system=self.system,
            operation=operation,
            status=answer.status,
            remedy=f"{self.system} refuses the key or token: give the source another one, or more rights.",
        )


def _parses(answer: Answer) -> bool:
    try:
        read_object(answer.body)
    except BodyFault:
        return False
    return True


async def form_post(
    session: ClientSession,
    system: str,
    operation: str,
    address: str,
    fields: Mapping[str, str],
    *,
    timeout_seconds: float = 30.0,
) -> tuple[int, Json]:
    """POST a form to a token endpoint, once, and give status and object; never repeated by itself.

    Raises ``Unreachable`` where nothing left, ``Later`` where no readable answer came (it may have taken effect).
    """
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode(fields).encode()
    try:
        answer = await call(session, "POST", address, headers=headers, body=body, timeout_seconds=timeout_seconds)
        return answer.status, read_object(answer.body)
    except NotSent as error:
        raise Unreachable(error.reason, system=system, operation=operation) from error
    except NoAnswer as error:
        raise Later(error.reason, system=system, operation=operation) from error
    except BodyFault as error:
        raise Later("unreadable", system=system, operation=operation) from error
