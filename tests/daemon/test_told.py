"""How what a sender is told stands beside what stands in Fortnox: plain values, and the lists that take its name."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from daemon.cli import main
from daemon.cli.story_text import print_story
from daemon.endpoints.states import shown, told, word_of
from store.standing import CommandStanding, Standing
from tests.fakes.configuration import unserved

FLOW = """
[sources.flow]
type = "subscriptionflow"
company = "demo"
path_token = "generated:flow"
instance = "exempel"
client_id = "made-up-client"
client_secret = "plain:made-up-client-secret"
[sources.flow.write_back]
invoice_note = true
"""


def command(number: int, state: str = "done", company: str = "demo", **more: Any) -> CommandStanding:
    """A command in this state, in the outbox of a company or a sender."""
    plain = {"kind": "x", "reason": None, "question": None, "result": None, "object": None}
    return CommandStanding(number, company, state=state, **plain | more)


def back(number: int, state: str = "done", **more: Any) -> CommandStanding:
    """A command for a sender."""
    return command(number, state, "to:flow", **more)


def delivery(*commands: CommandStanding) -> Standing:
    """A handled delivery with these commands."""
    return Standing(1, "handled", None, None, commands)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("done", "done"),
        ("ready", "running"),
        ("unknown", "running"),
        ("waiting", "running"),
        ("parked", "parked"),
        ("held", "held"),
        ("discarded", "skipped"),
        ("superseded", "skipped"),
    ],
)
def test_what_a_sender_is_told_does_not_change_what_stands_in_fortnox(state: str, word: str) -> None:
    """The delivery is done either way, and how the sender was told has a word of its own."""
    one = delivery(command(1), back(2, state, reason="why", question="what?"))
    assert (word_of(one), shown(one)["status"], "question" in shown(one)) == ("done", "done", False)
    how = told(one.commands)
    assert how is not None
    assert how["status"] == word
    assert how["waits_for"] == ("why" if state == "waiting" else None)
    assert how["reason"] == ("why" if state in {"parked", "held"} else None)
    assert how["question"] == (None if word in {"done", "skipped"} else "what?")
    assert word_of(delivery(command(1, "parked"), back(2))) == "parked"
    assert [entry["at"] for entry in shown(one)["commands"]] == ["fortnox", "flow"]


def test_where_nothing_is_told_nothing_is_said() -> None:
    """And a delivery that only tells a sender is as that stands."""
    assert told([command(1)]) is None
    assert word_of(delivery(back(1, "parked"), back(2))) == "parked"
    assert word_of(delivery()) == "skipped"


def test_what_had_nothing_to_tell_does_not_count() -> None:
    """Unless nothing had; records are named once."""
    nothing = back(3, result="not_created")
    how = told([back(2, object="invoice:i-1", result="changed"), back(4, object="invoice:i-1"), nothing])
    assert how == {
        "status": "done",
        "records": ["invoice:i-1"],
        "waits_for": None,
        "reason": None,
        "question": None,
    }
    only = told([nothing])
    assert only is not None
    assert only["status"] == "skipped"


@pytest.mark.parametrize("words", [("outbox", "--company"), ("held",), ("explain", "x", "--company")])
def test_lists_take_the_name_of_a_sender_that_is_written_to(tmp_path: Path, words: tuple[str, ...]) -> None:
    """They find nothing without a daemon's store, and do not take it for a mistake; another name is one."""
    config = str(unserved(tmp_path, sources=FLOW))
    for name, refused in (("to:flow", False), ("to:flaw", True)):
        ran = CliRunner().invoke(main, [*words, name, "--config", config])
        assert ("there is no company to:flaw" in ran.stderr) == refused
        assert not isinstance(ran.exception, KeyError)


@pytest.mark.parametrize("words", [("inbox", "--company"), ("usage", "--company"), ("checklist",), ("register",)])
def test_what_only_a_company_has_is_not_asked_of_a_sender(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Its name is refused in one line."""
    ran = CliRunner().invoke(main, [*words, "to:flow", "--config", str(unserved(tmp_path, sources=FLOW))])
    assert "there is no company to:flow" in ran.stderr


def test_a_story_names_the_sender_also_where_its_text_was_erased(capsys: pytest.CaptureFixture[str]) -> None:
    """Then neither record nor fields are known any more; the link is."""
    plain: dict[str, Any] = {
        "id": "out-2",
        "command": "set_sender_fields",
        "rule": "tell_invoice",
        "company": "to:flow",
        "state": "done",
        "created_at": "2026-11-28T10:00:00Z",
        "finished_at": "2026-11-28T10:00:01Z",
        "result": "changed",
        "generation": 1,
        "decisions": {},
        "attempts": [],
        "actions": [],
        "doubts_of_others": [],
        "link": {"document": "invoice:i-1", "by": "out-2", "linked_at": "2026-11-28T10:00:01Z", "verified": True},
    }
    absent = ("reason", "question", "asks", "waits_for", "last_look_to_come", "replaced", "rule_version")
    more = dict.fromkeys((*absent, "mapping_version", "read_before", "settled_by"))
    tells: Any = {"source": "flow", "record": None, "id": None, "fields": []}
    story: dict[str, Any] = dict.fromkeys(
        ("company_kind", "origin", "reason", "question", "asks", "to_be_read", "event", "generation", "response")
    )
    story |= {"id": "in-1", "source": "flow", "company": "demo", "delivery_id": "x", "state": "handled"}
    story |= {"received_at": "2026-11-28T10:00:00Z"}
    story |= {name: [] for name in ("read_at_sender", "doubles", "actions", "other_commands", "workflows")}
    print_story(story | {"commands": [plain | more | {"tells": tells}]})
    text = capsys.readouterr().out
    assert "out-2  set_sender_fields  (rule tell_invoice)  at flow, invoice:i-1" in text
    assert "stands at flow, invoice:i-1" in text
