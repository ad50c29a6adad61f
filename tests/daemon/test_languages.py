"""The screens that a bookkeeper reads, in Swedish: every line, every state, and the configuration's choice."""

import re
from typing import Any

import pytest

from daemon.cli.doctoring_text import print_examination
from daemon.cli.held_text import print_question, print_questions
from daemon.cli.languages import with_swedish
from daemon.cli.story_text import print_story
from daemon.held_options import ANEW, COMPANY, SALE, WORDS
from daemon.question_texts import SCREENS, on_screen, texts
from daemon.state_terms import STATES
from tests.raised_questions import ROOT

Json = dict[str, Any]
QUESTION = "There is no customer:7 in Fortnox: correct the number, or discard the command."
FRAGA = "Det finns ingen customer:7 i Fortnox: rätta numret, eller kassera kommandot (`discard`)."


def question(**changes: Any) -> Json:
    """A question as `held` tells it."""
    return {
        "id": "q-1", "company": "demo", "company_kind": "live", "reason": "record_missing", "question": QUESTION,
        "waiting": 2, "since": "2026-11-28T06:55:05Z", "sales": 2, "kronor": "9562.50",
        "without_rate": {"EUR": "112.50"},
        "choices": [{"answer": "again", "does": WORDS["again"]}],
        "behind": [{"id": "out-1", "what": "act_on_record", "number": "SO-1", "state": "held",
                    "since": "2026-11-28T06:55:05Z"}],
    } | changes  # fmt: skip


@pytest.mark.capability("004-22")
def test_the_list_and_one_question_in_swedish(capsys: pytest.CaptureFixture[str]) -> None:
    """Heads, sums, states and the question itself; names of commands and answers stay what is typed."""
    print_questions(question() | {"questions": [question()], "workflows": []}, "sv")
    print_question(question(), "sv")
    assert [re.sub(" {2,}", "  ", line) for line in capsys.readouterr().out.splitlines()] == [
        "id  företag  väntar  sedan  bakom frågan  fråga",
        "q-1  demo  2  2026-11-28 07:55:05  2 försäljningar, 9 562.50 kronor och EUR 112.50 utan kurs  " + FRAGA,
        "1 fråga, 2 väntar; bakom den 2 försäljningar, 9 562.50 kronor och EUR 112.50 utan kurs",
        "q-1  demo  record missing",
        f"  {FRAGA}",
        "  2 väntar sedan 2026-11-28 07:55:05; bakom frågan 2 försäljningar, 9 562.50 kronor och EUR 112.50 utan kurs",
        "  held answer q-1 again",
        "  allt bakom frågan försöks igen: svara så när det som frågan gäller är rättat",
        "  out-1  act_on_record  SO-1  väntar på svar sedan 2026-11-28 07:55:05",
        "  och 1 till (--limit)",
    ]
    print_questions({"questions": [], "workflows": [], "waiting": 0}, "sv")
    assert capsys.readouterr().out == "inget väntar på en människa\n"


def test_both_languages_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    """English as it always was, and the Swedish of the question behind it."""
    print_questions(question() | {"questions": [question()], "workflows": []}, "both")
    assert f"{QUESTION} | {FRAGA}\n" in capsys.readouterr().out
    print_question(question(), "both")
    assert f"  {QUESTION}\n  {FRAGA}\n  2 waiting since" in capsys.readouterr().out
    unknown = question(question="the moon is full")
    print_question(unknown, "both")
    print_question(unknown, "sv")
    assert capsys.readouterr().out.count("the moon is full") == 2
    assert [entry["question_sv"] for entry in with_swedish([question(), unknown, question(question=None)])] == [
        FRAGA, None, None,
    ]  # fmt: skip


def test_a_story_in_swedish_has_no_english_line(capsys: pytest.CaptureFixture[str]) -> None:
    """From the delivery to the call: what is left in English are names of operations, rules, fields and reasons."""
    at = "2026-11-28T06:55:05Z"
    attempt = {
        "operation": "create_invoice", "far_object": "invoice:7", "stands_on": {"Net": "1"}, "started_at": at,
        "altered": [{"field": "Comments", "before": "a", "after": "b"}], "ended_at": at, "end": "known", "status": 400,
        "code": 2000401, "reason": "period_locked", "detail": "Perioden är låst",
        "looks": [{"at": at, "found": "absent", "proof": {}}],
    }  # fmt: skip
    command = {
        "id": "out-1", "command": "ensure_invoice", "rule": "order", "generation": 2, "state": "held", "asks": "q-1",
        "reason": "record_missing", "question": QUESTION, "result": None, "link": None, "shut_by": None,
        "tells": None, "company": "demo",
        "waits_for": {"what": "claim", "name": "email", "held_by": "out-3", "held_by_state": "in_flight"},
        "doubts_of_others": [{"operation": "create_invoice", "command": "out-2", "end": "timeout"}], "replaced": True,
        "last_look_to_come": True, "created_at": at, "rule_version": "1", "mapping_version": None, "finished_at": None,
        "decisions": {"vat": {"treatment": "domestic", "reason": "no country is stated"}}, "attempts": [attempt],
        "read_before": None, "settled_by": None,
        "actions": [{"at": at, "person": "anna", "action": "retry", "reason": ""}],
    }  # fmt: skip
    story: Json = {
        "id": "in-1", "source": "shop", "company": None, "company_kind": None, "origin": "webhook",
        "delivery_id": "d-1",
        "received_at": at, "state": "handled", "reason": None, "question": None, "asks": None, "event": "order_changed",
        "number": "SO-1", "version": "3", "read_at_sender": [{"name": "order", "at": at, "found": False}],
        "to_be_read": {"records": ["order"], "due_at": at}, "generation": {"number": 2, "since": at, "because": "x"},
        "workflows": [{"workflow_id": "w-1", "workflow": "welcome", "status": "held", "question": "?"}],
        "response": {"survey": "nps", "score": None, "rules_met": []}, "actions": [], "commands": [command],
        "doubles": [{"other": "8", "customer": "7", "settled_at": None, "at": at}], "other_commands": ["out-9"],
    }  # fmt: skip
    print_story(story, "sv")
    shown = capsys.readouterr().out
    assert f"    väntar på svar (record_missing)\n    FRÅGA: {FRAGA}\n    väntar på q-1: held show q-1\n" in shown
    assert "väntar på kunden med samma e-postadress: out-3 (på väg)" in shown
    assert "moms domestic: inget land är angivet" in shown
    english = re.compile(
        r"\b(waits?|waiting|held by|because|received|made|call|look|the|with|read|its|under way|end|none|did)\b"
    )
    assert [line for line in shown.splitlines() if english.search(line)] == []


def test_every_state_of_the_store_has_its_word() -> None:
    """The states that the schema allows for deliveries and commands, and no other."""
    stored = {
        state
        for allowed in re.findall(r"CHECK \(state IN\s*\(([^)]*)\)\)", (ROOT / "store" / "schema.sql").read_text())[:2]
        for state in re.findall(r"'(\w+)'", allowed)
    }
    assert {term.english.replace(" ", "_") for term in STATES} == stored
    assert all(on_screen(state) != state for state in stored)


def test_what_an_answer_does_is_told_in_swedish() -> None:
    """Each of the answers that a question may offer."""
    told = [text for what, text in WORDS.items() if what != "input"]
    told += [ANEW, WORDS["input"] + SALE, WORDS["input"] + COMPANY]
    assert {text for text in told if on_screen(text) == text} == set()
    assert set(told) <= set(texts()[SCREENS])


def test_a_finding_shows_its_remedy_in_swedish(capsys: pytest.CaptureFixture[str]) -> None:
    """Of an error code; other remedies stay as they are."""
    line = {"check": "accounts", "level": "failed", "says": "x", "remedy": QUESTION, "code": None}
    examined = {
        "host": [line | {"remedy": "look at it"}],
        "companies": [],
        "failed": 2,
        "warnings": 0,
        "unchecked": 0,
        "unanswered": [],
    }
    companies = [{"name": "demo", "kind": "live", "calls": 1, "findings": [line]}]
    print_examination(examined | {"companies": companies}, "sv")
    shown = capsys.readouterr().out
    assert FRAGA in shown
    assert "look at it" in shown
