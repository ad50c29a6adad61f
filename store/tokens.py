"""Tokens on disk, sealed; a sealed value knows its company and purpose, so rows cannot be swapped."""

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime

from cryptography.fernet import InvalidToken, MultiFernet

from store.db import Database, Job, milliseconds


class Unsealable(Exception):
    """A sealed value cannot be opened with the keys at hand, or it belongs to another row."""


def companies_with(purpose: str) -> Job[frozenset[str]]:
    """The companies for which anything is kept for the purpose, without opening it."""
    return lambda connection: frozenset(
        row["company"] for row in connection.execute("SELECT company FROM token WHERE purpose = ?", (purpose,))
    )


def saved(purpose: str) -> Job[dict[str, int]]:
    """When what is kept for the purpose was last renewed (milliseconds since 1970), by company; nothing is opened."""
    return lambda connection: dict(
        connection.execute("SELECT company, saved_at FROM token WHERE purpose = ?", (purpose,)).fetchall()
    )


class SealedTokens:
    """Keeps one JSON object per company and purpose, sealed with :class:`cryptography.fernet.MultiFernet`."""

    def __init__(self, database: Database, keys: MultiFernet, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    async def read(self, company: str, purpose: str) -> dict[str, str] | None:
        """The opened object, ``None`` where none is stored; raises :class:`Unsealable`."""

        def job(connection: sqlite3.Connection) -> bytes | None:
            row = connection.execute(
                "SELECT sealed FROM token WHERE company = ? AND purpose = ?", (company, purpose)
            ).fetchone()
            return None if row is None else bytes(row["sealed"])

        sealed = await self._database.read(job)
        return None if sealed is None else self._open(sealed, company, purpose)

    async def write(self, company: str, purpose: str, values: dict[str, str]) -> None:
        """Seal and commit; returns after the commit."""
        bound = {"company": company, "purpose": purpose, "values": values}
        sealed = self._keys.encrypt(json.dumps(bound).encode())
        now = milliseconds(self._clock())

        def job(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO token (company, purpose, sealed, saved_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET sealed = excluded.sealed, saved_at = excluded.saved_at",
                (company, purpose, sealed, now),
            )

        await self._database.write(job)

    async def remove(self, company: str, purpose: str) -> None:
        """Remove what is stored; returns after the commit."""

        def job(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM token WHERE company = ? AND purpose = ?", (company, purpose))

        await self._database.write(job)

    def _open(self, sealed: bytes, company: str, purpose: str) -> dict[str, str]:
        try:
            bound = json.loads(self._keys.decrypt(sealed))
        except InvalidToken as error:
            raise Unsealable("the stored tokens cannot be opened with this state key") from error
        if bound["company"] != company or bound["purpose"] != purpose:
            raise Unsealable("a sealed value lies in another row than it was sealed for")
        values: dict[str, str] = bound["values"]
        return values
