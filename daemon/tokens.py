"""Keeps a company's Fortnox tokens in the store, sealed, in the shape that the client asks for."""

from datetime import datetime

from connectors.base import StoredToken
from store.tokens import SealedTokens

PURPOSE = "fortnox"


class CompanyTokens:
    """Fits :class:`connectors.base.TokenStore`; a new pair is committed before the call returns."""

    def __init__(self, sealed: SealedTokens) -> None:
        self._sealed = sealed

    async def load(self, company: str) -> StoredToken | None:
        """The stored tokens, opened; ``None`` where the company has none. Raises :class:`store.tokens.Unsealable`."""
        values = await self._sealed.read(company, PURPOSE)
        if values is None:
            return None
        refreshed = values.get("refreshed_at")
        return StoredToken(
            access=values["access"],
            expires_at=datetime.fromisoformat(values["expires_at"]),
            refresh=values.get("refresh"),
            refreshed_at=None if refreshed is None else datetime.fromisoformat(refreshed),
        )

    async def save(self, company: str, token: StoredToken) -> None:
        """Seal and commit; returns only after the commit."""
        values = {"access": token.access, "expires_at": token.expires_at.isoformat()}
        if token.refresh is not None:
            values["refresh"] = token.refresh
        if token.refreshed_at is not None:
            values["refreshed_at"] = token.refreshed_at.isoformat()
        await self._sealed.write(company, PURPOSE, values)
