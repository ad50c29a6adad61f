"""Notices as a target: one command is one webhook or one mail."""

from connectors.base import Json, Settled, Sighting, Task, Write
from connectors.notices.ways import Way
from connectors.notices.words import as_json
from handlers.commands import SendNotice


class NoticeDesk:
    """Fits :class:`connectors.sender_target.Desk` around one way.

    A notice that may have left goes again under the same id: no receiver can be asked for what it got, and being told
    twice costs nobody anything.
    """

    def __init__(self, way: Way) -> None:
        """``way`` is where its notices go."""
        self._way = way

    def far_object(self, _task: Task) -> str | None:
        """Nothing is changed."""
        return None

    async def plan(self, task: Task) -> Write | Settled:
        """One sending; nothing is read."""
        notice = _notice(task)
        return Write(self._way.operation, "SEND", self._way.where, as_json(notice), creates=False)

    async def perform(self, task: Task, write: Write) -> Settled:
        """Send it, once."""
        await self._way.send(_notice(task))
        return Settled(None, "created")

    async def look(self, task: Task, operation: str, evidence: Json) -> Sighting:
        """Nobody can be asked: it counts as not there, and goes again under its id."""
        return Sighting(None, {"told_apart_by": _notice(task).notice_id})

    async def probe(self) -> None:
        """A receiver is not asked for anything but taking notices."""


def _notice(task: Task) -> SendNotice:
    if not isinstance(task.command, SendNotice):
        raise TypeError(f"a notice is no {task.command.kind}")
    return task.command
