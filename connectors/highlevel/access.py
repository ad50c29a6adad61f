"""How the calls to HighLevel prove who we are: a fixed token, or an app's access token that is renewed."""

import hashlib
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from connectors.base import CredentialsLost, Later, StoredToken, Throttled
from connectors.highlevel.budget import SYSTEM, Budget
from connectors.highlevel.settings import Api
from connectors.renewal import SPENT, Renewal, lifetime
from connectors.rest import Access, form_post
from connectors.sources import Surroundings

OPERATION = "token"
REFRESH_TOKEN_LIFE = timedelta(days=365)
"""How long a refresh token lives without use (HighLevel facts, section 3)."""

USUAL_LIFETIME = timedelta(seconds=86399)

REMEDY = (
    "HighLevel refuses the refresh token, or the app's client id and secret: install the app on the location again, "
    "give its new refresh token as api.refresh_token, and reload."
)

_given: ContextVar[str | None] = ContextVar("_given", default=None)
"""The token that the running call was given, so that a refusal never falls on a newer one."""


def renewal(name: str, settings: Api, secrets: Mapping[str, str], surroundings: Surroundings) -> Renewal:
    """The renewal of an app's tokens, kept under the source's name; ``secrets`` are those of the table ``api``."""

    async def ask(refresh: str | None) -> StoredToken:
        fields = {
            "client_id": settings.client_id or "",
            "client_secret": secrets["api.client_secret"],
            "grant_type": "refresh_token",
            "refresh_token": refresh or "",
            "user_type": "Location",
        }
        address = f"{settings.base_url}/oauth/token"
        status, answer = await form_post(
            surroundings.session, SYSTEM, OPERATION, address, fields, timeout_seconds=settings.timeout_seconds
        )
        return _token(status, answer, settings, surroundings)

    seed = secrets["api.refresh_token"]
    return Renewal(
        name,
        surroundings.tokens,
        ask,
        clock=surroundings.clock,
        rotates=True,
        nothing_stored=lambda: _lost(None),
        seed=(seed, hashlib.sha256(seed.encode()).hexdigest()),
    )


class AppAccess:
    """An app's access token; a refused one is renewed, once for everybody who was refused with it."""

    def __init__(self, renewed: Renewal) -> None:
        """``renewed`` is the source's own."""
        self._renewal = renewed

    async def given(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The bearer header. Raises ``CredentialsLost``, ``Throttled``, ``Unreachable`` or ``Later``."""
        token = await self._renewal.token()
        _given.set(token)
        return {"Authorization": f"Bearer {token}"}, {}

    def refused(self) -> bool:
        """Another one can be had."""
        token = _given.get()
        if token is not None:
            self._renewal.invalidate(token)
        return True


class Metered:
    """Access that spends a call of the day's budget each time."""

    def __init__(self, access: Access, budget: Budget) -> None:
        """``budget`` is the source's own."""
        self._access = access
        self._budget = budget

    async def given(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """As the access itself. Raises ``Throttled`` besides."""
        self._budget.spend("read")
        return await self._access.given()

    def refused(self) -> bool:
        """As the access itself."""
        return self._access.refused()


def _token(status: int, answer: Mapping[str, Any], settings: Api, surroundings: Surroundings) -> StoredToken:
    if status == 429:
        after = timedelta(seconds=settings.window_seconds)
        raise Throttled(after=after, system=SYSTEM, operation=OPERATION)
    if 400 <= status < 500:
        raise _lost(status)
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if status != 200 or not _is_text(access) or not _is_text(refresh):
        raise Later("token_unavailable", system=SYSTEM, operation=OPERATION, status=status)
    now = surroundings.clock()
    expires_at = now + lifetime(answer.get("expires_in"), USUAL_LIFETIME)
    return StoredToken(access=str(access), expires_at=expires_at, refresh=str(refresh), refreshed_at=now)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value) and value.isascii() and value.isprintable()


def _lost(status: int | None) -> CredentialsLost:
    return CredentialsLost(SPENT, system=SYSTEM, operation=OPERATION, status=status, remedy=REMEDY)
