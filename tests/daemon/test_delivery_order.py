"""The loop of delivery: whom a command waits for, who goes first, how many at once, and how it ends."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import anyio
import pytest

from daemon import delivery as delivery_module
from daemon.slots import Slots
from store import outbox
from store.db import StoreUnavailable
from tests.fakes.pipe import customer, note, pipe
from tests.fakes.target import Act, hangs, park


@pytest.mark.asyncio
async def test_waiting_ref_is_woken_by_the_transaction_that_stores_the_link(tmp_path: Path) -> None:
    """A note in one lane waits for the customer that another lane makes, uses no attempt, and names what it needs."""
    async with pipe(tmp_path) as made:
        made.target.scripts["ensure_customer"] = [park()]
        async with made.running():
            [maker] = await made.add(customer("C-1"), lane="a")
            await made.until("parked", maker)
            [needs] = await made.add(note("R-1"), lane="b")
            await made.until("waiting", needs)
            row = await made.row(needs)
            assert (row["attempts"], row["reason"]) == (0, f"out-{maker}")
            assert row["waits_for"] == f"thing:{(await made.row(maker))['thing']}"

            def again(connection: sqlite3.Connection) -> None:
                outbox.move(connection, maker, "ready", due_at=0)

            await made.database.write(again)
            made.delivery.wake()
            await made.until("done", maker, needs)


@pytest.mark.asyncio
async def test_what_nobody_makes_is_parked_by_name(tmp_path: Path) -> None:
    """A Ref that no command makes is not waited for, for ever."""
    async with pipe(tmp_path) as made, made.running():
        [needs] = await made.add(note("R-1"))
        await made.until("parked", needs)
        assert (await made.row(needs))["reason"] == "depends_on_ended"


@pytest.mark.asyncio
async def test_what_was_not_to_be_created_ends_its_followers_too(tmp_path: Path) -> None:
    """A respondent that settings forbid to create makes no note, in the same lane and in another one that waits."""
    async with pipe(tmp_path) as made:
        async with made.running():
            own = await made.add(customer("C-1", create=False), note("R-1"), lane="a")
            [other] = await made.add(note("R-2"), lane="b")
            await made.until("done", *own, other)
        rows = await made.rows("SELECT DISTINCT result FROM outbox")
        assert rows == [{"result": "not_created"}]
        assert made.target.performed == []


@pytest.mark.asyncio
async def test_a_persons_command_goes_first(tmp_path: Path) -> None:
    """With room for one call at a time, priority decides, not age; batch work comes last, and comes."""
    async with pipe(tmp_path, slots=1) as made:
        batch = await made.add(customer("C-1"), lane="a", priority=5)
        fresh = await made.add(customer("C-2"), lane="b", priority=1)
        person = await made.add(customer("C-3"), lane="c", priority=0)
        async with made.running():
            await made.until("done", *batch, *fresh, *person)
        order = await made.rows("SELECT outbox_id FROM attempt ORDER BY id")
        assert [row["outbox_id"] for row in order] == [*person, *fresh, *batch]


@pytest.mark.asyncio
@pytest.mark.capability("f58")
async def test_a_person_does_not_wait_until_the_window_has_room(tmp_path: Path) -> None:
    """Its calls stand first in the queue for the window, so a full one is no reason to leave it in the store."""
    async with pipe(tmp_path) as made:
        made.target.free = 0
        async with made.running():
            live = await made.add(customer("C-1"), lane="a")
            first = await made.add(customer("C-2"), lane="b", priority=0)
            second = await made.add(customer("C-3"), lane="c", priority=0)
            made.delivery.urge()
            await made.until("done", *first, *second)
            assert await made.states(live) == ["ready"]
            made.target.free = 25
            await made.until("done", *live)


@pytest.mark.asyncio
@pytest.mark.capability("f59")
async def test_a_company_whose_calls_hang_leaves_the_others_their_places(tmp_path: Path) -> None:
    """Forty commands whose calls never answer take their share, and another company's go through all the same."""
    async with pipe(tmp_path, names=("north", "south"), slots=8) as made:
        made.targets["north"].scripts["ensure_customer"] = [hangs(effect=False) for _ in range(40)]
        for number in range(40):
            await made.add(customer(f"C-{number}"), lane=f"lane {number}", company="north")
        async with made.running():
            await made.until_true(lambda: made.deliveries["north"].in_flight == 6)
            ids = [
                (await made.add(customer(f"C-{number}"), lane=f"lane {number}", company="south"))[0]
                for number in range(20)
            ]
            await made.until("done", *ids)
            assert made.deliveries["north"].in_flight == 6
            assert made.targets["north"].writes("ensure_customer") == 6


@pytest.mark.asyncio
async def test_stop_lets_the_call_in_flight_end_and_begins_no_other(tmp_path: Path) -> None:
    """The call under way is recorded as what it was; commands that queued for the same far object keep their place."""
    async with pipe(tmp_path) as made:
        async with made.running():
            ids = await made.add(customer("C-1"))
            await made.until("done", *ids)
        made.target.scripts["ensure_note"] = [Act(takes=0.15)]
        notes = [(await made.add(note(f"R-{n}"), lane=f"lane {n}"))[0] for n in range(5)]
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(made.delivery.run)
            await made.until_true(lambda: made.target.writes("ensure_note") == 1)
            made.delivery.stop()
        assert sorted(await made.states(notes)) == ["done", "ready", "ready", "ready", "ready"]
        assert made.delivery.in_flight == 0
        assert made.target.writes("ensure_note") == 1
        assert len(made.target.planned) == 2


@pytest.mark.asyncio
async def test_no_more_commands_are_under_way_than_there_are_places(tmp_path: Path) -> None:
    """The process has a bound of its own, whatever the rate window allows."""
    most = 0
    async with pipe(tmp_path, slots=3) as made:
        made.target.scripts["ensure_customer"] = [Act(takes=0.01)] * 12

        def watch(_: object) -> None:
            nonlocal most
            most = max(most, made.delivery.in_flight)

        made.target.before_write = watch
        ids = [(await made.add(customer(f"C-{n}"), lane=f"lane {n}"))[0] for n in range(12)]
        async with made.running():
            await made.until("done", *ids)
        assert most == 3
        assert made.slots.free == 3


@pytest.mark.asyncio
async def test_every_waiter_for_a_place_is_woken() -> None:
    """Two companies that wait for one place both see it come free (the second used to sleep a whole second)."""
    places = Slots(1)
    share = places.share("demo")
    share.take()
    woken: list[str] = []

    async def waits(name: str) -> None:
        await places.wait(30)
        woken.append(name)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(waits, "one")
            tasks.start_soon(waits, "two")
            await anyio.wait_all_tasks_blocked()
            share.give_back()
    assert sorted(woken) == ["one", "two"]


@pytest.mark.asyncio
async def test_a_database_that_refuses_parks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk while the outcome is recorded is no bug of ours: it is looked for when the disk is back."""
    monkeypatch.setattr(delivery_module, "STORE_PAUSE_SECONDS", 0.01)
    async with pipe(tmp_path) as made, made.running():
        refusing = {"on": False}
        promise = made.database.promise

        def sometimes() -> asyncio.Future[Any]:
            if refusing["on"]:
                raise StoreUnavailable("disk_full")
            return promise()

        monkeypatch.setattr(made.database, "promise", sometimes)
        made.target.before_write = lambda _: refusing.update(on=True)
        [only] = await made.add(customer("C-1"))
        await made.until_true(lambda: refusing["on"])
        await anyio.sleep(0.03)
        made.target.before_write = None
        refusing["on"] = False
        await made.until("done", only)
        assert made.target.writes("ensure_customer") == 1
        assert await made.attempts(only) == ["found"]


@pytest.mark.asyncio
async def test_a_token_that_cannot_be_kept_during_a_call_is_a_doubt_and_no_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The target's own write to a full disk leaves the attempt open: looked for, then sent again."""
    monkeypatch.setattr(delivery_module, "STORE_PAUSE_SECONDS", 0.01)
    async with pipe(tmp_path) as made, made.running():
        made.target.scripts["ensure_customer"] = [Act(effect=False, error=StoreUnavailable("disk_full"))]
        [only] = await made.add(customer("C-1"))
        await made.until("done", only)
        assert await made.attempts(only) == ["absent", "known"]
