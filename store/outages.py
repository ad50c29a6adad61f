"""What an outage took from commands is given back: attempts that the far side's trouble used up."""

import sqlite3
from collections import Counter
from collections.abc import Sequence

from store import attempts, outbox
from store.db import Job


def give_back(owed: Sequence[int], now: int, *, exhausted: str) -> Job[list[int]]:
    """Give each command of ``owed`` as many attempts back as it stands there; each is due again at once.

    A command that was parked with the question ``exhausted``, because those were its last attempts, goes again: the ids
    of such are returned. What has ended meanwhile, or was stopped for another reason, stays as it is.
    """

    def job(connection: sqlite3.Connection) -> list[int]:
        return [outbox_id for outbox_id, used in Counter(owed).items() if _back(connection, outbox_id, used)]

    def _back(connection: sqlite3.Connection, outbox_id: int, used: int) -> bool:
        row = connection.execute(
            "UPDATE outbox SET attempts = max(attempts - ?, 0) WHERE id = ? AND finished_at IS NULL"
            " RETURNING state, reason, question, thing",
            (used, outbox_id),
        ).fetchone()
        if row is None:
            return False
        if row["state"] in {"ready", "unknown"}:
            outbox.move(connection, outbox_id, row["state"], due_at=now, reason=row["reason"])
        if row["state"] != "parked" or row["question"] != exhausted:
            return False
        state = "unknown" if attempts.open_for_thing(connection, row["thing"]) else "ready"
        outbox.move(connection, outbox_id, state, due_at=now, reason=row["reason"])
        return True

    return job
