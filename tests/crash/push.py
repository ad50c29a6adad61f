"""A crash run of the push stream: events at a simulated Fortnox while the daemon listens, is killed, and is away.

`python -m tests.crash.push --events 2000 --kills 25 --seed 7`; the last line is the verdict.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import aiohttp

from connectors.fortnox.simulator import CompanySettings, Simulator, SimulatorSettings, serving
from connectors.fortnox.simulator.event_stream import offset_number
from connectors.fortnox.simulator.happenings import Happening
from connectors.fortnox.simulator.topics import Kind
from tests.crash.configuration import FILE
from tests.crash.processes import Daemon, free_port
from tests.crash.push_judge import of_events, of_offsets, rows

TENANT = 1001
CUSTOMERS = 12
BURST = 20
DEADLINE_SECONDS = 60.0
DELETED, CHANGED, INVOICE = (
    Kind("customers", "customer-deleted-v1"),
    Kind("customers", "customer-updated-v2"),
    Kind("invoices", "invoice-updated-v1"),
)
OPEN = "SELECT count(*) FROM inbox WHERE state IN ('waiting', 'reading')"


@dataclass(slots=True)
class Outcome:
    """What a run came to; ``findings`` are promises that did not hold, and ``exits`` ends of the daemon by itself."""

    told: int = 0
    kills: int = 0
    repeated: int = 0
    ended: int = 0
    reads: int = 0
    states: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    exits: list[int] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether every promise held."""
        return not self.findings and not self.exits


class Run:
    """One run. Each event carries a mark of its own, so that what the daemon stored can be told apart."""

    def __init__(self, folder: Path, simulator: Simulator, url: str, seed: int) -> None:
        self.outcome = Outcome()
        self._folder = folder
        self._simulator = simulator
        self._random = Random(seed)
        port = free_port()
        self._daemon = Daemon(_configured(folder, url, port), f"http://127.0.0.1:{port}", broken=False)

    async def go(self, events: int, kills: int, say: Callable[[str], None]) -> Outcome:
        """Tell the events in as many parts as the daemon has lives; then let it end its work, and judge."""
        try:
            async with aiohttp.ClientSession() as session:
                await self._lives(events, kills, session, say)
        finally:
            await self._daemon.kill()
        outcome = self.outcome
        outcome.findings += of_offsets(self._folder) + of_events(self._folder, outcome.told)
        outcome.states = Counter(dict(self._rows("SELECT state, count(*) FROM inbox GROUP BY state")))
        outcome.exits = self._daemon.exits
        outcome.reads = sum(call.kind == "rest" for call in self._simulator.calls.entries)
        return outcome

    async def _lives(self, events: int, kills: int, session: aiohttp.ClientSession, say: Callable[[str], None]) -> None:
        # What came before a company ever listened is never told: a sweep shows it.
        await self._daemon.start()
        await self._until(lambda: bool(self._rows("SELECT 1 FROM push_company")))
        for _ in range(kills):
            await self._life(events // (kills + 1), session)
            self.outcome.findings += of_offsets(self._folder)
            say(f"kill {self.outcome.kills}: told={self.outcome.told} stored={self._count('origin')}")
        await self._tell(events - self.outcome.told)
        await self._daemon.start()
        await self._until(lambda: self._stored() and self._count("open") == 0)
        await self._daemon.stop()

    async def _life(self, share: int, session: aiohttp.ClientSession) -> None:
        """Half of the events come while it is away (the first time it is not), half while it works and is killed."""
        await self._tell(share // 2)
        if self.outcome.kills:
            await self._daemon.start()
        if not await self._daemon.ready(session):
            raise RuntimeError("the daemon did not start")
        before = self._count("origin")
        goal = self._random.randrange(share)
        telling = asyncio.ensure_future(self._tell(share - share // 2, slowly=True))
        await self._until(lambda: self._count("origin") - before >= goal or (telling.done() and self._stored()))
        await self._daemon.kill()
        self.outcome.kills += 1
        await telling

    async def _tell(self, count: int, *, slowly: bool = False) -> None:
        """Events in bursts, some of them twice, and now and then the end of the connection."""
        events = self._simulator.events
        for number in range(count):
            events.tell(TENANT, [self._happening()])
            if slowly and number % BURST == BURST - 1:
                await asyncio.sleep(0.01)
                self._repeat(self._random.choice(["customers", "invoices"]))
                if self._random.random() < 0.1:
                    self.outcome.ended += events.sockets.end(self._random.choice([1000, 1001, 1006, 1011]))

    def _repeat(self, topic: str) -> None:
        """Only what was sent already: a topic's events keep their order (Fortnox facts, section 7.4)."""
        events = self._simulator.events
        for connection in events.sockets.as_json():
            sent = offset_number(topic, connection["topics"].get(topic) or "") or 0
            known = [event for event in events.stream.of(topic) if event.number <= sent]
            again = known[-self._random.randrange(1, BURST) :]
            events.sockets.repeat(again)
            self.outcome.repeated += len(again)

    def _happening(self) -> Happening:
        self.outcome.told += 1
        mark = self.outcome.told
        kind = self._random.choices([INVOICE, DELETED, CHANGED], [70, 20, 10])[0]
        entity = str(self._random.randrange(CUSTOMERS) + 1) if kind is CHANGED else f"9{mark}"
        return Happening(kind, entity, {"mark": mark})

    # --- what stands on the daemon's disk ---------------------------------------------------------------------------

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not condition():  # noqa: ASYNC110 - a file has no events
                await asyncio.sleep(0.02)

    def _stored(self) -> bool:
        return self._count("origin") >= self.outcome.told

    def _count(self, what: str) -> int:
        query = OPEN if what == "open" else "SELECT count(*) FROM inbox WHERE origin = 'push'"
        counted = self._rows(query)
        return int(counted[0][0]) if counted else 0

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return rows(self._folder, query)


def _configured(folder: Path, url: str, port: int) -> Path:
    path = folder / FILE
    path.write_text(
        f'data_dir = "data"\nstate_key = "generated:state-key"\n[http]\nport = {port}\n'
        f"[companies.alpha]\nstart = {datetime.now(UTC).date() - timedelta(days=90)}\n[companies.alpha.fortnox]\n"
        f'rest_url = "{url}/3"\noauth_url = "{url}/oauth-v1"\ntenant_id = {TENANT}\nclient_id = "simulator"\n'
        'client_secret = "plain:simulator"\nwindow_calls = 0\nregister = false\n'
        f'push = true\npush_topics = ["invoices"]\npush_url = "{url.replace("http", "ws", 1)}/topics-v1"\n',
        encoding="utf-8",
    )
    return path


async def crash(folder: Path, *, events: int, kills: int, seed: int, say: Callable[[str], None]) -> Outcome:
    """Run; the simulator lives in this process and has no rate window, the daemon in one of its own."""
    simulator = Simulator(SimulatorSettings(companies=(CompanySettings(tenant_id=TENANT, rate_limit=0),)))
    async with serving(simulator) as server, aiohttp.ClientSession() as session:
        customers = [{"Name": f"Kund {number}"} for number in range(CUSTOMERS)]
        async with session.post(f"{server.url}/_sim/seed", json={"customers": customers}) as answer:
            answer.raise_for_status()
        return await Run(folder, simulator, server.url, seed).go(events, kills, say)


def main() -> int:
    """Run from the command line; 0 where every promise held."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.push", description=__doc__)
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    given = parser.parse_args()

    def say(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    say(f"seed={given.seed}")
    with tempfile.TemporaryDirectory(prefix="crash-push-") as folder:
        outcome = asyncio.run(crash(Path(folder), events=given.events, kills=given.kills, seed=given.seed, say=say))
    for finding in outcome.findings:
        say(finding)
    say(f"told={outcome.told} kills={outcome.kills} repeated={outcome.repeated} ended={outcome.ended}")
    say("nothing lost, nothing twice" if outcome.whole else "NOT WHOLE")
    return 0 if outcome.whole else 1


if __name__ == "__main__":
    sys.exit(main())
