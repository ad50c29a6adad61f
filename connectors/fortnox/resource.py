"""What every Fortnox resource offers the target, and the words they share for asking a person."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from connectors.base import Held, Json, Link, Park, Settled, Sighting, Task, Write
from connectors.fortnox.client import Client
from connectors.fortnox.errors import SYSTEM
from handlers.commands import CommandBase

Wanted = TypeVar("Wanted", bound=CommandBase)


class Resource(Protocol):
    """One kind of command at Fortnox; ``client`` already has the command's priority."""

    def far_object(self, task: Task) -> str | None:
        """The existing object that the command would write to, or ``None``."""
        ...

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """What is to be done now; reads as needed, writes nothing."""
        ...

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Send the one call and compare the answer with what was meant."""
        ...

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """Whether an earlier ``operation`` took effect."""
        ...


def command_of(task: Task, kind: type[Wanted]) -> Wanted:
    """The task's command as the kind that this resource carries out."""
    if not isinstance(task.command, kind):
        raise TypeError(f"{type(task.command).__name__} is not {kind.__name__}")
    return task.command


def held(reason: str, question: str, *, about: str = "", choices: Sequence[str] = (), key: str = "") -> Held:
    """A question for a person; the text names numbers and fields, never a name or an address.

    ``about``, ``choices`` and ``key`` as :class:`connectors.base.Held` has them.
    """
    return Held(reason, system=SYSTEM, operation="plan", remedy=question, about=about, choices=choices, key=key)


def parked(reason: str, remedy: str) -> Park:
    """Something that a person must correct."""
    return Park(reason, system=SYSTEM, operation="plan", remedy=remedy)


def linked(link: Link | None) -> Link:
    """The link that delivery has resolved before it asks; its absence is a fault of ours."""
    if link is None:
        raise LookupError("a command was planned before the things that it refers to were linked")
    return link
