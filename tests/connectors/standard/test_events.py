"""What our own shape becomes: orders, invoices and surveys, and every fault named by its field."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sources import Ignored, Stored, Unreadable
from connectors.standard import fields, schema
from connectors.standard.settings import StandardSettings
from connectors.standard.source import StandardSource
from connectors.standard.wire import moment_in_seconds
from handlers.events import InvoiceChanged, OrderChanged, Refunded, SurveySubmitted
from handlers.values import Question, Ref
from tests.fakes.examples import example

RECEIVED = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRETS = {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
SOURCE = StandardSource("shop", StandardSettings.model_validate({"company": "demo", "secret": "generated:x"}), SECRETS)

Body = dict[str, Any]


def order(kind: str = "order.won", **data: object) -> Body:
    """A small order in our shape."""
    return {
        "type": kind,
        "timestamp": "2026-11-13T23:30:00Z",
        "data": {
            "order_id": "SO-1",
            "currency": "SEK",
            "prices_include_vat": False,
            "customer": {"name": "Tallbacken Bygg AB", "email": " inkop@example.com "},
            "lines": [{"description": "Regel", "quantity": "2", "unit_price": 24.50, "vat_rate": 25}],
            "total_excluding_vat": "49.00",
            "total_vat": "12.25",
            "total": "61.25",
            **data,
        },
    }


def survey(**data: object) -> Body:
    """A small survey in our shape."""
    return {
        "type": "survey.completed",
        "timestamp": "2026-11-13T11:00:00+01:00",
        "data": {"survey_id": "kundenkat", "response_id": 17, "respondent": {"name": "Lagunda Kaffe"}, **data},
    }


def stored(body: Body | bytes) -> Stored:
    """The body as it lies in the inbox."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Stored(inbox_id=1, key="msg_1", received_at=RECEIVED, headers={}, body=raw)


def event(body: Body | bytes) -> Any:
    """The one event of a body."""
    found = SOURCE.events(stored(body))
    assert not isinstance(found, Ignored)
    [only] = found
    return only


@pytest.mark.capability("f2")
def test_the_example_order_is_read_to_the_last_decimal() -> None:
    """The published example becomes a paid order with exact amounts."""
    found = event(example("standard-webhooks/order-paid.json"))
    assert isinstance(found, OrderChanged)
    assert (found.status, found.thing) == ("paid", Ref(system="shop", kind="order", id="SO-20931"))
    assert found.document.customer.organisation_number == "559904-2032"
    assert [line.unit_price for line in found.document.lines] == [Decimal("24.50"), Decimal("950.00")]
    assert found.document.lines[0].discount_percent == Decimal(10)
    assert (found.document.total, found.document.paid) == (Decimal("4495.00"), date(2026, 11, 13))
    assert found.version == Decimal(1794564900)


@pytest.mark.capability("f2")
def test_the_example_survey_is_read() -> None:
    """The published example becomes a submitted survey whose score comes from its answers."""
    found = event(example("standard-webhooks/survey-completed.json"))
    assert isinstance(found, SurveySubmitted)
    assert (found.respondent.name, found.score) == ("Lagunda Kaffe & Te AB", Decimal(10))
    assert [answer.value for answer in found.answers] == ["10", "Toppen! 👍"]


@pytest.mark.parametrize(
    ("kind", "data", "dated", "business_date", "paid"),
    [
        ("order.won", {}, "2026-11-14", "2026-11-14", None),
        ("order.won", {"ordered_at": "2026-11-01T08:00:00+01:00"}, "2026-11-01", "2026-11-01", None),
        ("order.won", {"paid_at": "2026-11-02T08:00:00Z"}, "2026-11-14", "2026-11-14", None),
        ("order.paid", {}, "2026-11-14", "2026-11-14", "2026-11-14"),
        ("order.paid", {"paid_at": "2026-11-02T23:30:00Z"}, "2026-11-03", "2026-11-03", "2026-11-03"),
        (
            "order.paid",
            {"ordered_at": "2026-11-01T08:00:00Z", "paid_at": "2026-11-02T08:00:00Z"},
            "2026-11-01",
            "2026-11-01",
            "2026-11-02",
        ),
        ("order.refunded", {"ordered_at": "2026-01-01T08:00:00Z"}, "2026-01-01", "2026-11-14", None),
    ],
)
def test_dates_are_stockholm_days(kind: str, data: Body, dated: str, business_date: str, paid: str | None) -> None:
    """Half past eleven at night in UTC is the next day in Swedish books; each date comes from its own field."""
    found = event(order(kind, **data))
    assert found.document.dated.isoformat() == dated
    assert found.dated.isoformat() == business_date
    assert (found.document.paid and found.document.paid.isoformat()) == paid


def test_an_invoice_of_an_order_means_that_the_order_is_paid() -> None:
    """With ``order_id`` it is the same thing as the order, so no second invoice can come of it."""
    paid = event(order("order.paid"))
    invoice = event(order("invoice.paid", invoice_id="INV-9"))
    assert isinstance(invoice, OrderChanged)
    assert (invoice.thing, invoice.status, invoice.document) == (paid.thing, "paid", paid.document)


def test_an_invoice_without_an_order_stands_alone() -> None:
    """Without ``order_id`` it is an invoice of its own."""
    body = order("invoice.paid", invoice_id="INV-9", order_id=" ")
    found = event(body)
    assert isinstance(found, InvoiceChanged)
    assert (found.thing, found.document.number) == (Ref(system="shop", kind="invoice", id="INV-9"), "INV-9")


def test_a_stated_version_counts_before_the_timestamp() -> None:
    """The version orders changes of one order, as number or text."""
    assert event(order(version=7)).version == Decimal(7)
    assert event(order(version="7.5")).version == Decimal("7.5")
    assert event(order(version=None)).version == Decimal(1794612600)


def test_empty_is_absent_and_zero_is_a_value() -> None:
    """Null, empty and blank texts never become values."""
    body = order(customer={"name": "A AB", "organisation_number": " ", "country": "", "external_id": None})
    body["data"]["lines"][0]["discount_percent"] = 0
    found = event(body).document
    assert (found.customer.organisation_number, found.customer.country, found.customer.source_id) == (None,) * 3
    assert found.lines[0].discount_percent == 0


def _change(*path: str | int, to: object) -> Callable[[Body], None]:
    def change(body: Body) -> None:
        inner: Any = body
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (_change("data", "customer", to=None), "data.customer: is missing"),
        (_change("data", "customer", "name", to=" "), "data.customer.name: is missing"),
        (_change("data", "lines", to=[]), "data.lines:"),
        (_change("data", "lines", 0, "quantity", to="canary"), "data.lines.0.quantity: must be a number"),
        (_change("data", "lines", 0, "quantity", to="1e9"), "data.lines.0.quantity: must be a number"),
        (_change("data", "lines", 0, "quantity", to=True), "data.lines.0.quantity: must be a number"),
        (_change("data", "total", to="1 234,50 canary"), "data.total: must be a number"),
        (_change("data", "total", to="9" * 30), "data.total: must have at most 18 digits"),
        (_change("data", "order_id", to="a\ncanary"), "data.order_id:"),
        (_change("data", "order_id", to="a" * 201), "data.order_id:"),
        (_change("data", "customer", "country", to="canary"), "data.customer.country:"),
        (_change("data", "paid_at", to="canary"), "data.paid_at: must be a time"),
        (_change("data", "paid_at", to="2026-11-13T10:00:00"), "data.paid_at:"),
        (_change("timestamp", to="0001-01-01T00:00:00Z"), "timestamp: must be a time"),
        (_change("timestamp", to=1794564900), "timestamp: must be a time"),
        (_change("data", to="canary"), "data:"),
        (_change("type", to=5), "type: is missing"),
    ],
)
def test_a_fault_of_shape_names_the_field_and_not_the_value(change: Callable[[Body], None], field: str) -> None:
    """A person is told where to look; what stands there stays private."""
    body = order()
    change(body)
    with pytest.raises(Unreadable) as fault:
        SOURCE.events(stored(body))
    assert field in str(fault.value)
    assert "canary" not in str(fault.value)


@pytest.mark.parametrize("kind", ["order.won", "order.paid"])
def test_a_sale_with_a_negative_quantity_is_a_question(kind: str) -> None:
    """Only a refund may take something back; a person decides."""
    body = order(kind)
    body["data"]["lines"][0]["quantity"] = "-2"
    with pytest.raises(Question, match="Line 1 has a negative quantity"):
        SOURCE.events(stored(body))
    assert isinstance(event({**body, "type": "order.refunded"}), Refunded)


@pytest.mark.parametrize(("named", "thing"), [({"refund_id": "R-1"}, "R-1 of SO-1"), ({}, "SO-1")])
def test_a_refund_is_a_thing_of_its_own_in_the_lane_of_its_order(named: Body, thing: str) -> None:
    """Several refunds of one order are told apart, and none of them is its order."""
    refunded, paid = event(order("order.refunded", **named)), event(order("order.paid"))
    assert isinstance(refunded, Refunded)
    assert refunded.thing == Ref(system="shop", kind="order_refund", id=thing)
    assert (refunded.order, refunded.lane) == (paid.thing, paid.lane)


def test_an_unknown_type_is_ignored() -> None:
    """What we do not know is taken and means nothing."""
    assert SOURCE.events(stored({"type": "order.shipped", "data": 5})) == Ignored("unknown_type")


@pytest.mark.parametrize(
    ("data", "score"),
    [
        ({"score": "9.5"}, Decimal("9.5")),
        ({"score": 0, "answers": [{"key": "nps", "value": 9}]}, Decimal(0)),
        ({"answers": [{"key": "namn", "value": 3}, {"key": "BETYG", "value": "4"}]}, Decimal(4)),
        ({"answers": [{"key": "nps", "value": "mycket"}, {"key": "csat", "value": 5}]}, Decimal(5)),
        ({"answers": [{"key": "nps", "value": True}]}, None),
        ({}, None),
    ],
)
def test_where_a_score_comes_from(data: Body, score: Decimal | None) -> None:
    """The stated score first, else the first answer that is called one and holds a number."""
    assert event(survey(**data)).score == score


def test_answers_are_put_into_words() -> None:
    """Choices are joined, empty answers left out, a missing question is the key."""
    answers = [
        {"key": "val", "question": "Vad?", "value": ["Service", None, " Delar "]},
        {"key": "tom", "value": ""},
        {"question": "Ja eller nej?", "value": False},
        {"key": "n", "value": 9.50},
    ]
    found = event(survey(answers=answers)).answers
    assert [(answer.key, answer.question, answer.value) for answer in found] == [
        ("val", "Vad?", "Service, Delar"),
        ("Ja eller nej?", "Ja eller nej?", "no"),
        ("n", "n", "9.5"),
    ]


@pytest.mark.parametrize(
    ("respondent", "name"),
    [
        ({"name": "N", "company": "C AB"}, "C AB"),
        ({"name": "N", "email": "e@example.com"}, "N"),
        ({"email": "e@example.com"}, "e@example.com"),
        ({"organisation_number": "559905-1017"}, "559905-1017"),
    ],
)
def test_how_a_respondent_is_named(respondent: Body, name: str) -> None:
    """The company before the person, before what else tells who it was."""
    assert event(survey(respondent=respondent)).respondent.name == name


def test_a_respondent_without_anything_is_a_question() -> None:
    """Nobody can be found or made from nothing."""
    with pytest.raises(Question, match="no name"):
        SOURCE.events(stored(survey(respondent={})))


def test_the_account_of_the_sender_is_read_from_the_body() -> None:
    """With a table of companies the account stands at the configured path; what cannot be one is nobody's."""
    settings = StandardSettings.model_validate(
        {"companies": {"acme": "demo", "7": "other"}, "account_field": "data.shop", "secret": "generated:x"}
    )
    source = StandardSource("shop", settings, SECRETS)
    for given_account, company in (("acme", "demo"), (7, "other"), ("stranger", None), (None, None), ({}, None)):
        assert settings.company_for(source._account({"data": {"shop": given_account}})) == company
    assert settings.company_for(source._account({})) is None
    assert settings.company_for(None) is None


@pytest.mark.parametrize(
    "section",
    [
        {"secret": "x"},
        {"secret": "x", "company": "a", "companies": {"b": "c"}},
        {"secret": "x", "companies": {"b": "c"}},
        {"secret": "x", "company": "a", "account_field": "b"},
        {"company": "a"},
        {"secret": "x", "company": "a", "unknown": 1},
    ],
)
def test_a_section_that_says_too_little_or_too_much_is_refused(section: Body) -> None:
    """One company or a table with its path; unknown keys are faults."""
    with pytest.raises(ValueError):
        StandardSettings.model_validate(section)


def test_the_schema_file_is_the_schema_of_the_models() -> None:
    """The committed schema is what the models say (``python -m connectors.standard.schema`` writes it)."""
    assert schema.FILE.read_text(encoding="utf-8") == schema.written()


@pytest.mark.parametrize("name", ["order-paid.json", "survey-completed.json"])
def test_the_examples_fit_the_schema(name: str) -> None:
    """What we document is what we take."""
    jsonschema.Draft202012Validator(schema.body_schema()).validate(json.loads(example(f"standard-webhooks/{name}")))


def test_the_schema_refuses_what_the_models_refuse() -> None:
    """A body without its customer fails both."""
    body = order()
    assert jsonschema.Draft202012Validator(schema.body_schema()).is_valid(body)
    del body["data"]["customer"]
    assert not jsonschema.Draft202012Validator(schema.body_schema()).is_valid(body)


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=4))
def test_numbers_keep_every_digit(number: Decimal) -> None:
    """As text or as a JSON number, a decimal arrives as it was sent; never through a binary float."""
    text = format(number, "f")
    for quoted in (f'"{text}"', text):
        raw = json.dumps(order()).replace('"49.00"', quoted).encode()
        assert str(event(raw).document.total_excluding_vat) == text or number == 0
    assert fields.read_number(text) == number


@given(st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.decimals(), st.lists(st.integers())))
def test_reading_a_number_fails_only_as_a_fault(value: object) -> None:
    """Anything that is no plain number is one kind of fault, and what is read stays small."""
    try:
        read = fields.read_number(value)
    except ValueError:
        return
    assert len(format(read, "f")) < 40


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_seconds_keep_their_microseconds(moment: datetime) -> None:
    """Versions from timestamps are exact and ordered like the moments."""
    assert moment_in_seconds(moment) * 1_000_000 == Decimal(
        round(moment.replace(microsecond=0).timestamp())
    ) * 1_000_000 + (moment.microsecond)


def test_half_a_surrogate_pair_is_named_in_fields_and_replaced_in_answers() -> None:
    """A text that no storage takes parks an order and cannot stop a survey's free text."""
    with pytest.raises(Unreadable, match=r"data\.customer\.name: must be valid text"):
        event(order(customer={"name": "A\ud83d"}))
    assert event(survey(answers=[{"key": "k", "value": "cut \ud83d"}])).answers[0].value == "cut ?"
