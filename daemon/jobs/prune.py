"""Prune: erases what retention says, a bite at a time, so that nothing else waits for it."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from daemon.clock import Clock
from daemon.logs import get_log
from daemon.settings_process import Retention
from store import holds, pruning, senders
from store.db import Database

BITE = 500


class Prune:
    """Handled bodies, finished commands, old responses and digests past their window; dedupe keys and links stay."""

    def __init__(
        self, database: Database, retention: Retention, clock: Clock, configured: Callable[[], Mapping[str, int]]
    ) -> None:
        """``configured`` are the sources of now: one that is taken out later is remembered for a while."""
        self._configured = configured
        self._database = database
        self._retention = retention
        self._clock = clock

    async def __call__(self) -> int:
        """Run once; returns how many rows were erased."""
        now = self._clock.now()
        await self._database.write(senders.configured(self._configured(), self._clock.milliseconds()))
        bodies = now - timedelta(days=self._retention.bodies_days)
        commands = now - timedelta(days=self._retention.commands_days)
        erased = 0
        for job in (
            pruning.bodies(bodies, BITE),
            pruning.reads(bodies, BITE),
            pruning.twins(bodies, BITE),
            pruning.payloads(commands, BITE),
            pruning.looks(commands, BITE),
            pruning.contexts(bodies, BITE),
            pruning.responses(now - timedelta(days=self._retention.responses_days), BITE),
            pruning.shadows(commands, BITE),
            holds.forgotten(commands, BITE),
        ):
            while count := await self._database.write(job):
                erased += count
                if count < BITE:
                    break
        await self._database.write(pruning.shrink())
        if erased:
            get_log().info("store.pruned", rows=erased, days=self._retention.bodies_days)
        return erased
