"""News of a company's Fortnox: judged against the copy before that is changed, each a delivery of its own."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from store import attempts, handling, inbox, register
from store.commented import forget_gone, known_lines
from store.handling import Handled
from store.news import Following
from store.own_writes import OwnWrite, clear, is_own
from store.register import Entry, Swept
from tests.store.rows import NOW, arrival, begun, command, event, new_attempt, opened

FOLLOWING = Following("fortnox:demo", frozenset({"customers", "prices:A"}), frozenset({"prices"}))


def told(number: str, at: int, resource: str = "customers", **seen: str) -> Entry:
    """What an object shows at a moment, by its prints."""
    return Entry(resource, number, at, {"active": True, "seen": seen})


def heard(
    connection: sqlite3.Connection,
    entries: Sequence[Entry] = (),
    swept: Swept | None = None,
    following: Following | None = FOLLOWING,
) -> list[dict[str, Any]]:
    """Store what was told; the news that came of it."""
    last = connection.execute("SELECT coalesce(max(id), 0) FROM inbox").fetchone()[0]
    row = inbox.accept(arrival(f"page {last}", source="fortnox:demo", origin="push"))(connection).inbox_id
    handled = Handled(row, "handled", company="demo", entries=entries, swept=swept, following=following)
    assert handling.record(handled, 500)(connection) == "handled"
    rows = connection.execute(
        "SELECT i.*, b.body FROM inbox i JOIN inbox_body b ON b.inbox_id = i.id WHERE i.id > ? ORDER BY i.id", (row,)
    ).fetchall()
    for new in rows:
        assert (new["source"], new["company"], new["origin"], new["state"]) == (
            "fortnox:demo",
            "demo",
            "push",
            "waiting",
        )
        assert new["dedupe_key"].startswith("news/")
    return [json.loads(new["body"]) for new in rows]


@pytest.mark.capability("000-15", "004-15")
def test_only_a_copy_that_was_whole_tells_news_and_only_what_differs_is_some(tmp_path: Path) -> None:
    """The first sweep causes nothing; a field that one side does not show is no difference; older news is none."""
    with opened(tmp_path) as connection:
        assert heard(connection, [told("1", 10, name="a"), told("2", 10)], Swept("customers", 10, whole=True)) == []
        entries = [told("1", 20, name="b", phone="p"), told("2", 20, name="a"), told("3", 20)]
        assert heard(connection, entries) == [
            {"changed": "customers", "number": "1", "at": 20, "new": False, "fields": ["name"]},
            {"changed": "customers", "number": "3", "at": 20, "new": True, "fields": []},
        ]
        assert heard(connection, entries) == []
        assert heard(connection, [told("1", 15, name="c")]) == []
        assert heard(connection, [told("1", 30, name="c")], following=None) == []
        assert heard(connection, [told("K", 30, "articles", name="c")]) == []


@pytest.mark.capability("004-12")
def test_what_is_gone_is_news_once_by_an_event_or_by_a_whole_sweep(tmp_path: Path) -> None:
    """Also after a doubt; what was told since the sweep began is not gone."""
    with opened(tmp_path) as connection:
        heard(connection, [told(number, 10) for number in "1234"], Swept("customers", 10, whole=True))
        assert [one["number"] for one in heard(connection, [Entry("customers", "1", 20, None)])] == ["1"]
        assert heard(connection, [Entry("customers", "1", 21, None), Entry("customers", "9", 21, None)]) == []
        register.doubt("demo", ["customers"], 25)(connection)
        heard(connection, [told("4", 40)])
        found = heard(connection, [told("2", 30)], Swept("customers", 30, whole=True))
        assert found == [{"changed": "customers", "number": "3", "at": 30, "new": False, "fields": []}]
        assert heard(connection, [], Swept("customers", 35, whole=False)) == []


def test_prices_are_told_with_what_they_are_and_of_the_followed_list_alone(tmp_path: Path) -> None:
    """They hold nothing personal; what does is never said."""
    with opened(tmp_path) as connection:
        heard(connection, [told("A:K:0", 10, "prices", list_price="x")], Swept("prices", 10, whole=True))
        entries = [told(f"{name}:K:0", 20, "prices", list_price="y") for name in "AB"]
        (news,) = heard(connection, entries)
        assert (news["number"], news["fields"], news["kept"]) == ("A:K:0", ["list_price"], {"active": True})


@pytest.mark.capability("004-08", "f55")
def test_a_document_is_news_where_it_is_ours_and_we_did_not_cancel_it(tmp_path: Path) -> None:
    """A cancelled one once, an offer as often as it changes."""
    documents = [("invoice", "7"), ("invoice", "8"), ("offer", "7"), ("invoice", "9")]
    following = Following("fortnox:demo", documents=documents)
    with opened(tmp_path) as connection:
        (outbox_id,) = event(connection, command("t1", lane="crm:order:1", kind="ensure_invoice"))
        for thing, kind, number, state in (
            ("t1", "invoice", "7", "{}"),
            ("t2", "invoice", "8", '{"cancelled": true}'),
            ("t3", "offer", "7", '{"cancelled": false}'),
        ):
            connection.execute(
                "INSERT INTO link VALUES (?, 'demo', ?, ?, ?, 1, ?, 1)", (thing, kind, number, state, outbox_id)
            )
        first = heard(connection, following=following)
        assert [(one["document"], one["number"], one["thing"], one["lane"]) for one in first] == [
            ("invoice", "7", "t1", "crm:order:1"),
            ("offer", "7", "t3", "crm:order:1"),
        ]
        assert [one["document"] for one in heard(connection, following=following)] == ["offer"]


@pytest.mark.capability("000-28")
def test_comments_of_linked_customers_are_looked_at_when_those_change_or_the_first_time(tmp_path: Path) -> None:
    """Whom they are at which source outlives the command that says it; other sources' customers are left alone."""
    asks = Following("fortnox:demo", commented=frozenset({"ghl"}))
    whole = replace(asks, whole=True)
    with opened(tmp_path) as connection:
        for thing, system, number in (("t1", "ghl", "7"), ("t2", "crm", "7"), ("t3", "crm", "8")):
            text = json.dumps({"thing": {"system": system, "kind": "customer", "id": f"of-{thing}"}})
            (outbox_id,) = event(connection, replace(command(thing, kind="ensure_customer"), text=text))
            row = (thing, "demo", "customer", number, "{}", 1, outbox_id, 1)
            connection.execute("INSERT INTO link VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        entries = [told("7", 10), told("8", 10), told("9", 10)]
        said = {"comments": "7", "at": 10, "known": None, "parties": {"t1": "of-t1"}}
        assert heard(connection, entries, following=whole) == [said]
        assert heard(connection, entries, following=FOLLOWING) == []
        assert heard(connection, [Entry("customers", "7", 11, None)], following=asks) == []
        kept = Entry("comments", "7", 12, {"lines": ["a"], "parties": {"t1": "of-t1"}})
        assert heard(connection, [kept], following=asks) == []
        assert heard(connection, [told("7", 20)], following=whole) == []
        connection.execute("DELETE FROM outbox_payload")
        assert heard(connection, [told("7", 30)], following=asks) == [said | {"at": 30, "known": ["a"]}]
        sweep = Swept("customers", 40, whole=True)
        heard(connection, [told("7", 40)], sweep, whole)
        assert heard(connection, [told("7", 50)], following=asks) == [said | {"at": 50, "known": ["a"]}]
        heard(connection, [told("8", 60)], Swept("customers", 60, whole=False), asks)
        assert register.read("demo", "comments", "7")(connection) is not None
        heard(connection, [told("8", 70)], Swept("customers", 70, whole=True), whole)
        assert register.read("demo", "comments", "7")(connection) is None


@pytest.mark.capability("000-28")
def test_comments_of_our_documents_are_looked_at_with_what_is_known_of_their_sale(tmp_path: Path) -> None:
    """Our own lines and those told of another document of the sale; what nobody can be told of is left alone."""
    asks = Following(
        "fortnox:demo",
        written=[("invoice", "7"), ("order", "3"), ("invoice", "8"), ("invoice", "9")],
        written_told=frozenset({"ghl"}),
    )
    buyer = {"system": "ghl", "kind": "customer", "id": "c1"}
    with opened(tmp_path) as connection:
        for thing, kind, number, system, state in (
            ("t1", "invoice", "7", "ghl", {"lines": ["ours"]}),
            ("t2", "order", "3", "ghl", {"lines": []}),
            ("t3", "invoice", "8", "crm", {"lines": []}),
            ("t4", "invoice", "9", "ghl", {"balance": "1"}),
        ):
            text = json.dumps({"customer": buyer | {"system": system}})
            (outbox_id,) = event(connection, replace(command(thing, lane="ghl:order:5"), text=text))
            row = (thing, "demo", kind, number, json.dumps(state), 1, outbox_id, 1)
            connection.execute("INSERT INTO link VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        said = {"number": "7", "at": 500, "sale": "ghl:order:5", "known": ["ours"], "buyer": buyer}
        of_order = {"document_comments": "order", **said, "number": "3", "known": []}
        assert heard(connection, following=asks) == [{"document_comments": "invoice", **said}, of_order]
        kept = Entry("document_comments", "ghl:order:5", 0, {"lines": {"a": "invoice:7"}})
        heard(connection, [kept], following=replace(asks, written_told=frozenset()))
        known = [one["known"] for one in heard(connection, following=asks)]
        assert known == [["ours", "a"], ["a"]]
        assert known_lines(connection, "demo", ("order", "3"), "ghl:order:5") == {"a": "invoice:7"}
        whole = Swept("customers", 40, whole=True)
        heard(connection, swept=whole, following=FOLLOWING)
        assert register.read("demo", "document_comments", "ghl:order:5")(connection) is not None
        connection.execute("DELETE FROM outbox_payload")
        assert heard(connection, following=asks) == []
        heard(connection, swept=whole, following=FOLLOWING)
        assert register.read("demo", "document_comments", "ghl:order:5")(connection) is None


@pytest.mark.capability("000-28")
def test_lines_that_any_call_for_a_document_of_the_sale_meant_to_write_are_ours(tmp_path: Path) -> None:
    """Also of the call under way, of one before it, of the document that was copied, and of one linked by hand."""
    with opened(tmp_path) as connection:
        made: dict[str, int] = {}
        for thing, kind, number, sale, lines in (
            ("offer", "offer", "1", "sale", ["of offer"]),
            ("order", "order", "3", "sale", ["of order"]),
            ("invoice", "invoice", "7", "sale", None),
            ("other", "invoice", "8", "other", ["of other"]),
        ):
            (made[thing],) = event(connection, command(thing, lane=f"ghl:order:{sale}"), thing=sale)
            row = (thing, "demo", kind, number, json.dumps({"lines": lines}), 1, made[thing], 1)
            connection.execute("INSERT INTO link VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        (again,) = event(connection, command("order"), thing="sale")
        for outbox_id, thing, line in ((made["order"], "order", "before"), (again, "order", "under way")):
            attempts.begin(connection, new_attempt(outbox_id, thing, evidence={"meant": {"lines": [line]}}), NOW)
        attempts.begin(connection, new_attempt(made["other"], "other", evidence={"meant": "a digest"}), NOW)
        ours = dict.fromkeys(["before", "of offer", "of order", "under way"], "")
        for document in (("order", "3"), ("invoice", "7")):
            assert known_lines(connection, "demo", document, "ghl:order:sale") == ours
        assert known_lines(connection, "demo", ("invoice", "8"), "ghl:order:other") == {"of other": ""}


@pytest.mark.capability("000-28", "f57")
def test_what_was_told_of_a_sale_is_kept_while_any_of_its_commands_is(tmp_path: Path) -> None:
    """Its invoice may show a line that was told of its order, whose command is gone before the invoice's."""
    with opened(tmp_path) as connection:
        made: list[int] = []
        for thing, kind, number in (("order", "order", "3"), ("invoice", "invoice", "7")):
            made += event(connection, command(thing, lane="ghl:order:5"), thing="sale")
            connection.execute(
                "INSERT INTO link VALUES (?, 'demo', ?, ?, '{}', 1, ?, 1)", (thing, kind, number, made[-1])
            )
        heard(connection, [Entry("document_comments", "ghl:order:5", 0, {"lines": {"a": "order:3"}})])
        for outbox_id, stays in zip(made, (True, False), strict=True):
            connection.execute("DELETE FROM outbox_payload WHERE outbox_id = ?", (outbox_id,))
            forget_gone(connection, "demo")
            kept = register.read("demo", "document_comments", "ghl:order:5")(connection)
            assert (kept is not None) is stays


@pytest.mark.capability("f55")
def test_our_own_write_is_known_by_what_was_stored_our_mark_our_command_or_an_open_call(tmp_path: Path) -> None:
    """A foreign change clears what was stored; a command that was called off means nothing."""
    mark = "a" * 32
    with opened(tmp_path) as connection:
        (outbox_id,) = event(connection, command(f"{mark}bcd", kind="ensure_cancelled"))
        stored = json.dumps({"stored": {"name": "x", "phone": "y"}, "other": 1})
        connection.execute("INSERT INTO link VALUES ('t1', 'demo', 'customer', '7', ?, 1, ?, 1)", (stored, outbox_id))

        def own(number: str = "7", **asked: Any) -> bool:
            return is_own(connection, "demo", OwnWrite("customer", number, **asked))

        ours = {"name": "x", "phone": "y", "city": "z"}
        assert own(prints=ours)
        assert not own(prints={"name": "x", "phone": "other"})
        assert not own(prints={"name": "x"})
        assert not own("8", prints=ours)
        assert own(mark=mark)
        assert not own(mark="b" * 32)
        assert own(commands=(("ensure_cancelled", f"{mark}bcd"),))
        assert not own(commands=(("ensure_credit", f"{mark}bcd"),))
        clear(connection, "demo", "customer", "7")
        assert not own(prints=ours)
        assert json.loads(connection.execute("SELECT state FROM link").fetchone()["state"]) == {"other": 1}
        connection.execute("UPDATE outbox SET state = 'discarded', finished_at = 1")
        assert not own(commands=(("ensure_cancelled", f"{mark}bcd"),))
        (creating,) = event(connection, command("t2", kind="ensure_article"))
        begun(connection, creating, "t2", far_object="customer:9")
        assert own("9", new=True)
        assert not own("9")
        assert not own("7", new=True)
