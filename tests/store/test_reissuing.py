"""The next generation of a sale: one transaction, done twice it is one; nothing begins while a write is in doubt."""

import sqlite3
from pathlib import Path

import pytest

from store import handling, lanes, outbox, pruning, reissuing, sales
from store.delivering import Gone
from store.facts import Asked, remembered
from store.handling import Handled
from store.reissuing import Generation, InDoubt, Undecidable
from store.sales import Sale
from tests.store.rows import ARRIVED, NOW, begun, command, event, opened, states, unknown

SECOND = Generation("sale", 2, "out-1: Invoice 1 is booked")


def _anew(connection: sqlite3.Connection, outbox_id: int, *, absent: tuple[int, ...] = ()) -> None:
    reissuing.issue_anew(outbox_id, SECOND, NOW, absent=absent)(connection)


def _generation(connection: sqlite3.Connection) -> int:
    return remembered([Asked("demo", "sale")])(connection)[0].generation


def _inbox(connection: sqlite3.Connection) -> list[str]:
    return [row["state"] for row in connection.execute("SELECT state FROM inbox ORDER BY id")]


@pytest.mark.capability("f44")
def test_what_was_not_sent_gives_way_and_the_delivery_is_decided_again(tmp_path: Path) -> None:
    """Also what it asks for under the same key is stored anew; another lane is untouched."""
    with opened(tmp_path) as connection:
        [invoice, booking, other] = event(
            connection,
            command("I", kind="ensure_invoice", key="i"),
            command("C", kind="ensure_currency", key="c"),
            command("X", key="x", lane="b"),
        )
        _anew(connection, invoice)
        assert (_inbox(connection), _generation(connection)) == (["waiting"], 2)
        assert states(connection) == {invoice: "superseded", booking: "superseded", other: "ready"}
        reasons = connection.execute("SELECT DISTINCT reason FROM outbox WHERE state = 'superseded'").fetchall()
        assert [row["reason"] for row in reasons] == ["by generation 2"]
        second = [command("I2", kind="ensure_invoice", key="1/i2", inbox_id=1)]
        same = [command("C", kind="ensure_currency", key="1/c", inbox_id=1), command("X", key="1/x", inbox_id=1)]
        handling.record(Handled(1, "handled", commands=[*same, *second]), NOW)(connection)
        assert _inbox(connection) == ["handled"]
        assert list(states(connection).values()) == ["superseded", "superseded", "ready", "ready", "ready"]


def test_what_follows_the_sale_gives_way_with_it(tmp_path: Path) -> None:
    """A mapping's command of the same delivery speaks of the generation before; one of an older delivery stays."""
    beside = lanes.follower("a", "remark")
    with opened(tmp_path) as connection:
        [older] = event(connection, command("R0", kind="ensure_record", key="r0", lane=beside))
        [invoice, remark] = event(
            connection,
            command("I", kind="ensure_invoice", key="i"),
            command("R", kind="ensure_record", key="r", lane=beside),
        )
        _anew(connection, invoice)
        assert states(connection) == {older: "ready", invoice: "superseded", remark: "superseded"}


@pytest.mark.capability("f44")
def test_a_generation_begins_once(tmp_path: Path) -> None:
    """A command that was ended meanwhile begins nothing; another of the same generation begins no third."""
    with opened(tmp_path) as connection:
        [first] = event(connection, command("I", kind="ensure_invoice"))
        _anew(connection, first)
        with pytest.raises(Gone):
            _anew(connection, first)
        [second] = event(connection, command("I", kind="ensure_invoice"))
        outbox.stop(connection, second, "held", NOW, reason="invoice_booked", question="?")
        with pytest.raises(Gone):
            _anew(connection, second)
        [third] = event(connection, command("I", kind="ensure_invoice"))
        _anew(connection, third)
        assert _generation(connection) == 2


@pytest.mark.capability("f44")
def test_nothing_begins_while_a_write_of_the_sale_is_in_doubt(tmp_path: Path) -> None:
    """A payment that was discarded may have been made; what was proved empty just now is no doubt any more."""
    with opened(tmp_path) as connection:
        [payment] = event(connection, command("P", kind="ensure_payment"))
        attempt = begun(connection, payment, "P")
        unknown(connection, payment, attempt)
        outbox.finish(connection, payment, "discarded", NOW)
        [invoice] = event(connection, command("I", kind="ensure_invoice"))
        with pytest.raises(InDoubt):
            _anew(connection, invoice)
        assert (_inbox(connection), _generation(connection)) == (["handled", "handled"], 1)
        _anew(connection, invoice, absent=(attempt,))
        assert _generation(connection) == 2


@pytest.mark.capability("f44")
def test_what_else_waits_in_the_lane_is_decided_again_too(tmp_path: Path) -> None:
    """A payment that was told meanwhile would be booked on an invoice that is taken back."""
    with opened(tmp_path) as connection:
        [invoice] = event(connection, command("I", kind="ensure_invoice"), thing="sale", version="2")
        [payment] = event(connection, command("P", kind="ensure_payment"), thing="payment", version="1")
        _anew(connection, invoice)
        assert states(connection) == {invoice: "superseded", payment: "superseded"}
        assert _inbox(connection) == ["waiting", "waiting"]


@pytest.mark.capability("f44")
def test_older_work_behind_the_command_is_a_person_s(tmp_path: Path) -> None:
    """What an older state of the sale alone asked for would be lost if it were decided again: it is stale."""
    with opened(tmp_path) as connection:
        [_, payment] = event(
            connection,
            command("I", kind="ensure_invoice"),
            command("P", kind="ensure_payment"),
            thing="sale",
            version="1",
        )
        [invoice] = event(connection, command("I", kind="ensure_invoice"), thing="sale", version="2")
        with pytest.raises(Undecidable, match=f"out-{payment} ") as refused:
            _anew(connection, invoice)
        assert (refused.value.reason, _generation(connection)) == ("older_work_waits", 1)


@pytest.mark.capability("f44")
def test_the_body_stays_as_long_as_it_may_be_decided_again(tmp_path: Path) -> None:
    """Retention leaves it while a command is unfinished; one that is gone all the same is said."""
    with opened(tmp_path) as connection:
        [invoice] = event(connection, command("I", kind="ensure_invoice"))
        assert pruning.bodies(ARRIVED.replace(year=2027), 10)(connection) == 0
        connection.execute("DELETE FROM inbox_body")
        with pytest.raises(Undecidable) as refused:
            _anew(connection, invoice)
        assert refused.value.reason == "delivery_erased"


def test_a_sale_that_is_made_anew_is_one_sale(tmp_path: Path) -> None:
    """The guard against one sale coming both ways knows its newest form, and when it first came."""
    with opened(tmp_path) as connection:
        rows: list[tuple[str, str, str, str | None, int]] = [
            ("order", "order", "100", None, 1),
            ("own", "invoice", "100", None, 2),
            ("order2", "order", "120", "order", 3),
            ("own120", "invoice", "120", None, 4),
        ]
        for thing, made_from, total, before, at in rows:
            sale = Sale(thing, "C", made_from, total, "SEK", ("email:a",), f"no {thing}", total, before=before)
            event(connection, command(thing, kind="ensure_invoice", key=thing, lane=thing), sales=[sale], now=at)
        assert sales.same_sale("own", since=0)(connection) is None
        assert sales.same_sale("order2", since=0)(connection) is None
        assert sales.same_sale("own120", since=0)(connection) == ("no order", None)
