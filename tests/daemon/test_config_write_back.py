"""The way back in the configuration: what a source must allow before a rule or a workflow leaves anything there."""

from pathlib import Path

import pytest

from daemon.config_faults import ConfigRejected
from tests.daemon.test_config import GOOD, loaded

GHL = """
[sources.ghl]
type = "highlevel"
company = "demo"
location_id = "hQ4nVw8sLtR2eXbKc7Pm"
path_token = "generated:ghl"
"""
API = """[sources.ghl.api]
token = "generated:ghl-api"
"""
RULE = """
[[companies.demo.survey.rules]]
name = "detractor"
sender_note = "NPS {score}"
sender_task = { title = "Ring upp", days = 2 }
"""


def faults(tmp_path: Path, more: str) -> list[str]:
    """The faults of the good configuration with more in it."""
    try:
        loaded(tmp_path, GOOD + more)
    except ConfigRejected as rejected:
        return [str(fault) for fault in rejected.faults]
    return []


def back(*lines: str) -> str:
    """The source with access to its API, and these lines in its table ``write_back``."""
    return GHL + API + "\n".join(("[sources.ghl.write_back]", *lines, ""))


def test_writing_needs_the_api(tmp_path: Path) -> None:
    """Without the table there is no way to write; a table that allows nothing needs none."""
    (fault,) = faults(tmp_path, GHL + "[sources.ghl.write_back]\nnotes = true\n")
    assert fault == "sources.ghl: write_back needs api: what is written back goes through HighLevel's API"
    assert faults(tmp_path, GHL + "[sources.ghl.write_back]\nnotes = false\n") == []
    (unknown,) = faults(tmp_path, back("note = true"))
    assert "did you mean notes?" in unknown
    assert faults(tmp_path, back("tasks = true", 'customer_number_field = "Fx7mQ2vT9sLr4KbWc1Pd"')) == []


@pytest.mark.capability("000-26", "000-28")
def test_a_rule_needs_a_sender_that_takes_it(tmp_path: Path) -> None:
    """What is missing is said with the table and the line; senders that the rule names must each take it."""
    note, task = faults(tmp_path, GHL + RULE + 'sources = "ghl"\n')
    assert note == (
        "companies.demo.survey.rules[0].sender_note: sources.ghl takes no notes from us: add notes = true to "
        "[sources.ghl.write_back] (a source with access to its sender's API can have it)"
    )
    assert task.startswith("companies.demo.survey.rules[0].sender_task: sources.ghl takes no tasks from us")
    (only,) = faults(tmp_path, back("notes = true") + RULE)
    assert only.startswith("companies.demo.survey.rules[0].sender_task: ")
    assert faults(tmp_path, back("notes = true", "tasks = true") + RULE) == []
    (named, _) = faults(tmp_path, back("notes = true", "tasks = true") + RULE + 'sources = ["ghl", "shop"]\n')
    assert "sources.shop takes no notes" in named


FLOW = """
[companies.demo.workflows.callback]
event = "survey_submitted"
steps = [
    { name = "call", todo = "Ring", todo_days = 3, todo_at_sender = true },
    { name = "said", sender_note = "Uppringd om {event.survey}" },
]
"""


@pytest.mark.capability("000-26", "000-28")
def test_a_step_needs_a_sender_that_takes_it(tmp_path: Path) -> None:
    """One of the company's sources is enough: which one a run is about, only its event says."""
    task, note = faults(tmp_path, GHL + FLOW)
    assert task.startswith("companies.demo.workflows.callback.steps[0].todo_at_sender: sources.shop and")
    assert "take no tasks from us: add tasks = true to [sources." in task
    assert note.startswith("companies.demo.workflows.callback.steps[1].sender_note: ")
    assert faults(tmp_path, back("notes = true", "tasks = true") + FLOW) == []


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("todo_days = 3, ", "", "todo_at_sender needs todo_days"),
        ('todo = "Ring", todo_days = 3', "customer = true", "are a todo's"),
        ('event = "survey_submitted"', "", "speak of an event: set event"),
        ("{event.survey}", "{event.surwey}", "surwey"),
        ("sender_note =", 'note = "x", sender_note =', "exactly one of"),
    ],
)
def test_faults_of_such_steps(tmp_path: Path, before: str, after: str, reason: str) -> None:
    """Each is said with its place."""
    found = faults(tmp_path, back("notes = true", "tasks = true") + FLOW.replace(before, after))
    assert any(reason in fault for fault in found), found
