"""The inbox: a delivery is one row, however often it comes, and its body comes back as it was."""

from datetime import timedelta
from pathlib import Path

import pytest

from store import inbox
from tests.store.rows import ARRIVED, arrival, opened


@pytest.mark.capability("f7")
def test_the_same_delivery_twice_is_one_row(tmp_path: Path) -> None:
    """The second one learns where the first lies; the same id of another source is another delivery."""
    with opened(tmp_path) as connection:
        first = inbox.accept(arrival("msg_1"))(connection)
        again = inbox.accept(arrival("msg_1", body=b"changed"))(connection)
        other = inbox.accept(arrival("msg_1", source="portal"))(connection)
        assert (first.repeated, again.repeated, other.repeated) == (False, True, False)
        assert again.inbox_id == first.inbox_id != other.inbox_id
        [row] = [row for row in inbox.waiting(10)(connection) if row.id == first.inbox_id]
        assert row.body == b"{}"


@pytest.mark.capability("f7")
def test_many_at_once_are_stored_as_one_by_one(tmp_path: Path) -> None:
    """Of equal deliveries in one group the first is kept; old, new and repeated ones may stand in any order."""
    with opened(tmp_path) as connection:
        inbox.accept(arrival("msg_7"))(connection)
        group = [arrival(f"msg_{number % 70}", body=str(number).encode()) for number in range(100)]
        accepted = inbox.accept_all(group)(connection)
        assert [entry.repeated for entry in accepted] == [number == 7 or number >= 70 for number in range(100)]
        assert [entry.inbox_id for entry in accepted[70:]] == [entry.inbox_id for entry in accepted[:30]]
        bodies = {row.id: row.body for row in inbox.waiting(200)(connection)}
        assert len(bodies) == 70
        assert {bodies[entry.inbox_id] for entry in accepted[8:70]} == {str(n).encode() for n in range(8, 70)}
        assert bodies[accepted[7].inbox_id] == b"{}"


@pytest.mark.capability("f7")
@pytest.mark.capability("f53")
def test_a_delivery_is_known_when_its_body_is_long_gone(tmp_path: Path) -> None:
    """Dedupe keys outlive the bodies."""
    with opened(tmp_path) as connection:
        inbox.accept(arrival("msg_1"))(connection)
        connection.execute("DELETE FROM inbox_body")
        later = arrival("msg_1", received_at=ARRIVED + timedelta(days=400))
        assert inbox.accept(later)(connection).repeated
        assert inbox.stored(1)(connection) is None


@pytest.mark.capability("f7")
def test_a_digest_counts_for_its_window_only(tmp_path: Path) -> None:
    """Within it the same body is the same delivery; after it, a new one, and the old row is kept."""
    with opened(tmp_path) as connection:
        arrivals = [
            arrival("digest", digest_window_s=86400, received_at=ARRIVED + timedelta(hours=hours))
            for hours in (0, 24, 24.1, 30, 49)
        ]
        repeated = [inbox.accept(entry)(connection).repeated for entry in arrivals]
        assert repeated == [False, True, False, True, False]
        assert len(inbox.waiting(10)(connection)) == 3


def test_parked_at_the_door_never_reaches_the_rules_and_keeps_its_body(tmp_path: Path) -> None:
    """An unknown account or a body that cannot be read: stored, stopped, and there for a person."""
    with opened(tmp_path) as connection:
        accepted = inbox.accept(arrival("msg_1", company="", parked="unknown_account", body=b"\xff"))(connection)
        assert inbox.waiting(10)(connection) == []
        stored = inbox.stored(accepted.inbox_id)(connection)
        assert stored is not None
        assert stored.body == b"\xff"
        row = connection.execute("SELECT state, reason FROM inbox").fetchone()
        assert tuple(row) == ("parked", "unknown_account")


def test_bodies_are_sealed_where_a_seal_is_given(tmp_path: Path) -> None:
    """The plain body is nowhere in the file; the row says that it is sealed."""
    with opened(tmp_path) as connection:
        inbox.accept(arrival("msg_1", body=b"secret text"), lambda raw: raw[::-1])(connection)
        [row] = inbox.waiting(10)(connection)
        assert (row.sealed, row.body) == (True, b"txet terces")
    assert b"secret text" not in (tmp_path / "bridge.db").read_bytes()


def test_waiting_rows_come_in_order_of_arrival(tmp_path: Path) -> None:
    """Headers and moments come back as they went in."""
    with opened(tmp_path) as connection:
        for number in range(5):
            inbox.accept(arrival(f"msg_{number}", headers={"webhook-id": f"msg_{number}"}))(connection)
        rows = inbox.waiting(2, after=2)(connection)
        assert [row.dedupe_key for row in rows] == ["msg_2", "msg_3"]
        assert rows[0].headers == {"webhook-id": "msg_2"}
        assert rows[0].received_at == ARRIVED
