"""The driver: sends, kills with SIGKILL at random moments, starts again, waits until all is quiet, has it judged."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import aiohttp

from tests.crash import configuration, mix, plan, records
from tests.crash.books import MANUAL
from tests.crash.companies import COMPANIES
from tests.crash.judge import judge
from tests.crash.options import Options
from tests.crash.outcome import Outcome
from tests.crash.own_rules import STEPS, Call, step_of
from tests.crash.person import Person
from tests.crash.processes import PERSON, Daemon, declare_empty, free_port, simulator
from tests.crash.sender import Senders
from tests.crash.stand_ins import StandIns, stand_ins

MOMENTS = ("work", "start", "idle", "stop")
WEIGHTS = (68, 10, 12, 10)
"""In mid-work; while it takes over what the last one left; with nothing to do; while it stops in order."""
WORK_SECONDS = (2.0, 2.0, 5.0)
"""The longest that it works before a kill: long enough now and then for a flow's steps to follow one another."""
IDLE_PATIENCE = 8.0
LAST_PATIENCE = 120.0

Say = Callable[[str], None]


class Control:
    """The control plane of the simulator; amounts are read exactly."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.session = session
        self._url = url

    async def __call__(self, method: str, name: str, body: Any = None) -> Any:
        """One control call. Raises ``RuntimeError`` with what the simulator said."""
        timeout = aiohttp.ClientTimeout(total=30)
        async with self.session.request(method, f"{self._url}/_sim/{name}", json=body, timeout=timeout) as answer:
            text = await answer.text()
            if answer.status != 200:
                raise RuntimeError(f"the simulator refused {method} {name}: {text}")
            return json.loads(text, parse_float=Decimal)

    async def state(self) -> Any:
        """What stands in all companies."""
        return await self("GET", "state")


class Driver:
    """One run. Everything random comes from the seed; what the machine does with it is its own affair."""

    def __init__(
        self,
        options: Options,
        control: Control,
        daemon: Daemon,
        senders: Senders,
        asked: StandIns,
        say: Say,
    ) -> None:
        self._options = options
        self._control = control
        self._daemon = daemon
        self._senders = senders
        self._stand_ins = asked
        self._say = say
        self._random = Random(options.seed + 1)
        self._mix = mix.mixed(options.seed, options.webhooks, datetime.now(UTC))
        self._next = 0
        self._kills = 0
        self._mid_call = 0
        self._steps: Counter[str] = Counter()
        self._seen = 0
        self._latency: set[int] = set()
        self._began = time.monotonic()

    async def run(self, hooks: str) -> Outcome:
        """The whole run; every wait in it is bounded."""
        options = self._options
        everybody = records.parties(self._mix.buyers)
        await self._stand_ins.begin(everybody, options.failing, options.seed + 3, hooks, configuration.TOKEN)
        for fault in plan.faults(options.seed, options.pace, options.webhooks):
            await self._control("POST", "faults", fault)
        faults = (await self._control("GET", "faults"))["faults"]
        self._latency = {fault["id"] for fault in faults if plan.is_latency(fault, options.pace)}
        moments = self._moments()
        share = -(-len(self._mix.webhooks) // (len(moments) + 1))
        for moment in moments:
            await self._cycle(moment, share)
        await self._daemon.start()
        self._feed(len(self._mix.webhooks))
        await self._daemon.ready(self._control.session)
        await self._told()
        quiet = await self._polled() and await self._quiet(options.pace.quiet_seconds, LAST_PATIENCE)
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
            await self._daemon.ready(self._control.session)
            if moment == "idle":
                await self._quiet(self._options.pace.settle_seconds + 0.5, IDLE_PATIENCE)
            else:
                await self._work(self._random.uniform(0.02, self._random.choice(WORK_SECONDS)))
            if moment == "stop":
                self._daemon.interrupt()
                await asyncio.sleep(self._random.uniform(0.0, 0.4))
        self._kills += await self._daemon.kill()
        cut = await self._calls_under_way()
        self._mid_call += cut > 0
        self._progress(moment, cut)

    async def _work(self, seconds: float) -> None:
        """Let it work so long, or until some moment in the call of a step that no kill has met yet."""
        within, end = self._random.uniform(0.0, self._options.pace.latency_seconds), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            recent = (await self._control("GET", f"calls?since={self._seen}"))["calls"]
            if any(step is not None and not self._steps[step] for step in map(step_of, self._unanswered(recent))):
                await asyncio.sleep(within)
                return
            await asyncio.sleep(min(0.03, left))

    async def _calls_under_way(self) -> int:
        """Calls of the dead daemon that have arrived at the simulator and are not answered yet."""
        recent = (await self._control("GET", f"calls?since={self._seen}"))["calls"]
        self._seen += len(recent)
        met = self._unanswered(recent)
        self._steps.update(step for step in map(step_of, met) if step is not None)
        return len(met)

    def _unanswered(self, calls: Sequence[Call]) -> list[Call]:
        ordinary = {None, *self._latency}
        return [
            call
            for call in calls
            if call["kind"] == "rest"
            and call["client"] != PERSON[0]
            and call["status"] is None
            and call["fault"] in ordinary
        ]

    def _feed(self, count: int) -> None:
        due = self._mix.webhooks[self._next : self._next + count]
        self._next += len(due)
        self._senders.send(due, within_seconds=2.0)

    def _progress(self, moment: str, cut: int) -> None:
        senders = self._senders
        self._say(
            f"{time.monotonic() - self._began:6.1f} s  kill {self._kills:2} ({moment:5}, {cut:2} calls under way)  "
            f"sent {len(senders.tried):3}  acked {len(senders.acked):3}  on their way {senders.busy}"
        )

    async def _told(self) -> None:
        """Wait until every delivery has ended. Where nothing is left but waiting for an invoice that does not come, and
        nothing moves any more, it is given up."""
        seconds, end = self._options.pace.quiet_seconds, time.monotonic() + LAST_PATIENCE
        while self._senders.busy and time.monotonic() < end:
            if self._senders.busy > self._senders.waiting:
                await asyncio.sleep(0.1)
            elif await self._quiet(seconds, LAST_PATIENCE, lambda: self._senders.busy == 0):
                break
        await self._senders.finish(0)

    async def _polled(self) -> bool:
        """Wait until every list of every sender was read after the last change; false where that did not come about."""
        marks, end = await self._stand_ins.counted(), time.monotonic() + LAST_PATIENCE
        while time.monotonic() < end:
            if await self._stand_ins.polled_since(marks):
                return True
            await asyncio.sleep(0.2)
        return False

    async def _quiet(self, seconds: float, patience: float, over: Callable[[], bool] = lambda: False) -> bool:
        """Wait until the simulator has had no call, and no sender was read, for ``seconds``; false where that did not
        come about, or where it is ``over`` before."""
        last, since = -1, time.monotonic()
        end = since + patience
        while time.monotonic() < end and not over():
            calls = await self._control("GET", "calls?since=0" if last < 0 else f"calls?since={last}")
            late = (await self._control("GET", "faults"))["late_effects_pending"]
            reading = await self._stand_ins.read_meanwhile()
            now = time.monotonic()
            if calls["calls"] or late or reading or last < 0:
                last, since = max(last, 0) + len(calls["calls"]), now
            elif now - since >= seconds:
                return True
            await asyncio.sleep(0.1)
        return False

    async def _judged(self, state: Any, quiet: bool) -> Outcome:
        senders = self._senders
        held = await self._stand_ins.records()
        failed, reads = await self._stand_ins.failed()
        calls = (await self._control("GET", "calls"))["calls"]
        faults = (await self._control("GET", "faults"))["faults"]
        certain = [fault for fault in faults if plan.is_certain(fault)]
        unmet = [f"{fault['fault']} {fault['method']} {fault['path']}" for fault in certain if not fault["applied"]]
        return Outcome(
            kills=self._kills,
            sent=len(senders.tried),
            acked=len(senders.acked),
            calls=len(calls),
            mid_call=self._mid_call,
            steps={step: self._steps[step] for step in STEPS},
            faults=sum(fault["applied"] for fault in faults if fault["id"] not in self._latency),
            certain=len(certain) - len(unmet),
            certain_planned=len(certain),
            throttled=sum(call["status"] == 429 and call["fault"] is None for call in calls),
            posts=senders.posts,
            untold=senders.untold,
            reads=reads,
            failed_reads=failed,
            quiet=quiet,
            documents=_counted(state),
            unmet=unmet,
            refused=sorted(senders.refusals),
            exits=self._daemon.exits,
            findings=judge(state, self._mix.webhooks, senders.acked, senders.tried, held),
        )


def _counted(state: Any) -> dict[str, int]:
    """How many things of each kind stand in all companies (vouchers: those that belong to no document), and how many of
    them are cancelled or credits."""
    books = [state["companies"][str(company.tenant)] for company in COMPANIES.values()]
    kinds = ("customers", "articles", "offers", "orders", "invoices", "payments", "projects", "labels")
    counted = {kind: sum(len(company[kind]) for company in books) for kind in kinds}
    counted["vouchers"] = sum(one["ReferenceType"] == MANUAL for company in books for one in company["vouchers"])
    documents = [one for company in books for kind in ("offers", "orders", "invoices") for one in company[kind]]
    counted["cancelled"] = sum(bool(one["Cancelled"]) for one in documents)
    counted["credits"] = sum(str(one.get("Credit")) == "true" for one in documents)
    return counted


async def crash(options: Options, say: Say) -> Outcome:
    """Run it in ``options.folder``; the daemon's log lies there as ``daemon.log``."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with (
        aiohttp.ClientSession() as session,
        simulator(options.pace) as simulator_url,
        stand_ins(session) as asked,
    ):
        today = datetime.now(UTC).date()
        config = configuration.write(options.folder, simulator_url, asked.urls, port, options.pace, today)
        await declare_empty(config)
        daemon = Daemon(config, url, broken=options.broken)
        control = Control(simulator_url, session)
        person = Person(simulator_url, session, control.state)
        senders = Senders(url, session, Random(options.seed + 2), asked, person.booked)
        driver = Driver(options, control, daemon, senders, asked, say)
        try:
            async with asyncio.timeout(options.deadline_seconds):
                return await driver.run(f"{url}/hooks")
        finally:
            await senders.finish(0)
            await daemon.kill()
