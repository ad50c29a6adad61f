"""One outgoing call: sent once, cut at a size, and told apart by whether it left."""

import asyncio
import contextlib
import socket
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest

from connectors import transport
from connectors.transport import NoAnswer, NotSent, call, open_session, repeat_not_sent

ANSWERED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
Behaviour = Callable[[int, asyncio.StreamWriter], bool]


class Server:
    """Counts the requests that arrived whole; ``behaviour`` answers one and says whether to keep the connection."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.seen: list[str] = []
        self.connections = 0
        self.url = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read requests off one connection until it ends."""
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lengths = [
                    int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-l")
                ]
                await reader.readexactly(sum(lengths))
                self.seen.append(head.split(" ")[0])
                if not self.behaviour(len(self.seen), writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def answer(number: int, writer: asyncio.StreamWriter) -> bool:
    """A good answer, connection kept."""
    writer.write(ANSWERED)
    return True


def reset(number: int, writer: asyncio.StreamWriter) -> bool:
    """The request was received; the connection is reset without an answer."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort()
    return False


@asynccontextmanager
async def serving(behaviour: Behaviour) -> AsyncIterator[Server]:
    """A server on a free loopback port."""
    server = Server(behaviour)
    listener = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/3/invoices"
    async with listener:
        yield server


@pytest.mark.asyncio
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
async def test_a_reset_after_receipt_is_one_call(method: str) -> None:
    """The request arrived and the connection was reset: exactly one call at the server, and no answer."""
    async with serving(reset) as server, open_session() as session:
        with pytest.raises(NoAnswer):
            await call(session, method, server.url)
        assert server.seen == [method]


@pytest.mark.asyncio
@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_a_reset_on_a_reused_connection_is_one_call(method: str) -> None:
    """Also on a connection that answered before, where aiohttp would send again by itself."""
    async with (
        serving(lambda n, writer: answer(n, writer) if n == 1 else reset(n, writer)) as server,
        open_session() as session,
    ):
        await call(session, "GET", server.url)
        with pytest.raises(NoAnswer):
            await call(session, method, server.url, body=b"{}" if method == "PUT" else None)
        assert server.seen == ["GET", method]
        assert server.connections == 1


@pytest.mark.asyncio
async def test_without_the_middleware_a_put_arrives_twice() -> None:
    """The danger is real: a plain session sends the PUT again, so the test above can fail."""
    async with (
        serving(lambda n, writer: answer(n, writer) if n == 1 else reset(n, writer)) as server,
        aiohttp.ClientSession() as session,
    ):
        async with session.get(server.url) as response:
            await response.read()
        with pytest.raises(aiohttp.ClientError):
            await session.put(server.url)
        assert server.seen == ["GET", "PUT", "PUT"]


@pytest.mark.asyncio
async def test_a_refused_connection_is_not_sent() -> None:
    """Nobody listens: not a byte left."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    async with open_session() as session:
        with pytest.raises(NotSent) as caught:
            await call(session, "POST", f"http://127.0.0.1:{port}/", body=b"{}")
    assert caught.value.reason == "connect"


@pytest.mark.asyncio
async def test_a_failed_handshake_is_not_sent() -> None:
    """A far side that does not speak TLS gets no byte of the request."""

    async def no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(65536))
        writer.write(b"this is no handshake\r\n")
        writer.close()

    received: list[bytes] = []
    listener = await asyncio.start_server(no_tls, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with listener, open_session() as session:
        with pytest.raises(NotSent) as caught:
            await call(session, "POST", f"https://127.0.0.1:{port}/", body=b"secret")
    assert b"secret" not in b"".join(received)
    assert caught.value.reason == "tls"


@pytest.mark.asyncio
@pytest.mark.capability("f17")
async def test_a_connection_that_nobody_takes_is_not_sent_and_shows_no_address() -> None:
    """aiohttp's own error repeats the address, where Upsales wants its key: nothing of it is in ours, nor behind it."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as waiting:
        for _ in range(4):
            knocking = waiting.enter_context(socket.socket())
            knocking.setblocking(False)
            knocking.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}/orders?token=canary"
        async with open_session() as session:
            with pytest.raises(NotSent) as error:
                await call(session, "GET", url, timeout_seconds=0.4)
    assert error.value.reason == "connect"
    assert "canary" not in "".join(traceback.format_exception(error.value))


@pytest.mark.asyncio
async def test_a_silent_server_is_no_answer() -> None:
    """The request left and nothing came back in time."""
    async with serving(lambda n, writer: True) as server, open_session() as session:
        with pytest.raises(NoAnswer) as caught:
            await call(session, "POST", server.url, timeout_seconds=0.1)
    assert caught.value.reason == "timeout"


@pytest.mark.asyncio
async def test_half_an_answer_is_no_answer() -> None:
    """A body shorter than announced is not read as if it were whole."""

    def half(number: int, writer: asyncio.StreamWriter) -> bool:
        writer.write(ANSWERED.replace(b"Length: 2", b"Length: 20"))
        return False

    async with serving(half) as server, open_session() as session:
        with pytest.raises(NoAnswer) as caught:
            await call(session, "GET", server.url)
    assert caught.value.reason == "cut"


@pytest.mark.asyncio
async def test_rubbish_is_no_answer() -> None:
    """What is not HTTP is no answer."""

    def rubbish(number: int, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"\x00\xff nonsense\r\n\r\n")
        return False

    async with serving(rubbish) as server, open_session() as session:
        with pytest.raises(NoAnswer):
            await call(session, "GET", server.url)


@pytest.mark.asyncio
async def test_a_huge_answer_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the limit is not read; the connection is given up."""
    monkeypatch.setattr(transport, "ANSWER_LIMIT", 1000)

    def huge(number: int, writer: asyncio.StreamWriter) -> bool:
        writer.write(ANSWERED.replace(b"Length: 2", b"Length: 5000").replace(b"{}", b"x" * 5000))
        return True

    async with serving(huge) as server, open_session() as session:
        with pytest.raises(NoAnswer) as caught:
            await call(session, "GET", server.url)
    assert caught.value.reason == "too_large"


@pytest.mark.asyncio
async def test_a_redirect_is_not_followed() -> None:
    """302 to another host is an answer like any other; nothing goes to the other host."""

    def moved(number: int, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://example.test/\r\nContent-Length: 0\r\n\r\n")
        return True

    async with serving(moved) as server, open_session() as session:
        given = await call(session, "GET", server.url)
    assert given.status == 302


@pytest.mark.asyncio
async def test_an_answer_is_whole() -> None:
    """Status, content type, body and the two headers that matter."""

    def throttled(number: int, writer: asyncio.StreamWriter) -> bool:
        writer.write(
            b"HTTP/1.1 429 Too Many\r\nContent-Type: text/html; charset=UTF-8\r\nRetry-After: 7\r\n"
            b"Date: Sat, 21 Nov 2026 10:00:00 GMT\r\nContent-Length: 2\r\n\r\nno"
        )
        return True

    async with serving(throttled) as server, open_session() as session:
        given = await call(session, "GET", server.url, params={"email": "a+b@example.test"})
    assert replace(given, headers={}) == transport.Answer(429, "text/html", b"no", "7", "Sat, 21 Nov 2026 10:00:00 GMT")
    assert given.headers["retry-after"] == "7"


@pytest.mark.asyncio
@pytest.mark.parametrize(("fault", "tries"), [(NotSent("connect"), 3), (NoAnswer("lost"), 1)])
async def test_only_what_was_not_sent_is_repeated(fault: Exception, tries: int) -> None:
    """Two more tries within a second where nothing left; none where it may have."""
    slept: list[float] = []
    calls = 0

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def work() -> None:
        nonlocal calls
        calls += 1
        raise fault

    with pytest.raises(type(fault)):
        await repeat_not_sent(sleep)(work)
    assert calls == tries
    assert sum(slept) <= 1
