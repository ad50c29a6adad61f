"""Migrations: forward only, one transaction each, and a file of other code is refused."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store import migrate as module
from store.migrate import MigrationChanged, SchemaTooNew, check_schema
from tests.running.migrated import migrate_for_real as migrate

SCHEMA = Path(module.__file__).with_name("schema.sql")


def shape(path: Path) -> list[tuple[str, str, str]]:
    """Everything that a file consists of, without the comments and the layout of its text."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
        ).fetchall()
    return [(kind, name, _spaced(re.sub(r"--[^\n]*", "", sql))) for kind, name, sql in rows]


def _spaced(sql: str) -> str:
    """SQLite puts a column that was added in its own way between the commas and brackets."""
    return re.sub(r"\s+([,)])", r"\1", " ".join(sql.split()))


def write(folder: Path, number: int, sql: str) -> None:
    """One migration file."""
    folder.mkdir(exist_ok=True)
    (folder / f"{number:04d}_some.sql").write_text(sql, encoding="utf-8")


def test_migrating_an_empty_file_gives_exactly_the_schema_file(tmp_path: Path) -> None:
    """The schema to read and the schema in force are one."""
    migrate(tmp_path / "migrated.db")
    with closing(sqlite3.connect(tmp_path / "read.db")) as connection:
        connection.executescript(SCHEMA.read_text(encoding="utf-8"))
    assert shape(tmp_path / "migrated.db") == shape(tmp_path / "read.db")
    assert len(shape(tmp_path / "read.db")) > 30


def test_every_table_is_strict() -> None:
    """A text never lies in a column of numbers."""
    tables = re.findall(r"CREATE TABLE (\w+) \(.*?\)( STRICT[^;]*)?;", SCHEMA.read_text(encoding="utf-8"), re.DOTALL)
    assert len(tables) > 10
    assert [name for name, strict in tables if not strict] == []


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    """Nothing to do, nothing copied."""
    first = migrate(tmp_path / "some.db")
    second = migrate(tmp_path / "some.db")
    assert (first.before, second.before, second.after) == (0, first.after, first.after)
    assert [path.name for path in tmp_path.iterdir() if "before" in path.name] == []


def test_a_newer_file_is_refused_untouched(tmp_path: Path) -> None:
    """The text says what to do; the file stays as it is."""
    migrate(tmp_path / "some.db")
    with closing(sqlite3.connect(tmp_path / "some.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = (tmp_path / "some.db").read_bytes()
    with pytest.raises(SchemaTooNew, match=r"schema 99.*install the newer version") as refused:
        migrate(tmp_path / "some.db")
    assert refused.value.found == 99
    assert (tmp_path / "some.db").read_bytes() == before
    with closing(sqlite3.connect(tmp_path / "some.db")) as connection, pytest.raises(SchemaTooNew):
        check_schema(connection)


def test_a_migration_that_changed_after_it_was_applied_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File and code do not belong together."""
    monkeypatch.setattr(module, "MIGRATIONS", tmp_path / "sql")
    write(tmp_path / "sql", 1, "CREATE TABLE a (x INTEGER) STRICT;")
    migrate(tmp_path / "some.db")
    write(tmp_path / "sql", 1, "CREATE TABLE a (x TEXT) STRICT;")
    with pytest.raises(MigrationChanged, match="migration 1"):
        migrate(tmp_path / "some.db")


def test_a_later_migration_copies_the_file_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy holds the old schema and the old rows; an unfinished copy of an earlier try is in nobody's way."""
    monkeypatch.setattr(module, "MIGRATIONS", tmp_path / "sql")
    write(tmp_path / "sql", 1, "CREATE TABLE a (x INTEGER) STRICT;")
    migrate(tmp_path / "some.db")
    with closing(sqlite3.connect(tmp_path / "some.db")) as connection:
        connection.execute("INSERT INTO a VALUES (7)")
        connection.commit()
    write(tmp_path / "sql", 2, "ALTER TABLE a ADD COLUMN y INTEGER;")
    (tmp_path / "some.db.before-2").write_bytes(b"half a copy")
    assert (migrate(tmp_path / "some.db").before, migrate(tmp_path / "some.db").before) == (1, 2)
    with closing(sqlite3.connect(tmp_path / "some.db.before-2")) as connection:
        assert connection.execute("SELECT * FROM a").fetchall() == [(7,)]
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    with closing(sqlite3.connect(tmp_path / "some.db")) as connection:
        assert connection.execute("SELECT * FROM a").fetchall() == [(7, None)]


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a migration is none: schema, mark and version stand in one transaction."""
    monkeypatch.setattr(module, "MIGRATIONS", tmp_path / "sql")
    write(tmp_path / "sql", 1, "CREATE TABLE a (x INTEGER) STRICT;")
    migrate(tmp_path / "some.db")
    write(tmp_path / "sql", 2, "CREATE TABLE b (x INTEGER) STRICT;\nINSERT INTO missing VALUES (1);")
    before = shape(tmp_path / "some.db")
    with pytest.raises(sqlite3.OperationalError, match="missing"):
        migrate(tmp_path / "some.db")
    assert shape(tmp_path / "some.db") == before
    write(tmp_path / "sql", 2, "CREATE TABLE b (x INTEGER) STRICT;")
    assert migrate(tmp_path / "some.db").after == 2
