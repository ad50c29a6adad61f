"""`map`: what mappings make of an event in a file, and nothing more."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from daemon.cli import main
from tests.fakes.configuration import SHOP, unserved
from tests.fakes.senders import survey

MAPPINGS = """
[companies.demo.mappings.follow_up]
event = "survey_submitted"
when = "score <= `6`"
action = "create_project"
fields.Description = { template = "{survey}: {score}" }
fields.StartDate = "dated"
[companies.demo.mappings.strict]
event = "survey_submitted"
action = "create_unit"
fields.Code = { path = "respondent.vat_number", required = true }
fields.Description = "survey"
"""
RESPONDENT: dict[str, Any] = {"name": "Tallbacken Bygg", "external_id": "C-1"}
EVENT = {
    "kind": "survey_submitted",
    "thing": {"system": "shop", "kind": "response", "id": "r1"},
    "version": 1,
    "occurred_at": "2026-11-13T10:15:00Z",
    "dated": "2026-11-13",
    "survey": "q4",
    "respondent": {"name": "Tallbacken Bygg"},
    "score": 5.5,
}


def mapped(folder: Path, body: Any, *words: str) -> Result:
    """The command on a file with this body."""
    config = unserved(folder, sources=SHOP + MAPPINGS)
    (folder / "body.json").write_text(body if isinstance(body, str) else json.dumps(body))
    command = ["map", str(folder / "body.json"), "--company", "demo", "--config", str(config), *words]
    return CliRunner().invoke(main, command, catch_exceptions=False)


@pytest.mark.capability("000-39")
def test_an_event_in_our_words_is_previewed_with_exact_numbers(tmp_path: Path) -> None:
    """Fields and values of each mapping; exit 1 where one would ask; no database is made."""
    result = mapped(tmp_path, EVENT)
    lines = result.stdout.splitlines()
    assert lines[0] == "survey_submitted shop r1 -> demo SIMULATOR"
    assert lines[1].startswith("  follow_up (mapping ")
    assert lines[2:5] == [
        "    ensure_record projects",
        '      Description = "q4: 5.5"',
        '      StartDate = "2026-11-13"',
    ]
    assert lines[6:] == ["    QUESTION: mapping strict: Code: the event has no value for it"]
    assert result.exit_code == 1
    assert not (tmp_path / "data").exists()


@pytest.mark.capability("000-39")
def test_a_body_of_a_sender_is_read_by_its_source(tmp_path: Path) -> None:
    """As JSON, and one mapping alone."""
    result = mapped(tmp_path, survey("r9", RESPONDENT, score=3), "--source", "shop", "--mapping", "follow_up", "--json")
    [told] = json.loads(result.stdout)
    [made] = told["mappings"]
    assert (result.exit_code, told["event"], made["mapping"]) == (0, "survey_submitted", "follow_up")
    assert made["commands"][0]["fields"]["Description"] == "kundenkat-q4: 3"
    result = mapped(tmp_path, survey("r9", RESPONDENT), "--source", "shop", "--mapping", "follow_up")
    assert "    does not concern it" in result.stdout


@pytest.mark.parametrize(
    ("body", "words", "fault"),
    [
        ("nonsense", (), "body.json: "),
        ({**EVENT, "kind": "survey"}, (), "body.json: is no event: its `kind` must be a kind of event, such as"),
        ({"type": "survey.completed"}, (), "such as survey_submitted (or name the sender with"),
        ({"type": "survey.completed"}, ("--source", "shop"), "body.json: shop cannot read it: "),
        ({"type": "other"}, ("--source", "shop"), "body.json: shop ignores it: unknown_type"),
        (EVENT, ("--mapping", "follow"), "there is no mapping follow; did you mean follow_up?"),
        (EVENT, ("--source", "shopp"), "there is no source shopp; did you mean shop?"),
    ],
)  # fmt: skip
def test_what_cannot_be_previewed_is_one_line(tmp_path: Path, body: Any, words: tuple[str, ...], fault: str) -> None:
    """Exit 2, and no value of the file in it."""
    result = mapped(tmp_path, body, *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert fault in result.stderr
