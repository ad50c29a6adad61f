"""Storing several together leaves what storing one after another leaves, with few statements."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import inbox, many, together
from store.commit import Failed
from store.db import Job
from store.delivering import Gone, Settlement
from store.handling import Handled
from store.links import LinkRow
from store.register import Entry
from store.sales import Sale
from store.together import Beginning, Ending, Outcome
from tests.store.rows import NOW, arrival, command, new_attempt, opened, states

Item = TypeVar("Item")

EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "thing": st.sampled_from(["O1", "O2", "O3", "O4", "O5", "O6"]),
            "version": st.integers(1, 3).map(str),
            "state": st.sampled_from(["handled", "handled", "handled", "held", "stays"]),
            "lane": st.sampled_from(["own", "own", "own", "shared"]),
            "needs": st.booleans(),
            "tells": st.sampled_from([False, False, False, True]),
            "kind": st.sampled_from(["ensure_invoice", "ensure_note", "ensure_customer"]),
        }
    ),
    min_size=1,
    max_size=9,
)
ENDS = st.lists(st.sampled_from(["done", "done", "unlinked", "again", "question", "recheck", "open"]), min_size=9)

TABLES = (
    "inbox",
    "thing_version",
    "outbox",
    "outbox_payload",
    "lane",
    "attempt",
    "link",
    "sale",
    "counter",
    "claim",
    "register",
)


def outcome(inbox_id: int, event: dict[str, Any]) -> Outcome:
    """What intake makes of an event: two commands in a lane, the second standing on the first where it needs it."""
    thing, state = event["thing"], event["state"]
    if state == "held":
        return Outcome(Handled(inbox_id, "held", question="?", thing=thing, version=event["version"]), NOW)
    lane = f"lane {thing}" if event["lane"] == "own" else "lane"
    first = command(f"{thing}-1", key=f"{inbox_id}/1", lane=lane, inbox_id=inbox_id, kind=event["kind"])
    refs = (first.thing,) if event["needs"] else ()
    second = command(f"{thing}-2", key=f"{inbox_id}/2", lane=lane, inbox_id=inbox_id, kind="ensure_payment", refs=refs)
    sale = Sale(first.thing, "C", "order", "10.00", "SEK", ["email:a"], thing, "8.00")
    handled = Handled(
        inbox_id,
        "handled",
        kind="order",
        thing=thing,
        number=thing,
        version=event["version"],
        company="demo",
        commands=[first, second],
        sales=[sale],
        entries=[Entry("comments", thing, NOW, {"lines": [event["version"]]})] if event.get("tells") else [],
    )
    return Outcome(handled, NOW)


def ending(outbox_id: int, attempt_id: int, thing: str, how: str) -> Ending:
    """How a call ended."""
    settlement = Settlement(
        None if how == "unlinked" else LinkRow(thing, "demo", "document", thing, {}, verified=how != "recheck"),
        "created",
        question="which?" if how == "question" else None,
        again=how == "again",
        recheck_due=NOW + 9 if how == "recheck" else None,
        proof={"seen": how} if how == "done" else None,
    )
    return Ending(outbox_id, attempt_id, settlement, NOW + 2)


class File:
    """One file, written together or one by one."""

    def __init__(self, connection: sqlite3.Connection, *, at_once: bool) -> None:
        self.connection = connection
        self._at_once = at_once

    def store(
        self,
        items: Sequence[Item],
        one: Callable[[Item], Job[Any]],
        several: Callable[[Sequence[Item]], Job[Sequence[Any]]],
    ) -> list[Any]:
        """What came of each item; an error that a job raises is its outcome."""
        if self._at_once:
            try:
                self.connection.execute("SAVEPOINT job")
                done = list(several(items)(self.connection))
                self.connection.execute("RELEASE job")
            except Gone:
                self.connection.execute("ROLLBACK TO job")
                self.connection.execute("RELEASE job")
            else:
                return ["gone" if isinstance(end, Failed) else end for end in done]
        ends: list[Any] = []
        for item in items:
            try:
                ends.append(one(item)(self.connection))
            except Gone:
                ends.append("gone")
        return ends

    def arrive(self, events: Sequence[dict[str, Any]]) -> list[str]:
        """Events come and are handled."""
        count = self.connection.execute("SELECT count(*) FROM inbox").fetchone()[0]
        arrivals = [arrival(f"msg {count + number}") for number in range(len(events))]
        rows = inbox.accept_all(arrivals)(self.connection)
        made = [outcome(row.inbox_id, event) for row, event in zip(rows, events, strict=True)]
        for row, event in zip(rows, events, strict=True):
            if event["state"] == "stays":
                self.connection.execute(
                    "UPDATE inbox SET state = 'discarded', handled_at = 1 WHERE id = ?", (row.inbox_id,)
                )
        return self.store(made, together.record, together.record_all)

    def deliver(self, ends: Sequence[str]) -> list[Any]:
        """All that is ready is sent, and its calls end in these ways."""
        keys = sorted(
            (row["key"], row["id"], row["thing"])
            for row in self.connection.execute("SELECT key, id, thing FROM outbox WHERE state = 'ready'")
        )
        beginnings = [
            Beginning(new_attempt(outbox_id, thing, far_object="far:1", creates=place % 2 == 0), NOW + 1)
            for place, (_, outbox_id, thing) in enumerate(keys)
        ]
        begun = self.store(beginnings, together.begin, together.begin_all)
        flying = [(*key, attempt) for key, attempt in zip(keys, begun, strict=True) if attempt != "gone"]
        endings = [
            ending(outbox_id, attempt, thing, how)
            for (_, outbox_id, thing, attempt), how in zip(flying, ends, strict=False)
            if how != "open"
        ]
        return [
            ["gone" if attempt == "gone" else "begun" for attempt in begun],
            self.store(endings, together.settle, together.settle_all),
        ]

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row, with commands named by their key instead of their number."""
        keys = {row["id"]: row["key"] for row in self.connection.execute("SELECT id, key FROM outbox")}
        return {table: sorted(self._rows(table, keys), key=repr) for table in TABLES}

    def _rows(self, table: str, keys: dict[int, str]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for row in self.connection.execute(f"SELECT * FROM {table}"):
            fields = dict(row)
            if table in {"outbox", "attempt"}:
                fields.pop("id")
            for name in {"outbox_id", "head"} & fields.keys():
                fields[name] = keys.get(fields[name])
            if table == "outbox":
                fields["place"] = self._behind(row)
                by = str(fields["reason"]).removeprefix("by ")
                fields["reason"] = keys[int(by)] if by.isdigit() else fields["reason"]
            found.append(tuple(fields.items()))
        return found

    def _behind(self, row: sqlite3.Row) -> int:
        """How many of its lane stand before a command."""
        counted = self.connection.execute(
            "SELECT count(*) FROM outbox WHERE company = ? AND lane = ? AND place < ?",
            (row["company"], row["lane"], row["place"]),
        )
        return int(counted.fetchone()[0])


@given(first=EVENTS, ends=ENDS, second=EVENTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_together_leaves_what_one_by_one_leaves(
    first: list[dict[str, Any]], ends: list[str], second: list[dict[str, Any]]
) -> None:
    """Events, attempts and outcomes of every kind, mixed: the same answers, the same rows, the same counters."""
    seen = []
    for at_once in (True, False):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            file = File(stack.enter_context(opened(folder)), at_once=at_once)
            said = [file.arrive(first), file.deliver(ends), file.arrive(second), file.deliver(ends[::-1])]
            seen.append((said, file.content()))
    assert seen[0][0] == seen[1][0]
    for table in TABLES:
        assert seen[0][1][table] == seen[1][1][table], table


def test_the_ordinary_case_takes_few_statements(tmp_path: Path) -> None:
    """Eight orders from waiting to done: a handful of statements for all of them, however many they are."""
    with opened(tmp_path) as connection:
        arrivals = [arrival(f"msg {number}") for number in range(8)]
        rows = inbox.accept_all(arrivals)(connection)
        made = [
            outcome(
                row.inbox_id, {"thing": f"O{row.inbox_id}", "version": "1", "state": "handled", "lane": "own"} | MORE
            )
            for row in rows
        ]
        seen: set[str] = set()
        connection.set_trace_callback(seen.add)
        assert set(together.record_all(made)(connection)) == {"handled"}
        recorded = len(seen)
        heads = [row["head"] for row in connection.execute("SELECT head FROM lane")]
        begun = together.begin_all([Beginning(new_attempt(head, f"T{head}"), NOW) for head in heads])(connection)
        flying = [(head, attempt) for head, attempt in zip(heads, begun, strict=True) if isinstance(attempt, int)]
        together.settle_all([ending(head, attempt, f"T{head}", "unlinked") for head, attempt in flying])(connection)
        connection.set_trace_callback(None)
        assert (len(flying), list(states(connection).values()).count("done")) == (8, 8)
        assert recorded <= 8 + len(made)
        assert len(seen) - recorded <= 12


MORE = {"needs": False, "kind": "ensure_note"}


def test_rows_of_any_count_go_in_and_are_found(tmp_path: Path) -> None:
    """Counts that are no power of two are cut up, or stand there twice: nothing is missing and nothing is double."""
    with opened(tmp_path) as connection:
        connection.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, text TEXT)")
        for count in (1, 2, 3, 7, 64, 65, 200):
            connection.execute("DELETE FROM entry")
            rows = [(f"row {number}",) for number in range(count)]
            inserted, last = many.insert(connection, "INSERT INTO entry (text)", rows)
            found = [tuple(row) for row in connection.execute("SELECT text FROM entry ORDER BY id")]
            assert (inserted, found) == (count, rows)
            marks, values = many.among(list(range(last - count + 1, last + 1)))
            named = connection.execute(f"SELECT count(*) FROM entry WHERE id IN {marks}", values)
            assert named.fetchone()[0] == count
            table, joined = many.table([(last,), (last - count + 1,)])
            both = connection.execute(f"SELECT count(DISTINCT id) FROM entry JOIN ({table}) ON id = column1", joined)
            assert both.fetchone()[0] == min(count, 2)
