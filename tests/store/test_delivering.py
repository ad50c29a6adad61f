"""Delivery's transactions: what must hold together, holds together."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from store import attempts, companies, delivering, heads, links, outbox
from store.attempts import End
from store.delivering import Gone, Settlement
from store.links import LinkRow
from tests.store.rows import ARRIVED, NOW, begun, command, event, new_attempt, opened, row, states, unknown


def link(thing: str, number: str = "17", *, verified: bool = True, kind: str = "customer") -> LinkRow:
    """A link of company demo."""
    return LinkRow(thing, "demo", kind, number, {"total": "1.00"}, verified)


def settled(connection: sqlite3.Connection, outbox_id: int, attempt_id: int | None, **fields: object) -> str:
    """Settle a command as made."""
    known: dict[str, object] = {"link": None, "result": "created"}
    settlement = Settlement(**(known | fields))  # type: ignore[arg-type]
    return delivering.settle(outbox_id, attempt_id, settlement, NOW)(connection)


# --- begin -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["superseded", "discarded", "done", "parked", "held"])
def test_nothing_begins_for_a_command_that_was_stopped_meanwhile(tmp_path: Path, state: str) -> None:
    """The last check stands in the transaction that puts the attempt on disk."""
    with opened(tmp_path) as connection:
        [only] = event(connection, command("T"))
        if state in {"parked", "held"}:
            outbox.stop(connection, only, state, NOW, reason="person")
        else:
            outbox.finish(connection, only, state, NOW)
        with pytest.raises(Gone):
            begun(connection, only, "T")


def test_nothing_begins_over_an_open_attempt_of_the_thing(tmp_path: Path) -> None:
    """Not from another lane either, whatever its head was read with."""
    with opened(tmp_path) as connection:
        [first] = event(connection, command("T"))
        [second] = event(connection, command("T", lane="b"))
        attempt = begun(connection, first, "T")
        with pytest.raises(Gone):
            begun(connection, second, "T")
        unknown(connection, first, attempt)
        with pytest.raises(Gone):
            begun(connection, first, "T")
        again = delivering.begin(new_attempt(first, "T"), NOW, absent=[attempt])(connection)
        ends = [tuple(entry) for entry in connection.execute("SELECT id, end FROM attempt ORDER BY id")]
        assert ends == [(attempt, "absent"), (again, "in_flight")]


def test_no_create_begins_for_what_is_linked(tmp_path: Path) -> None:
    """It becomes an update or nothing; a change of it may begin."""
    with opened(tmp_path) as connection:
        [only] = event(connection, command("T"))
        links.save(connection, link("T", verified=False), outbox_id=only, now=NOW)
        with pytest.raises(Gone):
            begun(connection, only, "T")
        assert begun(connection, only, "T", creates=False)


def test_an_outcome_that_was_lost_to_a_full_disk_does_not_block_for_ever(tmp_path: Path) -> None:
    """A command left in flight whose doubt was resolved may begin again."""
    with opened(tmp_path) as connection:
        [only] = event(connection, command("T"))
        attempt = begun(connection, only, "T")
        assert states(connection) == {only: "in_flight"}
        assert delivering.begin(new_attempt(only, "T"), NOW, absent=[attempt])(connection)
        assert row(connection, only)["attempts"] == 2


@pytest.mark.parametrize("ended", ["found", "absent", "known"])
@pytest.mark.parametrize("how", ["found", "absent", "begin", "orphan_found", "orphan_absent"])
def test_a_doubt_is_ended_once(tmp_path: Path, ended: str, how: str) -> None:
    """What another lane learnt of it meanwhile stands: the look that came too late changes nothing."""
    with opened(tmp_path) as connection:
        [first] = event(connection, command("T"))
        [second] = event(connection, command("T", lane="b"))
        attempt = begun(connection, first, "T")
        unknown(connection, first, attempt)
        [doubt] = heads.head(second)(connection).open
        attempts.end(connection, attempt, End(ended), NOW)
        before = list(map(tuple, connection.execute("SELECT * FROM outbox")))
        late = {
            "found": delivering.settle(
                second, None, Settlement(link("T"), "found", question="?", closes=[(attempt, End("found"))]), NOW
            ),
            "absent": delivering.settle(
                second, None, Settlement(None, "unchanged", closes=[(attempt, End("absent"))]), NOW
            ),
            "begin": delivering.begin(new_attempt(second, "T"), NOW, absent=[attempt]),
            "orphan_found": delivering.settle_orphans([doubt], link("T"), NOW, keys=()),
            "orphan_absent": delivering.close_absent([attempt], NOW),
        }
        with pytest.raises(Gone):
            late[how](connection)
        assert list(map(tuple, connection.execute("SELECT * FROM outbox"))) == before
        assert [tuple(entry) for entry in connection.execute("SELECT id, end FROM attempt")] == [(attempt, ended)]
        assert links.read(connection, "T") is None


# --- settle ----------------------------------------------------------------------------------------------------------


def test_outcome_link_and_waiters_are_one_transaction(tmp_path: Path) -> None:
    """Done, linked, and whoever waited for the thing is ready."""
    with opened(tmp_path) as connection:
        [maker] = event(connection, command("T"))
        [needs] = event(connection, command("I", lane="b", kind="ensure_invoice", refs=("T",)))
        assert delivering.wait(needs, "thing:T", "command 1")(connection)
        attempt = begun(connection, maker, "T")
        assert settled(connection, maker, attempt, link=link("T"), keys=("email:a",)) == "done"
        assert states(connection) == {maker: "done", needs: "ready"}
        assert heads.head(needs)(connection).missing == ()
        assert connection.execute("SELECT end FROM attempt").fetchone()[0] == "known"
        assert [tuple(entry) for entry in connection.execute("SELECT key, number FROM party_key")] == [
            ("email:a", "17")
        ]


def test_a_link_that_is_not_verified_frees_nobody_and_teaches_no_key(tmp_path: Path) -> None:
    """Before its last look, or with a question: linked, so nobody makes it again, and no more than that."""
    with opened(tmp_path) as connection:
        [maker] = event(connection, command("T"))
        [needs] = event(connection, command("I", lane="b", kind="ensure_invoice", refs=("T",)))
        delivering.wait(needs, "thing:T", "command 1")(connection)
        attempt = begun(connection, maker, "T")
        doubtful = link("T", verified=False)
        state = settled(connection, maker, attempt, link=doubtful, keys=("email:a",), recheck_due=NOW + 9)
        assert state == "unknown"
        assert states(connection)[needs] == "waiting"
        assert connection.execute("SELECT count(*) FROM party_key").fetchone()[0] == 0
        assert settled(connection, maker, None, link=link("T"), keys=("email:a",)) == "done"
        assert (states(connection)[needs], row(connection, maker)["recheck"]) == ("ready", 0)


def test_verified_once_is_verified_unless_the_number_changes(tmp_path: Path) -> None:
    """A later question about a change does not take the thing away from everyone else."""
    with opened(tmp_path) as connection:
        for number, verified, expected in (
            ("1", True, True),
            ("1", False, True),
            ("2", False, False),
            ("2", True, True),
        ):
            links.save(connection, link("T", number, verified=verified), outbox_id=1, now=NOW)
            kept = links.read(connection, "T")
            assert kept is not None
            assert (kept.number, kept.verified) == (number, expected)


def test_a_command_that_a_person_ended_during_its_call_still_links_what_it_made(tmp_path: Path) -> None:
    """The word of the person stands, and so does the object."""
    with opened(tmp_path) as connection:
        [only] = event(connection, command("T"))
        delivering.claim(only, ["email:a"])(connection)
        attempt = begun(connection, only, "T")
        outbox.finish(connection, only, "discarded", NOW)
        assert connection.execute("SELECT count(*) FROM claim").fetchone()[0] == 2
        assert settled(connection, only, attempt, link=link("T"), keys=("email:a",)) == "discarded"
        assert links.read(connection, "T") is not None
        assert connection.execute("SELECT count(*) FROM claim").fetchone()[0] == 0


def test_an_end_without_a_link_lets_waiters_look_again(tmp_path: Path) -> None:
    """Not created, by settings: who waits for it in another lane must hear it too."""
    with opened(tmp_path) as connection:
        [maker] = event(connection, command("T"))
        [needs] = event(connection, command("N", lane="b", kind="ensure_note", refs=("T",)))
        delivering.wait(needs, "thing:T", "command 1")(connection)
        settled(connection, maker, None, result="not_created")
        assert states(connection)[needs] == "ready"
        assert heads.unfinished_for("T")(connection) == (False, maker, "not_created")


def test_what_another_delivery_did_not_want_to_make_says_nothing_about_this_one(tmp_path: Path) -> None:
    """Lanes share customers: each delivery is told of its own command where it has one."""
    with opened(tmp_path) as connection:
        [discarded] = event(connection, command("T"), command("N", kind="ensure_note", refs=("T",)))[:1]
        outbox.finish(connection, discarded, "discarded", NOW)
        [other] = event(connection, command("T", lane="b"))
        settled(connection, other, None, result="not_created")
        assert heads.unfinished_for("T", 1)(connection) == (False, discarded, "discarded")
        assert heads.unfinished_for("T", 2)(connection) == (False, other, "not_created")
        assert heads.unfinished_for("T", 3)(connection) == (False, other, "not_created")


def test_an_optional_ref_is_given_where_it_is_linked_and_never_missed(tmp_path: Path) -> None:
    """Also not where its link is not verified: then it is as if there were none."""
    with opened(tmp_path) as connection:
        optional = heads.OPTIONAL + "T"
        [needs] = event(connection, command("N", kind="ensure_order", refs=("C", optional)))
        found = heads.head(needs)(connection)
        assert (found.missing, found.refs) == (("C",), {})
        for verified in (False, True):
            links.save(connection, replace(link("T"), verified=verified), outbox_id=needs, now=NOW)
            assert set(heads.head(needs)(connection).refs) == ({"T"} if verified else set())
            assert heads.head(needs)(connection).missing == ("C",)


def test_a_pass_after_the_last_look_is_not_that_look_again(tmp_path: Path) -> None:
    """What the look found asks for one more pass: the command goes as a new one."""
    with opened(tmp_path) as connection:
        [only] = event(connection, command("T"))
        attempt = begun(connection, only, "T")
        settlement = Settlement(None, "created", recheck_due=NOW + 1, again=True)
        assert delivering.settle(only, attempt, settlement, NOW)(connection) == "unknown"
        assert delivering.settle(only, None, Settlement(None, "created", again=True), NOW)(connection) == "ready"
        assert not heads.head(only)(connection).recheck


def test_nobody_waits_for_a_thing_that_nobody_makes(tmp_path: Path) -> None:
    """The maker may have ended between reading and waiting: then the command looks again at once."""
    with opened(tmp_path) as connection:
        [maker] = event(connection, command("T"))
        [needs] = event(connection, command("N", lane="b", kind="ensure_note", refs=("T",)))
        outbox.finish(connection, maker, "discarded", NOW)
        assert not delivering.wait(needs, "thing:T", "command 1")(connection)
        assert states(connection)[needs] == "ready"


def test_nobody_waits_for_a_rule_that_goes_on_again(tmp_path: Path) -> None:
    """The pause on disk decides."""
    with opened(tmp_path) as connection:
        [only] = event(connection, command("T"))
        assert not delivering.wait(only, "rule:rule", "rule paused")(connection)
        companies.pause("rule", "rule", "wrong texts", ARRIVED)(connection)
        assert delivering.wait(only, "rule:rule", "rule paused")(connection)
        assert states(connection) == {only: "waiting"}


# --- ends ------------------------------------------------------------------------------------------------------------


def test_what_uses_no_attempt_counts_none(tmp_path: Path) -> None:
    """A 429, an outage, lost credentials."""
    with opened(tmp_path) as connection:
        [only] = event(connection, command("T"))
        attempt = begun(connection, only, "T")
        end = delivering.end_attempt(
            only, attempt, End("known"), NOW, state="ready", due_at=NOW, reason="down", uses_attempt=False
        )
        end(connection)
        assert row(connection, only)["attempts"] == 0


def test_far_object_is_kept_until_its_doubt_ends(tmp_path: Path) -> None:
    """Unknown and throttled ends wake nobody; a known one does."""
    with opened(tmp_path) as connection:
        [first] = event(connection, command("N1", kind="ensure_note"))
        [second] = event(connection, command("N2", lane="b", kind="ensure_note"))
        attempt = begun(connection, first, "N1", far_object="customer:1", creates=False)
        assert heads.foreign_on("demo", "customer:1", "N2")(connection) == first
        assert heads.foreign_on("demo", "customer:1", "N1")(connection) is None
        assert heads.foreign_on("other", "customer:1", "N2")(connection) is None
        assert delivering.wait(second, "far:demo:customer:1", "command 1")(connection)
        unknown(connection, first, attempt)
        assert states(connection)[second] == "waiting"
        delivering.close_absent([attempt], NOW)(connection)
        assert states(connection)[second] == "ready"


@pytest.mark.capability("f61")
def test_what_a_dead_process_left_in_flight_is_taken_over(tmp_path: Path) -> None:
    """Attempt and command have an unknown end, and the lane may go."""
    with opened(tmp_path) as connection:
        [only] = event(connection, command("T"))
        begun(connection, only, "T")
        assert attempts.take_over(connection, NOW) == 1
        assert row(connection, only)["state"] == "unknown"
        assert connection.execute("SELECT runnable FROM lane").fetchone()[0] == 1
        assert [attempt.end for attempt in heads.head(only)(connection).open] == ["unknown"]
        assert attempts.take_over(connection, NOW) == 0


def test_a_throttled_create_is_no_reason_for_a_last_look(tmp_path: Path) -> None:
    """A 429 is a complete answer; an unknown end that was proved absent is a reason."""
    with opened(tmp_path) as connection:
        [only] = event(connection, command("T"))
        first = begun(connection, only, "T")
        throttled = End("throttled", 429)
        delivering.end_attempt(only, first, throttled, NOW, state="ready", due_at=NOW, reason="throttled")(connection)
        second = delivering.begin(new_attempt(only, "T"), NOW, absent=[first])(connection)
        assert not attempts.doubted(connection, "T")
        unknown(connection, only, second)
        delivering.begin(new_attempt(only, "T"), NOW, absent=[second])(connection)
        assert attempts.doubted(connection, "T")


def test_effect_of_a_stopped_command_is_linked_and_frees_who_waits(tmp_path: Path) -> None:
    """A question about it holds the command; without one the command stays as it was, and the link is good."""
    with opened(tmp_path) as connection:
        for thing, asks in (("T", None), ("Q", "two of them")):
            [only] = event(connection, command(thing, lane=thing))
            attempt = begun(connection, only, thing)
            unknown(connection, only, attempt)
            outbox.stop(connection, only, "parked", NOW, reason="attempts used")
            closed = attempts.open_for_thing(connection, thing)
            found = link(thing, verified=asks is None)
            delivering.settle_orphans(closed, found, NOW, keys=(), question=asks)(connection)
            after = row(connection, only)
            assert (after["state"], after["question"]) == (("parked", None) if asks is None else ("held", asks))
            assert attempts.open_for_thing(connection, thing) == []


def test_what_was_read_while_planning_is_kept_for_explain(tmp_path: Path) -> None:
    """Proof, altered text and the far state that a write stands on lie on disk before it leaves."""
    with opened(tmp_path) as connection:
        [only] = event(connection, command("T"))
        begun(connection, only, "T", proof={"looked": 1}, altered=(("Name", "a", "b"),), stands_on={"Total": "1"})
        kept = connection.execute("SELECT proof FROM outbox_payload").fetchone()[0]
        assert '"looked":1' in kept.replace(" ", "")
        attempt = connection.execute("SELECT altered, stands_on FROM attempt").fetchone()
        assert json.loads(attempt["altered"]) == [["Name", "a", "b"]]
        assert json.loads(attempt["stands_on"]) == {"Total": "1"}


def test_numbers_that_belong_to_another_thing_are_no_proof(tmp_path: Path) -> None:
    """Of this company, of this kind, of another thing."""
    with opened(tmp_path) as connection:
        links.save(connection, link("T", "17"), outbox_id=1, now=NOW)
        elsewhere = links.linked_elsewhere("demo", "customer", ["17", "18"], "X")(connection)
        assert elsewhere == frozenset({"17"})
        assert links.linked_elsewhere("demo", "customer", ["17"], "T")(connection) == frozenset()
        assert links.linked_elsewhere("demo", "invoice", ["17"], "X")(connection) == frozenset()
        assert links.linked_elsewhere("other", "customer", ["17"], "X")(connection) == frozenset()
        assert [found.thing for found in links.by_number(None, "customer", "17")(connection)] == ["T"]
