"""Mappings over any event: commands or a question, exact decimals, and names that cannot be there are told before."""

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from itertools import cycle
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from connectors.nearest import meant
from daemon.mappings import compiled_mapping, event_shape
from handlers.commands import COMMANDS
from handlers.events import Address, Answer, Event, EventBase, NoteAdded, PartyChanged
from handlers.mapping.converters import NAMES, CannotBeConverted, converter_of
from handlers.mapping.data import data_of
from handlers.mapping.expressions import BadExpression, CannotBeEvaluated, compiled
from handlers.mapping.shapes import faults_of, fields_named
from handlers.mapping.things import NAMED
from handlers.settings import MappingSection
from handlers.values import Question, Ref
from tests.handlers.examples import DOCUMENT, NOW, TALLBACKEN, TODAY, company, order, paid_invoice, survey
from tests.properties import examples

LOOKUPS = {"NAME": {"bra": "1", "SE": "Sverige"}}
SHOP = data_of(order())
THING = Ref(system="ghl", kind="customer", id="C-1")

TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", " ", "bra", "SE", "9", "12,50", "2026-11-28", "2026-11-28T23:30:00Z", "556677-8899", "..", "ja"]
    ),
)
NUMBERS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from([Decimal("9.5"), Decimal("1E+400"), Decimal("1E-400"), Decimal("-0")]),
)


BASES = (
    order(DOCUMENT.model_copy(update={"customer": TALLBACKEN.model_copy(update={"address": Address(city="Ort")})})),
    paid_invoice(),
    survey(TALLBACKEN, Answer(key="nps", question="Hur?", value="9"), Answer(key="ort", question="Var?", value="X")),
    PartyChanged(thing=THING, version=Decimal(1), occurred_at=NOW, dated=TODAY, party=TALLBACKEN),
    NoteAdded(thing=THING, version=Decimal(1), occurred_at=NOW, dated=TODAY, about=TALLBACKEN, text="ring"),
)


DRAWN = st.tuples(st.lists(TEXTS, min_size=3, max_size=3), st.lists(NUMBERS, min_size=2, max_size=2), st.integers(0))
"""Texts and numbers, and the seed of what is made of them: drawing each choice would cost seconds."""


def event_of(texts: list[str], numbers: list[Decimal], chance: Random) -> EventBase:
    """Any event of any kind that a mapping hears, whatever its texts and numbers are, and with any of them absent."""
    event: EventBase = _scrambled(chance.choice(BASES), cycle(texts), cycle(numbers), chance)
    return event


def _scrambled(value: Any, texts: Iterator[str], numbers: Iterator[Decimal], chance: Random) -> Any:
    """The model with values from what was drawn: kept, text or number in its place, or nothing."""
    if isinstance(value, tuple):
        return tuple(_scrambled(inner, texts, numbers, chance) for inner in value)
    if isinstance(value, BaseModel):
        changed = {
            name: given if name in {"kind", "occurred_at", "status"} else _scrambled(given, texts, numbers, chance)
            for name, given in value
        }
        optional = {name for name, field in type(value).model_fields.items() if field.default is None}
        return value.model_copy(
            update={
                name: None if name in optional and chance.random() < 0.3 else given for name, given in changed.items()
            }
        )
    if isinstance(value, str):
        return next(texts) if chance.random() < 0.5 else value
    return next(numbers) if isinstance(value, Decimal) and chance.random() < 0.5 else value


WRAPPED = (
    "{}",
    "{}",
    "{}",
    "[{}]",
    "to_string({})",
    "to_number({})",
    "length({})",
    "{} > `9.5`",
    "{} || 'x'",
    "sum([{}])",
)


PATHS = {kind: sorted(fields_named(event_shape(kind))) for kind in NAMED}


TEXT_TARGETS = frozenset({"Name", "OrganisationNumber", "CountryCode", "Comments"})
TARGETS = ("Name", "OrganisationNumber", "CountryCode", "Comments", "InvoiceDiscount", "Active", "SalesAccount")


def section_of(kind: str, chance: Random) -> MappingSection:
    """Some section for a kind of event: paths that it has, functions around them, any converter on any field."""

    def expression() -> str:
        return chance.choice(WRAPPED).format(chance.choice(PATHS[kind]))

    def value(name: str) -> dict[str, Any]:
        source = {"path": expression()} if chance.random() < 0.7 else {"template": f"A {{{expression()}}}"}
        options: dict[str, Any] = {"required": chance.random() < 0.5, "default": "12"}
        if name in TEXT_TARGETS:
            options["as"] = chance.choice(NAMES)
        return source | {name: given for name, given in options.items() if chance.random() < 0.4}

    return MappingSection(
        event=kind,
        when=chance.choice((None, expression())),
        action=chance.choice(("update_customer", "update_customer", "update_customer", "create_customer")),
        keys=chance.choice((("thing.id",), (expression(),))),
        fields={name: value(name) for name in chance.sample(TARGETS, chance.randint(1, 3))},
    )


@pytest.mark.properties
@pytest.mark.timeout(900)
@settings(max_examples=examples(), suppress_health_check=list(HealthCheck), deadline=None)
@given(DRAWN)
def test_a_mapping_never_raises_an_undocumented_error(drawn: tuple[list[str], list[Decimal], int]) -> None:
    """Either its section is refused with faults, or each event gives commands that can be stored, or a question."""
    chance = Random(drawn[2])
    event: Any = event_of(drawn[0], drawn[1], chance)
    some = [section_of(event.kind, chance) for _ in range(2)]
    for section in (*some, MAPPED[event.kind]):
        rule, faults = compiled_mapping("some", section, LOOKUPS, {"some": section})
        if not faults:
            with suppress(Question):
                for command in rule.decide(event, company()):
                    assert COMMANDS.validate_json(COMMANDS.dump_json(command)) == command
        else:
            assert section is not MAPPED[event.kind]


MAPPED = {
    kind: MappingSection(
        event=kind,
        action="update_customer",
        record="customer",
        fields={"Comments": {"template": "{kind} {thing.id} {version}", "as": "lines"}, "Phone2": "thing.system"},
    )
    for kind in NAMED
}
"""A sound section for every kind of event."""


def test_numbers_are_exact_in_conditions_and_functions() -> None:
    """Decimals are compared with what the expression states as decimals, and functions take them."""
    data = {"rate": Decimal("9.1"), "many": [Decimal("0.1"), Decimal("0.2"), 3], "text": "9.10"}
    found = {
        text: compiled(text).value(data)
        for text in ("rate == `9.1`", "rate > `9.1`", "sum(many)", "avg(many)", "max(many)", "to_number(text) == rate")
    }
    assert found == {
        "rate == `9.1`": True,
        "rate > `9.1`": False,
        "sum(many)": Decimal("3.3"),
        "avg(many)": Decimal("1.1"),
        "max(many)": 3,
        "to_number(text) == rate": True,
    }
    assert compiled("to_string(rate)").value(data) == "9.1"
    assert compiled("type(rate)").value(data) == "number"
    assert compiled("sort_by(document.lines, &unit_price)[0].sku").value(SHOP) == "TRA-45X95"


@pytest.mark.parametrize("text", ["`1234567890.1234567`", "`NaN`", "a." * 300, "!" * 499, "", "a b", "`1e400`"])
def test_what_could_not_be_read_exactly_or_at_all_is_no_expression(text: str) -> None:
    """A number that JMESPath would round, nesting without end, and plain nonsense."""
    with pytest.raises(BadExpression):
        compiled(text)


@pytest.mark.parametrize("text", ["status > `1`", "sum(document.lines[].sku)", "document.lines[::0]", "ceil(status)"])
def test_what_an_event_does_not_allow_is_one_error_without_its_values(text: str) -> None:
    """The library's own errors quote what they choke on: names of people."""
    with pytest.raises(CannotBeEvaluated) as error:
        compiled(text).value(SHOP)
    assert "TRA-45X95" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("document.customer.emial", "there is no emial; did you mean email?"),
        ("document.lines.sku", "sku: what it is looked for in is a list (write [] or [0] before it)"),
        ("status.name", "name: what it is looked for in is a single value"),
        ("document.lines[?unit_prise > `1`].sku", "there is no unit_prise; did you mean unit_price?"),
        ("max_by(document.lines, &quantty).sku", "there is no quantty; did you mean quantity?"),
        ("lenght(document.lines)", "there is no function lenght; did you mean length?"),
        ("status[0]", "[0] stands behind what is no list"),
        ("document.{a: total, b: totl}.c", "there is no totl; did you mean total?"),
        ("length(status, status)", "length() takes 1 values, 2 given"),
    ],
)
def test_a_name_that_can_never_be_there_is_told_with_the_nearest_one(text: str, fault: str) -> None:
    """Below lists, within filters and functions, too."""
    assert faults_of(compiled(text), event_shape("order_changed"), meant)[0][0] == fault


@pytest.mark.parametrize(
    "text",
    [
        "document.lines[0].sku", "document.lines[*].[sku, unit_price]", "document.lines[].quantity | sum(@)",
        "not_null(document.your_reference, document.customer.name)", "document.customer.address.city || 'Ort'",
        "document.{a: total}.a", "join(', ', document.lines[].description)", "sort_by(document.lines, &sku)[-1].unit",
        "document.charges[?kind == 'fee'] | [0].amount", "!(document.freight)", "document.* | [0]",
        "kind == 'x' && dated",
    ],
)  # fmt: skip
def test_what_can_be_there_has_no_fault(text: str) -> None:
    """Every kind of node that expressions are made of."""
    assert faults_of(compiled(text), event_shape("order_changed"), meant)[0] == []


@pytest.mark.parametrize(
    ("name", "value", "converted"),
    [
        ("decimal:2", Decimal("1.005"), Decimal("1.01")),
        ("decimal:2", "1 234,50", Decimal("1234.50")),
        ("ore", 12550, Decimal("125.50")),
        ("integer", Decimal("3.0"), 3),
        ("date", "2026-11-28T23:30:00+00:00", "2026-11-29"),
        ("flag", "Ja", True),
        ("organisation_number", "5599042032", "559904-2032"),
        ("country", " se", "SE"),
        ("text:8", "ett två tre", "ett t..."),
        ("lines", ["ett", "två  tre"], "ett\ntvå tre"),
        ("lookup:NAME", "bra", "1"),
    ],
)
def test_converters(name: str, value: Any, converted: Any) -> None:
    """Each of the closed list on what it is for."""
    assert converter_of(name, LOOKUPS)(value) == converted


@pytest.mark.parametrize(
    ("name", "value"),
    [("ore", "1.5"), ("date", "2026-13-01"), ("date", "2026-11-28T10:00"), ("integer", True), ("text", {}),
     ("country", "Sverige"), ("organisation_number", "556677-8890"), ("lookup:NAME", "dålig"), ("decimal", "1E5")],
)  # fmt: skip
def test_what_is_none_of_it_cannot_be_converted(name: str, value: Any) -> None:
    """The text says what it should be and never what it is."""
    with pytest.raises(CannotBeConverted) as error:
        converter_of(name, LOOKUPS)(value)
    assert str(value) not in str(error.value)


def test_one_event_of_two_mappings_gives_two_things() -> None:
    """Each mapping makes a thing of its own of the event's thing, the same for each version of it."""
    event: Event = survey()
    section = MappingSection(event="survey_submitted", action="create_project", fields={"Description": "survey"})
    things = []
    for name in ("one", "two"):
        rule, faults = compiled_mapping(name, section, {}, {name: section})
        assert [reason for where, reason in faults if where != ("fields", "StartDate")] == []
        things.append(rule.decide(event, company())[0].thing)
    assert things[0] != things[1]
    assert {thing.id for thing in things} == {event.thing.id}
