"""Rules that a company has besides the built-in ones: its mappings and its plug-ins."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class OwnRule:
    """One such rule. ``decide`` takes event, settings and facts as every rule does, and gives commands.

    ``hears`` are kinds of events. ``version`` is that of the code, ``mapping_version`` the digest of the section that a
    mapping was made from.
    """

    name: str
    hears: frozenset[str]
    decide: Callable[..., tuple[Any, ...]]
    version: str
    mapping_version: str | None = None
