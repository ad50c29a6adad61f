"""Lanes: only heads go, picking them costs the same however much waits, and waking is exact."""

import sqlite3
from pathlib import Path

import pytest

from store import delivering, heads, lanes, outbox
from tests.store.rows import NOW, begun, command, event, opened, row, states


def due(connection: sqlite3.Connection, *, limit: int = 10, busy: tuple[str, ...] = (), now: int = NOW) -> list[int]:
    """The ids that may go now."""
    return [head.outbox_id for head in heads.due("demo", now, limit, frozenset(busy))(connection)]


def test_only_the_head_of_a_lane_is_due(tmp_path: Path) -> None:
    """And the next one when that has ended."""
    with opened(tmp_path) as connection:
        first = event(connection, command("A1"), command("A2", key="k2"))
        second = event(connection, command("B1", lane="b"))
        assert due(connection) == [first[0], second[0]]
        outbox.finish(connection, first[0], "done", NOW)
        assert set(due(connection)) == {first[1], second[0]}
        outbox.finish(connection, first[1], "done", NOW)
        assert due(connection) == second
        assert len(connection.execute("SELECT * FROM lane").fetchall()) == 1


@pytest.mark.parametrize("state", ["parked", "held", "waiting"])
def test_a_stopped_head_stops_its_lane_only(tmp_path: Path, state: str) -> None:
    """Nothing overtakes it within the lane."""
    with opened(tmp_path) as connection:
        first = event(connection, command("A1"), command("A2", key="k2"))
        second = event(connection, command("B1", lane="b"))
        waits_for = "thing:x" if state == "waiting" else None
        outbox.move(connection, first[0], state, waits_for=waits_for)
        assert due(connection) == second


def test_not_before_it_is_due_and_not_in_a_busy_lane(tmp_path: Path) -> None:
    """The due moment lies on disk."""
    with opened(tmp_path) as connection:
        first = event(connection, command("A1"))
        second = event(connection, command("B1", lane="b"))
        outbox.move(connection, first[0], "ready", due_at=NOW + 500)
        assert due(connection) == second
        assert due(connection, busy=("b",)) == []
        assert lanes.next_due("demo", frozenset({"b"}))(connection) == NOW + 500
        assert due(connection, now=NOW + 500) == [*second, *first]
        assert lanes.next_due("demo", frozenset({"a", "b"}))(connection) is None


def test_busy_lanes_do_not_hide_free_ones(tmp_path: Path) -> None:
    """However many of the oldest are under way."""
    with opened(tmp_path) as connection:
        ids = [event(connection, command(f"T{n}", lane=f"lane {n}"))[0] for n in range(20)]
        busy = tuple(f"lane {n}" for n in range(18))
        assert due(connection, limit=1, busy=busy) == ids[18:19]
        assert due(connection, limit=5, busy=busy) == ids[18:]


def test_a_person_before_fresh_before_batch(tmp_path: Path) -> None:
    """By priority first, by due moment within it."""
    with opened(tmp_path) as connection:
        ids = {
            priority: event(connection, command(f"T{priority}", lane=f"lane {priority}", priority=priority))[0]
            for priority in (5, 1, 0)
        }
        assert due(connection) == [ids[0], ids[1], ids[5]]
        assert due(connection, limit=2) == [ids[0], ids[1]]


def test_waking_makes_exactly_the_waiters_ready(tmp_path: Path) -> None:
    """In the transaction that made it true."""
    with opened(tmp_path) as connection:
        [first] = event(connection, command("A1"))
        [second] = event(connection, command("B1", lane="b"))
        outbox.move(connection, first, "waiting", waits_for="thing:x", reason="command 7", due_at=NOW + 900)
        outbox.move(connection, second, "waiting", waits_for="thing:y")
        assert lanes.wake(connection, "thing:x", NOW) == 1
        assert states(connection) == {first: "ready", second: "waiting"}
        assert due(connection) == [first]
        assert (row(connection, first)["waits_for"], row(connection, first)["reason"]) == (None, None)


def test_a_clock_that_was_wrong_stops_nothing(tmp_path: Path) -> None:
    """Due moments further away than the longest step are pulled in; honest ones stay."""
    with opened(tmp_path) as connection:
        [far] = event(connection, command("A1"))
        [near] = event(connection, command("B1", lane="b"))
        [done] = event(connection, command("C1", lane="c"))
        for outbox_id, at in ((far, NOW + 10**9), (near, NOW + 50), (done, NOW + 10**9)):
            outbox.move(connection, outbox_id, "ready", due_at=at)
        outbox.finish(connection, done, "done", NOW)
        assert lanes.pull_in(100, NOW)(connection) == 1
        assert [row(connection, outbox_id)["due_at"] for outbox_id in (far, near)] == [NOW + 100, NOW + 50]
        assert lanes.next_due("demo", frozenset())(connection) == NOW + 50


@pytest.mark.parametrize("backlog", [3, 300])
def test_picking_due_work_reads_the_lane_index_and_nothing_else(tmp_path: Path, backlog: int) -> None:
    """The plan of the query names the index and sorts nothing, and its work is the same however much waits."""
    with opened(tmp_path) as connection:
        for number in range(backlog):
            event(connection, *[command(f"T{number}/{n}", key=f"k{n}", lane=f"lane {number}") for n in range(3)])
        seen: list[str] = []
        connection.set_trace_callback(seen.append)
        assert len(due(connection, limit=1)) == 1
        lanes.next_due("demo", frozenset())(connection)
        connection.set_trace_callback(None)
        picking = [query for query in seen if "FROM lane" in query]
        assert len(picking) >= 2
        for query in picking:
            plan = [entry["detail"] for entry in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
            assert any("INDEX lane_due" in step for step in plan), plan
            costly = [step for step in plan if "SCAN" in step or "TEMP B-TREE" in step]
            assert not [step for step in costly if not step.startswith("SCAN (subquery")], plan


def test_a_head_carries_everything_its_delivery_stands_on(tmp_path: Path) -> None:
    """Link, refs, what is missing of them, and open attempts, in one read."""
    with opened(tmp_path) as connection:
        [maker] = event(connection, command("C"))
        [needs] = event(connection, command("I", lane="b", kind="ensure_invoice", refs=("C",)))
        begun(connection, maker, "C")
        head = heads.head(maker)(connection)
        assert [attempt.end for attempt in head.open] == ["in_flight"]
        assert heads.head(needs)(connection).missing == ("C",)
        with pytest.raises(KeyError):
            heads.head(99)(connection)


def test_a_lane_follows_another_by_its_name() -> None:
    """Whatever the followed lane is called, and never the other way round."""
    lane = "shop:order:A/1|mapping"
    assert lanes.followed(lanes.follower(lane, "remark")) == lane
    assert lanes.followed(lane) is None
    assert lanes.follower(lane, "a") != lanes.follower(lane, "b")


def test_what_follows_waits_for_the_end_of_what_comes_first_on_its_document(tmp_path: Path) -> None:
    """A parked booking keeps a mail of its invoice waiting, also the booking that takes its place; its end wakes it."""
    beside = lanes.follower("a", "thank")
    with opened(tmp_path) as connection:
        [_, booking, mail] = event(
            connection,
            command("P", kind="ensure_payment", key="p"),
            command("I", kind="book_invoice", key="b"),
            command("M", kind="send_document", key="m", lane=beside, refs=("I",)),
        )
        connection.execute(
            "INSERT INTO link (thing, company, kind, number, state, verified, outbox_id, linked_at)"
            " VALUES ('I', 'demo', 'invoice', '7', '{}', 1, ?, 0)",
            (booking,),
        )
        assert heads.comes_first(heads.head(mail)(connection))(connection) == booking
        assert delivering.wait(mail, f"end:{booking}", f"out-{booking}")(connection)
        [again] = event(connection, command("I", kind="book_invoice", key="b"))
        assert states(connection)[booking] == "superseded"
        waits = connection.execute("SELECT state, waits_for FROM outbox WHERE id = ?", (mail,)).fetchone()
        assert tuple(waits) == ("waiting", f"end:{again}")
        outbox.finish(connection, again, "discarded", NOW)
        assert states(connection)[mail] == "ready"
        assert heads.comes_first(heads.head(mail)(connection))(connection) is None
        assert not delivering.wait(mail, f"end:{again}", f"out-{again}")(connection)
        assert heads.comes_first(heads.head(again)(connection))(connection) is None


def test_what_an_older_program_stored_in_the_lane_gives_way_too(tmp_path: Path) -> None:
    """So one record of a mapping is never written by two commands at once after an upgrade."""
    with opened(tmp_path) as connection:
        [older, other] = event(
            connection, command("R", kind="ensure_record", key="r"), command("S", kind="ensure_record", key="s")
        )
        beside = lanes.follower("a", "site")
        event(connection, command("R", kind="ensure_record", key="r", lane=beside))
        assert states(connection) == {older: "superseded", other: "ready", other + 1: "ready"}
        assert lanes.busy(connection, "demo", beside)
