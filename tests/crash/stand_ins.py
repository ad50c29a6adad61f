"""The stand-ins of a run: processes of their own that survive the daemon, their records, and what they were asked."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import aiohttp

from tests.crash.companies import HIGHLEVEL, STAND_INS, SUBSCRIPTIONFLOW, UPSALES
from tests.crash.processes import ROOT, START_SECONDS, ended
from tests.crash.records import CHANGED, Party, written
from tests.crash.subjects import Change, Record
from tests.crash.told_back import NOTES
from tests.stand_ins.upsales import BASE

POLLED: Mapping[str, frozenset[str]] = {
    HIGHLEVEL: frozenset({"/surveys/submissions", "/payments/orders", "/invoices/"}),
    UPSALES: frozenset({f"{BASE}/orders"}),
    SUBSCRIPTIONFLOW: frozenset({"/api/v1/invoices"}),
}
"""Where each sender is polled."""

KEPT: Mapping[str, tuple[str, ...]] = {
    HIGHLEVEL: ("contacts", "orders", "invoices", "submissions"),
    UPSALES: ("accounts", "orders"),
    SUBSCRIPTIONFLOW: ("customers", "invoices"),
}
"""The kinds of records that the judge asks for."""

Records = Mapping[str, Mapping[str, Mapping[str, Record]]]
"""Source -> kind -> id -> record."""


@dataclass
class StandIns:
    """All of one run, by source."""

    urls: Mapping[str, str]
    session: aiohttp.ClientSession
    _held: dict[tuple[str, str, str], tuple[int, Record]] = field(default_factory=dict)
    _locks: dict[tuple[str, str, str], asyncio.Lock] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)

    async def begin(self, parties: Iterable[Party], probability: float, seed: int, hooks: str, token: str) -> None:
        """Put every buyer there, tell SubscriptionFlow where its callbacks go, and let calls fail from now on."""
        for source, kind, number, record in parties:
            await self._control(source, "PUT", f"records/{kind}/{number}", record)
        callback = {"url": f"{hooks}/{SUBSCRIPTIONFLOW}/{token}", "payload": "custom"}
        await self._control(SUBSCRIPTIONFLOW, "PUT", "callback", callback)
        for place, source in enumerate(self.urls):
            await self._control(source, "PUT", "failures", {"probability": probability, "seed": seed + place})

    async def happen(self, source: str, change: Change) -> Record:
        """The record becomes what the change says, unless it is further already; gives the record as it then stands."""
        where = (source, change.kind, change.id)
        async with self._locks.setdefault(where, asyncio.Lock()):
            if self._held.get(where, (-1, {}))[0] < change.place:
                record = {**change.record, CHANGED[source]: written(datetime.now(UTC))}
                await self._control(source, "PUT", f"records/{change.kind}/{change.id}", record)
                self._held[where] = change.place, record
            return self._held[where][1]

    async def call_back(self, source: str, change: Change, hooks: str) -> int | None:
        """Let the stand-in tell, once; the status that it was answered, ``None`` where nobody answered."""
        if source == UPSALES:
            asked = {"kind": change.kind, "id": change.id, "to": f"{hooks}/{source}", "trigger": change.told}
            answer = await self._control(source, "POST", "callbacks", asked)
            return _status(answer["status"])
        if change.told == "paid":
            return await self._pay(source, change)
        answer = await self._control(source, "POST", f"invoices/{change.id}/tell", {"event": change.told})
        return _status(answer["callback_answered"])

    async def _pay(self, source: str, change: Change) -> int | None:
        """The button "process payment" the first time; after that only the same callback again."""
        record = (await self._control(source, "GET", f"records/{change.kind}"))[change.id]
        action = "tell" if record["status"] == "Paid" else "pay"
        answer = await self._control(source, "POST", f"invoices/{change.id}/{action}", {"event": "paid"})
        return _status(answer["callback_answered"])

    async def records(self) -> Records:
        """Everything that they hold now; amounts exact."""
        held: dict[str, dict[str, dict[str, Record]]] = {
            source: {kind: await self._control(source, "GET", f"records/{kind}") for kind in KEPT[source]}
            for source in self.urls
        }
        held[HIGHLEVEL][NOTES] = (await self._control(HIGHLEVEL, "GET", "written"))[NOTES]
        return held

    async def counted(self) -> dict[str, int]:
        """How many calls each has had."""
        return {source: len(await self._calls(source, 0)) for source in self.urls}

    async def polled_since(self, marks: Mapping[str, int]) -> bool:
        """Whether every list was asked for, and answered, after so many calls of each."""
        for source, mark in marks.items():
            calls = await self._calls(source, mark)
            if not POLLED[source] <= {call["path"] for call in calls if call["status"] == 200}:
                return False
        return True

    async def read_meanwhile(self) -> bool:
        """Whether single records were read since this was last asked: then something is under way."""
        reading = False
        for source in self.urls:
            calls = await self._calls(source, self._seen.get(source, 0))
            self._seen[source] = self._seen.get(source, 0) + len(calls)
            reading |= any(call["path"] not in POLLED[source] for call in calls)
        return reading

    async def failed(self) -> tuple[int, int]:
        """How many calls failed, and how many there were, of all of them."""
        calls = [call for source in self.urls for call in await self._calls(source, 0)]
        return sum(call["status"] in {429, 500, 502} for call in calls), len(calls)

    async def _calls(self, source: str, since: int) -> list[Record]:
        found: list[Record] = await self._control(source, "GET", f"calls?since={since}")
        return found

    async def _control(self, source: str, method: str, name: str, body: Any = None) -> Any:
        url = f"{self.urls[source]}/_stand_in/{name}"
        async with self.session.request(method, url, json=body, timeout=aiohttp.ClientTimeout(total=30)) as answer:
            text = await answer.text()
            if answer.status != 200:
                raise RuntimeError(f"the stand-in of {source} refused {method} {name}: {text}")
            return json.loads(text, parse_float=Decimal)


def _status(value: Any) -> int | None:
    return value if isinstance(value, int) else None


@asynccontextmanager
async def stand_ins(session: aiohttp.ClientSession) -> AsyncIterator[StandIns]:
    """Run all of them, each on a free port, until the block ends."""
    async with AsyncExitStack() as running:
        started = {source: await _start(running, module) for source, module in STAND_INS.items()}
        async with asyncio.timeout(START_SECONDS):
            urls = {source: (await output.readline()).decode().strip() for source, output in started.items()}
        missing = sorted(source for source, url in urls.items() if not url)
        if missing:
            raise RuntimeError(f"the stand-ins of {', '.join(missing)} did not start")
        yield StandIns(urls, session)


async def _start(running: AsyncExitStack, module: str) -> asyncio.StreamReader:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.stand_ins", module, "--port", "0", cwd=ROOT, stdout=PIPE
    )
    running.push_async_callback(ended, process)
    assert process.stdout is not None
    return process.stdout
