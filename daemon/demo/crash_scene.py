"""Third scene: ``kill -9`` in mid-work, with calls under way and an answer lost; a restart; nothing lost or doubled."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from daemon.demo.bodies import HAVREKORN, LAGUNDA, STRANDANGEN, TALLBACKEN, Line, Sale
from daemon.demo.configuration import SETTLE_SECONDS
from daemon.demo.judgement import judge
from daemon.demo.process import run_command
from daemon.demo.senders import Webhook
from daemon.demo.stage import Stage

Json = dict[str, Any]
BUYERS = (TALLBACKEN, LAGUNDA, HAVREKORN, STRANDANGEN)
ORDERS = 10
AFTER_THE_KILL = 3
"""So many orders are sent while no daemon runs; their sender comes again, as senders do."""
SLOW_SECONDS = 0.8
PATIENCE_SECONDS = 25.0
RESEND_SECONDS = 0.2
FAULTS: tuple[Json, ...] = (
    {"fault": "answer_lost", "method": "POST", "path": "/3/invoices", "times": 1},
    {"fault": "delay", "method": "POST", "path": "/3/invoices", "seconds": SLOW_SECONDS, "times": 2},
)


@dataclass
class Sent:
    """One order of the scene as its sender knows it: how often it was posted, and the row once it was acknowledged."""

    sale: Sale
    webhook: Webhook
    posts: int = 0
    acknowledged: str | None = None
    before_the_kill: bool = False

    @property
    def paid(self) -> bool:
        """Whether the order is told as paid."""
        return bool(self.webhook.body["type"] == "order.paid")


@dataclass
class Run:
    """The scene's own list, from which alone it judges."""

    sent: list[Sent] = field(default_factory=list)

    @property
    def acknowledged(self) -> list[Sent]:
        """Those that got a 2xx."""
        return [one for one in self.sent if one.acknowledged is not None]


def orders(now: datetime) -> list[Sent]:
    """Ten orders of four known buyers, every third one paid; no two with the same total."""
    made = []
    for place in range(ORDERS):
        line = Line("ART-7", "Hyllplan 80x30", str(place + 1), "st", "125.00")
        sale = Sale(f"SO-{21001 + place}", BUYERS[place % len(BUYERS)], (line,), now - timedelta(hours=3))
        kind = "order.paid" if place % 3 == 2 else "order.won"
        made.append(Sent(sale, sale.event(kind, f"msg_crash{place:02}")))
    return made


async def play(stage: Stage, now: datetime) -> None:
    """Send, kill, restart, wait, compare."""
    stage.screen.chapter("3  kill -9 in mid-work   (SIMULATOR)")
    for fault in FAULTS:
        await stage.fortnox.order_fault(fault)
    run = Run(orders(now))
    stage.screen.step("3.1  Ten orders; Fortnox loses one answer and is slow with two, and then the daemon is killed")
    first = await stage.fortnox.count()
    await _send_first(stage, run)
    await _kill_in_mid_work(stage, first)
    stage.screen.step("3.2  The daemon is started again; senders without an answer come again")
    await _start_again(stage, run)
    stories = await _worked_off(stage, run)
    _show_doubts(stage, run, stories)
    stage.screen.step(
        f"3.3  What the daemon itself tells of the first order: fortnox-bridge explain {run.sent[0].sale.number}"
    )
    await _explain(stage, run.sent[0].sale.number)
    stage.screen.step("3.4  The list of acknowledged orders against what stands in Fortnox")
    _compare(stage, run, await stage.fortnox.state())


async def _send_first(stage: Stage, run: Run) -> None:
    first = run.sent[: ORDERS - AFTER_THE_KILL]
    await asyncio.gather(*(_post(stage, one) for one in first))
    for one in first:
        one.before_the_kill = one.acknowledged is not None
    stage.screen.labelled("sent", [f"{len(first)} orders at once, {len(run.acknowledged)} acknowledged"])


async def _post(stage: Stage, one: Sent) -> None:
    one.posts += 1
    try:
        one.acknowledged = (await stage.senders.post(one.webhook)).id
    except (aiohttp.ClientError, TimeoutError, OSError):
        return


async def _kill_in_mid_work(stage: Stage, first: int) -> None:
    """Wait until the lost answer and both slow calls are on their way, then kill."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        creating = [call for call in await stage.fortnox.calls(first) if call.method == "POST"]
        if len(creating) >= len(FAULTS) + 1:
            break
        await asyncio.sleep(0.01)
    pid = stage.daemon.pid
    code = await stage.daemon.kill()
    calls = await stage.fortnox.calls(first)
    ended = [call for call in calls if call.status is not None]
    stage.screen.labelled(
        "killed",
        [
            f"kill -9 {pid} (exit {code}): Fortnox had received {len(calls)} calls of these orders and answered "
            f"{len(ended)};",
            "one answer was lost on the way, the slow calls take effect while no daemon runs",
        ],
    )


async def _start_again(stage: Stage, run: Run) -> None:
    late = run.sent[ORDERS - AFTER_THE_KILL :]
    await asyncio.gather(*(_post(stage, one) for one in late))
    unanswered = [one for one in run.sent if one.acknowledged is None]
    numbers = ", ".join(one.sale.number for one in unanswered)
    stage.screen.labelled("no answer", [f"{numbers}: sent while no daemon runs"])
    await asyncio.gather(stage.daemon.start(), *(_insist(stage, one) for one in unanswered))
    stage.screen.labelled(
        "started", [f"process {stage.daemon.pid}; {len(run.acknowledged)} of {ORDERS} orders are acknowledged now"]
    )


async def _insist(stage: Stage, one: Sent) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while one.acknowledged is None and time.monotonic() < until:
        await asyncio.sleep(RESEND_SECONDS)
        await _post(stage, one)


async def _worked_off(stage: Stage, run: Run) -> dict[str, Json]:
    began = time.monotonic()
    stories = {}
    for one in run.acknowledged:
        assert one.acknowledged is not None
        stories[one.sale.number] = await stage.stories.at_rest(one.acknowledged)
    stage.screen.labelled(
        "worked off",
        [
            f"everything is at rest {time.monotonic() - began:.1f} s after the restart; the killed process's calls may",
            "still count at Fortnox, so that a whole rate window (5 s) is waited for first",
        ],
    )
    return stories


def _show_doubts(stage: Stage, run: Run, stories: dict[str, Json]) -> None:
    """The calls whose end nobody knew, and how each was cleared up."""
    lines = [
        f"{one.sale.number}  {command['id']} {_doubt(attempt)}"
        for one in run.acknowledged
        for command in stories[one.sale.number]["commands"]
        for attempt in command["attempts"]
        if attempt["looks"]
    ]
    stage.screen.labelled("unknown", lines or ["no call had an unknown end this time"])
    if lines:
        stage.screen.labelled(
            "", [f"each was looked for by our mark, {SETTLE_SECONDS:g} s after its end at the earliest"]
        )


def _doubt(attempt: Json) -> str:
    looks = ", ".join(look["found"] for look in attempt["looks"])
    if attempt["end"] == "known":
        return f"{attempt['operation']}, sent again and answered; looked once more: {looks} → it stands there once"
    verdict = "it had taken effect: linked, not sent again" if attempt["end"] == "found" else "it had not: sent again"
    return f"{attempt['operation']}, no answer known; looked: {looks} → {verdict}"


async def _explain(stage: Stage, number: str) -> None:
    printed = await run_command(stage.configuration.path, "explain", number)
    for text in printed.splitlines():
        stage.screen.say(text)


def _compare(stage: Stage, run: Run, state: Json) -> None:
    found = [(one, judge(one.sale, state, paid=one.paid)) for one in run.acknowledged]
    rows = [
        (
            one.sale.number,
            "before the kill" if one.before_the_kill else f"after it, at post {one.posts}",
            " and ".join(finding.invoices) or "MISSING",
            f"{finding.payments} of {finding.wanted_payments}" if one.paid else "not paid yet",
            "yes" if finding.total_right else "NO",
        )
        for one, finding in found
    ]
    stage.screen.table(("order", "acknowledged", "invoice", "payments", "total right"), rows, frozenset({"invoice"}))
    stage.screen.line()
    lost, doubled = (sum(getattr(finding, name) for _, finding in found) for name in ("lost", "doubled"))
    stage.promise(
        f"kill -9 in mid-work: {len(run.acknowledged)} of {ORDERS} orders acknowledged, {lost} lost, {doubled} doubled",
        not lost and not doubled and len(run.acknowledged) == ORDERS,
    )
