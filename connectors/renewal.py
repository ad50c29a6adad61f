"""An access token that is renewed one at a time, and whose rotating pair is on disk before it is used."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.base import CredentialsLost, StoredToken, TokenStore

AHEAD = timedelta(minutes=5)
"""How long before its end a token is no longer handed out."""

LONGEST_LIFE = timedelta(days=366)

KEEP_ALIVE_AGE = timedelta(days=1)
SPENT = "invalid_grant"
"""The reason of a ``CredentialsLost`` that says: this refresh token is not (or no longer) accepted."""

Ask = Callable[[str | None], Awaitable[StoredToken]]
"""Trades a refresh token (``None``: none is needed) for a new token at the token endpoint; saves nothing."""

Instead = Callable[[StoredToken], Awaitable[StoredToken | None]]
"""Another way to a new token that spends no refresh token, given what is stored; ``None`` where it is not open."""


_SECONDS = re.compile(r"([0-9]{1,30})(?:\.[0-9]*)?")


def lifetime(stated: object, usual: timedelta) -> timedelta:
    """How long a token lives by its ``expires_in``: seconds as a number or a text, a leap year at most.

    ``usual`` where that cannot be read, or is nothing: the token that came with it may be the only one that works.
    """
    found = _SECONDS.fullmatch(str(stated).strip())
    seconds = 0 if found is None else int(found[1])
    return timedelta(seconds=min(seconds, LONGEST_LIFE.total_seconds())) if seconds else usual


class Renewal:
    """One way to a valid access token; a renewal is shared by everyone who waits for it, and never given up once begun.

    Raises what ``ask`` raises: ``CredentialsLost`` where a person must act, ``Unreachable`` or ``Later`` where the
    endpoint cannot answer now.
    """

    def __init__(
        self,
        key: str,
        tokens: TokenStore,
        ask: Ask,
        *,
        clock: Callable[[], datetime],
        rotates: bool,
        nothing_stored: Callable[[], CredentialsLost],
        seed: tuple[str, str] | None = None,
        instead: Instead | None = None,
    ) -> None:
        """``key`` is where the pair is kept; ``instead`` is asked before the refresh token is spent.

        ``seed`` is a first refresh token and its digest, from the configuration: it is taken where nothing is
        stored, where another one was taken before, and where what is stored is refused.
        """
        self._key = key
        self._tokens = tokens
        self._ask = ask
        self._clock = clock
        self._rotates = rotates
        self._nothing_stored = nothing_stored
        self._seed = seed
        self._instead = instead
        self._current: StoredToken | None = None
        self._spent: str | None = None
        self._distrusted = False
        self._renewing: asyncio.Task[StoredToken] | None = None

    async def token(self) -> str:
        """A valid access token, renewed at least five minutes (or a tenth of its life) before it expires."""
        if self._current is None and self._rotates:
            stored = await self._tokens.load(self._key)
            self._current = None if stored is None or self._is_reseeded(stored) else stored
        if self._current is not None and self._valid(self._current):
            return self._current.access
        return (await self._renewed()).access

    def invalidate(self, access: str) -> None:
        """This access token was refused: the next ``token()`` renews, unless that has happened already."""
        self._spent = access

    def distrust(self) -> None:
        """Whatever access is at hand may have been taken back: the next ``token()`` renews."""
        self._distrusted = True

    async def stored(self) -> StoredToken | None:
        """The pair on disk; ``None`` where nothing rotates."""
        return await self._tokens.load(self._key) if self._rotates else None

    async def keep_alive(self) -> bool:
        """Renew a rotating pair that is older than a day, or of unknown age, so that it never dies of age; tells
        whether it did."""
        stored = await self.stored()
        if stored is None or stored.refresh is None:
            return False
        if stored.refreshed_at is not None and self._clock() - stored.refreshed_at < KEEP_ALIVE_AGE:
            return False
        await self._renewed()
        return True

    async def adopt(self, made: StoredToken) -> None:
        """Take what was got in another way (a code from the browser): saved, then used, after a renewal under way."""
        await self.close()
        self._renewing = asyncio.ensure_future(self._take(made))
        await self._finish(self._renewing)

    async def forget(self) -> None:
        """Nothing is stored any more, and nothing used; waits for a renewal under way."""
        await self.close()
        await self._tokens.forget(self._key)
        self._current = None

    async def close(self) -> None:
        """Wait for a renewal that is under way: its pair must reach the disk."""
        if self._renewing is not None:
            await asyncio.wait({self._renewing})

    def _valid(self, token: StoredToken) -> bool:
        if self._distrusted or token.access == self._spent:
            return False
        ahead = AHEAD
        if token.refreshed_at is not None:
            ahead = min(AHEAD, (token.expires_at - token.refreshed_at) / 10)
        return self._clock() < token.expires_at - ahead

    async def _renewed(self) -> StoredToken:
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.ensure_future(self._renew())
        return await self._finish(self._renewing)

    async def _finish(self, work: asyncio.Task[StoredToken]) -> StoredToken:
        """Wait without owning: a caller that is cancelled leaves the renewal to go on."""
        work.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(work)

    async def _renew(self) -> StoredToken:
        if not self._rotates:
            return await self._kept(self._ask(None))
        stored = await self._tokens.load(self._key)
        if stored is not None and self._instead is not None:
            made = await self._instead(stored)
            if made is not None:
                return await self._take(made)
        candidates = self._candidates(stored)
        if not candidates:
            raise self._nothing_stored()
        last = self._nothing_stored()
        for refresh in candidates:
            try:
                return await self._kept(self._ask(refresh))
            except CredentialsLost as fault:
                if fault.reason != SPENT:
                    raise
                last = fault
        return await self._second_thought(candidates, last)

    def _candidates(self, stored: StoredToken | None) -> list[str]:
        """The refresh tokens to try: one that a person gave anew, the stored one, and the seed as a last resort."""
        known = stored.refresh if stored is not None else None
        if self._seed is None:
            return [known] if known else []
        seed, digest = self._seed
        if stored is None or known is None or self._is_reseeded(stored):
            return list(dict.fromkeys(filter(None, (seed, known))))
        return [known] if stored.seed == digest else list(dict.fromkeys((known, seed)))

    def _is_reseeded(self, stored: StoredToken) -> bool:
        return self._seed is not None and stored.seed is not None and stored.seed != self._seed[1]

    async def _second_thought(self, used: list[str], fault: CredentialsLost) -> StoredToken:
        """A refused refresh token: someone else may have renewed the pair since, so read it once more."""
        again = await self._tokens.load(self._key)
        if again is None or again.refresh is None or again.refresh in used:
            raise fault
        if self._valid(again):
            self._current = again
            return again
        return await self._kept(self._ask(again.refresh))

    async def _kept(self, asked: Awaitable[StoredToken]) -> StoredToken:
        return await self._take(await asked)

    async def _take(self, made: StoredToken) -> StoredToken:
        """What rotates, or says how it is got, is saved before it becomes the current pair."""
        if self._seed is not None:
            made = replace(made, seed=self._seed[1])
        if made.refresh is not None or made.proved:
            await self._tokens.save(self._key, made)
        self._current, self._spent, self._distrusted = made, None, False
        return made
