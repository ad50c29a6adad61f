"""A person's approval of writes that the configuration lets leave only with one: one transaction each."""

import sqlite3

from store import acting, attempts, outbox
from store.acting import NotPossible, Person, Touched
from store.db import Job

REASON = "approval"
"""Why a command is held that asks for an approval."""


def approve(outbox_id: int, person: Person) -> Job[Touched]:
    """Let a command go that is held for an approval, in its own turn; it is on record who allowed it.

    The word counts for every write of the command as it stands; another text is asked for anew. Raises
    :class:`NotPossible`.
    """

    def job(connection: sqlite3.Connection) -> Touched:
        row = acting.command(connection, outbox_id)
        reason = acting.reason_of(outbox_id)(connection)
        if row.state != "held" or reason != REASON:
            raise NotPossible(f"out-{row.id} is {row.state} and does not wait for an approval")
        state = "unknown" if attempts.open_for_thing(connection, row.thing) else "ready"
        connection.execute("UPDATE outbox SET approved = 1 WHERE id = ?", (row.id,))
        outbox.move(connection, row.id, state, due_at=person.now)
        acting.note(connection, person, "approve", f"out-{row.id}")
        return Touched(row.id, row.company, state)

    return job
