"""What a live view reads: rows by id and the newest, heads of lanes, never more than asked for."""

from pathlib import Path

import pytest

from store import inbox, watching
from store.watching import LaneHead, Stand
from tests.store.rows import NOW, arrival, begun, command, event, opened, unknown


def test_rows_are_read_by_id_and_from_the_end_each_with_its_source(tmp_path: Path) -> None:
    """Named ones and those above an id, once each, in order; commands carry the source of their delivery."""
    with opened(tmp_path) as connection:
        for name in ("A", "B", "C"):
            event(connection, command(name, lane=name))
        inbox.accept(arrival("other", source="ghl"))(connection)
        assert watching.deliveries(2, {1, 3}, 9)(connection) == [
            Stand(1, "shop", "handled"),
            Stand(3, "shop", "handled"),
            Stand(4, "ghl", "waiting"),
        ]
        assert watching.commands(2, {1}, 9)(connection) == [Stand(1, "shop", "ready"), Stand(3, "shop", "ready")]
        assert [stand.id for stand in watching.deliveries(0, (), 2)(connection)] == [1, 2]
        assert [stand.id for stand in watching.commands(0, (), 2)(connection)] == [1, 2]
        assert watching.commands(3, {99}, 9)(connection) == []


def test_heads_of_lanes_come_oldest_first_and_not_more_than_asked(tmp_path: Path) -> None:
    """One for each lane with unfinished work, of one company, with why it does not go."""
    with opened(tmp_path) as connection:
        event(connection, command("B", lane="b"), command("B2", lane="b"))
        event(connection, command("A", lane="a"))
        event(connection, command("X", lane="a", company="other"))
        unknown(connection, 1, begun(connection, 1, "B"))
        assert watching.lane_heads("demo", 9)(connection) == [
            LaneHead(1, "ensure_customer", "unknown", "timeout", NOW),
            LaneHead(3, "ensure_customer", "ready", None, NOW),
        ]
        assert len(watching.lane_heads("demo", 1)(connection)) == 1
        assert watching.lane_heads("nobody", 9)(connection) == []


@pytest.mark.capability("f60")
def test_no_look_walks_through_a_table(tmp_path: Path) -> None:
    """Rows are found by id, lanes by their key, whatever lies there."""
    with opened(tmp_path) as connection:
        queries: list[str] = []
        connection.set_trace_callback(queries.append)
        watching.deliveries(0, {1}, 5)(connection)
        watching.commands(0, {1}, 5)(connection)
        watching.lane_heads("demo", 5)(connection)
        connection.set_trace_callback(None)
        assert len(queries) == 3
        for query in queries:
            plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
            walked = [step for step in plan if step.startswith("SCAN") and "LIMIT" not in query]
            assert walked == [], plan
            tables = ("SCAN inbox", "SCAN outbox", "SCAN lane", "SCAN o", "SCAN i")
            assert not [step for step in plan if step in tables], plan
