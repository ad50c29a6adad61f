"""Brings a database file to the schema of this code: numbered SQL files, forward only, one transaction each."""

import hashlib
import sqlite3
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

MIGRATIONS = Path(__file__).with_name("migrations")
_MARKS = "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, digest TEXT NOT NULL) STRICT;"


class SchemaTooNew(Exception):
    """The file was written by a newer version of the program: this one must not touch it."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"the database has schema {found}, this program knows schemas up to {known}: "
            "install the newer version again, or restore a backup made by this one"
        )
        self.found = found
        self.known = known


class NotADatabase(Exception):
    """The file cannot be opened, or is no database; the text says why, without any of its content."""


class MigrationChanged(Exception):
    """A migration that was applied long ago has another text now: the file and the code do not belong together."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """What :func:`migrate` did: schema numbers before and after (equal when nothing was to do)."""

    before: int
    after: int


def migrations() -> list[tuple[int, str]]:
    """All migrations of this code, in order: number and SQL text."""
    return [(int(path.name[:4]), path.read_text(encoding="utf-8")) for path in sorted(MIGRATIONS.glob("[0-9]*.sql"))]


def migrate(path: Path) -> Migrated:
    """Apply what is missing to the file at ``path`` (made if absent), each migration and its mark in one transaction.

    A file with work in it is copied beside itself (``VACUUM INTO``) before it is changed. Raises :class:`SchemaTooNew`,
    :class:`MigrationChanged`, :class:`NotADatabase`, ``sqlite3.Error``.
    """
    known = migrations()
    connection, before = _opened(path)
    try:
        if before > known[-1][0]:
            raise SchemaTooNew(before, known[-1][0])
        if before == 0:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
        _compare(connection, before, known)
        missing = [(number, sql) for number, sql in known if number > before]
        if missing and before:
            copy = path.with_name(f"{path.name}.before-{missing[-1][0]}")
            # One that is there is of an earlier try that did not come to its end: the file has the old schema still.
            copy.unlink(missing_ok=True)
            connection.execute("VACUUM INTO ?", (str(copy),))
        for number, sql in missing:
            _apply(connection, number, sql)
    finally:
        connection.close()
    return Migrated(before, known[-1][0])


def _opened(path: Path) -> tuple[sqlite3.Connection, int]:
    """A connection to the file, and the schema that it has (0 for a new one)."""
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
            before = int(connection.execute("PRAGMA user_version").fetchone()[0])
        except sqlite3.Error as error:
            raise NotADatabase(f"{path} cannot be used: {error}") from None
        stack.pop_all()
        return connection, before


def check_schema(connection: sqlite3.Connection) -> None:
    """Refuse to read a file of a newer version; raises :class:`SchemaTooNew`."""
    found, known = int(connection.execute("PRAGMA user_version").fetchone()[0]), migrations()[-1][0]
    if found > known:
        raise SchemaTooNew(found, known)


def _apply(connection: sqlite3.Connection, number: int, sql: str) -> None:
    digest = hashlib.sha256(sql.encode()).hexdigest()
    try:
        connection.executescript(f"BEGIN IMMEDIATE;\n{sql}\n{_MARKS}\nPRAGMA user_version = {number};")
        connection.execute("INSERT INTO migration VALUES (?, ?)", (number, digest))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _compare(connection: sqlite3.Connection, before: int, known: list[tuple[int, str]]) -> None:
    if before == 0:
        return
    applied = dict(connection.execute("SELECT number, digest FROM migration"))
    for number, sql in known:
        if number <= before and applied.get(number) != hashlib.sha256(sql.encode()).hexdigest():
            raise MigrationChanged(f"migration {number} was applied with another text: the file is from other code")
