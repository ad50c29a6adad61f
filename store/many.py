"""Statements for many rows at once: each statement costs a turn of the interpreter's lock, however many rows it has."""

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

ROWS_AT_ONCE = 64
"""More rows in one statement gain nothing."""


def insert(
    connection: sqlite3.Connection, into: str, rows: Sequence[tuple[object, ...]], conflict: str = ""
) -> tuple[int, int]:
    """Insert rows, all of one length, with as few statements as may be; ``into`` is ``INSERT INTO table (columns)``.

    Returns how many went in, and the id of the last of them.
    """
    inserted = last = begin = 0
    while begin < len(rows):
        # Powers of two: each other count of rows would be a statement of its own to keep prepared.
        count = min(ROWS_AT_ONCE, 1 << ((len(rows) - begin).bit_length() - 1))
        taken = rows[begin : begin + count]
        done = connection.execute(
            f"{into} {_values(count, len(taken[0]))} {conflict}", [value for row in taken for value in row]
        )
        if done.rowcount:
            inserted, last = inserted + done.rowcount, int(done.lastrowid or 0)
        begin += count
    return inserted, last


def table(rows: Sequence[tuple[object, ...]]) -> tuple[str, list[object]]:
    """A table to join with, columns column1, column2 and so on, and its values; the last row may stand there again."""
    padded = _padded(rows)
    return _values(len(padded), len(padded[0])), [value for row in padded for value in row]


def among(wanted: Sequence[T]) -> tuple[str, list[T]]:
    """``(?, ?, ?)`` to stand behind IN, and its values; the last one may stand there again."""
    padded = _padded(wanted)
    return _marks(len(padded)), padded


def _padded(wanted: Sequence[T]) -> list[T]:
    """As many as the next power of two: see :func:`insert`."""
    if not wanted:
        return []
    missing = (1 << (len(wanted) - 1).bit_length()) - len(wanted)
    return [*wanted, *[wanted[-1]] * missing]


@lru_cache(maxsize=256)
def _values(rows: int, columns: int) -> str:
    return "VALUES " + ", ".join([_marks(columns)] * rows)


@lru_cache(maxsize=256)
def _marks(count: int) -> str:
    return "(" + ", ".join("?" * count) + ")"
