"""A person's answer about a doubled party: ours is right, or the other one is; one transaction."""

import sqlite3

from store import acting, doubles, releasing
from store.acting import Person
from store.db import Job


def party(outbox_id: int, number: str, person: Person, *, other: str | None) -> Job[tuple[str, list[int]]]:
    """Our customer ``number`` stays, or ``other`` takes its place for all our things of that party, with their keys.

    What was made for ``number`` stays there. Returns the company, and the documents that go on.
    """

    def job(connection: sqlite3.Connection) -> tuple[str, list[int]]:
        company = acting.command(connection, outbox_id).company
        doubles.settle(connection, company, number, person.now)
        if other is not None:
            place = (other, company, number)
            connection.execute(
                "UPDATE link SET number = ? WHERE company = ? AND kind = 'customer' AND number = ?", place
            )
            connection.execute("UPDATE party_key SET number = ? WHERE company = ? AND number = ?", place)
        action = f"link customer:{other}" if other is not None else "retry --absent"
        acting.note(connection, person, action, f"out-{outbox_id}")
        return company, releasing.documents_of(connection, company, [other or number], person.now)

    return job
