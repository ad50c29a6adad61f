"""Rules of other packages: found by their entry points, named in the configuration, checked before they run."""

from collections.abc import Mapping, Sequence
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from connectors.nearest import meant
from daemon.config_faults import Fault, key_path
from daemon.mappings import EVENTS, MONEY, digest_of
from handlers.commands import Command, CommandBase, DocumentCommand, EnsurePayment, EnsureRecord, SendDocument
from handlers.events import Event
from handlers.facts import Facts
from handlers.mapping.rule import BY_DIGEST, told_by_digest
from handlers.plug_in import PlugIn
from handlers.settings import CompanySettings, OwnRule
from handlers.values import Question

GROUP = "fortnox_bridge.rules"


class Unusable(Exception):
    """The plug-in cannot be used; the text says why."""


def plug_in_rules(
    sections: Mapping[str, Mapping[str, Any]], where: Sequence[str]
) -> tuple[tuple[OwnRule, ...], list[Fault]]:
    """The rules of the named plug-ins, in the order of the file, and every fault with its key path."""
    rules: list[OwnRule] = []
    faults: list[Fault] = []
    for name, options in sections.items():
        try:
            rules.append(_rule(name, options))
        except Unusable as error:
            faults += [Fault(key_path((*where, name)), line) for line in str(error).splitlines()]
    return tuple(rules), faults


def _rule(name: str, options: Mapping[str, Any]) -> OwnRule:
    point = _entry_point(name)
    try:
        plug_in = point.load()
    except Exception as error:  # noqa: BLE001 - code of others: whatever it raises, the fault is named
        raise Unusable(f"{point.value} cannot be loaded: {type(error).__name__}: {_line(error)}") from None
    if not isinstance(plug_in, PlugIn):
        raise Unusable(f"{point.value} is no PlugIn but a {type(plug_in).__name__}")
    unheard = [kind for kind in plug_in.hears if kind not in EVENTS]
    if unheard:
        raise Unusable(f"hears {unheard[0]}, which is no kind of event{meant(str(unheard[0]), EVENTS)}")
    try:
        wrong = [str(line) for line in plug_in.check(options)]
    except Exception as error:  # noqa: BLE001 - code of others
        raise Unusable(f"its check of the options failed: {type(error).__name__}: {_line(error)}") from None
    if wrong:
        raise Unusable("\n".join(wrong))
    version = "" if point.dist is None else f"{point.dist.name} {point.dist.version}"
    return OwnRule(name, frozenset(plug_in.hears), partial(_decided, plug_in), version, digest_of(options, {}))


def _entry_point(name: str) -> EntryPoint:
    found = list(entry_points(group=GROUP))
    named = [point for point in found if point.name == name]
    if not named:
        raise Unusable(f"no installed package has a plug-in {name}{meant(name, [point.name for point in found])}")
    if len(named) > 1:
        raise Unusable(f"more than one installed package has it: {', '.join(point.value for point in named)}")
    return named[0]


def _line(error: Exception) -> str:
    return (str(error).splitlines() or ["no text"])[0]


def _decided(plug_in: PlugIn, event: Event, settings: CompanySettings, facts: Facts) -> tuple[Command, ...]:
    """The commands that it gives; anything else is an error of it, like all that it raises but ``Question``."""
    commands = tuple(plug_in.decide(event, settings, facts))
    for command in commands:
        if not isinstance(command, CommandBase):
            raise TypeError(f"a plug-in gives commands, not {type(command).__name__}")
    if told_by_digest(event) and any(map(_makes_money, commands)):
        raise Question(BY_DIGEST)
    return commands


def _makes_money(command: Command) -> bool:
    """Whether a thing made twice by it is money twice."""
    if isinstance(command, EnsureRecord):
        return command.resource in MONEY and not command.keys and command.record is None
    return isinstance(command, DocumentCommand | EnsurePayment | SendDocument)
