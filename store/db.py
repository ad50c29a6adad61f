"""The one writer: every change is a job in a group commit, every reader opens read-only."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import aiosqlite
import anyio

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]


class Read(Protocol):
    """Runs a reading job in one snapshot; :meth:`Database.read` and :func:`open_reader` give it."""

    def __call__(self, job: Job[T]) -> Awaitable[T]:
        """The job's answer."""
        ...


BATCH_LIMIT = 128
"""Jobs that share one commit at most: measured, more gains nothing (limits, table b)."""

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

_OPEN = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA busy_timeout = 5000",
)


class StoreUnavailable(Exception):
    """The database refused a write: nothing of the job is kept. ``reason``: disk_full, locked, corrupt, io, closed."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the database refused a write: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Failed:
    """A job that raised; the others of its commit are untouched."""

    error: BaseException


class _OneHop(aiosqlite.Connection):
    """An aiosqlite connection that runs a whole job in its thread in one hop (a hop costs 0.1 ms, limits, table b)."""

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``job`` in the connection's thread and return what it returns."""
        result: T = await self._execute(job, self._conn)  # type: ignore[no-untyped-call]
        return result


def milliseconds(moment: datetime) -> int:
    """An aware moment as it is stored: milliseconds since 1970, UTC."""
    return int(moment.timestamp() * 1000)


def moment(stored: int) -> datetime:
    """A stored moment as an aware time in UTC."""
    return datetime.fromtimestamp(stored / 1000, UTC)


class Database:
    """The daemon's database; made by :func:`open_database`, used by every table's module."""

    def __init__(
        self, writer: _OneHop, reader: _OneHop, path: Path, report: Callable[[StoreUnavailable | None], None]
    ) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader
        self._report = report
        self._failing = False
        self._closed = False
        self._queue: asyncio.Queue[tuple[Job[Any], asyncio.Future[Any]] | None] = asyncio.Queue()

    async def write(self, job: Job[T]) -> T:
        """Run ``job`` in the next commit; returns after that commit is on disk (WAL, synchronous FULL).

        The job runs alone in its savepoint: if it raises, only its own changes are undone, and the error comes out.
        Raises :class:`StoreUnavailable` if the commit failed. Cancelling the caller does not undo the job.
        """
        return await self._put(job)

    async def write_all(self, jobs: Sequence[Job[T]]) -> list[T]:
        """Run several jobs, each in its own savepoint, in one commit where they fit; raises the first error of them."""
        return list(await asyncio.gather(*[self._put(job) for job in jobs]))

    def _put(self, job: Job[T]) -> asyncio.Future[T]:
        if self._closed:
            raise StoreUnavailable("closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((job, future))
        return future

    async def read(self, job: Job[T]) -> T:
        """Run a reading ``job`` on the read-only connection, in one snapshot with every commit that ended before."""
        return await self._reader.run(partial(_run_reading, job))

    def waiting_writes(self) -> int:
        """Jobs that no commit has taken yet."""
        return self._queue.qsize()

    async def _serve(self) -> None:
        while True:
            first = await self._queue.get()
            if first is None:
                return
            batch = [first]
            while len(batch) < BATCH_LIMIT and not self._queue.empty():
                job = self._queue.get_nowait()
                if job is None:
                    self._queue.put_nowait(None)
                    break
                batch.append(job)
            await self._commit(batch)

    async def _commit(self, batch: Sequence[tuple[Job[Any], asyncio.Future[Any]]]) -> None:
        jobs = [job for job, _ in batch]
        try:
            outcomes = await self._writer.run(partial(_run_batch, jobs))
        except sqlite3.Error as error:
            unavailable = StoreUnavailable(_failure(error))
            unavailable.__cause__ = error
            outcomes = [_Failed(unavailable) for _ in jobs]
            if not self._failing:
                self._report(unavailable)
            self._failing = True
        except Exception as error:  # noqa: BLE001 - a fault of ours: every caller gets it, and the writer goes on
            outcomes = [_Failed(error) for _ in jobs]
        else:
            if self._failing:
                self._report(None)
            self._failing = False
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if future.done():
                continue
            if isinstance(outcome, _Failed):
                future.set_exception(outcome.error)
            else:
                future.set_result(outcome)

    def _stop(self) -> None:
        self._closed = True
        self._queue.put_nowait(None)


def _run_reading(job: Job[T], connection: sqlite3.Connection) -> T:
    connection.execute("BEGIN")
    try:
        return job(connection)
    finally:
        connection.execute("ROLLBACK")


def _run_batch(jobs: Sequence[Job[Any]], connection: sqlite3.Connection) -> list[Any]:
    """Run the jobs in one transaction, each in a savepoint; undo all on anything that is not a job's own fault."""
    outcomes: list[Any] = []
    connection.execute("BEGIN IMMEDIATE")
    try:
        outcomes.extend(_run_job(job, connection) for job in jobs)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return outcomes


def _run_job(job: Job[Any], connection: sqlite3.Connection) -> Any:
    connection.execute("SAVEPOINT job")
    try:
        outcome = job(connection)
    except Exception as error:
        # Python's own sqlite3 errors (a wrong number of values, say) carry no code: they are the job's fault.
        if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _REFUSING:
            raise
        connection.execute("ROLLBACK TO job")
        outcome = _Failed(error)
    connection.execute("RELEASE job")
    return outcome


def _failure(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "") or ""
    for prefix, reason in (("SQLITE_FULL", "disk_full"), ("SQLITE_BUSY", "locked"), ("SQLITE_LOCKED", "locked")):
        if name.startswith(prefix):
            return reason
    return "corrupt" if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) else "io"


async def _connect(path: Path, *, read_only: bool) -> _OneHop:
    def connector() -> sqlite3.Connection:
        mode = "ro" if read_only else "rwc"
        connection = sqlite3.connect(f"file:{path}?mode={mode}", uri=True, isolation_level=None, timeout=5)
        connection.row_factory = sqlite3.Row
        for pragma in ("PRAGMA query_only = ON",) if read_only else _OPEN:
            connection.execute(pragma)
        return connection

    connection = _OneHop(connector, 64)
    await connection
    return connection


def _say_nothing(_: StoreUnavailable | None) -> None:
    """The default report: used where no log stands behind (commands of the CLI, tests)."""


@asynccontextmanager
async def open_database(
    path: Path, report: Callable[[StoreUnavailable | None], None] = _say_nothing
) -> AsyncIterator[Database]:
    """Open the migrated database at ``path`` with its one writer; on leaving, waiting jobs are committed first.

    ``report`` is called once when writing begins to fail and once with ``None`` when it works again.
    """
    writer = await _connect(path, read_only=False)
    try:
        reader = await _connect(path, read_only=True)
        try:
            database = Database(writer, reader, path, report)
            serving = asyncio.create_task(database._serve(), name="store writer")  # noqa: SLF001 - same file
            try:
                yield database
            finally:
                database._stop()  # noqa: SLF001
                with anyio.CancelScope(shield=True):
                    await serving
        finally:
            with anyio.CancelScope(shield=True):
                await reader.close()
    finally:
        with anyio.CancelScope(shield=True):
            await writer.close()


class StoreUnreadable(Exception):
    """The file cannot be opened or read as a database of ours; the text says why, without any of its content."""


@asynccontextmanager
async def open_reader(path: Path) -> AsyncIterator[Read]:
    """Open only the read-only side, as commands of the CLI do beside a running daemon.

    Raises :class:`StoreUnreadable`, here and from each read.
    """
    try:
        reader = await _connect(path, read_only=True)
    except sqlite3.Error as error:
        raise StoreUnreadable(f"{path} cannot be read: {error}") from None

    async def read(job: Job[T]) -> T:
        try:
            return await reader.run(partial(_run_reading, job))
        except sqlite3.Error as error:
            raise StoreUnreadable(f"{path} cannot be read: {error}") from None

    try:
        yield read
    finally:
        with anyio.CancelScope(shield=True):
            await reader.close()
