"""What a company's rules for surveys leave at the source: one note, one task, on the respondent; plain values."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from handlers.commands import EnsureSenderNote, EnsureSenderTask
from handlers.events import Party, SurveySubmitted
from handlers.facts import Facts
from handlers.settings import CompanySettings, Survey, WriteBack
from handlers.settings.survey_rules import SurveyRule
from handlers.survey_at_sender import survey_at_sender
from handlers.survey_rules import survey_rules
from handlers.values import Ref, Skipped
from tests.handlers.examples import TALLBACKEN, company, survey

BOTH = WriteBack(notes=True, tasks=True)
DETRACTOR: dict[str, Any] = {
    "name": "detractor",
    "when": {"score_at_most": 6},
    "sender_note": "NPS {score} of {survey}",
    "sender_task": {"title": "Ring {name}", "text": "{score}", "days": 2},
}


def told(back: WriteBack = BOTH, **rule: Any) -> CompanySettings:
    """A company with this one rule."""
    made = SurveyRule.model_validate(DETRACTOR | rule)
    return company(survey=Survey(rules=(made,)), write_backs={"ghl": back})


def event(score: int = 2, respondent: Party = TALLBACKEN) -> SurveySubmitted:
    """A response."""
    return survey(respondent, score=Decimal(score))


@pytest.mark.capability("000-26", "000-28")
def test_a_rule_leaves_a_note_and_a_task() -> None:
    """On the respondent as the source names it; each is one thing of the response and the rule."""
    note, task = survey_at_sender(event(), told())
    assert note == EnsureSenderNote(
        target="ghl",
        company="demo",
        thing=Ref(system="ghl", kind="response_sender_note", id="resp-1/detractor"),
        record="contact",
        id="C-778",
        text="NPS 2 of kundenkat-q4",
    )
    assert task == EnsureSenderTask(
        target="ghl",
        company="demo",
        thing=Ref(system="ghl", kind="response_sender_task", id="resp-1/detractor"),
        record="contact",
        id="C-778",
        title="Ring Tallbacken Bygg & Entreprenad AB",
        text="2",
        due=date(2026, 11, 15),
    )


def test_a_correction_leaves_the_same_things() -> None:
    """What no longer holds is not taken back, and what holds still is the same note and the same task."""
    first, later = survey_at_sender(event(2), told()), survey_at_sender(event(3), told())
    assert [one.thing for one in first] == [one.thing for one in later]
    assert survey_at_sender(event(9), told(), Facts(met=frozenset({"detractor"}))) == ()
    assert survey_rules(event(9), told(), Facts(met=frozenset({"detractor"}))) == ()


def test_what_the_source_does_not_take_is_left_out() -> None:
    """One of the two stands where the other is not taken; nothing at all is passed by with its reason."""
    (note,) = survey_at_sender(event(), told(WriteBack(notes=True)))
    assert isinstance(note, EnsureSenderNote)
    (task,) = survey_at_sender(event(), told(WriteBack(tasks=True)))
    assert isinstance(task, EnsureSenderTask)
    with pytest.raises(Skipped, match="write_back"):
        survey_at_sender(event(), told(WriteBack()))


def test_a_respondent_without_an_id_is_passed_by() -> None:
    """The rest of the response needs none, so nobody is asked."""
    with pytest.raises(Skipped, match="names no contact"):
        survey_at_sender(event(respondent=TALLBACKEN.model_copy(update={"source_id": " "})), told())


def test_such_a_rule_does_nothing_in_fortnox() -> None:
    """Not even the customer is asked for; with another action it is."""
    assert survey_rules(event(), told()) == ()
    assert survey_rules(event(), told(note="x")) != ()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"sender_note": "{skore}"}, "there is no {skore}"),
        ({"sender_task": {"title": "x"}}, "days"),
        ({"sender_task": {"title": "x", "days": 400}}, "366"),
        ({"nothing": True}, "stands alone"),
    ],
)
def test_faults_are_named(fields: dict[str, Any], reason: str) -> None:
    """As the check of the configuration says them."""
    with pytest.raises(ValidationError, match=reason):
        SurveyRule.model_validate(DETRACTOR | fields)
