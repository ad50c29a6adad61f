"""Upsales: an offer that becomes an order and an invoice, ten quick changes, a lost order, a callback nobody took."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from daemon.demo import upsales_records as records
from daemon.demo.arrivals import arrived, followed, newest
from daemon.demo.configuration import SALES
from daemon.demo.documents import counted
from daemon.demo.other_senders import INVOICE_STAGE, LOST_STAGE, OFFER_STAGE, UPSALES, WON_STAGE
from daemon.demo.process import run_command
from daemon.demo.stage import Stage

Json = dict[str, Any]
WAY, CHANGED, MISSED = 4711, 4712, 4713
"""The order that goes all the way, the one that is changed and lost, and the one whose callback found nobody."""
CHANGES = 10
SECOND = timedelta(seconds=1)
"""Between two saves, by the clock of Upsales."""


async def play(stage: Stage, now: datetime) -> None:
    """The three orders, one after another, in the company whose module is ``order+offer``."""
    await stage.stand_ins[UPSALES].put("accounts", records.account(now))
    await _all_the_way(stage, now)
    await _quick_changes(stage, now)
    await _lost(stage, now)
    await _missed(stage, now)


async def _saved(stage: Stage, order: Json) -> int | None:
    """A user saves the order, and its callback leaves; gives the status, ``None`` where nobody answered."""
    side = stage.stand_ins[UPSALES]
    await side.put("orders", order)
    hook = f"{stage.configuration.url}/hooks/{UPSALES}"
    told = {"to": hook, "trigger": "orderupdate", "kind": "orders", "id": order["id"]}
    answer: int | None = (await side.do("callbacks", told))["status"]
    return answer


async def _told(stage: Stage, order: Json, stage_name: str) -> Json:
    async def sending() -> str:
        status = await _saved(stage, order)
        return f"POST /hooks/{UPSALES}/orderupdate/{order['id']}  stage {stage_name}; answered {status}"

    return (await followed(stage, UPSALES, sending, SALES))[0]


async def _all_the_way(stage: Stage, now: datetime) -> None:
    steps = (
        (
            "4.4  Upsales, in a company with orders and offers: an order in the offer stage → offer",
            OFFER_STAGE,
            "offer",
        ),
        ("4.5  The same order is won → an order, made from that offer", WON_STAGE, "won"),
        ("4.6  The same order is to be invoiced → an invoice, made from that order", INVOICE_STAGE, "invoice"),
    )
    for change, (title, number, name) in enumerate(steps):
        stage.screen.step(title)
        await _told(stage, records.order(WAY, number, now + change * SECOND), name)
    state = await stage.fortnox.of(SALES).state()
    made = [len(state[kind]) for kind in ("offers", "orders", "invoices")]
    linked = made == [1, 1, 1] and (
        state["offers"][0]["OrderReference"] == state["orders"][0]["DocumentNumber"]
        and state["orders"][0]["OfferReference"] == state["offers"][0]["DocumentNumber"]
        and state["orders"][0]["InvoiceReference"] == state["invoices"][0]["DocumentNumber"]
        and state["invoices"][0]["Net"] == records.net(1)
    )
    stage.promise("a sale of Upsales is one offer, one order made from it, and one invoice made from that", linked)


async def _quick_changes(stage: Stage, now: datetime) -> None:
    fortnox = stage.fortnox.of(SALES)
    stage.screen.step("4.7  Another order, and ten quick changes of it while nothing may leave for Fortnox")
    await _told(stage, records.order(CHANGED, WON_STAGE, now), "won")
    stage.screen.line()
    pause, resume = ("pause", SALES, "--reason", "month-end"), ("resume", SALES)
    _typed(stage, pause, await run_command(stage.configuration.path, *pause))
    first, ids = await fortnox.count(), await _changed(stage, now)
    stage.screen.labelled("received", [f"{CHANGES} changes, stored as {ids[0]} … {ids[-1]}"])
    explain = ("explain", ids[0])
    ways = await asyncio.gather(*(run_command(stage.configuration.path, *words) for words in (explain, resume)))
    _typed(stage, explain, _merged(ways[0]))
    _typed(stage, resume, ways[1])
    story = await stage.stories.at_rest(ids[-1])
    calls, state = await fortnox.calls(first), await fortnox.state()
    stage.show(story, calls, state)
    older = [(await stage.stories.at_rest(inbox_id))["commands"] for inbox_id in ids[:-1]]
    gave_way = all(command["state"] == "superseded" for commands in older for command in commands)
    orders = [one["Net"] for one in state["orders"] if one["YourOrderNumber"] == str(CHANGED)]
    spent = [call.method for call in calls if call.spent]
    stage.promise(
        f"{CHANGES} changes while nothing leaves cost {counted(len(spent))}, and the order stands as it was saved last",
        orders == [records.net(1 + CHANGES)] and spent == ["GET", "PUT"] and gave_way,
    )


async def _changed(stage: Stage, now: datetime) -> list[str]:
    """Save the order again and again, each time with one tarpaulin more; the ids of the deliveries."""
    ids = []
    for change in range(1, CHANGES + 1):
        last = await newest(stage, UPSALES)
        await _saved(stage, records.order(CHANGED, WON_STAGE, now + change * SECOND, 1 + change))
        ids.append(await arrived(stage, UPSALES, last))
        await stage.stories.handled(ids[-1])
    return ids


def _typed(stage: Stage, words: Sequence[str], printed: str) -> None:
    """What a person types, and what it answers."""
    stage.screen.labelled("person", [f"$ fortnox-bridge {' '.join(words)}", *printed.splitlines()])


def _merged(explained: str) -> str:
    """The two lines of explain that say what became of the order's update: it gave way to a newer one."""
    lines = explained.splitlines()
    place = next(at for at, text in enumerate(lines) if " ensure_order " in text)
    return "\n".join(["…", *lines[place : place + 2]])


async def _lost(stage: Stage, now: datetime) -> None:
    stage.screen.step("4.8  That order is lost → it is cancelled in Fortnox, and nothing else is touched")
    await _told(stage, records.order(CHANGED, LOST_STAGE, now + (CHANGES + 1) * SECOND), "lost")
    state = await stage.fortnox.of(SALES).state()
    cancelled = {one["YourOrderNumber"]: one["Cancelled"] for one in state["orders"]}
    stage.promise(
        "a lost order is cancelled in Fortnox, the other stands, and no invoice came of it",
        cancelled == {str(WAY): False, str(CHANGED): True} and len(state["invoices"]) == 1,
    )


async def _missed(stage: Stage, now: datetime) -> None:
    stage.screen.step("4.9  The daemon is down while an order is won: its callback is lost, polling finds the order")
    code = await stage.daemon.stop()
    began = time.monotonic()

    async def sending() -> str:
        status = await _saved(stage, records.order(MISSED, WON_STAGE, now))
        answered = "nobody answered" if status is None else f"answered {status}"
        stage.screen.labelled("lost", [f"the daemon was stopped (exit {code}); orderupdate/{MISSED}: {answered}"])
        await stage.daemon.start()
        stage.screen.labelled("started", [f"process {stage.daemon.pid}"])
        return f"GET {UPSALES}/orders  {MISSED} found by polling"

    story, _ = await followed(stage, UPSALES, sending, SALES)
    orders = [one for one in (await stage.fortnox.of(SALES).state())["orders"] if one["YourOrderNumber"] == str(MISSED)]
    stage.screen.labelled("after", [f"{time.monotonic() - began:.1f} s since the daemon was down"])
    stage.promise(
        "a callback that found no daemon is made up for by polling: the order stands there once",
        len(orders) == 1 and story["origin"] == "poll",
    )
