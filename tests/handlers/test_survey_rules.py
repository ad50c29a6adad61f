"""A company's rules for its surveys: conditions, texts, and what corrections take back; plain values in and out."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from handlers.commands import Command, EnsureCancelled, EnsureCustomer, EnsureInvoice, EnsureLabel, EnsureNote
from handlers.events import Answer, Party, SurveySubmitted
from handlers.facts import EarlierResponse, Facts
from handlers.scores import plain_score
from handlers.settings import Customers, Survey
from handlers.settings.survey_rules import SurveyRule, When
from handlers.survey_reading import holds, reading_for
from handlers.survey_rules import names_met, note_survey, survey_rules
from handlers.values import Question, Ref
from tests.handlers.examples import TALLBACKEN, company, survey
from tests.properties import examples


def rule(**fields: Any) -> SurveyRule:
    """A rule as the configuration writes it, with a note where it says nothing else."""
    return SurveyRule.model_validate({"name": "some", "note": "hello"} | fields)


def event(score: str | None = "6", *answers: tuple[str, str], **fields: Any) -> SurveySubmitted:
    """A response with these answers."""
    said = (Answer(key=key, question=f"About {key}?", value=value) for key, value in answers)
    heard = survey(TALLBACKEN, *said, score=None if score is None else Decimal(score))
    return heard.model_copy(update=fields)


def earlier(*scores: str | None, survey_id: str = "kundenkat-q4") -> Facts:
    """What one person answered before, the newest last."""
    moments = (event().occurred_at - timedelta(days=90 - place) for place in range(len(scores)))
    return Facts(
        earlier=tuple(
            EarlierResponse(survey=survey_id, score=None if score is None else Decimal(score), at=moment)
            for score, moment in zip(scores, moments, strict=True)
        )
    )


NOTHING = Facts()
ANSWERED = (("why", "Saknade  reservdelar,\nsåg DÅLIGA ut"), ("besok", "Yes"))


@pytest.mark.capability("f21")
@pytest.mark.parametrize(
    ("when", "facts", "expected"),
    [
        ({}, NOTHING, True),
        ({"score_at_most": 6, "score_above": 5}, NOTHING, True),
        ({"score_below": 6}, NOTHING, False),
        ({"score_at_least": Decimal("6.1")}, NOTHING, False),
        ({"class": "detractor"}, NOTHING, True),
        ({"class": ["promoter", "passive"]}, NOTHING, False),
        ({"dropped_by": 3}, NOTHING, False),
        ({"dropped_by": 3}, earlier("1", "9"), True),
        ({"dropped_by": 3}, earlier("9", "8"), False),
        ({"dropped_by": 3}, earlier("9", None), True),
        ({"rose_by": 2}, earlier("9", "4"), True),
        ({"dropped_by": 3}, earlier("9", survey_id="kundenkat-q3"), False),
        ({"first": True}, NOTHING, True),
        ({"first": True}, earlier(None), False),
        ({"first": False}, earlier("9"), True),
        ({"keywords": ["reservdel"]}, NOTHING, False),
        ({"keywords": ["reservdel*"]}, NOTHING, True),
        ({"keywords": ["konkurs", "dåliga ut"]}, NOTHING, True),
        ({"keywords": "delar*"}, NOTHING, False),
        ({"answers": {"besok": True}}, NOTHING, True),
        ({"answers": {"About besok?": ["no", "YES"]}}, NOTHING, True),
        ({"answers": {"besok": "no"}}, NOTHING, False),
        ({"answers": {"missing": "yes"}}, NOTHING, False),
        ({"answers_contain": {"why": "saknade reservdelar"}}, NOTHING, True),
        ({"answers_contain": {"why": "faktura"}, "score_at_most": 6}, NOTHING, False),
    ],
)
def test_conditions(when: dict[str, Any], facts: Facts, expected: bool) -> None:
    """Each of them, held against a 6 on NPS with two answers."""
    heard = event("6", *ANSWERED, scale="nps")
    some = rule(when=when)
    assert holds(some.when, reading_for(some, heard, company(), facts)) is expected


def test_a_rule_for_a_pattern_compares_within_the_pattern() -> None:
    """The wave before had another id; a response without a score meets no condition on scores."""
    some = rule(survey="kundenkat-*", when={"dropped_by": 3})
    assert holds(some.when, reading_for(some, event(), company(), earlier("9", survey_id="kundenkat-q3")))
    assert not holds(some.when, reading_for(some, event(None), company(), earlier("9")))
    assert not holds(When(score_at_most=Decimal(10)), reading_for(some, event(None), company(), NOTHING))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"note": "{scor}"}, "there is no {scor}"),
        ({"note": "{answer.}"}, "there is no {answer.}"),
        ({"note": "{score!r}"}, "a name alone"),
        ({"note": "{score:>9}"}, "a name alone"),
        ({"note": "{score"}, "expected '}'"),
        ({"nothing": True}, "nothing = true stands alone"),
        ({"note": None}, "does nothing"),
        ({"name": "note_survey"}, "without any rule"),
        ({"when": {"keywords": "*"}}, "must hold a word"),
        ({"invoice": {"text": "x", "vat": 25}}, "one of price and price_answer"),
        ({"voucher": {"series": "A", "text": "x", "debit": 3001, "credit": 3001, "amount": 1}}, "the same account"),
    ],
)
def test_what_a_rule_may_not_be(fields: dict[str, Any], reason: str) -> None:
    """Said when the configuration is read, not when a survey comes."""
    with pytest.raises(ValidationError, match=reason.replace("{", r"\{").replace("}", r"\}").replace("(", r"\(")):
        rule(**fields)


TEXT = st.text(max_size=12)


@pytest.mark.properties
@settings(max_examples=examples(), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["score", "survey", "answer.why", "name"]), TEXT), max_size=4), TEXT, TEXT)
def test_a_text_says_what_stands_around_its_places_and_what_is_in_them(
    parts: list[tuple[str, str]], answer: str, beginning: str
) -> None:
    """Whatever people write, also braces: it is never read as a place, and the text is one line."""
    heard = event("6.50", ("why", answer))
    values = {"score": "6.5", "survey": heard.survey, "answer.why": " ".join(answer.split()), "name": TALLBACKEN.name}
    doubled = [text.replace("{", "{{").replace("}", "}}") for text in (beginning, *(text for _, text in parts))]
    wording = (
        "x" + doubled[0] + "".join(f"{{{place}}}{text}" for (place, _), text in zip(parts, doubled[1:], strict=True))
    )
    expected = "x" + beginning + "".join(values[place] + text for place, text in parts)
    some = rule(note=wording)
    assert some.note is not None
    assert reading_for(some, heard, company(), NOTHING).written(some.note) == " ".join(expected.split())


@pytest.mark.properties
@settings(max_examples=examples(), deadline=None)
@given(st.integers(-(10**9), 10**9), st.integers(-9, 3))
def test_equal_scores_read_equally(digits: int, exponent: int) -> None:
    """Exact, without an exponent or zeros at the end."""
    score = Decimal(digits).scaleb(exponent)
    text = plain_score(score)
    assert Decimal(text) == score
    assert plain_score(Decimal(text + ("0" if "." in text else ".00"))) == text


@pytest.mark.parametrize(
    ("kind", "score", "question"),
    [("nps", "11", "not on the survey's scale"), ("nps", "8.5", "no whole number"), ("csat", "0", "1 to 5")],
)
def test_a_score_that_its_scale_does_not_have_is_asked_about(kind: str, score: str, question: str) -> None:
    """Either the scale or the sender is wrong, and nobody knows which; a scale that is only guessed asks nothing."""
    told = company(survey=Survey.model_validate({"scales": {"kundenkat-*": {"kind": kind}}}))
    with pytest.raises(Question, match=question):
        note_survey(event(score), told, NOTHING)
    assert note_survey(event(score), company(), NOTHING)


def both(heard: SurveySubmitted, facts: Facts, *rules: SurveyRule) -> list[Command]:
    """What both routes of a survey make."""
    told = company(survey=Survey(rules=rules))
    return [*note_survey(heard, told, facts), *survey_rules(heard, told, facts)]


def kinds(commands: list[Command]) -> list[str]:
    """The kinds of commands, and of notes what they begin with."""
    return [command.core if isinstance(command, EnsureNote) else command.kind for command in commands]


def test_what_stands_beside_the_usual_note_and_in_its_place() -> None:
    """The customer is asked for once; nothing ends the list; the order is that of the file."""
    quiet, last = rule(name="quiet", note=None, instead=True), rule(name="last", note=None, nothing=True)
    assert kinds(both(event(), NOTHING, rule(), rule(name="more"))) == [
        "ensure_customer",
        "kundenkat-q4 6",
        "some",
        "more",
    ]
    assert kinds(both(event(), NOTHING, rule(), quiet)) == ["ensure_customer", "some"]
    assert kinds(both(event(), NOTHING, quiet)) == []
    assert kinds(both(event(), NOTHING, last, rule())) == []
    assert kinds(both(event(), NOTHING, rule(sources=["elsewhere"]))) == ["ensure_customer", "kundenkat-q4 6"]


def test_what_no_longer_holds_is_taken_back() -> None:
    """Lines say so and are only replaced, documents are cancelled, a voucher is a question."""
    line = {"text": "x", "price": 10, "vat": 25}
    gone = [
        rule(name="gone", when={"score_at_least": 9}, insight="x", invoice=line),
        rule(name="offered", note=None, when={"score_at_least": 9}, offer=line),
        rule(name="kept", note=None, nothing=True, when={"score_at_most": 8}),
    ]
    told = company(survey=Survey(rules=tuple(gone)))
    assert names_met(event("9"), told, NOTHING) == {"note_survey", "gone", "offered"}
    commands = both(event("6"), Facts(met=names_met(event("9"), told, NOTHING)), *gone)
    notes = [command for command in commands if isinstance(command, EnsureNote)]
    assert [note.core.split(":")[0] for note in notes] == ["survey", "gone", "insight gone"]
    assert all(note.only_replaces for note in notes)
    cancelled = [command for command in commands if isinstance(command, EnsureCancelled)]
    assert [(one.document, one.thing.kind, one.thing.id) for one in cancelled] == [
        ("invoice", "response_invoice", "resp-1/gone"),
        ("offer", "response_offer", "resp-1/offered"),
    ]
    voucher = {"series": "A", "text": "x", "debit": 3001, "credit": 1930, "amount": 1}
    paid = rule(name="paid", note=None, when={"score_at_least": 9}, voucher=voucher)
    with pytest.raises(Question, match="is that one taken back") as asked:
        both(event("6"), Facts(met=frozenset({"paid"})), paid)
    answered = Facts(met=frozenset({"paid"}), answers={asked.value.key: asked.value.choices[0]})
    assert kinds(both(event("6"), answered, paid)) == ["ensure_customer", "kundenkat-q4 6"]


def test_a_document_makes_its_customer_and_needs_an_id_and_a_number() -> None:
    """Also where surveys make none; a delivery that only a digest tells apart, or words for a price, are a question."""
    some = rule(note=None, invoice={"text": "{answer.what}", "price_answer": "pris", "quantity": 3, "vat": 12})
    told = company(survey=Survey(rules=(some,), create_customers="never"))
    heard = event("6", ("pris", "33,35"), ("what", "Tvätt"))
    customer, invoice = survey_rules(heard, told, NOTHING)
    assert isinstance(customer, EnsureCustomer)
    assert isinstance(invoice, EnsureInvoice)
    assert (customer.create, invoice.customer) == (True, customer.thing)
    assert (invoice.total_excluding_vat, invoice.total_vat, invoice.total) == tuple(
        map(Decimal, ("100.05", "12.01", "112.06"))
    )
    with pytest.raises(Question, match="no id of its own"):
        survey_rules(heard.model_copy(update={"by_digest": True}), told, NOTHING)
    with pytest.raises(Question, match="no plain number"):
        survey_rules(event("6", ("pris", "dyrt")), told, NOTHING)


def test_a_document_for_a_private_person_goes_to_the_shared_customer() -> None:
    """Where the company has one; the respondent's own card keeps the note, and the label is asked for first."""
    some = rule(label="Enkät", invoice={"text": "x", "price": 10, "vat": 25})
    told = company(survey=Survey(rules=(some,))).model_copy(update={"customers": Customers(default_consumer="900")})
    heard = survey(Party(name="Kajsa Ek", email="kajsa@example.com"), score=Decimal(6))
    commands = survey_rules(heard, told, NOTHING)
    note, shared, label, invoice = commands
    assert isinstance(note, EnsureNote)
    assert isinstance(shared, EnsureCustomer)
    assert isinstance(label, EnsureLabel)
    assert isinstance(invoice, EnsureInvoice)
    assert (shared.own_number, invoice.customer, invoice.labels) == ("900", shared.thing, (label.thing,))
    assert note.customer == Ref(system="key", kind="customer", id="email:kajsa@example.com")
    assert (invoice.made_from, invoice.hold_same_total_days, label.create) == ("survey", 0, True)
