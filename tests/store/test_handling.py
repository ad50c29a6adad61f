"""Handling: commands once, newer ones in place of older unsent ones, and the guard against one sale twice."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import attempts, delivering, handling, links, outbox, sales
from store.attempts import End
from store.handling import Handled
from store.links import LinkRow
from store.sales import Sale
from tests.store.rows import NOW, begun, command, event, opened, row, states, unknown


def test_a_newer_command_replaces_an_unsent_one_of_the_same_thing_and_purpose(tmp_path: Path) -> None:
    """Kept as superseded, naming what replaced it; other purposes and other lanes are untouched."""
    with opened(tmp_path) as connection:
        older = event(connection, command("T"), command("T", key="k2", kind="book_invoice"), command("T2", key="k3"))
        other_lane = event(connection, command("T", lane="b"))
        newer = event(connection, command("T"))
        found = states(connection)
        assert [found[one] for one in (*older, *other_lane, *newer)] == [
            "superseded",
            "ready",
            "ready",
            "ready",
            "ready",
        ]
        assert row(connection, older[0])["reason"] == f"by {newer[0]}"


def test_parked_and_held_heads_give_way(tmp_path: Path) -> None:
    """A newer event needs no person; the lane goes on with it."""
    with opened(tmp_path) as connection:
        for state in ("parked", "held"):
            [older] = event(connection, command(state, lane=state))
            outbox.stop(connection, older, state, NOW, reason="refused", question="?")
            [newer] = event(connection, command(state, lane=state))
            assert (states(connection)[older], states(connection)[newer]) == ("superseded", "ready")
            head = connection.execute("SELECT head, runnable FROM lane WHERE lane = ?", (state,)).fetchone()
            assert tuple(head) == (newer, 1)


def test_what_means_the_opposite_gives_way_too(tmp_path: Path) -> None:
    """Taking back and making again: of the unsent ones only the last goes, and what is under way stays."""
    with opened(tmp_path) as connection:
        made = command("T", kind="ensure_order", supersedes=(("ensure_cancelled", "T"),))
        back = command("T", kind="ensure_cancelled", supersedes=(("ensure_order", "T"), ("book_invoice", "T")))
        first = event(connection, made, command("T", kind="book_invoice", key="b"), command("U", kind="book_invoice"))
        [taken] = event(connection, back)
        found = states(connection)
        assert [found[one] for one in (*first, taken)] == ["superseded", "superseded", "ready", "ready"]
        [again] = event(connection, made)
        assert (states(connection)[taken], row(connection, taken)["reason"]) == ("superseded", f"by {again}")
        begun(connection, again, "T")
        [last] = event(connection, back)
        assert (states(connection)[again], states(connection)[last]) == ("in_flight", "ready")


def test_an_open_attempt_is_never_superseded(tmp_path: Path) -> None:
    """In flight, of unknown end, throttled, or before its last look: it stays the head, the newer one follows."""
    with opened(tmp_path) as connection:
        flying, doubtful, rechecked = "flying", "doubtful", "rechecked"
        olds = {}
        for name in (flying, doubtful, rechecked):
            [olds[name]] = event(connection, command(name, lane=name))
            attempt = begun(connection, olds[name], name)
            if name == doubtful:
                unknown(connection, olds[name], attempt)
            if name == rechecked:
                settlement = delivering.Settlement(None, "created", recheck_due=NOW + 1)
                delivering.settle(olds[name], attempt, settlement, NOW)(connection)
        for name, older in olds.items():
            [newer] = event(connection, command(name, lane=name))
            assert states(connection)[older] in {"in_flight", "unknown"}
            head = connection.execute("SELECT head FROM lane WHERE lane = ?", (name,)).fetchone()
            assert (head[0], states(connection)[newer]) == (older, "ready")


def test_a_doubt_keeps_only_the_command_that_left_it(tmp_path: Path) -> None:
    """What stands unsent behind it means an older state, and gives way to a newer one as ever."""
    with opened(tmp_path) as connection:
        [sent] = event(connection, command("T"))
        unknown(connection, sent, begun(connection, sent, "T"))
        [behind] = event(connection, command("T"))
        [newest] = event(connection, command("T"))
        found = states(connection)
        assert [found[one] for one in (sent, behind, newest)] == ["unknown", "superseded", "ready"]


def test_a_key_is_stored_once(tmp_path: Path) -> None:
    """A rule that runs twice on one delivery stores its command once."""
    with opened(tmp_path) as connection:
        event(connection, command("T"))
        stored = command("T", key="1/key T", inbox_id=1)
        assert outbox.add(connection, stored, NOW) is None
        assert len(states(connection)) == 1


def test_a_row_that_is_no_longer_waiting_stays_as_it_is(tmp_path: Path) -> None:
    """Recording twice changes nothing and says what the row is."""
    with opened(tmp_path) as connection:
        event(connection, command("T"))
        again = Handled(1, "parked", reason="bug")
        assert handling.record(again, NOW)(connection) == "handled"
        assert tuple(connection.execute("SELECT state, reason FROM inbox").fetchone()) == ("handled", None)


@pytest.mark.capability("f8")
@settings(max_examples=25, deadline=None)
@given(st.lists(st.decimals(min_value=0, max_value=10**10, places=3), min_size=1, max_size=8))
def test_the_newest_version_wins_in_whatever_order_they_come(
    tmp_path_factory: pytest.TempPathFactory, versions: list[object]
) -> None:
    """Versions are compared as numbers, not as text; what is stale stores no command."""
    with opened(tmp_path_factory.mktemp("versions")) as connection:
        for version in versions:
            event(connection, command("T"), thing="thing", version=str(version))
        kept = connection.execute("SELECT version FROM thing_version").fetchone()[0]
        assert kept == str(max(versions))  # type: ignore[type-var]
        unsent = [state for state in states(connection).values() if state == "ready"]
        assert len(unsent) == 1
        newest = connection.execute(
            "SELECT i.version FROM outbox o JOIN inbox i ON i.id = o.inbox_id WHERE o.state = 'ready'"
        )
        assert newest.fetchone()[0] == kept


# --- one sale, twice -------------------------------------------------------------------------------------------------


def sale(
    thing: str,
    *,
    made_from: str = "order",
    total: str = "1250.00",
    customer: str = "C",
    keys: tuple[str, ...] = (),
    number: str = "SO-1",
    currency: str = "SEK",
    net: str = "1000.00",
) -> Sale:
    """An invoice that a command means to make."""
    return Sale(thing, customer, made_from, total, currency, keys, number, net)


def sold(connection: sqlite3.Connection, made: Sale, now: int = NOW) -> int:
    """Store the event of a sale."""
    made_by = command(made.thing, kind="ensure_invoice", lane=made.thing)
    return event(connection, made_by, sales=[made], now=now)[0]


def asked(connection: sqlite3.Connection, thing: str, *, since: int = 0) -> str | None:
    """The number at the source of the same sale that came before, the other way."""
    found = sales.same_sale(thing, since=since)(connection)
    return None if found is None else found[0]


def test_an_invoice_of_the_same_buyer_total_and_currency_as_an_order_is_named(tmp_path: Path) -> None:
    """Also where one sum is written 1250 and the other 1250.00."""
    with opened(tmp_path) as connection:
        sold(connection, sale("order"))
        sold(connection, sale("paid", made_from="invoice", total="1250", number="F-7"))
        sold(connection, sale("an öre more", made_from="invoice", total="1250.01"))
        sold(connection, sale("in euro", made_from="invoice", currency="EUR"))
        assert asked(connection, "paid") == "SO-1"
        assert asked(connection, "an öre more") is None
        assert asked(connection, "in euro") is None
        assert asked(connection, "paid", since=NOW + 1) is None
        assert asked(connection, "nothing known of it") is None


def test_where_one_of_two_states_no_vat_they_are_compared_without_it(tmp_path: Path) -> None:
    """An order system without VAT and a billing system with it tell of one sale; two stated totals decide alone."""
    with opened(tmp_path) as connection:
        sold(connection, sale("order", total=""))
        sold(connection, sale("paid", made_from="invoice", number="F-7"))
        sold(connection, sale("another", made_from="invoice", total="1250.00", net="1000.01"))
        sold(connection, sale("neither", made_from="invoice", total="", number="F-8"))
        assert asked(connection, "paid") == "SO-1"
        assert asked(connection, "another") is None
        assert asked(connection, "neither") == "SO-1"
        sold(connection, sale("stated", total="1120.00"))
        sold(connection, sale("unlike", made_from="invoice", net="1000.00", total="1060.00"), now=NOW + 1)
        assert asked(connection, "unlike") == "SO-1"
        connection.execute("DELETE FROM sale WHERE thing = 'order'")
        assert asked(connection, "unlike") is None


def test_a_sale_counts_only_for_one_that_came_later_the_other_way(tmp_path: Path) -> None:
    """Two invoices of a source's own with one total are two sales; of an invoice and an order the later one is told."""
    with opened(tmp_path) as connection:
        sold(connection, sale("one", made_from="invoice", number="F-1"))
        sold(connection, sale("two", made_from="invoice", number="F-2"), now=NOW + 1)
        assert asked(connection, "two") is None
        sold(connection, sale("order"), now=NOW + 2)
        assert asked(connection, "order") == "F-2"
        assert [asked(connection, thing) for thing in ("one", "two")] == [None, None]
        links.save(connection, LinkRow("two", "demo", "invoice", "7", {}, verified=True), outbox_id=2, now=NOW)
        found = sales.same_sale("order", since=0)(connection)
        assert found == ("F-2", "invoice:7")


def test_of_two_that_came_together_the_invoice_is_told(tmp_path: Path) -> None:
    """Never both: each would wait for a person although one of them is right."""
    with opened(tmp_path) as connection:
        sold(connection, sale("one", made_from="invoice"))
        sold(connection, sale("order"))
        assert (asked(connection, "order"), asked(connection, "one")) == (None, "SO-1")


def test_the_buyer_is_the_same_by_link_before_keys(tmp_path: Path) -> None:
    """Two links to one number are one buyer, to two numbers are two, whatever keys they share."""
    with opened(tmp_path) as connection:
        sold(connection, sale("order", customer="A", keys=("email:a@example.com",)))
        sold(connection, sale("paid", made_from="invoice", customer="B", keys=("email:a@example.com",)))
        assert asked(connection, "paid") == "SO-1"
        for thing, number in (("A", "17"), ("B", "18")):
            links.save(connection, LinkRow(thing, "demo", "customer", number, {}, verified=True), outbox_id=1, now=NOW)
        assert asked(connection, "paid") is None
        links.save(connection, LinkRow("B", "demo", "customer", "17", {}, verified=True), outbox_id=1, now=NOW)
        assert asked(connection, "paid") == "SO-1"


def test_no_key_is_no_match(tmp_path: Path) -> None:
    """Two buyers of whom nothing is known are not one."""
    with opened(tmp_path) as connection:
        sold(connection, sale("order", customer="A"))
        sold(connection, sale("paid", made_from="invoice", customer="B"))
        assert asked(connection, "paid") is None


def test_a_discarded_sale_does_not_count_unless_it_is_linked(tmp_path: Path) -> None:
    """What a person ended before it was made is no sale."""
    with opened(tmp_path) as connection:
        order = sold(connection, sale("order"))
        sold(connection, sale("paid", made_from="invoice"))
        outbox.finish(connection, order, "discarded", NOW, reason="wrong")
        assert asked(connection, "paid") is None
        links.save(connection, LinkRow("order", "demo", "invoice", "1", {}, verified=True), outbox_id=order, now=NOW)
        assert asked(connection, "paid") == "SO-1"


def test_known_ends_do_not_keep_a_command_from_giving_way(tmp_path: Path) -> None:
    """An attempt whose end is known is history."""
    with opened(tmp_path) as connection:
        [older] = event(connection, command("T"))
        attempt = begun(connection, older, "T")
        refused = End("known", 503)
        delivering.end_attempt(older, attempt, refused, NOW, state="ready", due_at=NOW + 9, reason="busy")(connection)
        event(connection, command("T"))
        assert states(connection)[older] == "superseded"
        assert attempts.open_for_thing(connection, "T") == []
