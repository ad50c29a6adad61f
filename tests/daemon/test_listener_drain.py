"""Stopping without losing a webhook, and the fair share between accepting and delivering."""

import asyncio

import pytest

from daemon.turnstile import Turnstile
from tests.fakes.doorway import Doorway, doorway, order, signed, split, until

pytestmark = pytest.mark.asyncio


def _kept_alive(number: str) -> bytes:
    head = {"host": "x", "content-length": str(len(order())), **signed(order(), number)}
    return (
        "POST /hooks/shop HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in head.items()) + "\r\n"
    ).encode() + order()


@pytest.mark.capability("f14")
async def test_requests_in_hand_end_before_the_door_is_shut() -> None:
    """A request whose commit is under way when stopping begins is still answered 200."""
    async with doorway() as door:
        door.inbox.gate.clear()
        sending = asyncio.create_task(door.post(order(), signed(order())))
        await until(lambda: door.inbox.waiting == 1)
        draining = asyncio.create_task(door.listener.drain(pause=0.01, grace=0.01))
        await asyncio.sleep(0.05)
        assert not draining.done()
        door.inbox.gate.set()
        await draining
        assert (await sending)[0] == 200


async def test_a_kept_alive_client_is_told_that_the_connection_ends() -> None:
    """While draining a known connection is served once more, and its answer says ``Connection: close``."""
    async with doorway() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(_kept_alive("msg_1"))
        first = await reader.readuntil(b"}")
        assert b"connection: close" not in first.lower()
        draining = asyncio.create_task(door.listener.drain(pause=0.01, grace=0.2))
        await asyncio.sleep(0.05)
        writer.write(_kept_alive("msg_2"))
        status, headers, body = split(await reader.read())
        assert (status, headers["connection"], body) == (200, "close", b'{"id":2}')
        await draining
        writer.close()


async def test_after_the_grace_a_sender_is_told_to_come_again() -> None:
    """Whoever still comes on an old connection gets its retry code, and nothing is stored."""
    async with doorway() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(_kept_alive("msg_1"))
        await reader.readuntil(b"}")
        await door.listener.drain(pause=0, grace=0)
        writer.write(_kept_alive("msg_2"))
        status, headers, _ = split(await reader.read())
        assert (status, headers["retry-after"]) == (503, "10")
        assert len(door.inbox.rows) == 1
        assert door.log.fields("hook.overloaded") == [{"source": "shop", "reason": "stopping", "status": 503}]
        writer.close()


async def test_no_connection_that_was_made_before_the_stop_is_dropped() -> None:
    """Clients that come and go while the door is being shut get an answer, or were never connected."""
    async with doorway() as door:
        stop = asyncio.Event()
        clients = [asyncio.create_task(_come_and_go(door, n, stop)) for n in range(8)]
        await asyncio.sleep(0.1)
        await door.listener.drain(pause=0.05, grace=0.1)
        stop.set()
        outcomes = [outcome for counts in await asyncio.gather(*clients) for outcome in counts]
        assert outcomes.count(200) == len(door.inbox.rows) > 0
        assert set(outcomes) == {200}


async def _come_and_go(door: Doorway, client: int, stop: asyncio.Event) -> list[int]:
    """Statuses of one request after another, each on its own connection, until the door refuses connections."""
    outcomes: list[int] = []
    while not stop.is_set():
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        except ConnectionRefusedError:
            break
        try:
            writer.write(_kept_alive(f"msg_{client}_{len(outcomes)}"))
            async with asyncio.timeout(2):
                outcomes.append(split(await reader.readuntil(b"}"))[0])
        except ConnectionResetError:
            # Taken by the kernel while the socket closed: without socket activation nobody can answer it.
            break
        finally:
            writer.close()
    return outcomes


async def test_passage_is_free_while_delivery_keeps_up() -> None:
    """Without saturation nobody waits, whatever ``finished`` does."""
    turnstile = Turnstile(lambda: False, longest_wait=60)
    async with asyncio.timeout(1):
        for _ in range(100):
            await turnstile.enter()


async def test_one_request_enters_for_each_delivery_done() -> None:
    """Under saturation requests enter in order of arrival, one for each finished delivery."""
    turnstile = Turnstile(lambda: True, longest_wait=60)
    entered: list[int] = []
    waiting = [asyncio.create_task(_enter(turnstile, n, entered)) for n in range(3)]
    await asyncio.sleep(0.01)
    assert entered == []
    for expected in ([0], [0, 1], [0, 1, 2]):
        turnstile.finished()
        await asyncio.sleep(0.01)
        assert entered == expected
    await asyncio.gather(*waiting)


async def test_the_end_of_saturation_lets_everybody_in() -> None:
    """When delivery catches up, its next finish opens the door."""
    saturated = [True]
    turnstile = Turnstile(lambda: saturated[0], longest_wait=60)
    entered: list[int] = []
    waiting = [asyncio.create_task(_enter(turnstile, n, entered)) for n in range(3)]
    await asyncio.sleep(0.01)
    saturated[0] = False
    turnstile.finished()
    async with asyncio.timeout(1):
        await asyncio.gather(*waiting)
    assert entered == [0, 1, 2]


async def test_nobody_waits_longer_than_the_bound() -> None:
    """A delivery side that never finishes anything delays a request by the bound and no more."""
    turnstile = Turnstile(lambda: True, longest_wait=0.02)
    async with asyncio.timeout(1):
        await asyncio.gather(*(turnstile.enter() for _ in range(50)))
    turnstile.finished()


async def test_a_cancelled_request_takes_no_turn() -> None:
    """Who leaves the queue does not use up a finished delivery."""
    turnstile = Turnstile(lambda: True, longest_wait=60)
    entered: list[int] = []
    first = asyncio.create_task(_enter(turnstile, 0, entered))
    second = asyncio.create_task(_enter(turnstile, 1, entered))
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.sleep(0.01)
    turnstile.finished()
    await second
    assert entered == [1]


@pytest.mark.capability("f14")
async def test_saturated_delivery_slows_the_door_and_does_not_shut_it() -> None:
    """Through the whole listener: while delivery is saturated a webhook waits its turn and is then taken."""
    saturated = [True]
    async with doorway(saturated=lambda: saturated[0]) as door:
        async with asyncio.timeout(2):
            assert (await door.post(order(), signed(order())))[0] == 200


async def _enter(turnstile: Turnstile, number: int, entered: list[int]) -> None:
    await turnstile.enter()
    entered.append(number)
