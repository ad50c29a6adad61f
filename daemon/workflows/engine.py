"""Moves runs of workflows on: from step to step, over waits and questions, and back where one failed."""

from collections.abc import Callable

import anyio

from daemon.clock import Clock
from daemon.logs import Log
from daemon.workflows.definitions import Gone
from daemon.workflows.moves import Moves
from handlers.values import Question
from store import workflows
from store.db import Database, StoreUnavailable
from store.workflows import Run

BATCH = 32
IDLE_SECONDS = 30.0
STORE_PAUSE_SECONDS = 1.0
HELD_MS = 3_600_000
"""How soon a run is looked at again whose question only its cancelling ends, or that met an error of ours."""


class Engine:
    """The loop over all runs that are due. One turn of one run is at most one transaction that changes something."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        log: Log,
        moves: Moves,
        beat: Callable[[], None],
        idle: Callable[[], None],
    ) -> None:
        """``beat`` and ``idle`` tell the watchdog that the loop works, or waits to be woken."""
        self._database = database
        self._clock = clock
        self._log = log
        self._moves = moves
        self._beat = beat
        self._idle = idle
        self._wake = anyio.Event()
        self._stopping = False

    def wake(self) -> None:
        """There may be a new run, or one that a person helped: a hint only."""
        self._wake.set()

    def stop(self) -> None:
        """Finish the turn in hand, then end."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Turn until :meth:`stop`."""
        while not self._stopping:
            self._beat()
            self._wake = anyio.Event()
            try:
                await self._turns()
                await self._rest()
            except StoreUnavailable:
                await self._clock.sleep(STORE_PAUSE_SECONDS)

    async def _turns(self) -> None:
        for run in await self._database.read(workflows.due(self._clock.milliseconds(), BATCH)):
            if self._stopping:
                return
            await self._turn(run)

    async def _turn(self, run: Run) -> None:
        if await self._database.read(workflows.is_paused(run.name)):
            return
        try:
            await self._moves.turn(run)
        except StoreUnavailable:
            raise
        except Question as question:
            await self._held(run, str(question))
        except Gone as gone:
            await self._held(run, str(gone))
        except Exception as error:  # noqa: BLE001 - a bug of ours holds this run and shouts; the others go on
            self._log.error("workflow.held", workflow=run.id, company=run.company, reason="bug", exc_info=error)
            await self._held(run, "an error in the program: see the log")

    async def _held(self, run: Run, question: str) -> None:
        # One that has waited already does not wait again.
        state = "waiting" if run.state == "waiting" else "held"
        if run.question != question:
            self._log.warning("workflow.held", workflow=run.id, company=run.company, reason="question")
        await self._database.write(workflows.later(run, state, self._clock.milliseconds() + HELD_MS, question))

    async def _rest(self) -> None:
        due = await self._database.read(workflows.next_due())
        seconds = IDLE_SECONDS if due is None else min((due - self._clock.milliseconds()) / 1000, IDLE_SECONDS)
        if due is None:
            self._idle()
        with anyio.move_on_after(max(seconds, 0.001)):
            await self._wake.wait()
