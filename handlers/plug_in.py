"""What a plug-in gives: a rule in Python, for where expressions are not enough."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.commands import Command
from handlers.facts import Facts
from handlers.settings import CompanySettings


def _takes_anything(_options: Mapping[str, Any]) -> Sequence[str]:
    """The default of a plug-in that looks at its options itself."""
    return ()


@dataclass(frozen=True, slots=True)
class PlugIn:
    """One rule, named by its entry point.

    ``hears`` are kinds of events (``survey_submitted``). ``decide`` takes such an event, the company's settings (its
    own options are ``settings.plugins[NAME]``) and what is remembered of the event's thing; it is pure, raises nothing
    but :class:`handlers.values.Question` (held), and gives commands. ``check`` says what is wrong with the options, one
    line each, when the configuration is read.
    """

    hears: Sequence[str]
    decide: Callable[[Any, CompanySettings, Facts], Iterable[Command]]
    check: Callable[[Mapping[str, Any]], Iterable[str]] = _takes_anything
