"""One outgoing HTTP call: sent at most once by the library, cut at a size, and honest about whether it left."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from io import BytesIO

import aiohttp
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_incrementing
from yarl import URL

ANSWER_LIMIT = 8 * 1024 * 1024
CONNECT_SECONDS = 10.0
KEEPALIVE_SECONDS = 4.0
CHUNK = 64 * 1024
LONGEST_WAIT_SECONDS = 3600.0
"""The longest wait that a 429 may ask for."""


class TransportError(Exception):
    """No complete answer came; ``reason`` is a closed word that is safe to log."""

    def __init__(self, reason: str) -> None:
        """``reason`` is one of connect, tls, dns, timeout, lost, cut, too_large."""
        super().__init__(reason)
        self.reason = reason


class NotSent(TransportError):
    """No connection could be made, so not a byte of the request left."""


class NoAnswer(TransportError):
    """The request left (or may have left) and no complete answer came back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer, body whole and unpacked; ``retry_after`` and ``date`` are the headers as they stood.

    ``headers`` has all of them, names in lower case, the last of a repeated one.
    """

    status: int
    content_type: str
    body: bytes
    retry_after: str | None = None
    date: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def _not_sent_reason(error: BaseException) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "dns"
    if isinstance(error, (aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError)):
        return "tls"
    return "connect"


async def never_resend(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Client middleware: a lost connection becomes our own error, so aiohttp does not send the request again.

    aiohttp resends GET, PUT and DELETE once by itself after ``ClientOSError`` or ``ServerDisconnectedError``; an error
    that is neither passes straight through. Raises :class:`NotSent` or :class:`NoAnswer`, without aiohttp's error as
    their cause: some of those repeat the address, which may hold a sender's key.
    """
    try:
        return await handler(request)
    except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError, aiohttp.ClientConnectorCertificateError) as e:
        raise NotSent(_not_sent_reason(e)) from None
    except (aiohttp.ClientConnectionError, OSError) as e:
        raise NoAnswer("timeout" if isinstance(e, TimeoutError) else "lost") from None


@lru_cache(maxsize=16)  # the same few for every call
def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    """``total`` for the whole call; the time to connect is always shorter, so that it is told apart."""
    connect = min(CONNECT_SECONDS, seconds * 0.5)
    return aiohttp.ClientTimeout(total=seconds, connect=connect, sock_connect=connect)


@asynccontextmanager
async def open_session(*, timeout_seconds: float = 30.0, connections: int = 64) -> AsyncIterator[aiohttp.ClientSession]:
    """The session of every outgoing call: never resends, no cookies, no proxy from the environment.

    Idle connections are dropped early (four seconds), so that a far side that closes them first is seldom met.
    """
    connector = aiohttp.TCPConnector(limit=connections, keepalive_timeout=KEEPALIVE_SECONDS)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=_timeout(timeout_seconds),
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=(never_resend,),
        trust_env=False,
    ) as session:
        yield session


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The whole body, counted after unpacking; more than the limit closes the connection and is no answer."""
    length = response.content_length
    if length is not None and length <= ANSWER_LIMIT and "Content-Encoding" not in response.headers:
        return await response.read()
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(CHUNK):
        size += len(part)
        if size > ANSWER_LIMIT:
            response.close()
            raise NoAnswer("too_large")
        parts.append(part)
    return b"".join(parts)


async def call(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout_seconds: float | None = None,
) -> Answer:
    """Send one request once and read its whole answer, whatever the status; redirects are not followed.

    ``url`` is already percent-encoded. Raises :class:`NotSent` where no byte left, :class:`NoAnswer` for everything
    else that is not a complete answer. A cancelled caller leaves the end unknown.
    """
    address = URL(url, encoded=True)
    try:
        async with session.request(
            method,
            address.update_query(params) if params else address,
            headers=headers,
            data=body if body is None or len(body) <= CHUNK else BytesIO(body),  # large ones leave piece by piece
            allow_redirects=False,
            timeout=session.timeout if timeout_seconds is None else _timeout(timeout_seconds),
        ) as response:
            content = await _read(response)
            return Answer(
                status=response.status,
                content_type=response.content_type,
                body=content,
                retry_after=response.headers.get("Retry-After"),
                date=response.headers.get("Date"),
                headers={name.lower(): value for name, value in response.headers.items()},
            )
    except TimeoutError:
        raise NoAnswer("timeout") from None
    except aiohttp.InvalidURL:
        raise
    except (aiohttp.ClientError, OSError):
        raise NoAnswer("cut") from None


def repeat_not_sent(sleep: Callable[[float], Awaitable[None]]) -> AsyncRetrying:
    """Two more tries within about a second, and only where nothing was sent: safe for any verb."""
    return AsyncRetrying(
        retry=retry_if_exception_type(NotSent),
        stop=stop_after_attempt(3),
        wait=wait_incrementing(start=0.2, increment=0.3),
        sleep=sleep,
        reraise=True,
    )


def retry_after(answer: Answer) -> float | None:
    """Seconds that a 429 asks for (a number, or a date read against the answer's own date), at most an hour.

    ``None`` where it asks for nothing that can be read.
    """
    text = (answer.retry_after or "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        try:
            until = parsedate_to_datetime(text)
            since = parsedate_to_datetime(answer.date or "")
        except ValueError:
            return None
        seconds = (_aware(until) - _aware(since)).total_seconds()
    return min(seconds, LONGEST_WAIT_SECONDS) if seconds > 0 else None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
