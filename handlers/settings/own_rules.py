"""Rules that a company has besides the built-in ones: its mappings and its plug-ins."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class OwnFields:
    """Fields that a company adds to what a built-in rule makes.

    ``completed`` takes the rule's commands and the event, and gives the commands with them; it raises ``Question``.
    ``version`` is the digest of the section.
    """

    completed: Callable[[Sequence[Any], Any], tuple[Any, ...]]
    version: str


@dataclass(frozen=True, slots=True)
class OwnRule:
    """One such rule. ``decide`` takes event, settings and facts as every rule does, and gives commands.

    ``hears`` are kinds of events. ``version`` is that of the code, ``mapping_version`` the digest of the section that a
    mapping was made from. ``operations`` are those of Fortnox's table that it is known to use.
    """

    name: str
    hears: frozenset[str]
    decide: Callable[..., tuple[Any, ...]]
    version: str
    mapping_version: str | None = None
    operations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """What a company adds to the built-in rules.

    ``rules`` run after those, in this order; ``fields`` complete what a built-in rule makes, by its name. ``program``
    is the version of the code that all of it is of.
    """

    rules: tuple[OwnRule, ...] = ()
    fields: Mapping[str, OwnFields] = field(default_factory=dict)
    program: str | None = None
