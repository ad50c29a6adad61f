"""A customer that only the copy of the register had shown is gone: what stood on it is planned anew."""

import sqlite3

from store import delivering, lanes, register
from store.attempts import End
from store.db import Job
from store.register import Entry

REASON = "customer_gone"


def plan_anew(outbox_id: int, attempt_id: int | None, number: str, now: int) -> Job[None]:
    """Forget the customer everywhere, let those commands look again that unfinished ones stand on, and this one go.

    ``attempt_id`` is the attempt that Fortnox refused for want of the customer, where there was one.
    """

    def job(connection: sqlite3.Connection) -> None:
        company = str(connection.execute("SELECT company FROM outbox WHERE id = ?", (outbox_id,)).fetchone()["company"])
        register.learn(connection, company, [Entry("customers", number, now, None)], None)
        connection.execute("DELETE FROM party_key WHERE company = ? AND number = ?", (company, number))
        unlinked = connection.execute(
            "DELETE FROM link WHERE company = ? AND kind = 'customer' AND number = ? RETURNING thing", (company, number)
        ).fetchall()
        for row in unlinked:
            _look_again(connection, company, row["thing"], now)
        if attempt_id is None:
            delivering.put_back(outbox_id, now, state="ready", due_at=now, reason=REASON)(connection)
        else:
            end = End("known", reason=REASON)
            ended = delivering.end_attempt(outbox_id, attempt_id, end, now, state="ready", due_at=now, reason=REASON)
            ended(connection)

    return job


def _look_again(connection: sqlite3.Connection, company: str, thing: str, now: int) -> None:
    """The newest command that had found the thing goes again, if its text is still there and somebody waits for it."""
    again = connection.execute(
        "UPDATE outbox SET state = 'ready', finished_at = NULL, result = NULL, attempts = 0, due_at = ?1"
        " WHERE id = (SELECT max(o.id) FROM outbox o JOIN outbox_payload p ON p.outbox_id = o.id"
        " WHERE o.thing = ?2 AND o.kind = 'ensure_customer' AND o.state = 'done')"
        " AND EXISTS (SELECT 1 FROM outbox w WHERE w.company = ?3 AND w.finished_at IS NULL AND instr(w.refs, ?2))"
        " RETURNING lane",
        (now, thing, company),
    ).fetchone()
    if again is not None:
        lanes.refresh(connection, company, again["lane"])
