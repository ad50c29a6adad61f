"""Unknown ends: nothing is written over a doubt, every doubt is looked for twice, and the proof is on disk."""

import json
import sqlite3
from pathlib import Path

import anyio
import pytest

from connectors.base import Later, Sighting, Task
from store import outbox
from tests.fakes.pipe import Pipe, customer, invoice, note, pipe
from tests.fakes.target import Act, hangs, late, lost, success, vanished

SETTLE = 0.12


async def looks_of(made: Pipe, outbox_id: int) -> list[str]:
    """What each look for a command found, in order."""
    rows = await made.rows(
        "SELECT l.found FROM look l JOIN attempt a ON a.id = l.attempt_id WHERE a.outbox_id = ? ORDER BY l.id",
        outbox_id,
    )
    return [row["found"] for row in rows]


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_lost_answer_is_found_and_not_sent_again(tmp_path: Path) -> None:
    """No call before the settle time; then the look finds the object, and that is the end of it."""
    async with pipe(tmp_path, settle=SETTLE) as made, made.running():
        made.target.scripts["ensure_customer"] = [lost()]
        [only] = await made.add(customer("C-1"))
        await made.until("unknown", only)
        assert made.target.looked == []
        await made.until("done", only)
        assert made.target.writes("ensure_customer") == 1
        assert await made.attempts(only) == ["found"]
        assert await looks_of(made, only) == ["found"]
        [row] = await made.rows("SELECT number, verified FROM link")
        assert row == {"number": "1", "verified": 1}


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_no_look_before_the_settle_time_and_two_before_it_is_sent_again(tmp_path: Path) -> None:
    """What vanished is sent again once, after two looks with their proof on disk, and looked at one last time."""
    async with pipe(tmp_path, settle=SETTLE) as made, made.running():
        made.target.scripts["ensure_customer"] = [vanished(), success()]
        [only] = await made.add(customer("C-1"))
        await made.until("done", only)
        assert await made.attempts(only) == ["absent", "known"]
        assert await looks_of(made, only) == ["absent", "absent", "found"]
        attempts = await made.rows("SELECT started_at, ended_at FROM attempt ORDER BY id")
        looks = await made.rows("SELECT at, proof FROM look ORDER BY id")
        ended = (await made.rows("SELECT min(at) AS at FROM look"))[0]["at"]
        settle = SETTLE * 1000
        # The clock of the rows counts whole milliseconds, so a difference may read one too short.
        assert ended - attempts[0]["started_at"] >= settle - 2
        assert looks[1]["at"] - looks[0]["at"] >= settle / 10 - 2
        assert attempts[1]["started_at"] >= looks[1]["at"]
        assert looks[2]["at"] - attempts[1]["ended_at"] >= settle - 2
        assert json.loads(looks[0]["proof"])["hits"] == 0


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_effect_within_the_settle_time_makes_one_object(tmp_path: Path) -> None:
    """Later than the caller's timeout, but not later than the first look: nothing is sent again."""
    async with pipe(tmp_path, settle=SETTLE) as made, made.running():
        made.target.scripts["ensure_customer"] = [late(SETTLE / 2)]
        [only] = await made.add(customer("C-1"))
        await made.until("done", only)
        assert made.target.writes("ensure_customer") == 1
        assert made.target.far.last == 1


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_effect_beyond_the_settle_time_is_reported_and_held(tmp_path: Path) -> None:
    """The last look sees two: the command is held, and nothing that needs the object goes on."""
    async with pipe(tmp_path, settle=SETTLE) as made, made.running():
        made.target.scripts["ensure_customer"] = [vanished(), success()]

        def effect_of_the_first(_: Task) -> None:
            if made.target.writes("ensure_customer") == 2:
                made.target.far.make(customer("C-1").thing.thing("demo"))

        made.target.before_write = effect_of_the_first
        ids = await made.add(customer("C-1"), invoice("SO-1"))
        await made.until("held", ids[0])
        assert (await made.row(ids[0]))["question"] == "objects ['1', '2'] carry our mark"
        assert await made.states(ids[1:]) == ["ready"]
        assert made.target.writes("ensure_invoice") == 0
        assert (await made.rows("SELECT verified FROM link"))[0]["verified"] == 0


@pytest.mark.asyncio
async def test_nothing_stands_on_a_create_before_its_last_look(tmp_path: Path) -> None:
    """After an unknown end the new object is linked, but not yet trusted: another lane waits for the last look."""
    async with pipe(tmp_path, settle=0.25) as made, made.running():
        made.target.scripts["ensure_customer"] = [vanished(), success()]
        [maker] = await made.add(customer("C-1", email="a@example.com"), lane="a")
        await made.until_true(lambda: made.target.writes("ensure_customer") == 2)
        [needs] = await made.add(note("R-1"), lane="b")
        [same] = await made.add(customer("C-1", email="a@example.com"), lane="c")
        [shares] = await made.add(customer("C-9", email="a@example.com"), lane="d")
        await made.until("waiting", needs, same, shares)
        assert (await made.row(maker))["recheck"] == 1
        await made.until("done", maker, needs, same, shares)
        assert made.target.writes("ensure_customer") == 2
        assert (await made.row(maker))["result"] == "created"


@pytest.mark.asyncio
async def test_last_look_has_attempts_of_its_own(tmp_path: Path) -> None:
    """A create that took every attempt but one is not parked for a last look that fails once."""
    async with pipe(tmp_path, settle=SETTLE, steps=(0.001, 0.001)) as made, made.running():
        made.target.scripts["ensure_customer"] = [vanished(), vanished(), success()]
        [only] = await made.add(customer("C-1"))
        await made.until_true(lambda: made.target.writes("ensure_customer") == 3)
        made.target.looking = [Later("html", system="fake", operation="look", status=502)]
        await made.until("done", only)
        assert (await looks_of(made, only))[-2:] == ["failed", "found"]


@pytest.mark.asyncio
@pytest.mark.capability("f50")
async def test_failed_look_is_not_an_absence(tmp_path: Path) -> None:
    """A look that cannot be read sends nothing: it is on disk as failed, and made again."""
    async with pipe(tmp_path, settle=SETTLE) as made, made.running():
        made.target.scripts["ensure_customer"] = [vanished(), success()]
        made.target.looking = [Later("html", system="fake", operation="look", status=502)]
        [only] = await made.add(customer("C-1"))
        await made.until("done", only)
        assert (await looks_of(made, only))[:3] == ["failed", "absent", "absent"]
        assert made.target.writes("ensure_customer") == 2


@pytest.mark.asyncio
async def test_plan_that_fails_after_the_looks_leaves_the_doubt_open(tmp_path: Path) -> None:
    """The second look stands directly before the call: where the call comes later, there is one more look."""
    async with pipe(tmp_path, settle=SETTLE) as made, made.running():
        made.target.scripts["ensure_customer"] = [vanished(), success()]
        [only] = await made.add(customer("C-1"))
        await made.until("unknown", only)
        made.target.planning = [Later("busy", system="fake", operation="search", status=503)]
        await made.until("done", only)
        assert await looks_of(made, only) == ["absent", "absent", "absent", "found"]


@pytest.mark.asyncio
@pytest.mark.capability("f61")
@pytest.mark.capability("f51")
@pytest.mark.parametrize("effect", [True, False])
async def test_a_call_cut_by_a_crash_is_looked_for_after_the_restart(tmp_path: Path, *, effect: bool) -> None:
    """What an earlier process left in flight is taken over as an unknown end: one object, whatever the call did."""
    async with pipe(tmp_path, settle=SETTLE) as first, first.running():
        far = first.targets
        first.target.scripts["ensure_customer"] = [hangs(effect=effect)]
        ids = await first.add(customer("C-1"), invoice("SO-1"))
        # The attempt is on disk before the call: only the call shows that it has left.
        await first.until_true(lambda: first.target.writes("ensure_customer") == 1)
        await first.until("in_flight", ids[0])
    async with pipe(tmp_path, settle=SETTLE, targets=far) as second:
        assert await second.states(ids) == ["unknown", "ready"]
        assert (await second.rows("SELECT end, reason FROM attempt")) == [{"end": "unknown", "reason": "crash"}]
        async with second.running():
            await second.until("done", *ids)
        assert second.target.writes("ensure_customer") == (1 if effect else 2)
        assert len(second.target.far.objects) == 2
        assert second.target.far.last == 2


@pytest.mark.asyncio
async def test_a_crash_before_the_last_look_does_not_skip_it(tmp_path: Path) -> None:
    """That a look is still to come lies on disk."""
    async with pipe(tmp_path, settle=SETTLE) as first, first.running():
        far = first.targets
        first.target.scripts["ensure_customer"] = [vanished(), success()]
        [only] = await first.add(customer("C-1"))
        await first.until_true(lambda: first.target.writes("ensure_customer") == 2)
    async with pipe(tmp_path, settle=SETTLE, targets=far) as second, second.running():
        await second.until("done", only)
        assert (await looks_of(second, only))[-1] == "found"


@pytest.mark.asyncio
@pytest.mark.parametrize(("act", "made_first"), [(lost(), True), (vanished(), False)])
async def test_discard_after_an_unknown_end_leaves_no_second_object(
    tmp_path: Path, act: Act, *, made_first: bool
) -> None:
    """Discarding closes no doubt: the next command of the thing looks first, and takes over what stands there."""
    async with pipe(tmp_path, settle=SETTLE) as made, made.running():
        made.target.scripts["ensure_invoice"] = [act, success()]
        ids = await made.add(customer("C-1"), invoice("SO-1"))
        await made.until("unknown", ids[1])

        def discard(connection: sqlite3.Connection) -> None:
            outbox.finish(connection, ids[1], "discarded", 1, reason="not ours")

        await made.database.write(discard)
        [again] = await made.add(invoice("SO-1"))
        await made.until("done", again)
        assert made.target.writes("ensure_invoice") == (1 if made_first else 2)
        assert made.target.far.last == 2


@pytest.mark.asyncio
async def test_doubts_of_discarded_commands_are_resolved_without_a_next_command(tmp_path: Path) -> None:
    """Found: linked, so that nobody makes it again. Absent: the claims pass on. Both end the doubt."""
    # Long enough to see that they wait, also on a busy machine.
    async with pipe(tmp_path, settle=0.5) as made, made.running():
        there, gone = customer("C-1", email="a@example.com"), customer("C-2", email="b@example.com")
        made.target.scripts[there.thing.thing("demo")] = [lost()]
        made.target.scripts[gone.thing.thing("demo")] = [vanished()]
        [first] = await made.add(there, lane="a")
        [second] = await made.add(gone, lane="b")
        await made.until("unknown", first, second)
        [waits_first] = await made.add(customer("C-3", email="a@example.com"), lane="c")
        [waits_second] = await made.add(customer("C-4", email="b@example.com"), lane="d")

        def discard(connection: sqlite3.Connection) -> None:
            for outbox_id in (first, second):
                outbox.finish(connection, outbox_id, "discarded", 1, reason="not ours")

        await made.database.write(discard)
        await made.until("waiting", waits_first, waits_second)
        await made.until("done", waits_first, waits_second)
        assert await made.attempts(first) == ["found"]
        assert await made.attempts(second) == ["absent"]
        numbers = await made.rows("SELECT number FROM link ORDER BY number")
        assert [row["number"] for row in numbers] == ["1", "1", "2"]
        assert made.target.writes("ensure_customer") == 3


@pytest.mark.asyncio
async def test_discard_during_the_call_does_not_let_a_look_believe_in_absence(tmp_path: Path) -> None:
    """While a call is under way a look proves nothing, however long ago the process started."""
    async with pipe(tmp_path, settle=0.02) as made, made.running():
        made.target.scripts["ensure_invoice"] = [hangs(effect=False)]
        ids = await made.add(customer("C-1"), invoice("SO-1"))
        await made.until("in_flight", ids[1])
        await anyio.sleep(0.05)

        def discard(connection: sqlite3.Connection) -> None:
            outbox.finish(connection, ids[1], "discarded", 1, reason="not ours")

        await made.database.write(discard)
        made.delivery.wake()
        await anyio.sleep(0.4)
        assert await made.attempts(ids[1]) == ["in_flight"]
        assert made.target.looked == []


@pytest.mark.asyncio
async def test_orphan_look_that_fails_harms_nobody(tmp_path: Path) -> None:
    """A bug or an outage while looking for what a stopped command left: the loop lives, the doubt stays open."""
    async with pipe(tmp_path, settle=0.02) as made, made.running():
        made.target.scripts["ensure_customer"] = [lost()]
        [only] = await made.add(customer("C-1"))
        await made.until("unknown", only)
        made.target.looking = [ZeroDivisionError("a bug")]

        def discard(connection: sqlite3.Connection) -> None:
            outbox.finish(connection, only, "discarded", 1, reason="not ours")

        await made.database.write(discard)
        made.delivery.wake()
        await made.until_true(lambda: not made.target.looking)
        [other] = await made.add(customer("C-2"), lane="b")
        await made.until("done", other)
        with anyio.fail_after(30):
            while await made.attempts(only) != ["found"]:  # noqa: ASYNC110 - a file has no events
                await anyio.sleep(0.01)


@pytest.mark.asyncio
async def test_change_with_an_unknown_end_that_leaves_no_link_ends_too(tmp_path: Path) -> None:
    """A note of a discarded command is found by its own proof, which holds no link: the doubt still ends."""
    async with pipe(tmp_path, settle=0.02) as made, made.running():
        made.target.scripts["ensure_note"] = [lost()]
        ids = await made.add(customer("C-1"), note("R-1"))
        await made.until("unknown", ids[1])

        def discard(connection: sqlite3.Connection) -> None:
            outbox.finish(connection, ids[1], "discarded", 1, reason="not ours")

        await made.database.write(discard)
        made.delivery.wake()
        with anyio.fail_after(30):
            while await made.attempts(ids[1]) != ["found"]:  # noqa: ASYNC110 - a file has no events
                await anyio.sleep(0.01)


@pytest.mark.asyncio
async def test_many_doubts_of_stopped_commands_are_all_reached(tmp_path: Path) -> None:
    """The oldest ones that cannot be resolved do not keep the later ones from being looked for."""
    async with pipe(tmp_path, settle=0.01) as made, made.running():
        made.target.scripts["ensure_customer"] = [Act(error=ZeroDivisionError("a bug")) for _ in range(40)]
        ids = [(await made.add(customer(f"C-{n}"), lane=f"lane {n}"))[0] for n in range(40)]
        stuck = {customer(f"C-{n}").thing.thing("demo") for n in range(20)}
        look = made.target.look

        async def fails_for_old(task: Task, operation: str, evidence: dict[str, object]) -> Sighting:
            if task.thing in stuck:
                raise Later("html", system="fake", operation="look", status=502)
            return await look(task, operation, evidence)

        made.target.look = fails_for_old  # type: ignore[method-assign]
        await made.until("parked", *ids)
        with anyio.fail_after(30):
            while len(await made.rows("SELECT * FROM link")) < 20:
                made.delivery.wake()
                await anyio.sleep(0.02)
