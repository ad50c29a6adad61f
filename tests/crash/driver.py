"""The driver: sends, kills with SIGKILL at random moments, starts again, waits until all is quiet, has it judged."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import aiohttp

from tests.crash import configuration, mix, plan
from tests.crash.judge import Finding, judge
from tests.crash.options import Options
from tests.crash.processes import Daemon, declare_empty, free_port, simulator
from tests.crash.sender import Senders

MOMENTS = ("work", "start", "idle", "stop")
WEIGHTS = (68, 10, 12, 10)
"""In mid-work; while it takes over what the last one left; with nothing to do; while it stops in order."""
IDLE_PATIENCE = 8.0
LAST_PATIENCE = 120.0

Say = Callable[[str], None]


@dataclass(slots=True)
class Outcome:
    """How a run ended. ``mid_call`` counts kills that met calls under way; ``throttled`` calls that the simulator's own
    window refused; ``faults`` those that a fault of the plan changed; ``exits`` are ends of the daemon by itself."""

    kills: int
    mid_call: int
    sent: int
    acked: int
    calls: int
    faults: int
    throttled: int
    posts: int
    quiet: bool
    refused: list[str] = field(default_factory=list)
    exits: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """How many findings of a kind there are."""
        return sum(finding.kind == kind for finding in self.findings)

    @property
    def last_line(self) -> str:
        """The verdict in one line."""
        return (
            f"kills={self.kills} sent={self.sent} acked={self.acked} lost={self.count('lost')} "
            f"doubled={self.count('doubled')}"
        )

    @property
    def whole(self) -> bool:
        """Whether every promise held: also that the daemon never ended by itself and refused nobody."""
        return not self.findings and not self.exits and not self.refused and self.quiet


class Driver:
    """One run. Everything random comes from the seed; what the machine does with it is its own affair."""

    def __init__(
        self,
        options: Options,
        session: aiohttp.ClientSession,
        simulator_url: str,
        daemon: Daemon,
        senders: Senders,
        say: Say,
    ) -> None:
        self._options = options
        self._session = session
        self._simulator = simulator_url
        self._daemon = daemon
        self._senders = senders
        self._say = say
        self._random = Random(options.seed + 1)
        self._webhooks = mix.webhooks(options.seed, options.webhooks, datetime.now(UTC))
        self._next = 0
        self._kills = 0
        self._mid_call = 0
        self._seen = 0
        self._latency: set[int] = set()
        self._began = time.monotonic()

    async def run(self) -> Outcome:
        """The whole run; every wait in it is bounded."""
        for fault in plan.faults(self._options.seed, self._options.pace, self._options.webhooks):
            await self._control("POST", "faults", fault)
        faults = (await self._control("GET", "faults"))["faults"]
        self._latency = {fault["id"] for fault in faults if plan.is_latency(fault, self._options.pace)}
        moments = self._moments()
        share = -(-len(self._webhooks) // (len(moments) + 1))
        for moment in moments:
            await self._cycle(moment, share)
        await self._daemon.start()
        self._feed(len(self._webhooks))
        await self._daemon.ready(self._session)
        await self._senders.finish(LAST_PATIENCE)
        quiet = await self._quiet(self._options.pace.quiet_seconds, LAST_PATIENCE)
        state = await self._control("GET", "state")
        await self._daemon.stop()
        return await self._judged(state, quiet)

    def _moments(self) -> list[str]:
        return self._random.choices(MOMENTS, WEIGHTS, k=self._options.kills)

    async def _cycle(self, moment: str, share: int) -> None:
        """Start, let it work for a random time, kill."""
        await self._daemon.start()
        self._feed(share)
        if moment == "start":
            await asyncio.sleep(self._random.uniform(0.3, 1.4))
        else:
            await self._daemon.ready(self._session)
            if moment == "idle":
                await self._quiet(self._options.pace.settle_seconds + 0.5, IDLE_PATIENCE)
            else:
                await asyncio.sleep(self._random.uniform(0.02, 2.0))
            if moment == "stop":
                self._daemon.interrupt()
                await asyncio.sleep(self._random.uniform(0.0, 0.4))
        self._kills += await self._daemon.kill()
        cut = await self._calls_under_way()
        self._mid_call += cut > 0
        self._progress(moment, cut)

    async def _calls_under_way(self) -> int:
        """Calls of the dead daemon that have arrived at the simulator and are not answered yet."""
        recent = (await self._control("GET", f"calls?since={self._seen}"))["calls"]
        self._seen += len(recent)
        ordinary = {None, *self._latency}
        return sum(call["kind"] == "rest" and call["status"] is None and call["fault"] in ordinary for call in recent)

    def _feed(self, count: int) -> None:
        due = self._webhooks[self._next : self._next + count]
        self._next += len(due)
        self._senders.send(due, within_seconds=2.0)

    def _progress(self, moment: str, cut: int) -> None:
        senders = self._senders
        self._say(
            f"{time.monotonic() - self._began:6.1f} s  kill {self._kills:2} ({moment:5}, {cut:2} calls under way)  "
            f"sent {len(senders.tried):3}  acked {len(senders.acked):3}  on their way {senders.busy}"
        )

    async def _quiet(self, seconds: float, patience: float) -> bool:
        """Wait until the simulator has had no call for ``seconds``; false where that did not come about."""
        last, since = -1, time.monotonic()
        end = since + patience
        while time.monotonic() < end:
            calls = await self._control("GET", "calls?since=0" if last < 0 else f"calls?since={last}")
            late = (await self._control("GET", "faults"))["late_effects_pending"]
            now = time.monotonic()
            if calls["calls"] or late or last < 0:
                last, since = max(last, 0) + len(calls["calls"]), now
            elif now - since >= seconds:
                return True
            await asyncio.sleep(0.1)
        return False

    async def _control(self, method: str, name: str, body: Any = None) -> Any:
        timeout = aiohttp.ClientTimeout(total=30)
        async with self._session.request(
            method, f"{self._simulator}/_sim/{name}", json=body, timeout=timeout
        ) as answer:
            text = await answer.text()
            if answer.status != 200:
                raise RuntimeError(f"the simulator refused {method} {name}: {text}")
            return json.loads(text, parse_float=Decimal)

    async def _judged(self, state: Any, quiet: bool) -> Outcome:
        senders = self._senders
        calls = (await self._control("GET", "calls"))["calls"]
        faults = (await self._control("GET", "faults"))["faults"]
        return Outcome(
            kills=self._kills,
            sent=len(senders.tried),
            acked=len(senders.acked),
            calls=len(calls),
            mid_call=self._mid_call,
            faults=sum(fault["applied"] for fault in faults if fault["id"] not in self._latency),
            throttled=sum(call["status"] == 429 and call["fault"] is None for call in calls),
            posts=senders.posts,
            quiet=quiet,
            refused=sorted(senders.refusals),
            exits=self._daemon.exits,
            findings=judge(state, self._webhooks, senders.acked, senders.tried),
        )


async def crash(options: Options, say: Say) -> Outcome:
    """Run it in ``options.folder``; the daemon's log lies there as ``daemon.log``."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with simulator(options.pace) as simulator_url, aiohttp.ClientSession() as session:
        today = datetime.now(UTC).date()
        config = configuration.write(options.folder, simulator_url, port, options.pace, today)
        await declare_empty(config)
        daemon = Daemon(config, url, broken=options.broken)
        senders = Senders(url, session, Random(options.seed + 2))
        driver = Driver(options, session, simulator_url, daemon, senders, say)
        try:
            async with asyncio.timeout(options.deadline_seconds):
                return await driver.run()
        finally:
            await senders.finish(0)
            await daemon.kill()
