"""The one writer: group commit, savepoints, refusals of the disk, snapshots for readers, and a clean close."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from store import commit, db
from store.db import Job, StoreUnavailable, StoreUnreadable, open_database, open_reader

CREATE = "CREATE TABLE entry (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT"


def put(text: str) -> Job[int]:
    """Insert one row."""
    return lambda connection: connection.execute("INSERT INTO entry (text) VALUES (?)", (text,)).lastrowid or 0


def texts(connection: sqlite3.Connection) -> list[str]:
    """All rows, in order."""
    return [row["text"] for row in connection.execute("SELECT text FROM entry ORDER BY id")]


async def only(threads: int) -> None:
    """Wait until no more than so many threads are left: one that was told to end needs a moment."""
    with anyio.fail_after(30):
        while threading.active_count() > threads:  # noqa: ASYNC110 - a thread's end sets no event
            await anyio.sleep(0.001)


def make(path: Path) -> Path:
    """An empty table in a new file."""
    connection = sqlite3.connect(path / "some.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(CREATE)
    connection.close()
    return path / "some.db"


@pytest.mark.asyncio
@pytest.mark.capability("f1")
async def test_waiting_writes_share_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand at once need no more commits than their number divided by the batch limit, and one for the first."""
    commits: list[int] = []
    run = commit.run_batch

    def counted(jobs: Any, connection: sqlite3.Connection) -> Any:
        commits.append(len(jobs))
        return run(jobs, connection)

    monkeypatch.setattr(db, "run_batch", counted)
    async with open_database(make(tmp_path)) as database:
        ids = await asyncio.gather(*[database.write(put(f"row {number}")) for number in range(1000)])
        assert len(set(ids)) == 1000
        assert sum(commits) == 1000
        assert len(commits) <= 1000 // db.BATCH_LIMIT + 2
        assert await database.read(texts) == [f"row {number}" for number in range(1000)]


@pytest.mark.asyncio
async def test_who_gathers_comes_first_and_the_others_are_not_starved(tmp_path: Path) -> None:
    """While the door waits, a commit gives the others a bounded time: they come, but behind, some in each commit."""
    order: list[str] = []
    at_the_door = threading.Event()

    def slow(number: int) -> Job[None]:
        def job(_: sqlite3.Connection) -> None:
            time.sleep(8 * commit.OTHERS_SECONDS)
            if number == 1:
                # The first behind the door: it takes until somebody stands there again.
                assert at_the_door.wait(30)
            order.append(f"other {number}")

        return job

    def gathered(items: Sequence[str]) -> Job[list[None]]:
        def job(_: sqlite3.Connection) -> list[None]:
            order.extend(items)
            return [None] * len(items)

        return job

    async with open_database(make(tmp_path)) as database:
        door = database.gathering(lambda item: gathered([item]), gathered, first=True)
        async with anyio.create_task_group() as tasks:
            await database.write(slow(0))
            for number in range(1, 10):
                tasks.start_soon(database.write, slow(number))
            tasks.start_soon(door.write, "a")
            tasks.start_soon(door.write, "b")
            while "b" not in order:  # noqa: ASYNC110 - the writer's thread sets no event of ours
                await anyio.sleep(0.0005)
            tasks.start_soon(door.write, "c")
            await anyio.lowlevel.checkpoint()
            at_the_door.set()
    assert order[1:3] == ["a", "b"]
    assert order.index("c") < order.index("other 9")
    assert order.index("other 1") < order.index("c")
    assert [entry for entry in order if entry.startswith("other")] == [f"other {number}" for number in range(10)]


@pytest.mark.asyncio
async def test_jobs_run_again_after_a_neighbour_failed_store_what_they_store_once(tmp_path: Path) -> None:
    """The whole commit is undone and done again with savepoints: no row of the first pass is left beside the second."""

    def fails(connection: sqlite3.Connection) -> None:
        put("of the failing job")(connection)
        raise ZeroDivisionError("a bug")

    async with open_database(make(tmp_path)) as database:
        jobs = [*(put(f"row {number}") for number in range(20)), fails, put("last")]
        ends = await asyncio.gather(*[database.write(job) for job in jobs], return_exceptions=True)
        assert [end for end in ends if not isinstance(end, ZeroDivisionError)] == list(range(1, 22))
        assert await database.read(texts) == [*(f"row {number}" for number in range(20)), "last"]


@pytest.mark.asyncio
async def test_gathered_items_are_each_all_or_nothing(tmp_path: Path) -> None:
    """Where storing several at once fails, each is stored alone: only the one at fault is refused."""

    def several(items: Sequence[str]) -> Job[list[int]]:
        def job(connection: sqlite3.Connection) -> list[int]:
            return [put(item)(connection) for item in items]

        return job

    async with open_database(make(tmp_path)) as database:
        door = database.gathering(put, several, first=True)
        ends = await asyncio.gather(*[door.write(text) for text in ("a", "b", "a", "c")], return_exceptions=True)
        assert [type(end) for end in ends] == [int, int, sqlite3.IntegrityError, int]
        assert await database.read(texts) == ["a", "b", "c"]
    with pytest.raises(StoreUnavailable, match="closed"):
        await door.write("d")


@pytest.mark.asyncio
async def test_a_job_that_fails_undoes_only_itself(tmp_path: Path) -> None:
    """Its neighbours in the same commit are kept, and each caller gets its own end."""

    def half(connection: sqlite3.Connection) -> None:
        put("half")(connection)
        raise ZeroDivisionError("a bug")

    def wrong_values(connection: sqlite3.Connection) -> None:
        put("quarter")(connection)
        connection.execute("INSERT INTO entry (text) VALUES (?)", ("one", "too many"))

    async with open_database(make(tmp_path)) as database:
        jobs = [put("a"), half, put("b"), put("a"), wrong_values, put("c")]
        ends = await asyncio.gather(*[database.write(job) for job in jobs], return_exceptions=True)
        assert [type(end) for end in ends] == [
            int,
            ZeroDivisionError,
            int,
            sqlite3.IntegrityError,
            sqlite3.ProgrammingError,
            int,
        ]
        assert await database.read(texts) == ["a", "b", "c"]
        await database.write(put("d"))


@pytest.mark.asyncio
async def test_write_all_raises_the_first_error_and_keeps_the_rest(tmp_path: Path) -> None:
    """Each of several jobs stands alone."""
    async with open_database(make(tmp_path)) as database:
        with pytest.raises(sqlite3.IntegrityError):
            await database.write_all([put("a"), put("a"), put("b")])
        assert await database.read(texts) == ["a", "b"]


@pytest.mark.asyncio
async def test_a_cancelled_caller_does_not_undo_its_job_and_harms_nobody(tmp_path: Path) -> None:
    """Who no longer waits for the answer has written all the same; the transaction is not left open."""
    async with open_database(make(tmp_path)) as database:
        leaving = asyncio.create_task(database.write(put("leaving")))
        staying = asyncio.create_task(database.write(put("staying")))
        await asyncio.sleep(0)
        leaving.cancel()
        await staying
        with pytest.raises(asyncio.CancelledError):
            await leaving
        await database.write(put("after"))
        assert await database.read(texts) == ["leaving", "staying", "after"]


@pytest.mark.asyncio
async def test_full_disk_refuses_the_whole_commit_and_heals_by_itself(tmp_path: Path) -> None:
    """Every caller of the commit hears it, nothing of it is kept, it is reported once, and so is the recovery."""
    said: list[str | None] = []

    def report(failure: StoreUnavailable | None) -> None:
        said.append(failure.reason if failure else None)

    def limit(pages: int) -> Job[None]:
        return lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()[0] and None

    async with open_database(make(tmp_path), report) as database:
        await database.write(limit(1))
        for _ in range(2):
            ends = await asyncio.gather(
                *[database.write(job) for job in (put("small"), put("x" * 100_000))], return_exceptions=True
            )
            assert [type(end) for end in ends] == [StoreUnavailable, StoreUnavailable]
            assert [end.reason for end in ends if isinstance(end, StoreUnavailable)] == ["disk_full"] * 2
        assert await database.read(texts) == []
        assert (said, database.refuses) == (["disk_full"], "disk_full")
        await database.write(limit(10_000))
        await database.write(put("x" * 100_000))
        assert (said, database.refuses) == (["disk_full", None], None)
        assert len(await database.read(texts)) == 1


@pytest.mark.asyncio
async def test_a_reading_job_sees_one_moment(tmp_path: Path) -> None:
    """Two reads of one job agree although a commit ended between them."""
    between, committed = threading.Event(), threading.Event()

    def twice(connection: sqlite3.Connection) -> tuple[list[str], list[str]]:
        first = texts(connection)
        between.set()
        assert committed.wait(5)
        return first, texts(connection)

    async with open_database(make(tmp_path)) as database:
        await database.write(put("before"))
        reading = asyncio.create_task(database.read(twice))
        await asyncio.to_thread(between.wait, 5)
        await database.write(put("between"))
        committed.set()
        assert await reading == (["before"], ["before"])
        assert await database.read(texts) == ["before", "between"]


@pytest.mark.asyncio
async def test_a_reading_job_that_fails_leaves_no_snapshot_behind(tmp_path: Path) -> None:
    """The next reader sees what was committed meanwhile."""

    def fails(connection: sqlite3.Connection) -> None:
        texts(connection)
        raise ZeroDivisionError("a bug")

    async with open_database(make(tmp_path)) as database:
        with pytest.raises(ZeroDivisionError):
            await database.read(fails)
        await database.write(put("later"))
        assert await database.read(texts) == ["later"]


@pytest.mark.asyncio
async def test_readers_cannot_write(tmp_path: Path) -> None:
    """Neither beside the daemon nor inside it; and reading alone needs no daemon that runs."""
    path = make(tmp_path)
    async with open_database(path) as database:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await database.read(put("no"))
        async with open_reader(path) as read:
            with pytest.raises(StoreUnreadable, match="readonly"):
                await read(put("no"))
        await database.write(put("yes"))
    async with open_reader(path) as read:
        assert await read(texts) == ["yes"]


@pytest.mark.asyncio
async def test_what_waits_is_committed_on_closing_and_no_thread_stays(tmp_path: Path) -> None:
    """Also where the body ends by an error; afterwards a write is refused instead of waiting for ever."""
    path, threads = make(tmp_path), threading.active_count()
    with suppress(ZeroDivisionError):
        async with open_database(path) as database:
            tasks = [asyncio.create_task(database.write(put(f"row {number}"))) for number in range(300)]
            await asyncio.sleep(0)
            raise ZeroDivisionError("a bug")
    assert len(await asyncio.gather(*tasks)) == 300
    await only(threads)
    with anyio.fail_after(30), pytest.raises(StoreUnavailable, match="closed"):
        await database.write(put("too late"))
    async with open_reader(path) as read:
        assert len(await read(texts)) == 300
    await only(threads)


@pytest.mark.asyncio
async def test_closing_while_cancelled_keeps_what_was_queued(tmp_path: Path) -> None:
    """A process that is torn down still ends its last commit."""
    path, threads = make(tmp_path), threading.active_count()
    with anyio.CancelScope() as scope:
        async with open_database(path) as database:
            writing = asyncio.create_task(database.write(put("queued")))
            await asyncio.sleep(0)
            scope.cancel()
            await anyio.sleep_forever()
    await writing
    await only(threads)
    async with open_reader(path) as read:
        assert await read(texts) == ["queued"]


@pytest.mark.asyncio
async def test_the_file_is_opened_for_durability(tmp_path: Path) -> None:
    """WAL and synchronous FULL: what was answered survives a power cut; erased text is overwritten."""
    async with open_database(make(tmp_path)) as database:

        def pragmas(connection: sqlite3.Connection) -> dict[str, object]:
            names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

        found = await database.write(pragmas)
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
