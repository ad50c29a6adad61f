"""Keeps a company's or a source's tokens in the store, sealed, in the shape that clients ask for."""

import hashlib
from datetime import datetime

from connectors.base import CredentialsLost, StoredToken
from store.tokens import SealedTokens, Unsealable

PURPOSE = "fortnox"
REMIND_AT_DAYS = (3, 7, 14)
"""Days that a refresh token has left when a person is reminded, each time once."""
SEED = "_seed"
"""Under the purpose with this ending lies the digest of the refresh token of the configuration that was taken last."""


class CompanyTokens:
    """Fits :class:`connectors.base.TokenStore`; a new pair is committed before the call returns."""

    def __init__(self, sealed: SealedTokens, *, purpose: str = PURPOSE, system: str = "fortnox") -> None:
        """``purpose`` keeps the tokens of different systems apart; ``system`` is named where they cannot be opened."""
        self._sealed = sealed
        self._purpose = purpose
        self._system = system

    async def load(self, company: str) -> StoredToken | None:
        """The stored tokens, opened; ``None`` where the company has none.

        Raises ``CredentialsLost`` where they cannot be opened with the state key.
        """
        try:
            values = await self._sealed.read(company, self._purpose)
        except Unsealable:
            raise CredentialsLost(
                "tokens_unsealable",
                system=self._system,
                operation="token",
                remedy="The stored tokens cannot be opened with state_key: give the former key back, then restart.",
            ) from None
        if values is None:
            return None
        refreshed = values.get("refreshed_at")
        return StoredToken(
            access=values["access"],
            expires_at=datetime.fromisoformat(values["expires_at"]),
            refresh=values.get("refresh"),
            refreshed_at=None if refreshed is None else datetime.fromisoformat(refreshed),
            seed=values.get("seed"),
            tenant=None if "tenant" not in values else int(values["tenant"]),
            proved=int(values.get("proved", "0")),
        )

    async def save(self, company: str, token: StoredToken) -> None:
        """Seal and commit; returns only after the commit."""
        values = {"access": token.access, "expires_at": token.expires_at.isoformat()}
        if token.refresh is not None:
            values["refresh"] = token.refresh
        if token.refreshed_at is not None:
            values["refreshed_at"] = token.refreshed_at.isoformat()
        if token.seed is not None:
            values["seed"] = token.seed
        if token.tenant is not None:
            values["tenant"] = str(token.tenant)
        if token.proved:
            values["proved"] = str(token.proved)
        await self._sealed.write(company, self._purpose, values)

    async def forget(self, company: str) -> None:
        """Remove the tokens; the configuration's refresh token that was used stays known, so it is not taken again."""
        await self._sealed.remove(company, self._purpose)

    async def seed(self, company: str, refresh: str, now: datetime) -> bool:
        """Connect the company with the configuration's refresh token, once; tells whether it was taken.

        It is taken where nothing is stored, and where it is another one than was taken last: then a person has
        connected the company again. The access token stored beside it has expired, so that the first use renews both.
        What cannot be opened is left as it is: a former state key may still open it.
        """
        digest = hashlib.sha256(refresh.encode()).hexdigest()
        try:
            seeded = await self._sealed.read(company, f"{self._purpose}{SEED}")
            stored = await self._sealed.read(company, self._purpose)
        except Unsealable:
            return False
        if seeded is not None and seeded["digest"] == digest:
            return False
        taken = stored is None or seeded is not None
        if taken:
            await self.save(company, StoredToken(access="", expires_at=now, refresh=refresh))
        # After the token: a crash between the two takes it once more, and nothing has used it yet.
        await self._sealed.write(company, f"{self._purpose}{SEED}", {"digest": digest})
        return taken
