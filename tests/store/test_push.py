"""Events of the push stream and where each topic stands: both or neither, in order, and gaps are known as such."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from store import handling, inbox, push, register
from store.handling import Handled
from store.push import Listening, Told
from store.register import Swept
from tests.store.rows import arrival, opened

APP = "app@wss://stream"
SOURCE = "fortnox:demo"


def told(offset: str, topic: str = "customers", *, ours: bool = True, **fields: Any) -> Told:
    """An event of company demo, or of nobody."""
    body = arrival(f"push/1001/{topic}/{offset}", source=SOURCE, origin="push", **fields)
    return Told(topic, offset, 500, body if ours else None)


def offsets(connection: sqlite3.Connection) -> dict[str, str]:
    """Where each topic stands."""
    return dict(push.standing(APP)(connection).offsets)


@pytest.mark.capability("f68")
def test_a_row_and_its_offset_are_stored_together_and_a_repeated_event_moves_nothing_back(tmp_path: Path) -> None:
    """Offsets are never compared: that an event is known tells that it is an older one (Fortnox facts, 7.4)."""
    with opened(tmp_path) as connection:
        first = push.take(APP, [told("a"), told("x", "articles"), told("b")], 10)(connection)
        assert [row.repeated for row in first] == [False, False, False]
        assert offsets(connection) == {"customers": "b", "articles": "x"}
        again = push.take(APP, [told("a"), told("b"), told("c"), told("a")], 20)(connection)
        assert [row.repeated for row in again] == [True, True, False, True]
        assert offsets(connection) == {"customers": "c", "articles": "x"}
        assert [row.id for row in inbox.waiting(10)(connection)] == [1, 2, 3, again[2].inbox_id]
        assert push.standing(APP)(connection).attended_at == 20


def test_what_is_nobodys_moves_the_topic_on_and_leaves_no_row(tmp_path: Path) -> None:
    """The others' events come on the same topic."""
    with opened(tmp_path) as connection:
        assert push.take(APP, [told("a"), told("b", ours=False)], 10)(connection)[0].inbox_id == 1
        assert push.take(APP, [told("c", ours=False)], 10)(connection) == []
        assert offsets(connection) == {"customers": "c"}


def test_a_store_that_refuses_the_row_keeps_the_offset_where_it_was(tmp_path: Path) -> None:
    """All, or nothing: an offset is never ahead of its row."""
    with opened(tmp_path) as connection:
        push.take(APP, [told("a")], 10)(connection)
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON inbox_body BEGIN SELECT RAISE(ABORT, 'full'); END")
        connection.execute("BEGIN")
        with pytest.raises(sqlite3.IntegrityError, match="full"):
            push.take(APP, [told("b")], 20)(connection)
        connection.execute("ROLLBACK")
        assert offsets(connection) == {"customers": "a"}
        assert len(inbox.waiting(10)(connection)) == 1


def test_a_company_is_in_doubt_until_a_whole_sweep_that_began_later_has_ended(tmp_path: Path) -> None:
    """A sweep by change shows no deletion; one that began before may have missed what came between."""
    with opened(tmp_path) as connection:

        def doubted() -> set[str]:
            return set(push.doubts("demo", ["articles", "customers"])(connection))

        assert doubted() == set()
        register.learn(connection, "demo", [], Swept("customers", 90, whole=True))
        push.begin(APP, ["customers"], {"demo": "first"}, 100)(connection)
        assert push.doubts("demo", ["customers"])(connection) == {"customers": 100}
        register.learn(connection, "demo", [], Swept("customers", 120, whole=False))
        assert doubted() == {"articles", "customers"}
        register.learn(connection, "demo", [], Swept("customers", 130, whole=True))
        assert doubted() == {"articles"}
        push.begin(APP, ["customers"], {"demo": None}, 200)(connection)
        assert doubted() == {"articles"}
        push.join(APP, "demo", "left_out", 300)(connection)
        assert doubted() == {"articles", "customers"}


def test_who_does_not_listen_any_more_begins_anew(tmp_path: Path) -> None:
    """Left out, taken out of the configuration, or gone over to another app: the topics move on without it."""
    with opened(tmp_path) as connection:
        push.begin(APP, ["customers"], {"demo": "first", "other": "first"}, 100)(connection)
        push.begin(APP, ["customers"], {"other": None}, 200)(connection)
        assert push.standing(APP)(connection).companies == {"other"}
        push.leave("other")(connection)
        assert push.standing(APP)(connection).companies == set()
        push.begin(APP, ["customers"], {"demo": "first"}, 300)(connection)
        push.join("another app", "demo", "first", 400)(connection)
        assert push.standing(APP)(connection).companies == set()
        assert push.listening("demo")(connection) == Listening(None, None, 400, "first")


def test_a_topic_that_told_nothing_is_known_and_its_beginning_shown(tmp_path: Path) -> None:
    """It is subscribed from then on; a second connection does not forget where another one stands."""
    with opened(tmp_path) as connection:
        push.begin(APP, ["articles", "customers"], {"demo": "first"}, 100)(connection)
        push.take(APP, [told("a")], 150)(connection)
        push.begin(APP, ["articles", "customers"], {"demo": None}, 200)(connection)
        assert offsets(connection) == {"articles": push.NO_EVENT_YET, "customers": "a"}
        assert push.listening("demo")(connection) == Listening(200, 500, 100, "first")
        assert push.listening("nobody")(connection) == Listening(None, None, None, None)


def test_what_is_not_handled_or_waits_for_a_person_is_unsettled(tmp_path: Path) -> None:
    """Whatever of this source, and of nothing else."""
    with opened(tmp_path) as connection:

        def unsettled() -> bool:
            return push.unsettled("demo", SOURCE)(connection)

        inbox.accept(arrival("an order of the shop"))(connection)
        assert not unsettled()
        [row] = push.take(APP, [told("a")], 10)(connection)
        assert unsettled()
        handling.record(Handled(row.inbox_id, "reading", wanted=[("object", "customers", "1")]), 20)(connection)
        assert unsettled()
        connection.execute("UPDATE inbox SET state = 'waiting' WHERE id = ?", (row.inbox_id,))
        handling.record(Handled(row.inbox_id, "parked", reason="refused"), 30)(connection)
        assert unsettled()
        connection.execute("UPDATE inbox SET state = 'discarded' WHERE id = ?", (row.inbox_id,))
        assert not unsettled()
