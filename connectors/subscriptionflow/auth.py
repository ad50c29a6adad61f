"""The access token of an instance: asked for with client credentials, one request at a time, and kept in memory."""

import asyncio
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import ClientSession

from connectors.base import CredentialsLost, Json, Later, Throttled
from connectors.renewal import lifetime
from connectors.rest import form_post
from connectors.window import Window

OPERATION = "token"
USUAL_LIFETIME = timedelta(hours=1)
"""Where the answer states none (how long tokens live is unconfirmed: SubscriptionFlow facts, section 2)."""
SHORTEST_LIFE = timedelta(minutes=1)
AHEAD = timedelta(minutes=5)
REMEDY = (
    "SubscriptionFlow refuses client_id and client_secret: see in the instance's administration that the API client "
    "exists, give the source its id and secret, and let it try again."
)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and the moments of its life."""

    access: str = field(repr=False)
    since: datetime
    until: datetime


_given: ContextVar[str] = ContextVar("_given")
"""The token that this task's last call was given: a refusal speaks of no other."""


class ClientCredentials:
    """The way to a valid token (``connectors.rest.Access``), shared by all calls of one instance.

    A token is kept in memory only: a new one costs a single call and uses nothing up, while one on disk would be one
    more secret to keep, for up to a year. It is renewed five minutes before it ends (a tenth of a shorter life), and
    when a call with it was answered 401.
    """

    def __init__(
        self,
        system: str,
        address: str,
        client: tuple[str, str],
        session: ClientSession,
        window: Window,
        clock: Callable[[], datetime],
        timeout_seconds: float,
    ) -> None:
        """``system`` is the source's name, ``address`` the instance's, ``client`` its id and secret there."""
        self._system = system
        self._address = f"{address}/oauth/token"
        self._client = client
        self._session = session
        self._window = window
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._renewing: asyncio.Task[Token] | None = None
        self.current: Token | None = None

    async def given(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The header with a valid token.

        Raises ``CredentialsLost`` where the client is refused, ``Throttled``, ``Later`` or ``Unreachable`` where the
        endpoint cannot answer now.
        """
        token = self.current
        if token is None or not self._valid(token):
            token = await self._renewed()
        _given.set(token.access)
        return {"Authorization": f"Bearer {token.access}"}, {}

    def refused(self) -> bool:
        """Forget the token of this task's last call, unless another call's refusal has renewed it already."""
        if self.current is not None and self.current.access == _given.get(None):
            self.current = None
        return True

    async def close(self) -> None:
        """Wait for a request under way."""
        if self._renewing is not None:
            await asyncio.wait({self._renewing})

    def _valid(self, token: Token) -> bool:
        return self._clock() < token.until - min(AHEAD, (token.until - token.since) / 10)

    async def _renewed(self) -> Token:
        """One request for all who wait; a caller that is cancelled leaves it to go on."""
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.ensure_future(self._obtain())
            self._renewing.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(self._renewing)

    async def _obtain(self) -> Token:
        form = {"grant_type": "client_credentials", "client_id": self._client[0], "client_secret": self._client[1]}
        async with self._window.place(0):
            status, answer = await form_post(
                self._session, self._system, OPERATION, self._address, form, timeout_seconds=self._timeout_seconds
            )
        access = answer.get("access_token")
        if status != 200 or not isinstance(access, str) or not _may_stand_in_a_header(access):
            raise self._fault(status, answer)
        now = self._clock()
        self.current = Token(access, now, now + max(lifetime(answer.get("expires_in"), USUAL_LIFETIME), SHORTEST_LIFE))
        return self.current

    def _fault(self, status: int, answer: Json) -> Exception:
        if status == 429:
            self._window.freeze(self._window.seconds)
            return Throttled(after=timedelta(seconds=self._window.seconds), system=self._system, operation=OPERATION)
        if 400 <= status < 500:
            error = answer.get("error")
            reason = error if error in ("invalid_client", "invalid_grant", "unauthorized_client") else "refused"
            return CredentialsLost(reason, system=self._system, operation=OPERATION, status=status, remedy=REMEDY)
        return Later("token_unavailable", system=self._system, operation=OPERATION, status=status)


def _may_stand_in_a_header(access: str) -> bool:
    return bool(access) and access.isascii() and access.isprintable()
