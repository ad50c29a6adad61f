"""Key rotation at rest: what lies sealed is sealed anew with the newest state key, and the old one may go."""

from collections.abc import Callable
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from daemon.clock import Clock
from daemon.credentials import Secret
from daemon.requests import Misused, Reseal
from store import resealing
from store.db import Database
from store.resealing import TABLES, CannotOpen

Answer = dict[str, Any]
BITE = 100
"""Rows that share one commit, so that the writer stays free for others."""

SECONDS = 2.0
"""How long one request goes on; the next one goes on where it ended."""


class Resealing:
    """Goes through the tables in their order. Begun anew it finds what is done already, so it may end at any moment."""

    def __init__(self, database: Database, clock: Clock, keys: Callable[[], tuple[Secret, ...]]) -> None:
        """``keys`` are the state keys in force: the first seals, all open."""
        self._database = database
        self._clock = clock
        self._keys = keys

    async def perform(self, request: Reseal) -> Answer:
        """Go on behind ``request.after`` for a while; ``after`` of the answer is ``None`` where all is done."""
        table, row = _place(request.after)
        anew = _anew(self._keys())
        until = self._clock.monotonic() + SECONDS
        counted = {"looked": 0, "resealed": 0, "unreadable": 0}
        while table is not None:
            bite = await self._database.write(resealing.reseal(table, row, BITE, anew))
            for name in counted:
                counted[name] += getattr(bite, name)
            table, row = (_next(table), 0) if bite.last is None else (table, bite.last)
            if self._clock.monotonic() >= until:
                break
        return {"after": None if table is None else f"{table}:{row}", **counted}


def _anew(keys: tuple[Secret, ...]) -> resealing.Reseal:
    opened = [Fernet(key.reveal()) for key in keys]
    newest, every = opened[0], MultiFernet(opened)

    def anew(sealed: bytes) -> bytes | None:
        try:
            newest.decrypt(sealed)
        except InvalidToken:
            try:
                return every.rotate(sealed)
            except InvalidToken:
                raise CannotOpen from None
        return None

    return anew


def _place(after: str | None) -> tuple[str | None, int]:
    if after is None:
        return TABLES[0], 0
    table, _, row = after.partition(":")
    if table not in TABLES or not (row.isascii() and row.isdigit()):
        raise Misused(f"there is no place {after}")
    return table, int(row)


def _next(table: str) -> str | None:
    place = TABLES.index(table) + 1
    return TABLES[place] if place < len(TABLES) else None
