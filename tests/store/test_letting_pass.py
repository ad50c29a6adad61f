"""A refund that came before its sale: it lets what its sale tells pass, and looks again behind it."""

import sqlite3
from pathlib import Path

import pytest

from store import delivering, links, outbox
from store.links import LinkRow
from store.outbox import NewCommand
from tests.store.rows import NOW, begun, command, event, opened, row, states


def refund(thing: str) -> list[NewCommand]:
    """A credit of invoice I, and its booking."""
    credit = command(thing, kind="ensure_credit", rule="book_refund", refs=("?I",), replaces=False)
    return [credit, command(thing, key=f"b{thing}", kind="book_invoice", rule="book_refund", refs=(thing,))]


def sale() -> list[NewCommand]:
    """Invoice I, and its booking."""
    return [command("I", kind="ensure_invoice"), command("I", key="b", kind="book_invoice", refs=("I",))]


def order_of(connection: sqlite3.Connection) -> list[int]:
    """The unfinished commands as the lane has them."""
    rows = connection.execute("SELECT id FROM outbox WHERE finished_at IS NULL ORDER BY place")
    return [entry["id"] for entry in rows.fetchall()]


@pytest.mark.parametrize("state", ["ready", "held"])
def test_an_early_refund_stands_behind_its_sale_with_all_that_belongs_to_it(tmp_path: Path, state: str) -> None:
    """Whether it was looked at before or not; a second refund stands behind the first."""
    with opened(tmp_path) as connection:
        first, second = event(connection, *refund("R1")), event(connection, *refund("R2"))
        if state == "held":
            outbox.stop(connection, first[0], "held", NOW, reason="refund_before_sale", question="?")
        made = event(connection, *sale())
        assert order_of(connection) == [*made, *first, *second]
        assert states(connection)[first[0]] == "ready"
        later = event(connection, command("N", kind="ensure_note"))
        assert order_of(connection) == [*made, *later, *first, *second]
        head = connection.execute("SELECT head FROM lane").fetchone()["head"]
        assert head == made[0]


def test_what_was_found_before_it_stepped_aside_does_not_hold_it(tmp_path: Path) -> None:
    """It was being prepared when its sale came: it looks again, and a head is held as ever."""
    with opened(tmp_path) as connection:
        early = event(connection, *refund("R1"))
        made = event(connection, *sale())
        for outbox_id, state in ((early[0], "ready"), (made[0], "held")):
            delivering.put_back(outbox_id, NOW, state="held", due_at=NOW, reason="why", question="?")(connection)
            assert states(connection)[outbox_id] == state
        assert row(connection, early[0])["question"] is None


def test_a_refund_in_its_time_stays_where_it_is(tmp_path: Path) -> None:
    """Its invoice is known, or it was held for something else, or a call of it is open."""
    with opened(tmp_path) as connection:
        known = event(connection, *refund("R1"))
        links.save(connection, LinkRow("I", "demo", "invoice", "7", {}, True), outbox_id=known[0], now=NOW)
        later = event(connection, command("N", kind="ensure_note"))
        assert order_of(connection) == [*known, *later]
        outbox.stop(connection, known[0], "held", NOW, reason="refunds_exceed", question="?")
        last = event(connection, command("M", kind="ensure_note"))
        assert order_of(connection) == [*known, *later, *last]
        assert states(connection)[known[0]] == "held"
        outbox.move(connection, known[0], "ready", due_at=NOW)
        begun(connection, known[0], "R1")
        event(connection, command("O", kind="ensure_note"))
        assert order_of(connection)[0] == known[0]
