"""The governor at work: three companies with three troubles, and whose work leaves when; by a clock passed in."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from daemon.bridge import Bridge
from daemon.cli.text import print_status
from daemon.clock import Clock
from daemon.deciding import new_command
from daemon.requests import StartTask
from store import handling, inbox, lanes, outbox
from store.handling import Handled
from store.inbox import Arrival
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes import passing_time
from tests.fakes.pipe import customer
from tests.fakes.senders import Json, order
from tests.window import CALLS, most_in_any

WINDOW = 5.0
FLOOD = 5_000
TOGETHER = 500
INVOICED = "SELECT 1 FROM outbox WHERE company = '{}' AND kind = 'ensure_invoice' AND state = 'done'"
FLOODED, THROTTLED, DOWN = (
    CompanyPlan("flooded", 1001, ("one",)),
    CompanyPlan("throttled", 1002, ("two",)),
    CompanyPlan("down", 1003, ("three",)),
)


async def store(bridge: Bridge, company: str, names: Sequence[str], priority: int) -> None:
    """Store a customer's command for each name, each in a lane of its own, as one delivery."""
    now = bridge.clock.now()
    row = await bridge.store.database.write(
        inbox.accept(Arrival("load", company, f"load {company} {names[0]}", {}, b"{}", now))
    )
    made = [
        replace(new_command(row.inbox_id, company, f"load {name}", "load", customer(name)), priority=priority)
        for name in names
    ]

    def job(connection: sqlite3.Connection) -> None:
        moment = bridge.clock.milliseconds()
        handling.record(Handled(row.inbox_id, "handled"), moment)(connection)
        for first in range(0, len(made), TOGETHER):
            some = made[first : first + TOGETHER]
            outbox.add_fresh(connection, [(command, moment) for command in some])
            lanes.refresh_all(connection, [(company, command.lane) for command in some])

    await bridge.store.database.write(job)
    bridge.deliveries[company].wake()


async def until(stage: Scene, question: str, seconds: float = 600.0) -> None:
    """Let time pass until a query of the database gives a row."""
    until = stage.clock.monotonic() + seconds
    while not stage.rows(question):
        assert stage.clock.monotonic() < until, question
        await asyncio.sleep(0.5)


def at_window(arrivals: Sequence[Json]) -> int:
    """The most calls in any window."""
    return most_in_any([call["monotonic"] for call in arrivals], WINDOW)


def shown(status: Json) -> str:
    """The status as people read it."""
    with redirect_stdout(StringIO()) as printed:
        print_status(status)
    return printed.getvalue()


@pytest.mark.capability("f57")
@pytest.mark.capability("f58")
@pytest.mark.capability("f59")
@pytest.mark.capability("f9")
@pytest.mark.capability("000-51")
@pytest.mark.capability("002-20")
def test_three_companies_in_trouble(tmp_path: Path) -> None:
    """One is flooded, one is answered 429, one is answered maintenance pages: nobody pays for the others."""

    async def told(clock: Clock) -> None:
        times: dict[str, Any] = {"window_seconds": WINDOW, "settle_seconds": 20.0, "probe_seconds": 30.0}
        plans = (FLOODED, THROTTLED, DOWN)
        async with scene(tmp_path, *plans, retry_steps=(10, 60, 300), clock=clock, **times) as stage:
            await _in_trouble(stage)

    passing_time.run(told)


async def _in_trouble(stage: Scene) -> None:
    await until(stage, "SELECT 1 FROM company WHERE tenant IS NOT NULL GROUP BY 1 HAVING count(*) = 3")
    stage.fault("throttle", company=1002, path="/3/customers", times=1)
    stage.fault("html", company=1003, path="/3/.*", times=None)
    await store(stage.bridge, "flooded", [f"Kund {number}" for number in range(FLOOD)], priority=5)
    await store(stage.bridge, "down", [f"Kund {number}" for number in range(100)], priority=1)
    began = stage.clock.monotonic()
    await asyncio.sleep(4 * WINDOW + 1)

    # A live event of each company, and a person at the flooded one.
    sent = stage.clock.monotonic()
    for source in ("one", "two", "three"):
        await stage.send(order(f"SO-{source}"), source=source)
    await until(stage, "SELECT 1 FROM counter WHERE company = 'throttled' AND name = 'inbox_handled'")
    await stage.act(
        StartTask(person="anna", company="flooded", operation="create_customer", body='{"Name": "Först"}', key="first")
    )
    asked = stage.clock.monotonic()
    await until(stage, "SELECT 1 FROM outbox WHERE company = 'flooded' AND priority = 0 AND state = 'done'")
    await until(stage, INVOICED.format("flooded"))
    await _check_order(stage, began, sent, asked)
    await _check_status(stage)

    # Nothing is lost: the throttled and the down company's work stands there once, with its attempts unspent.
    stage.bridge.deliveries["flooded"].gate.pause("enough was seen")
    await until(
        stage, "SELECT 1 FROM outbox WHERE company = 'throttled' AND kind = 'ensure_invoice' AND state = 'done'"
    )
    assert stage.rows("SELECT max(attempts) FROM outbox WHERE company = 'throttled'") == [(1,)]
    assert stage.rows("SELECT max(attempts) FROM outbox WHERE company = 'down'") == [(0,)]
    stage.simulator.faults.clear()
    await until(stage, "SELECT 1 FROM counter WHERE company = 'down' AND name = 'outbox_done' AND value = 102")
    state = await stage.state(1003)
    assert (len(state["customers"]), len(state["invoices"])) == (101, 1)
    assert stage.rows("SELECT max(attempts) FROM outbox WHERE company = 'down' AND recheck = 0") == [(1,)]
    calls = await stage.calls(1003)
    assert at_window(calls) <= CALLS
    [kept] = stage.rows("SELECT count(*) FROM outbox WHERE company = 'flooded' AND rule = 'load'")
    names = [entry["Name"] for entry in (await stage.state(1001))["customers"]]
    assert kept == (FLOOD,)
    assert len(names) == len(set(names))


async def _check_order(stage: Scene, began: float, sent: float, asked: float) -> None:
    """The flooded company's window is full and never more; who came first is told by the order of arrival."""
    calls = [call for call in await stage.calls(1001) if call["monotonic"] >= began]
    assert at_window(calls) <= CALLS
    assert 429 not in {call["status"] for call in calls}
    windows = (stage.clock.monotonic() - began) / (WINDOW * 1.005)
    assert len(calls) >= 0.9 * CALLS * int(windows)
    after = [call["path"] for call in calls if call["monotonic"] >= asked]
    assert after[0].startswith("/3/customers?name=F%C3%B6rst")
    assert any("organisationnumber" in path for path in after[:CALLS])
    [booked] = [call["monotonic"] for call in calls if call["path"] == "/3/invoices"]
    # Four calls, two of them look-ups: each further one stands first when the next window opens.
    assert booked - sent <= 3 * WINDOW * 1.005 + 1


async def _check_status(stage: Scene) -> None:
    """Each company's trouble shows, as JSON and in words."""
    status = await stage.status()
    flooded, throttled, down = status["companies"]
    assert FLOOD - 300 < flooded["queue"]["batch"] < FLOOD
    assert (flooded["shut_by"], flooded["window"]["permitted"], flooded["window"]["halved_since"]) == (None, 25, None)
    assert flooded["calls_today"] > 4 * CALLS
    assert throttled["throttled_today"] == 1
    assert throttled["window"]["permitted"] < 25
    assert throttled["window"]["halved_since"] is not None
    assert (down["shut_by"], down["queue"]["live"]) == ("down", 102)
    assert None not in down["outage"].values()
    text = shown(status)
    assert "SLOWED by a 429" in text
    assert "down since" in text
    assert f"queue: {flooded['queue']['batch']} batch" in text


@pytest.mark.capability("f58")
def test_who_goes_first_is_told_by_the_order_of_arrival(tmp_path: Path) -> None:
    """A person's command, 40 live ones, 60 of batch and 60 of backfill, all due at once: what each window brings."""

    async def told(clock: Clock) -> None:
        async with scene(tmp_path, FLOODED, window_seconds=WINDOW, clock=clock) as stage:
            await until(stage, "SELECT 1 FROM company WHERE tenant IS NOT NULL")
            gate = stage.bridge.deliveries["flooded"].gate
            gate.pause("all of it shall be due")
            for name, priority, number in (("backfill", 9, 60), ("batch", 5, 60), ("live", 1, 40), ("person", 0, 1)):
                await store(stage.bridge, "flooded", [f"{name} {count}" for count in range(number)], priority)
            await asyncio.sleep(2 * WINDOW)  # the first probe has left the window
            gate.pause(None)
            await until(stage, "SELECT 1 FROM counter WHERE name = 'outbox_done' AND value = 161")
            moments = [round(call["monotonic"], 2) for call in await stage.calls(1001)]
            names = [entry["Name"].split()[0] for entry in (await stage.state(1001))["customers"]]
            windows = [
                Counter(name for name, at in zip(names, moments, strict=True) if at == moment)
                for moment in dict.fromkeys(moments)
            ]
            assert [window.total() for window in windows] == [25, 25, 25, 25, 25, 25, 11]
            assert windows[0] == {"person": 1, "live": 23, "batch": 1}
            assert windows[1] == {"live": 17, "batch": 7, "backfill": 1}
            assert [window["backfill"] for window in windows[2:4]] == [1, 1]
            assert windows[-1] == {"backfill": 11}

    passing_time.run(told)
