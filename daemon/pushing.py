"""Pushing: the loop of one app's push stream: it connects again whatever happens, and asks the store how it stands."""

from dataclasses import replace
from random import Random

import anyio
from aiohttp import ClientSession

from connectors.fortnox.push_stream import PushLost, open_stream
from daemon.push_session import Listener, PushApp, PushSession
from daemon.retry import RetrySteps
from store import push
from store.db import StoreUnavailable

STEPS = (1.0, 5.0, 15.0, 30.0, 60.0, 120.0)
"""Seconds between connections, each with jitter; the last one again and again."""

NOBODY_SECONDS = 1.0
"""How often it is asked whether any company may listen, while none may."""

SOONEST_SECONDS, LATEST_SECONDS = 0.1, 5.0
"""How often the store is asked how companies stand that are behind or in doubt."""


class Pushing:
    """One app's loop. Nothing that ends a connection is an error: the next one goes on from what the store holds."""

    def __init__(self, app: PushApp, session: ClientSession, random: Random) -> None:
        self.app = replace(app, changed=self._look)
        self._http = session
        self._steps = RetrySteps(STEPS, random)
        self._stopping = False
        self._wake = anyio.Event()
        self._changed = anyio.Event()
        self._doubted: dict[str, frozenset[str]] = {}
        self._scope = anyio.CancelScope()

    def stop(self) -> None:
        """Close the connection: what came and is not stored comes again at the next start."""
        self._stopping = True
        self._wake.set()
        self._scope.cancel()

    async def run(self) -> None:
        """Listen until :meth:`stop`."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._judge)
            await self._listen()
            tasks.cancel_scope.cancel()

    async def _listen(self) -> None:
        failures = 0
        while not self._stopping:
            if not any(listener.may_ask() for listener in self.app.listeners.values()):
                await self._rest(NOBODY_SECONDS)
                continue
            # Who waits for Fortnox has time-outs of its own and is not stalled; who stores must make progress.
            self.app.idle()
            started = self.app.clock.monotonic()
            lost, subscribed = await self._connection()
            if self._stopping:
                return
            failures = 1 if subscribed else failures + 1
            wait = self._steps.after(min(failures, len(self._steps.steps))) or 0.0
            self._say_lost(lost, self.app.clock.monotonic() - started, wait, subscribed=subscribed)
            await self._rest(wait)

    async def _connection(self) -> tuple[PushLost, bool]:
        """One connection until its end: why it ended, and whether it was subscribed."""
        lost, session = PushLost("closed"), None
        self._scope = anyio.CancelScope()
        try:
            with self._scope:
                async with open_stream(self._http, self.app.address) as stream:
                    session = PushSession(self.app, stream)
                    await session.run()
        except* PushLost as group:
            lost = _first(group)
        except* StoreUnavailable:
            lost = PushLost("store")
        finally:
            self.app.state.closed()
        return lost, session is not None and session.subscribed

    def _say_lost(self, lost: PushLost, alive: float, wait: float, *, subscribed: bool) -> None:
        say = self.app.log.info if subscribed else self.app.log.warning
        say(
            "push.disconnected",
            stream=self.app.name,
            reason=lost.reason,
            code=lost.code,
            alive_s=round(alive, 1),
            in_s=round(wait, 1),
        )

    async def _rest(self, seconds: float) -> None:
        self._wake = anyio.Event()
        self.app.idle()
        if not self._stopping:
            with anyio.move_on_after(seconds):
                await self._wake.wait()

    # --- how it stands ----------------------------------------------------------------------------------------------

    def _look(self) -> None:
        self._changed.set()

    async def _judge(self) -> None:
        """Ask the store for as long as a company is behind or in doubt; more and more seldom while nothing changes."""
        wait = SOONEST_SECONDS
        while True:
            self._changed = anyio.Event()
            for name in self.app.state.unsure():
                await self._ask(self.app.listeners[name])
            again = min(wait, LATEST_SECONDS) if self.app.state.unsure() else float("inf")
            with anyio.move_on_after(again):
                await self._changed.wait()
            wait = SOONEST_SECONDS if self._changed.is_set() else wait * 2

    async def _ask(self, listener: Listener) -> None:
        state, read = self.app.state, self.app.database.read
        before = state.mark(listener.company)
        unsettled = await read(push.unsettled(listener.company, listener.source))
        doubts = frozenset(await read(push.doubts(listener.company, listener.told)))
        if doubts - self._doubted.get(listener.company, frozenset()):
            self.app.sweep(listener.company)
        self._doubted[listener.company] = doubts
        if state.judged(listener.company, before, unsettled=unsettled, doubts=doubts):
            self.app.log.info("push.doubt_ended", stream=self.app.name, company=listener.company)


def _first(group: BaseExceptionGroup[PushLost]) -> PushLost:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, PushLost) else PushLost("lost")
