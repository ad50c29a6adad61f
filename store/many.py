"""Statements for many rows at once: each statement costs a turn of the interpreter's lock, however many rows it has."""

import sqlite3
from collections.abc import Collection, Sequence
from functools import lru_cache

ROWS_AT_ONCE = 64
"""More rows in one statement gain nothing, and every count of rows is a statement of its own to keep prepared."""


def insert(
    connection: sqlite3.Connection, into: str, rows: Sequence[tuple[object, ...]], conflict: str = ""
) -> tuple[int, int]:
    """Insert rows, all of one length, with as few statements as may be; ``into`` is ``INSERT INTO table (columns)``.

    Returns how many went in, and the id of the last of them.
    """
    inserted = last = 0
    for begin in range(0, len(rows), ROWS_AT_ONCE):
        taken = rows[begin : begin + ROWS_AT_ONCE]
        statement = f"{into} {values(len(taken), len(taken[0]))} {conflict}"
        done = connection.execute(statement, [value for row in taken for value in row])
        if done.rowcount:
            inserted, last = inserted + done.rowcount, int(done.lastrowid or 0)
    return inserted, last


@lru_cache(maxsize=512)
def values(rows: int, columns: int) -> str:
    """``VALUES (?, ?), (?, ?)``: a table to join with; its columns are column1, column2 and so on."""
    return "VALUES " + ", ".join(["(" + ", ".join("?" * columns) + ")"] * rows)


def marks(wanted: Collection[object]) -> str:
    """``(?, ?, ?)``: one mark for each of them, to stand behind IN."""
    return _marks(len(wanted))


@lru_cache(maxsize=512)
def _marks(count: int) -> str:
    return "(" + ", ".join("?" * count) + ")"
