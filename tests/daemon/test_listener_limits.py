"""The bounds of the door, with real sockets: size, time, heads, connections, broken HTTP."""

import asyncio
import gzip
import tracemalloc

import pytest

from daemon.http_server import Limits
from tests.fakes.doorway import doorway, order, signed, split, until

pytestmark = pytest.mark.asyncio

QUICK = Limits(body_bytes=64 * 1024, head_seconds=0.3, body_seconds=0.3, linger_seconds=0.05)
NO_LINGER = Limits(linger_seconds=0.05)
HEAD = "POST /hooks/shop HTTP/1.1\r\nhost: x\r\n"


def _signed_head(body: bytes) -> str:
    return HEAD + "".join(f"{name}: {value}\r\n" for name, value in signed(body).items())


async def test_a_declared_length_over_the_limit_is_refused_before_a_byte() -> None:
    """Ten declared gigabytes get 413 at once and the connection ends (S07)."""
    async with doorway(limits=NO_LINGER) as door:
        answer = await door.raw(f"{HEAD}content-length: 10737418240\r\n\r\n".encode(), seconds=2)
        status, headers, _ = split(answer)
        assert (status, headers["connection"]) == (413, "close")
        assert door.log.fields("hook.rejected")[0]["reason"] == "too_large"


async def test_no_continue_is_granted_to_a_body_that_is_too_large() -> None:
    """``Expect: 100-continue`` with too large a length gets 413 and nothing before it (S09)."""
    async with doorway(limits=NO_LINGER) as door:
        answer = await door.raw(
            f"{HEAD}expect: 100-continue\r\ncontent-length: 10737418240\r\n\r\n".encode(), seconds=2
        )
        assert answer.startswith(b"HTTP/1.1 413")


async def test_a_body_in_bounds_is_invited() -> None:
    """``Expect: 100-continue`` is granted where all else is well, and the request then works."""
    async with doorway() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        head = _signed_head(order()) + f"expect: 100-continue\r\ncontent-length: {len(order())}\r\n\r\n"
        writer.write(head.encode())
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(order())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_a_chunked_body_over_the_limit_is_refused_within_memory() -> None:
    """A body without a declared length is counted as it comes (S08)."""
    async with doorway(limits=QUICK) as door:
        chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
        tracemalloc.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(f"{HEAD}transfer-encoding: chunked\r\n\r\n".encode())
        feeding = asyncio.create_task(_feed(writer, chunk, 100))
        answer = await reader.readuntil(b"\r\n\r\n")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        await feeding
        assert answer.startswith(b"HTTP/1.1 413")
        assert peak < 5_000_000


async def _feed(writer: asyncio.StreamWriter, chunk: bytes, times: int) -> None:
    try:
        for _ in range(times):
            writer.write(chunk)
            await writer.drain()
    except ConnectionError:
        return
    finally:
        writer.close()


async def test_a_dripping_body_is_timed_out() -> None:
    """One byte now and then does not hold a place for ever (S12)."""
    async with doorway(limits=QUICK) as door:
        answer = await door.raw(f"{HEAD}content-length: 100\r\n\r\nab".encode(), seconds=3)
        assert split(answer)[0] == 408
        assert door.log.fields("hook.rejected")[0]["reason"] == "timeout"
        assert door.listener.in_hand == 0


@pytest.mark.parametrize("sent", [b"", b"POST /hooks/shop HTTP/1.1\r\nhost: x\r\n"])
async def test_silence_and_half_heads_are_closed(sent: bytes) -> None:
    """A connection that says nothing, or half of a head, ends by itself (S10)."""
    async with doorway(limits=QUICK) as door:
        assert await door.raw(sent, seconds=3) == b""


async def test_one_header_line_now_and_then_does_not_keep_a_connection() -> None:
    """A head that never ends is cut off although something keeps coming (S11)."""
    async with doorway(limits=QUICK) as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(HEAD.encode())
        dripping = asyncio.create_task(_drip(writer))
        async with asyncio.timeout(3):
            assert await reader.read() == b""
        dripping.cancel()
        writer.close()


async def _drip(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x-more: 1\r\n")
        await asyncio.sleep(0.05)


async def test_silent_connections_do_not_shut_out_a_sender() -> None:
    """Four hundred silent connections leave room for a valid webhook (S13)."""
    async with doorway() as door:
        silent = [await asyncio.open_connection("127.0.0.1", door.port) for _ in range(400)]
        async with asyncio.timeout(2):
            assert (await door.post(order(), signed(order())))[0] == 200
        for _, writer in silent:
            writer.close()


async def test_connections_beyond_the_cap_are_closed_at_once() -> None:
    """The cap holds, and a place that comes free is usable again."""
    async with doorway(limits=Limits(connections=3)) as door:
        held = [await asyncio.open_connection("127.0.0.1", door.port) for _ in range(3)]
        await asyncio.sleep(0.02)
        assert await door.raw(b"", seconds=1) == b""
        for _, writer in held:
            writer.close()
            await writer.wait_closed()
        await asyncio.sleep(0.02)
        assert (await door.post(order(), signed(order())))[0] == 200


@pytest.mark.parametrize(
    "head",
    [
        "content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}",
        "content-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        "content-length: +5\r\n\r\nhello",
        "content-length: -1\r\n\r\n",
        "transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
        "x-space : 1\r\n\r\n",
        "x-long: " + "a" * 20_000 + "\r\n\r\n",
        "".join(f"x-{n}: 1\r\n" for n in range(500)) + "\r\n",
        "transfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_broken_http_gets_one_fixed_answer(head: str) -> None:
    """Smuggling tricks and oversized heads get one 400 and the end of the connection (S14, S15, S17)."""
    async with doorway() as door:
        following = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
        answer = await door.raw((HEAD + head + following).encode(), seconds=3)
        assert answer.count(b"HTTP/1.") == 1
        _check_fixed(answer, {400})
        assert door.inbox.rows == []


async def test_a_bare_line_feed_is_no_head() -> None:
    """Lines that end without a carriage return are not read as HTTP (S14)."""
    async with doorway() as door:
        answer = await door.raw(b"POST /hooks/shop HTTP/1.1\nhost: x\ncontent-length: 0\n\n", seconds=3)
        _check_fixed(answer, {400})


async def test_a_very_long_path_is_refused() -> None:
    """A path of 20 KB gets a refusal and the end of the connection (S15)."""
    async with doorway() as door:
        answer = await door.raw(f"POST /hooks/shop/{'a' * 20_000} HTTP/1.1\r\nhost: x\r\n\r\n".encode(), seconds=3)
        _check_fixed(answer, {400, 414, 431})


def _check_fixed(answer: bytes, statuses: set[int]) -> None:
    status, headers, body = split(answer)
    assert status in statuses
    assert headers["server"] == "fortnox-bridge"
    assert headers["content-type"] == "application/json"
    assert body == b'{"error":"bad request"}'


async def test_a_coded_body_is_refused_unopened() -> None:
    """A well-signed gzip body gets 415 and is never unpacked (S18)."""
    bomb = gzip.compress(b"0" * 1_000_000)
    async with doorway() as door:
        assert (await door.post(bomb, {**signed(bomb), "content-encoding": "gzip"}))[0] == 415
        assert door.log.fields("hook.rejected")[0]["reason"] == "encoding"


async def test_more_requests_in_hand_than_allowed_are_sent_away() -> None:
    """Beyond the cap a sender is told to come again, before its body is read; nothing piles up."""
    async with doorway(limits=Limits(in_hand=2)) as door:
        door.inbox.gate.clear()
        held = [asyncio.create_task(door.post(order(), signed(order(), f"msg_{n}"))) for n in range(2)]
        await until(lambda: door.inbox.waiting == 2)
        assert (await door.post(order(), signed(order(), "msg_3")))[0] == 503
        assert door.log.fields("hook.overloaded")[0]["reason"] == "backlog"
        door.inbox.gate.set()
        assert [status for status, _ in await asyncio.gather(*held)] == [200, 200]


async def test_bodies_together_stay_within_their_budget() -> None:
    """Many half-sent bodies cannot fill the memory: beyond the budget the sender is told to come again."""
    async with doorway(limits=Limits(body_bytes=50_000, buffered_bytes=60_000, body_seconds=1.0)) as door:
        half = f"{HEAD}content-length: 50000\r\n\r\n".encode() + b"a" * 40_000
        answers = await asyncio.gather(*(door.raw(half, seconds=4) for _ in range(2)))
        assert sorted(split(answer)[0] for answer in answers) == [408, 503]


async def test_a_sender_that_leaves_in_mid_body_costs_nothing() -> None:
    """A cut connection leaves no place taken and no row."""
    async with doorway() as door:
        _, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(f"{HEAD}content-length: 100\r\n\r\nab".encode())
        await until(lambda: door.listener.in_hand == 1)
        writer.transport.abort()
        await until(lambda: door.listener.in_hand == 0)
        assert door.inbox.rows == []
