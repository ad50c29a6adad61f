"""A polled submission and the workflow webhook of the same submission: the same thing, twin, score and respondent."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.highlevel.settings import HighLevelSettings
from connectors.highlevel.source import HighLevelSource
from connectors.sources import Needs, Stored, Unreadable, Wanted
from handlers.events import Party, SurveySubmitted
from handlers.values import Question, Ref
from tests.connectors.highlevel.bodies import Body, contact, polled
from tests.connectors.highlevel.reading import submission
from tests.fakes.examples import example

LABELS = {
    "UhAtFfsTcm4FwSWzQiUB": "Hur nöjd är du med leveransen (0-10)?",
    "4jEDCN7RpB0fWeo4NjQr": "Organisationsnummer",
    "En0GbG5UaEB5uAPP9Dga": "Vad kan vi göra bättre?",
    "wbcEnrN0uTXFVXAczHJR": "Vilka tjänster är du intresserad av?",
}
CONTACT = "e6m50fei5oNM2igrq1MG"
SURVEY = "eVKFk27vrCpbesyqsLqA"


def submitted(
    record: Body, answer: Body | None = None, labels: Body | None = None, **section: object
) -> SurveySubmitted:
    """The event of a polled submission whose contact was read."""
    found = polled("submission", record, {"contact": answer}, LABELS if labels is None else labels, **section)
    assert isinstance(found, tuple)
    [event] = found
    assert isinstance(event, SurveySubmitted)
    return event


def examples() -> list[Any]:
    """The two example submissions."""
    found: list[Any] = json.loads(example("highlevel/api-survey-submissions.json"))["submissions"]
    return found


@pytest.mark.capability("000-19", "f5")
def test_the_example_of_a_submission() -> None:
    """Answers in the order of the form under their labels; the contact names the respondent."""
    record = examples()[0]
    wanted = Wanted("contact", "contact", CONTACT)
    assert polled("submission", record, labels=LABELS) == Needs((wanted,), date(2026, 11, 3))
    event = submitted(record, contact())
    assert event.thing == Ref(system="ghl", kind="response", id=f"{CONTACT}:{SURVEY}:2026-11-03")
    assert (event.survey, event.twin, event.origin) == (SURVEY, f"{CONTACT}:{SURVEY}", "poll")
    assert (event.score, event.version) == (Decimal(9), Decimal("1793695260.512"))
    assert event.dated == date(2026, 11, 3)
    assert [(answer.question, answer.value) for answer in event.answers] == [
        ("Hur nöjd är du med leveransen (0-10)?", "9"),
        ("Vilka tjänster är du intresserad av?", "Service, Reservdelar"),
        ("Vad kan vi göra bättre?", "Snabbare återkoppling på offerter, gärna samma dag."),
    ]
    assert event.respondent == Party(
        source_id=CONTACT,
        name="Vättern Mekaniska AB",
        organisation_number="559901-1045",
        email="asa.wikstrom@example.com",
        phone="+46701740605",
        country="SE",
    )


@pytest.mark.capability("000-19")
def test_both_ways_of_one_submission_are_one_thing() -> None:
    """By poll and by webhook: thing, twin, survey, score and respondent are equal, the answers speak of the same."""
    by_poll = submitted(examples()[0], contact(address1="Verkstadsgatan 4", city="Jönköping", postalCode="553 16"))
    section = {"company": "demo", "path_token": "generated:p"}
    source = HighLevelSource("ghl", HighLevelSettings.model_validate(section), {"path_token": "token-of-today"})
    raw = example("highlevel/workflow-webhook-survey-submitted.json")
    found = source.events(Stored(1, "k", datetime(2026, 11, 3, 8, 41, 2, tzinfo=UTC), {}, raw))
    assert isinstance(found, tuple)
    [by_webhook] = found
    for name in ("thing", "twin", "survey", "score", "respondent", "dated"):
        assert getattr(by_poll, name) == getattr(by_webhook, name), name
    told = {answer.question: answer.value for answer in by_webhook.answers}
    assert {answer.question: answer.value for answer in by_poll.answers}.items() <= told.items()
    assert abs(by_poll.occurred_at - by_webhook.occurred_at).total_seconds() < 60
    typed = source.events(
        Stored(2, "k", datetime(2026, 11, 5, tzinfo=UTC), {}, example("highlevel/custom-webhook-survey-submitted.json"))
    )
    assert isinstance(typed, tuple)
    assert (typed[0].thing, typed[0].twin, typed[0].score) == (by_poll.thing, by_poll.twin, by_poll.score)


def test_the_second_example_has_an_empty_answer() -> None:
    """An empty answer is none; without a contact the submission itself names the respondent."""
    event = submitted(examples()[1])
    assert (event.score, len(event.answers)) == (Decimal(6), 2)
    assert event.respondent.name == "Jonas Ekdahl"
    assert event.respondent.organisation_number == "559901-2050"
    assert event.respondent.email == "jonas.ekdahl@example.com"


@pytest.mark.parametrize("name", ["Betyg", " BETYG ", "aaaaaaaaaaaaaaaaaaaa"])
def test_the_score_is_found_by_label_or_by_id(name: str) -> None:
    """The setting may name either; without it the label with a scale to ten counts, and else there is no score."""
    others = {"UhAtFfsTcm4FwSWzQiUB": 3, "aaaaaaaaaaaaaaaaaaaa": "7,5"}
    record = submission("s", others=others)
    labels = {"aaaaaaaaaaaaaaaaaaaa": "Betyg", **LABELS}
    assert submitted(record, labels=labels, fields={"score": name}).score == Decimal("7.5")
    assert submitted(record, labels=labels).score == Decimal(3)
    assert submitted(record, labels={}).score is None
    unnamed = submitted(record, labels={}).answers
    assert [(answer.key, answer.value) for answer in unnamed] == [
        ("UhAtFfsTcm4FwSWzQiUB", "3"),
        ("aaaaaaaaaaaaaaaaaaaa", "7,5"),
    ]


def test_the_organisation_number_is_found_by_label_by_id_or_at_the_contact() -> None:
    """What was answered comes before what the contact's field holds."""
    field = "4jEDCN7RpB0fWeo4NjQr"
    answered = submission("s", others={field: "559901-2050"})
    assert submitted(answered, contact()).respondent.organisation_number == "559901-2050"
    by_id = submitted(answered, contact(), {}, organisation_number_field=field)
    assert (by_id.respondent.organisation_number, by_id.answers) == ("559901-2050", ())
    silent = submission("s", others={})
    kept = submitted(silent, contact(), {}, organisation_number_field=field)
    assert kept.respondent.organisation_number == "559901-1045"
    assert submitted(silent, contact(), {}).respondent.organisation_number is None


def test_fields_of_other_kinds_are_no_answers() -> None:
    """Standard fields, the vendor's own keys and labels that the settings leave out."""
    record = submission(
        "s", others={"first_name": "Åsa", "phone": "+46701740605", "eventData": {"a": 1}, "x": "1", "y": ["a", "b"]}
    )
    event = submitted(record, labels={"x": "Gammalt formulär"}, ignored_labels=["gammalt formulär"])
    assert [(answer.question, answer.value) for answer in event.answers] == [("y", "a, b")]
    assert event.respondent.phone == "+46701740605"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "2026-11-12"),
        ({"createdAt": None, "others": {"eventData": {"timestamp": 1793695260000}}}, "2026-11-03"),
        ({"createdAt": "soon"}, "2026-11-18"),
        ({"createdAt": None, "others": {"eventData": {"timestamp": 10**30}}}, "2026-11-18"),
    ],
)
def test_the_day_of_a_submission(fields: Body, expected: str) -> None:
    """When it was made, else when the visit was, else when we found it."""
    assert submitted(submission("s", **fields)).dated.isoformat() == expected


def test_without_a_contact_the_submission_s_own_id_is_the_thing() -> None:
    """Nothing is asked for, and nothing is a twin of it."""
    found = polled("submission", submission("s-1", contactId=None))
    assert isinstance(found, tuple)
    assert isinstance(found[0], SurveySubmitted)
    assert (found[0].thing.id, found[0].twin) == ("s-1", None)


@pytest.mark.parametrize(
    ("fields", "error", "says"),
    [
        ({"surveyId": ""}, Unreadable, "surveyId: is missing"),
        ({"contactId": None, "id": None}, Unreadable, "id: is missing"),
        ({"name": None, "email": None}, Question, "no company, name or e-mail"),
        ({"contactId": "x" * 201}, Unreadable, "contactId: must be an id"),
    ],
)
def test_what_cannot_be_read(fields: Body, error: type[Exception], says: str) -> None:
    """Named, not guessed."""
    with pytest.raises(error, match=says):
        submitted(submission("s", **fields))
