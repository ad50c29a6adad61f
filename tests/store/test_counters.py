"""Kept counters and lane rows agree with the rows themselves, whatever happens in whatever order."""

import sqlite3
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from store import acting, attempts, delivering, inbox, lanes, outbox
from store.acting import Person
from store.delivering import Gone, Settlement
from tests.store.rows import NOW, arrival, command, event, new_attempt, opened, states, unknown

THINGS = st.sampled_from(["T1", "T2", "T3"])
LANES = st.sampled_from(["a", "b"])
KINDS = st.sampled_from(["ensure_customer", "ensure_invoice"])
PICK = st.integers(min_value=0)
UNFINISHED = ("waiting", "ready", "in_flight", "unknown", "parked", "held")


class Work(RuleBasedStateMachine):
    """Random work on one file: events, attempts, endings, people, crashes."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        folder = self._stack.enter_context(TemporaryDirectory())
        self._connection: sqlite3.Connection = self._stack.enter_context(opened(Path(folder)))
        self._count = 0

    def teardown(self) -> None:
        """Close the file."""
        self._stack.close()

    def _pick(self, pick: int, *wanted: str) -> int | None:
        ids = [outbox_id for outbox_id, state in states(self._connection).items() if state in wanted]
        return ids[pick % len(ids)] if ids else None

    def _row(self, outbox_id: int) -> outbox.Row:
        return outbox.read(self._connection, outbox_id)

    @rule(thing=THINGS, lane=LANES, kind=KINDS, priority=st.sampled_from([0, 1, 5, 9]))
    def an_event_comes(self, thing: str, lane: str, kind: str, priority: int) -> None:
        """One command more; older ones may give way."""
        event(self._connection, command(thing, lane=lane, kind=kind, priority=priority))

    @rule(company=st.sampled_from(["demo", "other", ""]), parked=st.booleans())
    def a_delivery_waits(self, company: str, *, parked: bool) -> None:
        """One inbox row more, handled by nobody."""
        self._count += 1
        entry = arrival(f"d{self._count}", company=company, parked="unreadable" if parked else None)
        inbox.accept(entry)(self._connection)

    @rule(pick=PICK)
    def an_attempt_begins(self, pick: int) -> None:
        """If nothing stands against it."""
        outbox_id = self._pick(pick, "ready", "unknown")
        if outbox_id is None:
            return
        self._connection.execute("SAVEPOINT job")
        try:
            delivering.begin(new_attempt(outbox_id, self._row(outbox_id).thing), NOW)(self._connection)
        except Gone:
            self._connection.execute("ROLLBACK TO job")
        self._connection.execute("RELEASE job")

    @rule(pick=PICK, how=st.sampled_from(["done", "held", "unknown", "parked", "recheck"]))
    def an_attempt_ends(self, pick: int, how: str) -> None:
        """In one of the ways an attempt can end."""
        outbox_id = self._pick(pick, "in_flight")
        if outbox_id is None:
            return
        row = self._row(outbox_id)
        attempt = attempts.open_for_thing(self._connection, row.thing)[-1]
        if how == "unknown":
            unknown(self._connection, outbox_id, attempt.id)
            return
        if how == "parked":
            end = attempts.End("unknown", reason="bug")
            delivering.end_attempt(outbox_id, attempt.id, end, NOW, state="parked", due_at=NOW, reason="bug")(
                self._connection
            )
            return
        asks = "which?" if how == "held" else None
        settlement = Settlement(None, "created", question=asks, recheck_due=NOW + 5 if how == "recheck" else None)
        delivering.settle(outbox_id, attempt.id, settlement, NOW)(self._connection)

    @rule(pick=PICK, thing=THINGS)
    def one_waits(self, pick: int, thing: str) -> None:
        """For a thing."""
        outbox_id = self._pick(pick, "ready", "unknown")
        if outbox_id is not None:
            delivering.wait(outbox_id, f"thing:{thing}", "needs it")(self._connection)

    @rule(thing=THINGS)
    def some_are_woken(self, thing: str) -> None:
        """By what they wait for."""
        lanes.wake(self._connection, f"thing:{thing}", NOW)

    @rule(pick=PICK, state=st.sampled_from(["parked", "held", "ready", "discarded"]))
    def a_person_acts(self, pick: int, state: str) -> None:
        """Stops, frees or ends a command."""
        outbox_id = self._pick(pick, "ready", "unknown", "waiting", "parked", "held")
        if outbox_id is None:
            return
        if state == "discarded":
            outbox.finish(self._connection, outbox_id, state, NOW, reason="wrong")
        elif state == "ready":
            outbox.move(self._connection, outbox_id, state, due_at=NOW)
        else:
            outbox.stop(self._connection, outbox_id, state, NOW, reason="person")

    @rule(pick=PICK)
    def a_person_sends_again(self, pick: int) -> None:
        """Before all others, so its priority changes."""
        outbox_id = self._pick(pick, "ready", "unknown", "parked", "held")
        if outbox_id is not None:
            acting.retry_command(outbox_id, Person("anna", NOW), absent=False)(self._connection)

    @rule()
    def the_process_dies(self) -> None:
        """And the next one takes over."""
        attempts.take_over(self._connection, NOW)

    @invariant()
    def counters_equal_counts(self) -> None:
        """For every table, company and state; a state that nobody is in may have a zero."""
        counted: dict[tuple[str, str], int] = {}
        for table in ("inbox", "outbox"):
            rows = self._connection.execute(f"SELECT company, state, count(*) FROM {table} GROUP BY company, state")
            counted |= {(company, f"{table}_{state}"): number for company, state, number in rows}
        stopped = self._connection.execute(
            "SELECT company, 'source_' || source || '_' || state, count(*) FROM inbox"
            " WHERE state IN ('reading', 'parked', 'held') GROUP BY company, source, state"
        )
        counted |= {(company, name): number for company, name, number in stopped}
        queued = self._connection.execute(
            "SELECT company, 'queued_' || priority, count(*) FROM outbox WHERE priority <> 1"
            " AND state IN ('waiting', 'ready', 'in_flight', 'unknown') GROUP BY company, priority"
        )
        counted |= {(company, name): number for company, name, number in queued}
        kept: dict[tuple[str, str], int] = {
            (company, name): value
            for company, name, value in self._connection.execute("SELECT company, name, value FROM counter")
            if value
        }
        assert kept == counted

    @invariant()
    def what_stopped_waits_for_one_question(self) -> None:
        """And nothing else does; how many wait for each is kept."""
        stopped = {
            (place, row["id"])
            for place, table in (("in", "inbox"), ("out", "outbox"))
            for row in self._connection.execute(f"SELECT id FROM {table} WHERE state IN ('parked', 'held')")
        }
        held = self._connection.execute("SELECT place, id, question FROM hold").fetchall()
        assert {(row["place"], row["id"]) for row in held} == stopped
        waiting = Counter(row["question"] for row in held)
        kept = {row["id"]: row["waiting"] for row in self._connection.execute("SELECT id, waiting FROM asked")}
        assert kept == {question: waiting[question] for question in kept}

    @invariant()
    def every_lane_names_its_head(self) -> None:
        """The first unfinished command, when it is due, and whether it may go; no row for an empty lane."""
        expected: dict[str, Any] = {}
        rows = self._connection.execute("SELECT * FROM outbox WHERE finished_at IS NULL ORDER BY place DESC")
        for entry in rows:
            expected[entry["lane"]] = (entry["id"], entry["priority"], entry["due_at"], entry["state"])
        found = {entry["lane"]: entry for entry in self._connection.execute("SELECT * FROM lane")}
        assert found.keys() == expected.keys()
        for lane, (head, priority, due_at, state) in expected.items():
            entry = found[lane]
            assert (entry["head"], entry["priority"], entry["due_at"]) == (head, priority, due_at)
            # In flight leaves the lane's row as it was: the loop that carries the command keeps the lane busy.
            if state != "in_flight":
                assert bool(entry["runnable"]) == (state in lanes.RUNNABLE)

    @invariant()
    def no_thing_has_two_open_attempts(self) -> None:
        """The one promise that everything else stands on."""
        rows = self._connection.execute(
            "SELECT thing FROM attempt WHERE end IN ('in_flight', 'unknown', 'throttled')"
            " GROUP BY thing HAVING count(*) > 1"
        )
        assert rows.fetchall() == []


Work.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestWork = Work.TestCase


def test_a_counter_never_falls_below_zero(tmp_path: Path) -> None:
    """The table refuses it, so that a wrong trigger is seen at once."""
    with opened(tmp_path) as connection:
        connection.execute("INSERT INTO counter VALUES ('demo', 'x', 0)")
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            connection.execute("UPDATE counter SET value = value - 1")
