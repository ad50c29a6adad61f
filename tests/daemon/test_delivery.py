"""Delivery over a far system in memory: what leaves, in which order, what stops, and what is on disk before it does."""

import sqlite3
from pathlib import Path

import anyio
import pytest

from daemon import delivery as delivery_module
from daemon.delivery import Slots
from store import companies, lanes, outbox
from store.db import StoreUnavailable
from tests.conftest import Lines
from tests.fakes.pipe import ARRIVED, booking, customer, invoice, note, pipe
from tests.fakes.target import Act, bug, credentials_lost, held, later, lost, park, success, throttled


@pytest.mark.asyncio
@pytest.mark.capability("000-44")
async def test_the_attempt_is_on_disk_before_the_call_and_a_clean_thing_costs_one_call(tmp_path: Path) -> None:
    """Another reader of the file sees the attempt in flight while the call is under way; nothing is looked for."""
    async with pipe(tmp_path) as made, made.running():
        ids = await made.add(customer("C-1"), invoice("SO-1"), booking("SO-1"))
        await made.until("done", *ids)
        assert made.target.on_disk == [True, True, True]
        assert [kind for kind, _ in made.target.performed] == ["ensure_customer", "ensure_invoice", "book_invoice"]
        assert made.target.looked == []
        links = await made.rows("SELECT kind, number, verified FROM link ORDER BY number")
        assert links == [
            {"kind": "customer", "number": "1", "verified": 1},
            {"kind": "invoice", "number": "2", "verified": 1},
        ]


@pytest.mark.asyncio
async def test_a_thing_that_is_linked_is_never_created_again(tmp_path: Path) -> None:
    """A second event about the same customer, in another lane, makes no second customer."""
    async with pipe(tmp_path) as made, made.running():
        [first] = await made.add(customer("C-1"), lane="a")
        await made.until("done", first)
        [second] = await made.add(customer("C-1"), lane="b")
        await made.until("done", second)
        assert made.target.writes("ensure_customer") == 1


@pytest.mark.asyncio
async def test_two_lanes_that_make_one_customer_at_once_make_it_once(tmp_path: Path) -> None:
    """The thing is claimed although it has no match key, and a head that was read before its link is not believed."""
    async with pipe(tmp_path) as made:
        made.target.scripts["ensure_customer"] = [Act(takes=0.01)]
        ids = [(await made.add(customer("C-1"), lane=f"lane {n}"))[0] for n in range(20)]
        async with made.running():
            await made.until("done", *ids)
        assert made.target.writes("ensure_customer") == 1
        assert await made.rows("SELECT * FROM claim") == []


@pytest.mark.asyncio
async def test_parked_head_stops_its_lane_and_no_other(tmp_path: Path, log_lines: Lines) -> None:
    """What Fortnox refuses for good stays the head until a person acts; other lanes go on; it is said once."""
    async with pipe(tmp_path) as made, made.running():
        made.target.scripts["ensure_customer"] = [park()]
        first = await made.add(customer("C-1"), invoice("SO-1"), lane="a")
        await made.until("parked", first[0])
        second = await made.add(customer("C-2"), invoice("SO-2", "C-2"), lane="b")
        await made.until("done", *second)
        assert await made.states(first) == ["parked", "ready"]
        row = await made.row(first[0])
        assert (row["reason"], row["question"]) == ("refused", "correct the order")
        assert [line["status"] for line in log_lines.named("command.parked")] == [400]


@pytest.mark.asyncio
async def test_question_holds_the_command_although_its_object_exists(tmp_path: Path) -> None:
    """An answer that is not what was meant is linked, but nothing that needs it goes on, not even after a discard."""
    async with pipe(tmp_path) as made, made.running():
        made.target.scripts["ensure_invoice"] = [Act(question="the total differs")]
        ids = await made.add(customer("C-1"), invoice("SO-1"), booking("SO-1"))
        await made.until("held", ids[1])
        assert (await made.row(ids[1]))["question"] == "the total differs"

        def discard(connection: sqlite3.Connection) -> None:
            outbox.finish(connection, ids[1], "discarded", 1, reason="wrong")

        await made.database.write(discard)
        made.delivery.wake()
        await made.until("parked", ids[2])
        assert (await made.row(ids[2]))["reason"] == "depends_on_ended"
        assert made.target.writes("book_invoice") == 0


@pytest.mark.asyncio
async def test_held_by_the_far_side_keeps_its_question(tmp_path: Path) -> None:
    """``Held`` is not ``parked``: the row says which question frees it."""
    async with pipe(tmp_path) as made, made.running():
        made.target.scripts["ensure_customer"] = [held()]
        [only] = await made.add(customer("C-1"))
        await made.until("held", only)
        assert (await made.row(only))["question"] == "which one?"


@pytest.mark.asyncio
@pytest.mark.capability("f56")
async def test_every_attempt_used_parks_the_command(tmp_path: Path, log_lines: Lines) -> None:
    """Transient refusals go by the steps on disk; when the last is used a person must look."""
    async with pipe(tmp_path, steps=(0.001, 0.001)) as made, made.running():
        made.target.scripts["ensure_customer"] = [later()] * 10
        [only] = await made.add(customer("C-1"))
        await made.until("parked", only)
        assert made.target.writes("ensure_customer") == 3
        assert await made.attempts(only) == ["known"] * 3
        assert [line["attempt"] for line in log_lines.named("command.retried")] == [1, 2]


@pytest.mark.asyncio
@pytest.mark.capability("f56")
async def test_bug_of_the_target_parks_one_command_loudly_and_the_others_go_on(
    tmp_path: Path, log_lines: Lines
) -> None:
    """The call may have left: the attempt stays in doubt, is looked for, and what it made is linked."""
    async with pipe(tmp_path) as made, made.running():
        made.target.scripts["ensure_customer"] = [bug()]
        [broken] = await made.add(customer("C-1"), lane="a")
        [fine] = await made.add(customer("C-2"), lane="b")
        await made.until("parked", broken)
        await made.until("done", fine)
        [line] = log_lines.named("command.parked")
        assert (line["reason"], line["error"]) == ("bug", "ZeroDivisionError")
        await made.until_true(lambda: len(made.target.looked) > 0)
        with anyio.fail_after(5):
            while await made.attempts(broken) != ["found"]:  # noqa: ASYNC110 - a file has no events
                await anyio.sleep(0.005)
        assert len(await made.rows("SELECT * FROM link")) == 2


@pytest.mark.asyncio
async def test_bug_while_planning_parks_without_an_attempt(tmp_path: Path) -> None:
    """Nothing left, so nothing is in doubt."""
    async with pipe(tmp_path) as made, made.running():
        made.target.planning = [ZeroDivisionError("a bug")]
        [broken] = await made.add(customer("C-1"))
        await made.until("parked", broken)
        assert await made.attempts(broken) == []
        assert (await made.row(broken))["reason"] == "bug"


@pytest.mark.asyncio
@pytest.mark.capability("f56")
async def test_throttled_uses_no_attempt_and_costs_one_look(tmp_path: Path, log_lines: Lines) -> None:
    """A 429 says when to go on; that a create was not executed all the same is looked at once, and then it goes."""
    async with pipe(tmp_path, settle=30) as made, made.running():
        made.target.scripts["ensure_customer"] = [throttled(), success()]
        [only] = await made.add(customer("C-1"))
        await made.until("done", only)
        assert (await made.row(only))["attempts"] == 1
        assert await made.attempts(only) == ["absent", "known"]
        assert len(made.target.looked) == 1
        assert log_lines.named("target.throttled") == [{"target": "fortnox", "company": "demo", "wait_s": 0.01}]


@pytest.mark.asyncio
async def test_throttled_change_is_not_looked_for(tmp_path: Path) -> None:
    """Only a create is looked for after a 429: it is a complete answer."""
    async with pipe(tmp_path) as made, made.running():
        made.target.scripts["book_invoice"] = [throttled(), success()]
        ids = await made.add(customer("C-1"), invoice("SO-1"), booking("SO-1"))
        await made.until("done", *ids)
        assert made.target.looked == []
        assert await made.attempts(ids[2]) == ["known", "known"]


@pytest.mark.asyncio
@pytest.mark.capability("f23")
async def test_lost_credentials_pause_only_that_company(tmp_path: Path, log_lines: Lines) -> None:
    """The other company delivers on; nothing of the paused one is used up; a person's resume sends it."""
    async with pipe(tmp_path, names=("demo", "other")) as made, made.running():
        made.target.scripts["ensure_customer"] = [credentials_lost()]
        [stuck] = await made.add(customer("C-1"))
        await made.until_true(lambda: made.gate.shut_by == "credentials")
        [fine] = await made.add(customer("C-1"), company="other")
        await made.until("done", fine)
        row = await made.row(stuck)
        assert (row["state"], row["attempts"]) == ("ready", 0)
        assert [line["company"] for line in log_lines.named("target.paused")] == ["demo"]
        made.gate.pause(None)
        await made.until("done", stuck)


@pytest.mark.asyncio
@pytest.mark.capability("f59")
async def test_a_company_paused_by_a_person_sends_nothing_until_resumed(tmp_path: Path) -> None:
    """Webhooks are still taken; no attempt is used."""
    async with pipe(tmp_path) as made, made.running():
        made.gate.pause("audit")
        [only] = await made.add(customer("C-1"))
        await anyio.sleep(0.05)
        assert await made.states([only]) == ["ready"]
        assert (made.target.performed, made.target.probes) == ([], 0)
        made.gate.pause(None)
        await made.until("done", only)


@pytest.mark.asyncio
@pytest.mark.capability("f59")
async def test_paused_rule_waits_and_goes_on_when_it_is_resumed(tmp_path: Path) -> None:
    """Only that rule's commands wait; the row says for what; ending the pause wakes them."""
    async with pipe(tmp_path) as made, made.running():
        await made.database.write(companies.pause("rule", "surveys", "wrong texts", ARRIVED))
        made.paused_rules.add("surveys")
        [stuck] = await made.add(customer("C-1"), lane="a", rule="surveys")
        [fine] = await made.add(customer("C-2"), lane="b", rule="orders")
        await made.until("waiting", stuck)
        await made.until("done", fine)
        assert (await made.row(stuck))["waits_for"] == "rule:surveys"
        made.paused_rules.clear()

        def resume(connection: sqlite3.Connection) -> None:
            companies.resume("rule", "surveys")(connection)
            lanes.wake(connection, "rule:surveys", 0)

        await made.database.write(resume)
        made.delivery.wake()
        await made.until("done", stuck)


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
            assert (row["attempts"], row["reason"]) == (0, f"command {maker}")
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
    places = Slots(0)
    woken: list[str] = []

    async def waits(name: str) -> None:
        await places.wait(30)
        woken.append(name)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(waits, "one")
            tasks.start_soon(waits, "two")
            await anyio.wait_all_tasks_blocked()
            places.give_back()
    assert sorted(woken) == ["one", "two"]


@pytest.mark.asyncio
async def test_a_database_that_refuses_parks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk while the outcome is recorded is no bug of ours: it is looked for when the disk is back."""
    monkeypatch.setattr(delivery_module, "STORE_PAUSE_SECONDS", 0.01)
    async with pipe(tmp_path) as made, made.running():
        refusing = {"on": False}
        write = made.database.write

        async def sometimes(job: object) -> object:
            if refusing["on"]:
                raise StoreUnavailable("disk_full")
            return await write(job)  # type: ignore[arg-type]

        monkeypatch.setattr(made.database, "write", sometimes)
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


@pytest.mark.asyncio
async def test_superseded_while_it_was_prepared_sends_nothing(tmp_path: Path) -> None:
    """A newer event of the same thing may replace an unsent head at any moment until its attempt is on disk."""
    async with pipe(tmp_path) as made, made.running():
        gate = anyio.Event()
        plan = made.target.plan

        async def slowly(task: object) -> object:
            await gate.wait()
            return await plan(task)  # type: ignore[arg-type]

        made.target.plan = slowly  # type: ignore[method-assign, assignment]
        [older] = await made.add(customer("C-1", email="a@example.com"))
        await made.until_true(lambda: made.delivery.in_flight == 1)
        [newer] = await made.add(customer("C-1", email="a@example.com"))
        assert await made.states([older]) == ["superseded"]
        gate.set()
        await made.until("done", newer)
        assert made.target.writes("ensure_customer") == 1
        assert await made.rows("SELECT * FROM claim") == []


@pytest.mark.asyncio
async def test_a_command_with_an_unknown_end_is_not_superseded(tmp_path: Path) -> None:
    """What may stand outside is resolved first; the newer one goes after it."""
    async with pipe(tmp_path) as made, made.running():
        made.target.scripts["ensure_customer"] = [lost()]
        [older] = await made.add(customer("C-1"))
        await made.until("unknown", older)
        [newer] = await made.add(customer("C-1"))
        await made.until("done", older, newer)
        assert made.target.writes("ensure_customer") == 1
