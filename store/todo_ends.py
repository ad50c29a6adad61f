"""Tasks of people that somebody did where a sender shows them."""

import sqlite3
from collections.abc import Sequence


def end(connection: sqlite3.Connection, inbox_id: int, marks: Sequence[str], now: int) -> None:
    """The open tasks with these marks are done, if they are of the delivery's company; their runs can go on.

    Who did them is the delivery's source.
    """
    for mark in marks:
        row = connection.execute(
            "SELECT t.id, t.workflow, i.source FROM todo t JOIN inbox i ON i.id = ? AND i.company = t.company"
            " WHERE t.mark = ? AND t.state = 'open'",
            (inbox_id, mark),
        ).fetchone()
        if row is None:
            continue
        connection.execute(
            "UPDATE todo SET state = 'done', person = ?, ended_at = ? WHERE id = ?", (row["source"], now, row["id"])
        )
        connection.execute("UPDATE workflow SET due_at = ? WHERE id = ? AND ended_at IS NULL", (now, row["workflow"]))
