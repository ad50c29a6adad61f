"""Which SQLite the process runs on, and what is known of it."""

import sqlite3

WAL_RESET_FAULT = ((3, 7, 0), (3, 51, 3))
"""From, and up to but without: two connections that write or checkpoint at one instant can damage the file. It cannot
strike here, because one connection of one process writes and everything else opens read-only."""


def version() -> tuple[int, ...]:
    """The version, as numbers."""
    return sqlite3.sqlite_version_info


def has_wal_reset_fault(numbers: tuple[int, ...]) -> bool:
    """Whether this version has the fault."""
    first, mended = WAL_RESET_FAULT
    return first <= numbers < mended
