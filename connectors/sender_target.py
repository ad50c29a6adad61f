"""A sender as a target: commands become one call each inside the sender's own rate window."""

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Protocol, runtime_checkable

from connectors.base import Budget, Json, Park, Settled, Sighting, Task, Write
from connectors.window import Window


class Desk(Protocol):
    """What one sender's connector knows: how a command becomes a call there, and how its effect is seen again.

    The methods are those of :class:`connectors.base.Target`, with the same promises.
    """

    def far_object(self, task: Task) -> str | None:
        """The record that the command would change, or ``None``."""
        ...

    async def plan(self, task: Task) -> Write | Settled:
        """Decide what is to be done now, reading as needed; writes nothing."""
        ...

    async def perform(self, task: Task, write: Write) -> Settled:
        """Send the one call of ``write``, once."""
        ...

    async def look(self, task: Task, operation: str, evidence: Json) -> Sighting:
        """Read whether an earlier ``operation`` took effect; absence only when all was read."""
        ...

    async def probe(self) -> None:
        """Read something that is always there: the sender answers, and knows us."""
        ...


@runtime_checkable
class Identifies(Protocol):
    """A desk at which a person may say which record is meant."""

    async def identify(self, task: Task, kind: str, number: str) -> Settled:
        """Read the record that a person says the task's thing is. Raises ``Park`` where it cannot be that."""
        ...


class SenderTarget:
    """A target over a ``desk``, which shares ``window`` with whoever reads at the same sender."""

    def __init__(self, system: str, desk: Desk, window: Window) -> None:
        """``system`` is what errors call the sender."""
        self._system = system
        self._desk = desk
        self._window = window

    def far_object(self, task: Task) -> str | None:
        """The record that the command would change."""
        return self._desk.far_object(task)

    async def plan(self, task: Task) -> Write | Settled:
        """What is to be done now."""
        return await self._desk.plan(task)

    async def perform(self, task: Task, write: Write) -> Settled:
        """Send the one call."""
        return await self._desk.perform(task, write)

    async def look(self, task: Task, operation: str, evidence: Json) -> Sighting:
        """Whether an earlier call took effect."""
        return await self._desk.look(task, operation, evidence)

    async def identify(self, task: Task, kind: str, number: str) -> Settled:
        """Only a desk that says so lets records be linked by hand: else they name themselves. Raises ``Park``."""
        if isinstance(self._desk, Identifies):
            return await self._desk.identify(task, kind, number)
        raise Park(
            "not_linkable",
            system=self._system,
            operation=task.command.kind,
            remedy="what is written back at a sender is not linked by hand: retry the command, or discard it",
        )

    async def probe(self) -> None:
        """Prove that the sender answers and knows us."""
        await self._desk.probe()

    def room(self) -> int:
        """How many calls may leave now."""
        return self._window.free()

    def budget(self) -> Budget:
        """The rate window as it stands."""
        return self._window.budget()

    def reserve(self) -> AbstractContextManager[None]:
        """One place is kept while a person's command is under way."""
        return self._window.reserve()

    def place(self, priority: int) -> AbstractAsyncContextManager[None]:
        """Hold the place of the next call."""
        return self._window.ahead(priority)

    def expect(self) -> AbstractContextManager[None]:
        """A command is taken whose first call will want a place."""
        return self._window.expect()

    def room_in(self) -> float:
        """Seconds until at least one call may leave."""
        return self._window.next_free_in()
