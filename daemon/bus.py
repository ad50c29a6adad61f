"""The bus: runs the rules that hear an event, in the order of the visible table, and names the one that failed."""

from collections.abc import Mapping, Sequence

from handlers.commands import Command
from handlers.events import Event
from handlers.facts import Facts
from handlers.routes import Rule
from handlers.settings import CompanySettings
from handlers.values import Question, Skipped


class RuleFailed(Exception):
    """A rule raised what it must not: a bug of ours, named by rule."""

    def __init__(self, rule: str) -> None:
        super().__init__(f"rule {rule} failed")
        self.rule = rule


class Bus:
    """Routes events to rules. It carries no work: what rules answer is stored by intake in one transaction."""

    def __init__(self, routes: Mapping[str, Sequence[Rule]]) -> None:
        self._routes = routes

    def commands(
        self, event: Event, settings: CompanySettings, facts: Facts, *, skipped: list[str] | None = None
    ) -> list[tuple[str, Command]]:
        """The commands for an event, each with its rule's name; why a rule passed it by goes to ``skipped``.

        Raises ``Question`` (hold) and :class:`RuleFailed`.
        """
        passed = [] if skipped is None else skipped
        made: list[tuple[str, Command]] = []
        for rule in self._routes[event.kind]:
            if settings.rule(rule.name).mode == "off":
                passed.append(f"{rule.name}: switched off")
                continue
            try:
                made.extend((rule.name, command) for command in rule.decide(event, settings, facts))
            except Question:
                raise
            except Skipped as reason:
                passed.append(f"{rule.name}: {reason}")
            except Exception as error:
                raise RuleFailed(rule.name) from error
        return made

    @property
    def rules(self) -> frozenset[str]:
        """The names of all rules."""
        return frozenset(rule.name for rules in self._routes.values() for rule in rules)
