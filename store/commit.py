"""One commit: several jobs in one transaction, each in a savepoint of its own."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]

OTHERS_SECONDS = 0.0005
"""How long a commit that somebody at the door waits for works on anything else."""

_REFUSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)
"""Primary result codes that mean the database itself refuses, not that one job is at fault."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A job that raised; the others of its commit are untouched."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Work:
    """What one commit does for one caller, or for several who gathered.

    ``jobs`` are each all or nothing. ``together`` does all of them with fewer statements and returns what each would
    have returned; where it raises, the jobs run one by one instead. ``first`` is work that others make way for.
    """

    jobs: Sequence[Job[Any]]
    together: Job[Sequence[Any]] | None = None
    first: bool = False


class _JobFailed(Exception):
    """A job raised in the first, unguarded pass."""


Run = Callable[[Work, sqlite3.Connection], Sequence[Any]]


def run_batch(works: Sequence[Work], connection: sqlite3.Connection) -> list[Sequence[Any]]:
    """Do the works in one transaction, in order; undo all on anything that is not a job's own fault.

    Returns, for each work done, what its jobs returned, or :class:`Failed`. Behind work that comes ``first``, others
    are begun for :data:`OTHERS_SECONDS` (one at least): the answer may be shorter than ``works``.

    Jobs hardly ever raise, so they first run without savepoints, which cost as much as a statement each; where one
    raises, all is undone and done again with them. So a job must change nothing but the database.
    """
    try:
        return _in_transaction(works, connection, _run_unguarded)
    except _JobFailed:
        return _in_transaction(works, connection, _run_guarded)


def _in_transaction(works: Sequence[Work], connection: sqlite3.Connection, run: Run) -> list[Sequence[Any]]:
    outcomes: list[Sequence[Any]] = []
    hurried = any(work.first for work in works)
    until = 0.0
    connection.execute("BEGIN IMMEDIATE")
    try:
        for work in works:
            if hurried and not work.first:
                until = until or monotonic() + OTHERS_SECONDS
                if monotonic() >= until:
                    break
            outcomes.append(run(work, connection))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return outcomes


def _run_unguarded(work: Work, connection: sqlite3.Connection) -> Sequence[Any]:
    try:
        if work.together is not None and len(work.jobs) > 1:
            return list(work.together(connection))
        return [job(connection) for job in work.jobs]
    except Exception as error:
        if _refuses(error):
            raise
        raise _JobFailed from error


def _run_guarded(work: Work, connection: sqlite3.Connection) -> Sequence[Any]:
    if work.together is not None and len(work.jobs) > 1:
        done = _run_job(work.together, connection)
        if not isinstance(done, Failed):
            return list(done)
    return [_run_job(job, connection) for job in work.jobs]


def _run_job(job: Job[Any], connection: sqlite3.Connection) -> Any:
    connection.execute("SAVEPOINT job")
    try:
        outcome = job(connection)
    except Exception as error:
        if _refuses(error):
            raise
        connection.execute("ROLLBACK TO job")
        outcome = Failed(error)
    connection.execute("RELEASE job")
    return outcome


def _refuses(error: Exception) -> bool:
    """Whether it is the database itself; Python's own sqlite3 errors (a wrong number of values, say) carry no code."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _REFUSING


def refusal(error: sqlite3.Error) -> str:
    """Why the database refused, as a closed word: disk_full, locked, corrupt, io."""
    name = getattr(error, "sqlite_errorname", "") or ""
    for prefix, reason in (("SQLITE_FULL", "disk_full"), ("SQLITE_BUSY", "locked"), ("SQLITE_LOCKED", "locked")):
        if name.startswith(prefix):
            return reason
    return "corrupt" if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) else "io"
