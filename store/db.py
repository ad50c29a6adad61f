"""The one writer: every change is a job in a group commit, every reader opens read-only."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import aiosqlite
import anyio

from store.commit import Failed, Work, refusal, run_batch
from store.commit import Job as Job  # noqa: PLC0414 - every table speaks of jobs of this database

T = TypeVar("T")
Item = TypeVar("Item")


class Read(Protocol):
    """Runs a reading job in one snapshot; :meth:`Database.read` and :func:`open_reader` give it."""

    def __call__(self, job: Job[T]) -> Awaitable[T]:
        """The job's answer."""
        ...


BATCH_LIMIT = 128
"""Jobs that share one commit at most: measured, more gains nothing (limits, table b)."""

TOGETHER = 64
"""Items that are stored together at most."""

TOGETHER_IN_A_HURRY = 16
"""The same while somebody waits at the door, so that nobody waits long for it."""

_OPEN = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA busy_timeout = 5000",
    # Every savepoint of more than a few pages would be a file otherwise.
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16384",
    "PRAGMA wal_autocheckpoint = 4000",
)


class StoreUnavailable(Exception):
    """The database refused a write: nothing of the job is kept. ``reason``: disk_full, locked, corrupt, io, closed."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the database refused a write: {reason}")
        self.reason = reason


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
        self._failing: str | None = None
        self._closed = False
        self._others: deque[tuple[Work, Sequence[asyncio.Future[Any]]] | Gathering[Any, Any]] = deque()
        self._first: list[Gathering[Any, Any]] = []
        self._wanted = asyncio.Event()

    @property
    def refuses(self) -> str | None:
        """Why the last commit was refused (disk_full, locked, corrupt, io); ``None`` while writing works."""
        return self._failing

    async def write(self, job: Job[T]) -> T:
        """Run ``job`` in the next commit; returns after that commit is on disk (WAL, synchronous FULL).

        The job runs alone in its savepoint: if it raises, only its own changes are undone, and the error comes out.
        Raises :class:`StoreUnavailable` if the commit failed. Cancelling the caller does not undo the job.
        """
        return await self._put(job)

    async def write_all(self, jobs: Sequence[Job[T]]) -> list[T]:
        """Run several jobs, each in its own savepoint, in one commit where they fit; raises the first error of them."""
        return list(await asyncio.gather(*[self._put(job) for job in jobs]))

    def gathering(
        self,
        one: Callable[[Item], Job[T]],
        several: Callable[[Sequence[Item]], Job[Sequence[T | Failed]]],
        *,
        first: bool = False,
    ) -> "Gathering[Item, T]":
        """A way to write items of one kind with few statements; ``first``: waits behind nothing else.

        See :class:`Gathering`.
        """
        made = Gathering(self, one, several, first=first)
        if first:
            self._first.append(made)
        return made

    def _put(self, job: Job[T]) -> asyncio.Future[T]:
        future: asyncio.Future[T] = self.promise()
        self._others.append((Work((job,)), (future,)))
        return future

    def queue(self, gathering: "Gathering[Any, Any]") -> None:
        """What ``gathering`` holds by then is to be taken in this turn."""
        self._others.append(gathering)

    def promise(self) -> asyncio.Future[Any]:
        """What a caller waits for; wakes the writer. Raises :class:`StoreUnavailable` once the database is closed."""
        if self._closed:
            raise StoreUnavailable("closed")
        self._wanted.set()
        return asyncio.get_running_loop().create_future()

    async def read(self, job: Job[T]) -> T:
        """Run a reading ``job`` on the read-only connection, in one snapshot with every commit that ended before."""
        return await self._reader.run(partial(_run_reading, job))

    def _waiting(self) -> bool:
        """Whether there is a job that no commit has taken yet."""
        return bool(self._others) or any(gathering.waiting for gathering in self._first)

    async def _serve(self) -> None:
        while not self._closed or self._waiting():
            await self._wanted.wait()
            self._wanted.clear()
            while batch := self._next_batch():
                await self._commit(batch)

    def _next_batch(self) -> list[tuple[Work, Sequence[asyncio.Future[Any]]]]:
        """What the next commit takes: who gathered first, then the others in their order."""
        taken = (gathering.take(BATCH_LIMIT) for gathering in self._first)
        batch = [gathered for gathered in taken if gathered is not None]
        most = TOGETHER_IN_A_HURRY if batch else TOGETHER
        while self._others and len(batch) < BATCH_LIMIT:
            entry = self._others.popleft()
            gathered = entry.take(most) if isinstance(entry, Gathering) else entry
            if gathered is not None:
                batch.append(gathered)
        return batch

    async def _commit(self, batch: Sequence[tuple[Work, Sequence[asyncio.Future[Any]]]]) -> None:
        try:
            outcomes = await self._writer.run(partial(run_batch, [work for work, _ in batch]))
        except sqlite3.Error as error:
            unavailable = StoreUnavailable(refusal(error))
            unavailable.__cause__ = error
            outcomes = [[Failed(unavailable)] * len(futures) for _, futures in batch]
            if self._failing is None:
                self._report(unavailable)
            self._failing = unavailable.reason
        except Exception as error:  # noqa: BLE001 - a fault of ours: every caller gets it, and the writer goes on
            outcomes = [[Failed(error)] * len(futures) for _, futures in batch]
        else:
            if self._failing is not None:
                self._report(None)
            self._failing = None
        self._others.extendleft(reversed(batch[len(outcomes) :]))
        for (_, futures), ends in zip(batch, outcomes, strict=False):
            _tell(futures, ends)

    def _stop(self) -> None:
        self._closed = True
        self._wanted.set()


class Gathering(Generic[Item, T]):
    """Items of one kind that a commit stores together with few statements: first in it, or in their turn.

    Each item is still all or nothing for itself: where storing several at once raises, they are stored one by one.
    """

    def __init__(
        self,
        database: Database,
        one: Callable[[Item], Job[T]],
        several: Callable[[Sequence[Item]], Job[Sequence[T | Failed]]],
        *,
        first: bool,
    ) -> None:
        """``several`` returns what ``one`` would return for each item, in order, or that it raises."""
        self._database = database
        self._one = one
        self._several = several
        self._first = first
        self._items: list[Item] = []
        self._futures: list[asyncio.Future[T]] = []

    @property
    def waiting(self) -> int:
        """Items that no commit has taken yet."""
        return len(self._items)

    async def write(self, item: Item) -> T:
        """Store ``item``; like :meth:`Database.write`."""
        stored: T = await self._put(item)
        return stored

    async def write_all(self, items: Sequence[Item]) -> list[T]:
        """Store several items, in one commit where they fit; raises the first error of them."""
        return list(await asyncio.gather(*[self._put(item) for item in items]))

    def _put(self, item: Item) -> asyncio.Future[T]:
        future: asyncio.Future[T] = self._database.promise()
        if not self._first and len(self._items) % TOGETHER_IN_A_HURRY == 0:
            self._database.queue(self)
        self._items.append(item)
        self._futures.append(future)
        return future

    def take(self, most: int) -> tuple[Work, Sequence[asyncio.Future[Any]]] | None:
        """The work for the items that wait, at most so many, and who waits for them."""
        items, futures = self._items[:most], self._futures[:most]
        if not items:
            return None
        del self._items[:most], self._futures[:most]
        jobs = [partial(_made_now, self._one, item) for item in items]
        return Work(jobs, self._several(items), first=self._first), futures


def _made_now(one: Callable[[Item], Job[T]], item: Item, connection: sqlite3.Connection) -> T:
    return one(item)(connection)


def _tell(futures: Sequence[asyncio.Future[Any]], ends: Sequence[Any]) -> None:
    for future, end in zip(futures, ends, strict=True):
        if future.done():
            continue
        if isinstance(end, Failed):
            future.set_exception(end.error)
        else:
            future.set_result(end)


def _run_reading(job: Job[T], connection: sqlite3.Connection) -> T:
    connection.execute("BEGIN")
    try:
        return job(connection)
    finally:
        connection.execute("ROLLBACK")


async def _connect(path: Path, *, read_only: bool) -> _OneHop:
    def connector() -> sqlite3.Connection:
        mode = "ro" if read_only else "rwc"
        connection = sqlite3.connect(
            f"file:{path}?mode={mode}", uri=True, isolation_level=None, timeout=5, cached_statements=512
        )
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
