"""Lists, figures and names: what people read comes through an index, however much lies there."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store import acting, reading
from store.acting import Person
from store.migrate import SchemaTooNew, check_schema, migrate
from store.reading import Named
from tests.fakes.pipe import Pipe, customer, invoice, pipe
from tests.fakes.target import park

CARIN = Person("carin", 1_700_000_000_000, "twice")


async def _filled(made: Pipe) -> list[int]:
    """One delivered chain, one parked command, one discarded one."""
    made.target.scripts[customer("C-2").thing.thing("demo")] = [park()]
    ids = await made.add(customer("C-1"), invoice("1"), lane="a")
    await made.until("done", *ids)
    ids += await made.add(customer("C-2"), lane="b")
    await made.until("parked", ids[-1])
    made.target.free = 0
    ids += await made.add(customer("C-3"), lane="c")
    await made.database.write(acting.discard_command(ids[-1], CARIN))
    return ids


@pytest.mark.asyncio
@pytest.mark.capability("f60")
async def test_lists_are_newest_first_and_narrowed_by_state_and_company(tmp_path: Path) -> None:
    """Each state by itself, a limit, and nothing of another company."""
    async with pipe(tmp_path, names=("demo", "other")) as made, made.running():
        ids = await _filled(made)

        async def listed(state: str | None = None, company: str | None = None, limit: int = 50) -> list[int]:
            rows = await made.database.read(reading.commands(state=state, company=company, limit=limit))
            return [row.id for row in rows]

        assert await listed() == ids[::-1]
        assert await listed(limit=1) == [ids[-1]]
        assert await listed("done") == [ids[1], ids[0]]
        assert await listed("parked", "demo") == [ids[2]]
        assert await listed("held") == []
        assert await listed("discarded") == [ids[3]]
        assert await listed("ready") == []
        assert await listed(company="other") == []
        rows = await made.database.read(reading.commands(state="done", company=None, limit=1))
        assert (rows[0].link, rows[0].result) == ("invoice:2", "created")
        deliveries = await made.database.read(reading.deliveries(state=None, company="demo", limit=50))
        assert [row.id for row in deliveries] == [3, 2, 1]
        assert await made.database.read(reading.deliveries(state="waiting", company=None, limit=50)) == []
        assert await made.database.read(reading.deliveries(state="parked", company="demo", limit=50)) == []


@pytest.mark.asyncio
async def test_texts_of_the_newest_commands(tmp_path: Path) -> None:
    """Of one company, the newest first, as many as are asked for."""
    async with pipe(tmp_path, names=("demo", "other")) as made, made.running():
        await _filled(made)
        texts = await made.database.read(reading.commands_lately("demo", 2))
        assert texts == [customer(name).model_dump_json() for name in ("C-3", "C-2")]
        assert await made.database.read(reading.commands_lately("other", 2)) == []


@pytest.mark.asyncio
async def test_figures_of_a_company_come_from_counters_and_first_rows(tmp_path: Path) -> None:
    """Counts per state, since when something is stopped, and when the next command may go."""
    async with pipe(tmp_path) as made, made.running():
        ids = await _filled(made)
        figures = await made.database.read(reading.company_figures("demo"))
        assert (figures.counters["outbox_done"], figures.counters["outbox_parked"]) == (2, 1)
        assert figures.stopped_since == (await made.row(ids[2]))["created_at"]
        assert figures.due_at is None
        [added] = await made.add(customer("C-4"), lane="d")
        figures = await made.database.read(reading.company_figures("demo"))
        assert figures.due_at == (await made.row(added))["due_at"]
        assert await made.database.read(reading.inbox_oldest) is None


@pytest.mark.asyncio
async def test_every_way_to_name_something_finds_it(tmp_path: Path) -> None:
    """Our ids, the delivery id, the source's own number, and the document in Fortnox."""
    async with pipe(tmp_path, names=("demo", "other")) as made, made.running():
        ids = await _filled(made)
        await made.database.write(
            lambda connection: connection.execute("UPDATE inbox SET number = '1042' WHERE id = 1")
        )
        read = made.database.read
        assert await read(reading.by_row("in", 2)) == Named((2,), ())
        assert await read(reading.by_row("out", ids[0])) == Named((), (ids[0],))
        assert await read(reading.by_row("out", 99)) == Named((), ())
        assert (await read(reading.by_source_id("msg_0", None))).deliveries == [1]
        assert (await read(reading.by_source_id("1042", "demo"))).deliveries == [1]
        assert (await read(reading.by_source_id("1042", "other"))).deliveries == []
        assert (await read(reading.by_document("invoice", "2", None))).commands == (ids[1],)
        assert (await read(reading.by_document("invoice", "2", "other"))).commands == ()
        await made.database.write(lambda connection: connection.execute("UPDATE link SET company = 'to:crm'"))
        assert (await read(reading.by_document("invoice", "2", None))).commands == ()
        assert (await read(reading.by_document("invoice", "2", "to:crm"))).commands == (ids[1],)


def test_lists_never_walk_a_whole_table(tmp_path: Path) -> None:
    """The plans of the narrowed lists name their indexes; the open-ended ones read a window by row id."""
    migrate(tmp_path / "bridge.db")
    plans: list[str] = []
    with closing(sqlite3.connect(tmp_path / "bridge.db")) as connection:
        connection.row_factory = sqlite3.Row
        connection.set_trace_callback(plans.append)
        for state in (None, "parked", "waiting", "done", "ready"):
            reading.commands(state=state, company="demo", limit=5)(connection)
        for state in (None, "held", "waiting", "handled"):
            reading.deliveries(state=state, company=None, limit=5)(connection)
            reading.deliveries(state=state, company="demo", limit=5, source="crm", quiet="fortnox:")(connection)
        connection.set_trace_callback(None)
        for query in plans:
            steps = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
            walked = [step for step in steps if step.startswith("SCAN") and "USING" not in step]
            assert all(step in {"SCAN inbox", "SCAN outbox", "SCAN t", "SCAN (subquery-1)"} for step in walked), steps
            assert not walked or "LIMIT 20000" in query, query


def test_a_file_of_a_newer_version_is_not_read(tmp_path: Path) -> None:
    """A reader of an old program says so instead of showing half the truth."""
    migrate(tmp_path / "bridge.db")
    with closing(sqlite3.connect(tmp_path / "bridge.db")) as connection:
        check_schema(connection)
        connection.execute("PRAGMA user_version = 99")
        with pytest.raises(SchemaTooNew):
            check_schema(connection)
