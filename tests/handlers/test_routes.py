"""The route table: every event has an entry, every rule only answers or asks."""

from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.commands import COMMANDS
from handlers.events import (
    Answer,
    Document,
    Event,
    InvoiceChanged,
    Line,
    OrderChanged,
    Party,
    Refunded,
    SurveySubmitted,
)
from handlers.facts import NOTHING_KNOWN
from handlers.routes import ROUTES, Rule
from handlers.settings import Bookkeeping, CompanySettings, Customers, RuleOptions, Survey
from handlers.values import Question, Ref, Skipped
from tests.handlers.examples import DOCUMENT, company, order, paid_invoice, survey

EVENT_CLASSES = get_args(get_args(Event)[0])

decimals = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from([Decimal(text) for text in ("0", "-0.00", "1", "25", "100", "4495.00", "9E+999999", "1E-999999")]),
)
texts = st.one_of(st.none(), st.text(max_size=40), st.sampled_from(["559904-2032", "SE", "a@b.se", "SEK", "EUR"]))
words = texts.map(lambda text: text or "")
refs = st.builds(Ref, system=words, kind=words, id=words)
parties = st.builds(
    Party, source_id=texts, name=words, organisation_number=texts, email=texts, phone=texts, country=texts
)
lines = st.builds(
    Line,
    sku=texts,
    description=words,
    quantity=decimals,
    unit=texts,
    unit_price=decimals,
    vat_rate=decimals,
    discount_percent=decimals,
)
random_documents = st.builds(
    Document,
    number=words,
    currency=words,
    currency_rate=st.one_of(st.none(), decimals),
    prices_include_vat=st.booleans(),
    customer=parties,
    lines=st.lists(lines, max_size=4).map(tuple),
    total_excluding_vat=decimals,
    total_vat=decimals,
    total=decimals,
    dated=st.dates(),
    paid=st.one_of(st.none(), st.dates()),
)
documents = st.one_of(
    random_documents,
    st.builds(
        lambda party, number, dated: DOCUMENT.model_copy(update={"customer": party, "number": number, "dated": dated}),
        parties,
        words,
        st.dates(),
    ),
)
base = {
    "thing": refs,
    "version": st.just(Decimal(1)),
    "occurred_at": st.datetimes(timezones=st.just(UTC)),
    "dated": st.dates(),
}
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(OrderChanged, **base, status=st.sampled_from(["won", "paid", "refunded"]), document=documents),
    st.builds(InvoiceChanged, **base, document=documents),
    st.builds(Refunded, **base, order=refs, document=documents, whole=st.booleans()),
    st.builds(
        SurveySubmitted,
        **base,
        survey=words,
        respondent=parties,
        score=st.one_of(st.none(), decimals),
        answers=st.lists(st.builds(Answer, key=words, question=words, value=words), max_size=4).map(tuple),
    ),
)
companies = st.builds(
    CompanySettings,
    name=st.just("demo"),
    start=st.just(date(2026, 1, 1)),
    bookkeeping=st.builds(Bookkeeping, payment_days=st.integers(0, 365)),
    survey=st.builds(
        Survey,
        notable_answers=st.lists(words, max_size=3).map(tuple),
        overwrite=st.just(("name",)),
        detail_characters=st.integers(0, 800),
    ),
    customers=st.builds(Customers, default_consumer=st.sampled_from(["", "9999"])),
    rules=st.dictionaries(
        st.sampled_from(["book_order", "book_paid_invoice"]),
        st.builds(
            RuleOptions,
            finish=st.sampled_from(["as_paid", "draft", "booked", "sent"]),
            cost_center=st.sampled_from([None, "STHLM"]),
            skip_zero=st.booleans(),
            only_payment_methods=st.sampled_from([(), ("card",)]),
        ),
    ),
)


def decide(event: Event, choices: CompanySettings) -> list[str]:
    """Every rule of the event's kind, and what it makes, as JSON."""
    made = []
    for rule in ROUTES[event.kind]:
        made += [COMMANDS.dump_json(command).decode() for command in rule.decide(event, choices, NOTHING_KNOWN)]
    return made


def answer_or_question(event: Event, choices: CompanySettings) -> list[str]:
    """What the rules make, or the question that they ask, which is a text of bearable length."""
    try:
        return decide(event, choices)
    except (Question, Skipped) as question:
        return [str(question)] if len(str(question)) < 1000 else []


def test_every_event_has_an_entry() -> None:
    """A new event must be placed in the table, and nothing stands there that is no event."""
    assert set(ROUTES) == {event.model_fields["kind"].default for event in EVENT_CLASSES}


def test_rule_names_are_unique() -> None:
    """A name stands in stored keys and in pauses."""
    names = [rule.name for rules in ROUTES.values() for rule in rules]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("event", [order(), paid_invoice(), survey()], ids=lambda event: event.kind)
def test_commands_read_back_as_they_were(event: Event) -> None:
    """What is stored as JSON text is the same command when it is read, to the last decimal."""
    for text in decide(event, company()):
        assert COMMANDS.dump_json(COMMANDS.validate_json(text)).decode() == text


@pytest.mark.parametrize("event", [order(), paid_invoice(), survey()], ids=lambda event: event.kind)
def test_a_subject_is_made_once(event: Event) -> None:
    """Within one rule, no two commands of one kind share a thing: their keys are different."""
    for rule in ROUTES[event.kind]:
        subjects = [(command.kind, command.thing) for command in rule.decide(event, company(), NOTHING_KNOWN)]
        assert len(subjects) == len(set(subjects))


@pytest.mark.parametrize("event", [order(), paid_invoice(), survey()], ids=lambda event: event.kind)
def test_every_reference_is_made_before_it_is_used(event: Event) -> None:
    """A command waits only for things that the same event ensures earlier."""
    for rule in ROUTES[event.kind]:
        made: set[Ref] = set()
        for command in rule.decide(event, company(), NOTHING_KNOWN):
            assert set(command.refs) <= made
            made.add(command.thing)


def test_a_rule_refuses_another_event() -> None:
    """A table that sends an event to the wrong rule is a bug that shows at once."""
    rule: Rule = ROUTES["survey_submitted"][0]
    with pytest.raises(TypeError, match="note_survey"):
        rule.decide(order(), company(), NOTHING_KNOWN)


@settings(deadline=timedelta(seconds=2))
@given(events, companies)
def test_a_rule_answers_or_asks(event: Event, choices: CompanySettings) -> None:
    """Whatever a source makes of its input: commands, the same each time, or a question. Never another error."""
    first, second = (answer_or_question(event, choices) for _ in range(2))
    assert first == second
    assert first
