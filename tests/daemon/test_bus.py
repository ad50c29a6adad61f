"""The bus: rules run in the order of the table, and the one that fails is named."""

import pytest

from daemon.bus import Bus, RuleFailed
from handlers.commands import Command
from handlers.events import Event
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.routes import ROUTES, Rule
from handlers.settings import CompanySettings, RuleOptions
from handlers.values import Question
from tests.fakes.pipe import customer
from tests.handlers.examples import company, order


def rule(name: str, *made: str, error: Exception | None = None) -> Rule:
    """A rule that makes customers, or fails."""

    def decide(_event: Event, _settings: CompanySettings, _facts: Facts) -> tuple[Command, ...]:
        if error is not None:
            raise error
        return tuple(customer(one) for one in made)

    return Rule(name, decide)


def test_commands_come_in_the_order_of_the_table_with_their_rules_names() -> None:
    """The order is visible in one place."""
    bus = Bus({"order_changed": (rule("first", "C-1", "C-2"), rule("second", "C-3"))})
    made = bus.commands(order(), company(), NOTHING_KNOWN)
    assert [(name, command.thing.id) for name, command in made] == [
        ("first", "C-1"),
        ("first", "C-2"),
        ("second", "C-3"),
    ]


def test_a_rule_that_fails_is_named_and_its_error_kept() -> None:
    """The log can say where."""
    error = ZeroDivisionError("a bug")
    bus = Bus({"order_changed": (rule("first", "C-1"), rule("broken", error=error))})
    with pytest.raises(RuleFailed, match="rule broken failed") as failed:
        bus.commands(order(), company(), NOTHING_KNOWN)
    assert failed.value.rule == "broken"
    assert failed.value.__cause__ is error


def test_a_question_comes_out_as_it_is() -> None:
    """It holds the event; it is no failure."""
    bus = Bus({"order_changed": (rule("asks", error=Question("which account?")),)})
    with pytest.raises(Question, match="which account"):
        bus.commands(order(), company(), NOTHING_KNOWN)


def test_a_rule_that_is_switched_off_is_not_asked() -> None:
    """The others of the event still are."""
    bus = Bus({"order_changed": (rule("first", error=ZeroDivisionError()), rule("second", "C-3"))})
    chosen = company().model_copy(update={"rules": {"first": RuleOptions(mode="off")}})
    assert [name for name, _ in bus.commands(order(), chosen, NOTHING_KNOWN)] == ["second"]


def test_every_rule_has_a_name_of_its_own() -> None:
    """A rule is paused by name."""
    names = [rule.name for rules in ROUTES.values() for rule in rules]
    assert Bus(ROUTES).rules == frozenset(names)
