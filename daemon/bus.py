"""The bus: runs the rules that hear an event, the visible table's and then the company's own, and names what failed."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from handlers.commands import Command
from handlers.events import Event
from handlers.facts import Facts
from handlers.routes import Rule
from handlers.settings import CompanySettings, OwnRule
from handlers.values import Question, Skipped

LIVE = frozenset({"live"})
"""Modes of the rules whose commands are sent."""


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
        self,
        event: Event,
        settings: CompanySettings,
        facts: Facts,
        modes: Collection[str] = LIVE,
        *,
        skipped: list[str] | None = None,
    ) -> list[tuple[str, Command]]:
        """The commands of the rules in one of ``modes``, each with its rule's name.

        Why a rule passed the event by goes to ``skipped``. Raises ``Question`` (hold) and :class:`RuleFailed`.
        """
        passed = [] if skipped is None else skipped
        made: list[tuple[str, Command]] = []
        for rule in self._heard_by(event, settings):
            mode = settings.rule(rule.name).mode
            if mode not in modes:
                passed += [f"{rule.name}: switched off"] if mode == "off" else []
                continue
            try:
                commands = rule.decide(event, settings, facts)
                if rule.name in settings.own.fields:
                    commands = settings.own.fields[rule.name].completed(commands, event)
            except Question:
                raise
            except Skipped as reason:
                passed.append(f"{rule.name}: {reason}")
                continue
            except Exception as error:
                raise RuleFailed(rule.name) from error
            # A customer that a rule before needed too is ensured once: a second command would replace the first one.
            there = {(command.kind, command.thing) for _, command in made}
            made += [(rule.name, command) for command in commands if (command.kind, command.thing) not in there]
        return made

    def shadowed(self, event: Event, settings: CompanySettings) -> list[str]:
        """The rules that hear the event and only show what they would do."""
        return [rule.name for rule in self._heard_by(event, settings) if settings.rule(rule.name).mode == "shadow"]

    def _heard_by(self, event: Event, settings: CompanySettings) -> Iterator[Rule | OwnRule]:
        yield from self._routes[event.kind]
        yield from (rule for rule in settings.own.rules if event.kind in rule.hears)

    @property
    def rules(self) -> frozenset[str]:
        """The names of the built-in rules."""
        return frozenset(rule.name for rules in self._routes.values() for rule in rules)
