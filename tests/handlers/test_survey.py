"""Surveys: a card and one short line on it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.commands import EnsureCustomer, EnsureNote
from handlers.events import Answer, SurveySubmitted
from handlers.settings import Survey
from handlers.survey_rules import note_survey
from handlers.values import Question, Ref
from tests.handlers.examples import TALLBACKEN, company, survey


def answer(key: str, value: str, question: str = "") -> Answer:
    """One answer."""
    return Answer(key=key, question=question, value=value)


def note(event: SurveySubmitted, settings: Survey | None = None) -> EnsureNote:
    """The note that an event becomes."""
    customer, command = note_survey(event, company(survey=settings))
    assert isinstance(customer, EnsureCustomer)
    assert isinstance(command, EnsureNote)
    assert command.customer == customer.thing
    return command


@pytest.mark.capability("000-14")
def test_score_and_answers_become_one_line() -> None:
    """Survey and score stand in the part that is never shortened, free text behind it."""
    event = survey(
        TALLBACKEN,
        answer("nps", "9"),
        answer("kommentar", "Toppen!\nMer sånt."),
        answer("Antal anställda", "10–49"),
        score=Decimal("9.0"),
    )
    line = note(event)
    assert line.thing == Ref(system="ghl", kind="response", id="resp-1")
    assert line.dated == date(2026, 11, 13)
    assert line.core == "kundenkat-q4 9"
    assert line.detail == "kommentar: Toppen! Mer sånt.; Antal anställda: 10–49"


@pytest.mark.parametrize(
    "value",
    [
        "9",
        "-1,5",
        "4.25",
        "",
        " ",
        "par.lindh@example.com",
        "+46 70-174 06 05",
        "0701740605",
        "559901-1045",
        "559901-1046",
        "165599011045",
        "SE559901104501",
        "19900101-0017",
    ],
)
def test_numbers_and_addresses_are_not_notable(value: str) -> None:
    """Figures, e-mails, phones and whatever has the shape of an organisation or personal number stay out."""
    assert note(survey(TALLBACKEN, answer("q", value))).detail == ""


@pytest.mark.parametrize("value", ["Ja", "10–49", "2026-12-24", "Ring 0701740605 tack", "0-10"])
def test_words_are_notable(value: str) -> None:
    """Dates, ranges and sentences are answers."""
    assert note(survey(TALLBACKEN, answer("q", value))).detail == f"q: {value}"


def test_settings_name_the_notable_answers() -> None:
    """By key or question, whatever the case, in the settings' order; then also figures, and nothing else."""
    event = survey(
        TALLBACKEN, answer("a1", "7", "Hur NÖJD är du?"), answer("a2", "Allt", "Varför?"), answer("a3", "Nej", "Mer?")
    )
    assert note(event, Survey(notable_answers=("Varför?", "A1", "a9"))).detail == "a2: Allt; a1: 7"


def test_the_core_stays_short() -> None:
    """A survey's name is cut at 24 characters; a survey without a score has no figure."""
    long = survey(score=None, name="Kundundersökning  hösten 2026, hela landet")
    assert note(long).core == "Kundundersökning hösten"
    assert note(survey(score=Decimal("7.666"))).core == "kundenkat-q4 7.67"
    assert note(survey(score=Decimal(100))).core == "kundenkat-q4 100"


@pytest.mark.parametrize("score", ["1E+999999999", "-1000000"])
def test_a_score_beyond_any_scale_is_a_question(score: str) -> None:
    """It would not be a score."""
    with pytest.raises(Question, match="score"):
        note(survey(score=Decimal(score)))


def test_detail_is_cut_at_a_word() -> None:
    """Three dots show that something is missing."""
    event = survey(TALLBACKEN, answer("kommentar", "Snabbare återkoppling på offerter, gärna samma dag."))
    assert note(event, Survey(detail_characters=50)).detail == "kommentar: Snabbare återkoppling på offerter..."


@given(
    st.lists(st.builds(Answer, key=st.text(), question=st.text(), value=st.text(max_size=300)), max_size=6),
    st.integers(0, 800),
    st.text(max_size=60),
)
def test_a_note_is_one_line_within_its_limit(answers: list[Answer], limit: int, name: str) -> None:
    """Whatever people write, core and detail hold no line break and stay within their limits."""
    line = note(survey(TALLBACKEN, *answers, name=name), Survey(detail_characters=limit))
    assert len(line.detail) <= limit
    assert len(line.core) <= 24 + 2
    assert len((line.core + line.detail).splitlines()) <= 1
