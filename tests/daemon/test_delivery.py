"""Delivery over a far system in memory: what leaves, what stops and for whom, and what is on disk before it does."""

import sqlite3
from pathlib import Path

import anyio
import pytest

from store import companies, lanes, outbox
from tests.conftest import Lines
from tests.fakes.pipe import ARRIVED, booking, customer, invoice, pipe
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
        with anyio.fail_after(30):
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
