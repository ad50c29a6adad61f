"""Answers have one form, wrong ones are refused, and keys tell nothing of a person."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import questions
from handlers.answered import as_answered
from handlers.commands import EnsureInvoice, EnsurePayment
from handlers.events import Document
from handlers.facts import Facts
from handlers.order import book_order
from handlers.questions import DATE, NUMBER, party, possible
from handlers.settings import Vat
from handlers.values import Question
from tests.handlers.examples import DOCUMENT, TALLBACKEN, company, order
from tests.properties import examples

CHOICES = ("domestic", NUMBER, DATE)
"""Every kind of choice."""


@pytest.mark.parametrize(
    ("choice", "answer", "form"),
    [
        ("domestic", " Domestic ", "domestic"),
        ("domestic", "abroad", None),
        (NUMBER, "11,25", "11.25"),
        (NUMBER, "11.250000", "11.25"),
        (NUMBER, "11.1234567", None),
        (NUMBER, "0", None),
        (NUMBER, "-1", None),
        (NUMBER, "1e3", None),
        (NUMBER, "10000000", None),
        (NUMBER, "1.2.3", None),
        (DATE, "2026-11-14", "2026-11-14"),
        (DATE, "2026-02-30", None),
        (DATE, "yesterday", None),
    ],
)
def test_an_answer_has_one_form(choice: str, answer: str, form: str | None) -> None:
    """Or it is none."""
    assert possible([choice], answer) == form


@pytest.mark.properties
@settings(max_examples=examples())
@given(st.text(max_size=20) | st.decimals(allow_nan=False, allow_infinity=False).map(str) | st.dates().map(str))
def test_whatever_is_answered_is_refused_or_means_one_thing(answer: str) -> None:
    """Nothing raises; what is taken is taken again as it is."""
    found = possible(CHOICES, answer)
    if found is None:
        return
    assert possible(CHOICES, found) == found
    if found != "domestic" and possible([DATE], answer) is None:
        assert 0 < Decimal(found) < questions.LARGEST_NUMBER


@pytest.mark.properties
@settings(max_examples=examples())
@given(st.sampled_from(["email", "organisation_number"]), st.text(min_size=4, max_size=40))
def test_a_key_tells_nothing_of_a_party(name: str, value: str) -> None:
    """Twelve letters and digits, the same for the same party and another for another."""
    key = party([(name, value), ("email", "second@example.com")])
    assert len(key) == 12
    assert key.isalnum()
    assert value not in key
    assert key == party([(name, value)])
    assert key != party([(name, value + "x")])


VAT = Vat(without_country="hold", reverse_charge_account=3108, consumers_in_eu="oss", oss={"DE": {"25": 3107}})
GERMAN = {"country": "DE", "vat_number": "DE136695976", "kind": "private"}


def _invoice(document: Document, **answers: str) -> EnsureInvoice:
    made = book_order(order(document), company(vat=VAT), Facts(answers=answers))
    return next(command for command in made if isinstance(command, EnsureInvoice))


def _asked(document: Document, **answers: str) -> Question:
    with pytest.raises(Question) as caught:
        _invoice(document, **answers)
    return caught.value


def _bought_by(**fields: Any) -> Document:
    return DOCUMENT.model_copy(update={"customer": TALLBACKEN.model_copy(update=fields)})


def test_a_buyer_is_what_a_person_says() -> None:
    """Where the source says nothing, or contradicts itself; each question offers what can be true."""
    nowhere = _bought_by(country=None, organisation_number=None)
    assert _asked(nowhere).choices == ("domestic",)
    decision = _invoice(nowhere, buyer_country="domestic").vat_decision
    assert decision is not None
    assert (decision.treatment, decision.country) == ("domestic", "SE")
    both = _bought_by(**GERMAN)
    assert (_asked(both).key, _asked(both).choices) == ("buyer_kind", ("company", "private"))
    private = _invoice(both, buyer_kind="private").vat_decision
    assert private is not None
    assert (private.treatment, private.vat_number) == ("oss", None)
    with pytest.raises(Question, match="the source charges 25 % of VAT"):
        _invoice(both, buyer_kind="company")
    assert _asked(_bought_by(country="DE")).choices == ("private",)


def test_a_rate_and_a_day_are_taken_where_the_source_has_none_that_can_be() -> None:
    """What it states itself stays; an answer is of its own currency and day."""
    foreign = DOCUMENT.model_copy(update={"currency": "EUR", "currency_rate": Decimal(1)})
    asked = _asked(foreign)
    assert (asked.key, asked.choices, asked.of_sale) == ("currency_rate:EUR:2026-11-13", (NUMBER,), False)
    answered = {asked.key: "11.4"}
    assert _invoice(foreign, **answered).currency_rate == Decimal("11.4")
    assert _invoice(foreign.model_copy(update={"currency_rate": None}), **answered).currency_rate == Decimal("11.4")
    stated = foreign.model_copy(update={"currency_rate": Decimal("10.9")})
    assert _invoice(stated, **answered).currency_rate == Decimal("10.9")
    unpaid = DOCUMENT.model_copy(update={"paid": None})
    assert (_asked(unpaid).key, _asked(unpaid).choices) == ("paid_on", (DATE,))
    for document, day in ((unpaid, "2026-11-14"), (DOCUMENT, "2026-11-13")):
        made = book_order(order(document), company(), Facts(answers={"paid_on": "2026-11-14"}))
        assert [command.paid.isoformat() for command in made if isinstance(command, EnsurePayment)] == [day]


def test_an_event_without_answers_is_the_same_event() -> None:
    """Nothing is copied for the ordinary case."""
    event = order()
    assert as_answered(event, company(), Facts()) is event
