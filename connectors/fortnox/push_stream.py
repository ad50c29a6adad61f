"""One connection to Fortnox's push stream: a command at a time, events in a queue, and an end that has a reason."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import anyio
from aiohttp import ClientSession, ClientWSTimeout, WSMsgType

from connectors.base import Json
from connectors.fortnox.push_frames import Answered, FrameFault, PushedEvent, frame_of, written
from connectors.transport import TransportError

HEARTBEAT_SECONDS = 30.0
"""A ping each; without a pong in half that time the connection is over."""

COMMAND_SECONDS = 30.0
CLOSING_SECONDS = 2.0
LONGEST_FRAME = 1 << 20
MOST_WAITING = 512
"""Events that were taken off the wire and are not stored yet; more wait there."""


class PushLost(Exception):
    """The connection is over, or was never made: normal, whatever the reason. ``code`` is the close code or status.

    ``reason`` is one of connect, tls, dns, timeout, lost, refused, closed, no_answer.
    """

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = None if code is None else int(code)


class PushStream:
    """Everything that comes is read by :meth:`run`; without it no command is answered."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.frames = 0
        self.unread: Counter[str] = Counter()
        self._socket = socket
        self._turn = anyio.Lock()
        self._asked: str | None = None
        self._answer: Answered | None = None
        self._answered = anyio.Event()
        self._queue, self.events = anyio.create_memory_object_stream[tuple[PushedEvent, str]](MOST_WAITING)

    @property
    def waiting(self) -> int:
        """Events that came and that nobody took."""
        return self.events.statistics().current_buffer_used

    async def run(self) -> None:
        """Read until the connection ends; always ends with :class:`PushLost`."""
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                await self._take(message.data)
            elif message.type is WSMsgType.ERROR:
                break
            else:
                self.unread["unknown_frame"] += 1
        code = self._socket.close_code
        raise PushLost("lost" if code in {None, 1006} else "closed", code)

    async def command(self, command: Json) -> Answered:
        """Send a command and wait for its answer. Raises :class:`PushLost`."""
        async with self._turn:
            self._asked, self._answer, self._answered = command["command"], None, anyio.Event()
            try:
                with anyio.fail_after(COMMAND_SECONDS):
                    await self._socket.send_str(written(command))
                    await self._answered.wait()
            except TimeoutError:
                raise PushLost("no_answer") from None
            except (aiohttp.ClientError, ConnectionError) as error:
                raise PushLost("lost", self._socket.close_code) from error
            finally:
                self._asked = None
            answer: Answered | None = self._answer
            if answer is None:
                raise PushLost("no_answer")
            return answer

    async def _take(self, text: str) -> None:
        self.frames += 1
        try:
            frame = frame_of(text)
        except FrameFault as fault:
            self.unread[fault.reason] += 1
            return
        if isinstance(frame, PushedEvent):
            await self._queue.send((frame, text))
        elif frame.command == self._asked:
            self._answer = frame
            self._answered.set()

    async def close(self) -> None:
        """Say goodbye, and wait a moment for the other side's."""
        self._queue.close()
        self.events.close()
        with anyio.CancelScope(shield=True), anyio.move_on_after(CLOSING_SECONDS * 2):
            await self._socket.close()


@asynccontextmanager
async def open_stream(session: ClientSession, address: str) -> AsyncIterator[PushStream]:
    """Connect to ``address`` (``wss:``, or ``ws:`` on this machine). Raises :class:`PushLost`."""
    stream = PushStream(await _connected(session, address))
    try:
        yield stream
    finally:
        await stream.close()


async def _connected(session: ClientSession, address: str) -> aiohttp.ClientWebSocketResponse:
    try:
        return await session.ws_connect(
            address,
            heartbeat=HEARTBEAT_SECONDS,
            max_msg_size=LONGEST_FRAME,
            timeout=ClientWSTimeout(ws_close=CLOSING_SECONDS),
        )
    except TransportError as error:
        raise PushLost(error.reason) from error
    except aiohttp.WSServerHandshakeError as error:
        raise PushLost("refused", error.status) from error
    except TimeoutError as error:
        raise PushLost("timeout") from error
    except (aiohttp.ClientError, OSError) as error:
        raise PushLost("lost") from error
