"""Notices: that people are told of what waits, and the commands that tell them, in one transaction."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from store import handling, holds, inbox
from store.db import Job
from store.handling import Handled
from store.inbox import Arrival, Seal
from store.outbox import NewCommand


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice as a delivery of our own: ``commands`` send it, one for each way."""

    arrival: Arrival
    commands: Sequence[NewCommand]


def told(questions: Sequence[int], notice: NewNotice | None, now: int, seal: Seal | None) -> Job[None]:
    """These questions were told at this moment, also by ``notice`` where there is one."""

    def job(connection: sqlite3.Connection) -> None:
        holds.told(questions, now)(connection)
        if notice is None:
            return
        accepted = inbox.accept(notice.arrival, seal)(connection)
        if accepted.repeated:
            return
        commands = [replace(command, inbox_id=accepted.inbox_id) for command in notice.commands]
        handled = Handled(accepted.inbox_id, "handled", kind="notice", thing=commands[0].thing, commands=commands)
        handling.record(handled, now)(connection)

    return job
