"""What HighLevel's workflow webhooks become, and what proves them although they carry no signature."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.highlevel.settings import HighLevelSettings
from connectors.highlevel.source import HighLevelSource
from connectors.sources import Delivery, Ignored, Needs, RawRequest, Refused, Stored, Unreadable
from handlers.events import SurveySubmitted
from handlers.values import Question, Ref
from tests.fakes.examples import example

NOW = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)
PATH, HEADER = "path-token-of-today", "header-secret-of-today"
OLD_PATH, OLD_HEADER = "path-token-of-before", "header-secret-of-before"
SECRETS = {
    "path_token": PATH,
    "previous_path_token": OLD_PATH,
    "header_secret": HEADER,
    "previous_header_secret": OLD_HEADER,
}
LOCATION = "hQ4nVw8sLtR2eXbKc7Pm"

Body = dict[str, Any]


def source(secrets: dict[str, str] | None = None, **section: object) -> HighLevelSource:
    """A source with all four secrets, or those given."""
    held = SECRETS if secrets is None else secrets
    place = {} if "companies" in section else {"company": "demo"}
    settings = {**place, **dict.fromkeys(held, "generated:x"), **section}
    return HighLevelSource("ghl", HighLevelSettings.model_validate(settings), held)


def request(body: bytes, *, rest: str = PATH, token: str | None = HEADER) -> RawRequest:
    """A request with the tokens of today."""
    return RawRequest(rest, {} if token is None else {"x-hook-token": [token]}, body)


def delivered(body: Body | bytes, **section: object) -> Delivery:
    """What the door says of a proved body."""
    return source(**section).verify(request(body if isinstance(body, bytes) else json.dumps(body).encode()), NOW)  # type: ignore[arg-type]


def event(body: Body | bytes, **section: object) -> SurveySubmitted:
    """The one event of a body that arrived at ``NOW``."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = source(**section).events(Stored(1, "k", NOW, {}, raw))  # type: ignore[arg-type]
    assert not isinstance(found, Ignored | Needs)
    [only] = found
    assert isinstance(only, SurveySubmitted)
    return only


def survey(**fields: object) -> Body:
    """A small flat body."""
    return {
        "contact_id": "c1",
        "full_name": "Lagunda Kaffe",
        "customData": {"event": "survey_submitted", "survey_id": "kundenkät"},
        **fields,
    }


@pytest.mark.capability("000-01")
@pytest.mark.parametrize(
    ("rest", "token", "matched"),
    [
        (PATH, HEADER, "current"),
        (f"{PATH}/trigger/7", HEADER, "current"),
        (OLD_PATH, HEADER, "previous"),
        (PATH, OLD_HEADER, "previous"),
        ("", HEADER, None),
        (PATH, None, None),
        (PATH, "", None),
        (PATH[:-1], HEADER, None),
        (PATH, HEADER.upper(), None),
        (HEADER, PATH, None),
        (f"x/{PATH}", HEADER, None),
        ("\udcff", HEADER, None),
    ],
)
def test_every_configured_token_must_match(rest: str, token: str | None, matched: str | None) -> None:
    """Path token and header secret are both needed where both are set; the old ones count and are named."""
    given = request(b"{}", rest=rest, token=token)
    if matched is None:
        with pytest.raises(Refused, match="signature"):
            source().verify(given, NOW)
    else:
        assert source().verify(given, NOW).matched == matched


def test_one_token_is_enough_where_one_is_set() -> None:
    """A source with only a path token does not ask for the header, and the other way round."""
    assert source({"path_token": PATH}).verify(request(b"{}", token=None), NOW)
    assert source({"header_secret": HEADER}).verify(request(b"{}", rest=""), NOW)
    doubled = RawRequest("", {"x-hook-token": [HEADER, HEADER]}, b"{}")
    with pytest.raises(Refused):
        source({"header_secret": HEADER}).verify(doubled, NOW)


@pytest.mark.parametrize(
    "section",
    [
        {"company": "demo"},
        {"company": "demo", "header_secret": "x", "previous_path_token": "y"},
        {"company": "demo", "path_token": "x", "previous_header_secret": "y"},
        {"companies": {LOCATION: "demo"}, "path_token": "x", "location_id": LOCATION},
        {"company": "demo", "path_token": "x", "fields": {"unknown": "y"}},
    ],
)
def test_a_section_that_proves_nothing_or_contradicts_itself_is_refused(section: Body) -> None:
    """Without a token anybody could send; a location and a table of locations are one too many."""
    with pytest.raises(ValueError):
        HighLevelSettings.model_validate(section)


def test_a_guessable_token_is_refused_by_name() -> None:
    """A short token is a fault that names its field and not its value."""
    with pytest.raises(ValueError, match="path_token: at least 8") as fault:
        source({"path_token": "canary"})
    assert "canary" not in str(fault.value)


@pytest.mark.capability("f2")
@pytest.mark.capability("000-44")
def test_the_example_of_the_webhook_action() -> None:
    """The flat body: answers are its labels in order, the score is the scale to ten, ids are the contact's."""
    found = event(example("highlevel/workflow-webhook-survey-submitted.json"))
    assert found.survey == "eVKFk27vrCpbesyqsLqA"
    assert found.thing == Ref(system="ghl", kind="response", id="e6m50fei5oNM2igrq1MG:eVKFk27vrCpbesyqsLqA:2026-11-04")
    party = found.respondent
    assert (party.source_id, party.name) == ("e6m50fei5oNM2igrq1MG", "Vättern Mekaniska AB")
    assert (party.organisation_number, party.email) == ("559901-1045", "asa.wikstrom@example.com")
    assert (party.phone, party.country) == ("+46701740605", "SE")
    assert found.score == Decimal(9)
    assert [(answer.question, answer.value) for answer in found.answers] == [
        ("Hur nöjd är du med leveransen (0-10)?", "9"),
        ("Vad kan vi göra bättre?", "Snabbare återkoppling på offerter, gärna samma dag."),
        ("Vilka tjänster är du intresserad av?", "Service, Reservdelar"),
        ("Antal anställda", "10–49"),
    ]


@pytest.mark.capability("f2")
def test_the_example_of_the_custom_webhook_action() -> None:
    """The body that the owner typed: the same respondent, the stated time, the nested answers."""
    found = event(example("highlevel/custom-webhook-survey-submitted.json"))
    assert found.thing.id == "e6m50fei5oNM2igrq1MG:eVKFk27vrCpbesyqsLqA:2026-11-03"
    assert (found.respondent.name, found.respondent.organisation_number) == ("Vättern Mekaniska AB", "559901-1045")
    assert (found.score, found.dated.isoformat(), found.version) == (Decimal(9), "2026-11-03", Decimal(1793695260))
    assert [answer.key for answer in found.answers] == ["nps", "comment", "services"]


def test_the_owner_s_id_is_the_key_and_else_a_digest() -> None:
    """An id in the custom data tells deliveries apart for ever; a digest of the body only for a while."""
    named = survey(customData={"survey_id": "s", "submission_id": 4711})
    assert delivered(named) == Delivery(key="4711")
    assert event(named).thing.id == "4711"
    first, again, other = (delivered(survey(text=text)) for text in ("a", "a", "b"))
    assert first.digest
    assert (first.key == again.key, first.key == other.key) == (True, False)
    assert delivered(survey(workflow={"id": "w1"})).key != delivered(survey(workflow={"id": "w2"})).key


@pytest.mark.parametrize("body", [b"", b"{broken", b'{"a": "Line\nbreak"}', b"\xff", b"[]", b"[" * 2000])
def test_a_malformed_body_is_kept_for_a_person(body: bytes) -> None:
    """A merge field can break the JSON; HighLevel would not send it again, so it is stored as it came."""
    found = delivered(body)
    assert found.malformed is not None
    assert found.digest
    with pytest.raises(Unreadable):
        event(body)


def test_a_location_that_is_not_ours_belongs_to_nobody() -> None:
    """A configured location or table decides the company; a missing or foreign location is never guessed."""
    ours, foreign, missing = survey(location={"id": LOCATION}), survey(location={"id": "other"}), survey()
    single = {"location_id": LOCATION}
    table = {"companies": {LOCATION: "demo"}}
    for section in (single, table):
        settings = source(**section)._settings
        companies = [settings.company_for(delivered(body, **section).account) for body in (ours, foreign, missing)]
        assert companies == ["demo", None, None]
        assert settings.company_for(delivered(b"{broken", **section).account) is None
    assert delivered(foreign).account is None


def test_what_is_no_survey_is_ignored_and_what_names_none_is_parked() -> None:
    """Another workflow event means nothing; a survey without its id cannot be booked on anything."""
    other = json.dumps(survey(customData={"event": "contact_changed", "survey_id": "s"})).encode()
    assert source().events(Stored(1, "k", NOW, {}, other)) == Ignored("not_a_survey")
    with pytest.raises(Unreadable, match="survey_id: is missing"):
        event(survey(customData={}))
    with pytest.raises(Unreadable, match="contact_id: is missing"):
        event(survey(contact_id=""))


def test_a_respondent_without_a_name_is_a_question() -> None:
    """Nothing to call the customer by."""
    with pytest.raises(Question):
        event(survey(full_name=None))
    assert event(survey(full_name=None, first_name="Ann", last_name="")).respondent.name == "Ann"
    assert event(survey(full_name="", email="a@example.com")).respondent.name == "a@example.com"


def test_labels_and_paths_are_the_owner_s() -> None:
    """Settings map any label or path; blanks at the ends and case do not matter, empty twins are passed over."""
    fields = {"score": "Betyg", "organisation_number": ["Saknas", "Org.nr"], "survey_id": "meta.survey.name"}
    body = survey(**{"betyg ": "", "Betyg  ": "7,5", "Org.nr": "559901-1045", "Skräp": "x"})
    body["meta"] = {"survey": {"name": "NKI"}}
    found = event(body, fields=fields, ignored_labels=["skräp", "meta"])
    assert (found.survey, found.score) == ("NKI", Decimal("7.5"))
    assert found.respondent.organisation_number == "559901-1045"
    assert [answer.value for answer in found.answers] == ["7,5"]


def test_odd_values_become_words() -> None:
    """Files, flags and numbers are shown as text; half a surrogate pair cannot break the store."""
    found = event(
        survey(Fil={"f1": {"url": "https://files.example.com/1", "size": 3}}, Flagga=True, Tal=2.50, Text="a\ud800b")
    )
    assert [answer.value for answer in found.answers] == ["https://files.example.com/1, 3", "yes", "2.5", "a?b"]


def test_a_time_that_cannot_be_read_is_the_time_of_arrival() -> None:
    """Merge fields write times as they like; only one with a zone counts, else the day is that of arrival."""
    for written in ("11/03/2026 9:41 AM", "2026-11-01T10:00:00", "9999-12-31T23:59:59Z", ""):
        found = event(survey(submitted_at=written))
        assert (found.dated.isoformat(), found.version) == ("2026-11-04", Decimal(0))
