"""Claims: a party's keys are taken all or none, known parties cost no call, and no contradiction is taken over."""

import sqlite3
from pathlib import Path

import pytest

from store import claims, delivering, links, outbox
from store.attempts import End
from store.claims import Claimed, Contradicted, Known, Taken
from store.delivering import Gone
from store.links import LinkRow
from tests.store.rows import NOW, begun, command, event, opened, row, states, unknown

ORG = "organisation_number:559904-2032"
OTHER_ORG = "organisation_number:556000-4615"
OWN = "own_number:C-778"
EMAIL = "email:a@example.com"


def take(connection: sqlite3.Connection, outbox_id: int, *keys: str) -> claims.Outcome:
    """Claim as delivery does."""
    return delivering.claim(outbox_id, keys)(connection)[0]


def known(connection: sqlite3.Connection, thing: str, number: str, *keys: str, verified: bool = True) -> None:
    """A party that is linked, with its keys."""
    links.save(connection, LinkRow(thing, "demo", "customer", number, {}, verified), outbox_id=1, now=NOW)
    claims.remember(connection, "demo", thing, number, keys)


def held(connection: sqlite3.Connection) -> dict[str, int]:
    """Who holds which key."""
    return dict(connection.execute("SELECT key, outbox_id FROM claim").fetchall())


def two(connection: sqlite3.Connection) -> tuple[int, int]:
    """Two commands for two things in two lanes."""
    return event(connection, command("T1"))[0], event(connection, command("T2", lane="b"))[0]


def test_all_keys_or_none(tmp_path: Path) -> None:
    """Where one key is taken, none of the others is kept from a third."""
    with opened(tmp_path) as connection:
        first, second = two(connection)
        assert take(connection, first, EMAIL) == Claimed()
        assert take(connection, second, ORG, EMAIL) == Taken(EMAIL, first, f"claim:demo:{EMAIL}")
        assert held(connection) == {"thing:T1": first, EMAIL: first}
        assert take(connection, first, EMAIL) == Claimed()


def test_the_same_thing_in_two_lanes_is_claimed_without_any_key(tmp_path: Path) -> None:
    """Two orders of one buyer whom only the source names."""
    with opened(tmp_path) as connection:
        first = event(connection, command("T"))[0]
        second = event(connection, command("T", lane="b"))[0]
        assert take(connection, first) == Claimed()
        assert take(connection, second) == Taken("thing:T", first, "claim:demo:thing:T")


def test_a_thing_that_was_linked_meanwhile_is_known(tmp_path: Path) -> None:
    """What the head was read with may be old; the claim is not."""
    with opened(tmp_path) as connection:
        first, _ = two(connection)
        known(connection, "T1", "17", verified=False)
        assert take(connection, first) == Claimed()
        known(connection, "T1", "17")
        outcome, link = delivering.claim(first, [])(connection)
        assert outcome == Known("17", "T1")
        assert link is not None
        assert link.number == "17"


def test_an_ended_command_claims_nothing(tmp_path: Path) -> None:
    """Superseded or discarded while it was prepared: a claim would never be given back."""
    with opened(tmp_path) as connection:
        first, second = two(connection)
        outbox.finish(connection, first, "discarded", NOW)
        with pytest.raises(Gone):
            take(connection, first, EMAIL)
        assert held(connection) == {}
        assert take(connection, second, EMAIL) == Claimed()


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [
        ((EMAIL,), (EMAIL,), Known("17", "K")),
        ((ORG, EMAIL), (ORG, EMAIL), Known("17", "K")),
        ((ORG, EMAIL), (ORG,), Known("17", "K")),
        ((ORG, EMAIL), (OTHER_ORG, EMAIL), Claimed()),
        ((ORG, EMAIL), (EMAIL,), Contradicted("17")),
        ((EMAIL,), (ORG, EMAIL), Contradicted("17")),
        ((ORG, OWN), (OTHER_ORG, OWN), Claimed()),
        ((ORG, OWN), (OWN,), Known("17", "K")),
        ((OWN, EMAIL), (OWN, EMAIL), Known("17", "K")),
        ((EMAIL,), (OWN,), Claimed()),
    ],
)
def test_a_known_party_is_taken_over_only_if_no_stronger_key_contradicts_it(
    tmp_path: Path, theirs: tuple[str, ...], ours: tuple[str, ...], expected: claims.Outcome
) -> None:
    """A different organisation number is a different party; an e-mail alone asks where only one side has a number."""
    with opened(tmp_path) as connection:
        first, _ = two(connection)
        known(connection, "K", "17", *theirs)
        assert take(connection, first, *ours) == expected


def test_a_key_of_a_party_that_is_no_longer_linked_is_no_knowledge(tmp_path: Path) -> None:
    """Nor is one whose link still waits for its last look; whoever is linked next owns the key."""
    with opened(tmp_path) as connection:
        first, _ = two(connection)
        known(connection, "K", "17", EMAIL)
        connection.execute("DELETE FROM link")
        assert take(connection, first, EMAIL) == Claimed()
        known(connection, "T1", "18", EMAIL)
        known(connection, "T9", "19", EMAIL)
        assert connection.execute("SELECT thing, number FROM party_key").fetchall()[0]["number"] == "18"


def test_claims_of_companies_do_not_meet(tmp_path: Path) -> None:
    """The same key in two companies is two keys."""
    with opened(tmp_path) as connection:
        first = event(connection, command("T1"))[0]
        other = event(connection, command("T2", company="other"))[0]
        assert take(connection, first, EMAIL) == Claimed()
        assert take(connection, other, EMAIL) == Claimed()


@pytest.mark.parametrize("state", ["parked", "held", "discarded", "done"])
def test_a_claim_passes_on_when_its_holder_stops_or_ends(tmp_path: Path, state: str) -> None:
    """The waiter is woken in the same transaction and takes it."""
    with opened(tmp_path) as connection:
        first, second = two(connection)
        take(connection, first, EMAIL)
        delivering.wait(second, f"claim:demo:{EMAIL}", f"command {first}")(connection)
        if state in {"parked", "held"}:
            outbox.stop(connection, first, state, NOW, reason="refused")
        else:
            outbox.finish(connection, first, state, NOW)
        assert states(connection)[second] == "ready"
        assert take(connection, second, EMAIL) == Claimed()


@pytest.mark.parametrize("state", ["parked", "discarded"])
def test_a_claim_does_not_pass_on_while_an_attempt_of_the_holder_is_open(tmp_path: Path, state: str) -> None:
    """What may stand outside keeps its keys; the proof of its end frees them."""
    with opened(tmp_path) as connection:
        first, second = two(connection)
        take(connection, first, EMAIL)
        attempt = begun(connection, first, "T1")
        unknown(connection, first, attempt)
        if state == "parked":
            outbox.stop(connection, first, state, NOW, reason="attempts used")
        else:
            outbox.finish(connection, first, state, NOW)
        assert take(connection, second, EMAIL) == Taken(EMAIL, first, f"claim:demo:{EMAIL}")
        assert delivering.wait(second, f"claim:demo:{EMAIL}", f"command {first}")(connection)
        delivering.close_absent([attempt], NOW)(connection)
        assert states(connection)[second] == "ready"
        assert take(connection, second, EMAIL) == Claimed()


def test_a_command_that_goes_again_keeps_its_claims(tmp_path: Path) -> None:
    """A retry is no end."""
    with opened(tmp_path) as connection:
        first, second = two(connection)
        take(connection, first, EMAIL)
        attempt = begun(connection, first, "T1")
        end = End("known", 503)
        delivering.end_attempt(first, attempt, end, NOW, state="ready", due_at=NOW, reason="busy")(connection)
        assert isinstance(take(connection, second, EMAIL), Taken)


def test_nobody_waits_for_what_is_free_already(tmp_path: Path) -> None:
    """Between reading and waiting the claim may have been given back: then the command tries at once."""
    with opened(tmp_path) as connection:
        _, second = two(connection)
        assert not delivering.wait(second, f"claim:demo:{EMAIL}", "command 1")(connection)
        assert row(connection, second)["state"] == "ready"


VAT = "vat_number:SE559904203201"
OTHER_VAT = "vat_number:DE136695976"


@pytest.mark.capability("f45")
@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [
        ([VAT], [VAT, EMAIL], True),
        ([VAT, OWN], [OTHER_VAT, OWN], False),
        ([ORG, VAT], [OTHER_ORG, VAT], False),
        ([ORG, VAT, OWN], [ORG, OTHER_VAT, OWN], True),
        ([VAT, EMAIL], [OTHER_VAT, EMAIL], False),
    ],
)
def test_another_vat_number_is_another_party(tmp_path: Path, theirs: list[str], ours: list[str], same: bool) -> None:
    """Where both sides have an organisation number, that one decides; else the VAT number, whatever weaker keys say."""
    with opened(tmp_path) as connection:
        first, second = two(connection)
        known(connection, "T1", "7", *theirs)
        assert take(connection, second, *ours) == (Known("7", "T1") if same else Claimed())
        assert first < second
