"""The access token of one company: got, renewed one at a time, and on disk before use where it rotates."""

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession

from connectors.base import CredentialsLost, Later, StoredToken, Throttled, TokenStore, Unreachable
from connectors.fortnox.settings import FortnoxSettings
from connectors.renewal import Renewal
from connectors.transport import Answer, NoAnswer, NotSent, call, repeat_not_sent

SYSTEM = "fortnox"
OPERATION = "token"
REFRESH_TOKEN_DAYS = 45
TOKEN_TIMEOUT_SECONDS = 120.0
TRANSIENT = frozenset({"server_error", "temporarily_unavailable", "slow_down"})
REMEDIES: Mapping[str, str] = {
    "invalid_client": "The client id or the client secret is not the one of the app in Fortnox's developer portal; "
    "correct it in the configuration and restart the daemon, which then tries again.",
    "invalid_grant": "Fortnox no longer accepts this connection; connect the company again (an authorization code "
    "lives ten minutes and works once; client credentials need a consent given for a service account).",
    "invalid_scope": "The app asks for a scope that is not enabled for it in the developer portal.",
    "not_connected": "The company has never been connected: let an administrator of it approve the app.",
}
ANY_REMEDY = "Fortnox refuses the credentials; check the app in the developer portal and connect the company again."


def _lost(reason: str, status: int | None, detail: str = "") -> CredentialsLost:
    remedy = REMEDIES.get(reason, ANY_REMEDY)
    return CredentialsLost(reason, system=SYSTEM, operation=OPERATION, status=status, remedy=remedy, detail=detail)


def _object(answer: Answer) -> dict[str, Any]:
    """The body as a JSON object whatever the content type says (Fortnox facts, section 2.6); empty where it is none."""
    try:
        value = json.loads(answer.body.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _fault(answer: Answer, window_seconds: float) -> Exception:
    """What an answer without a token means: credentials lost where the body says so, else later."""
    if answer.status == 429:
        text = answer.retry_after or ""
        seconds = float(text) if text.isascii() and text.isdigit() and int(text) > 0 else window_seconds
        return Throttled(after=timedelta(seconds=seconds), system=SYSTEM, operation=OPERATION)
    body = _object(answer)
    error = body.get("error")
    if 400 <= answer.status < 500 and isinstance(error, str) and error not in TRANSIENT:
        return _lost(error if error in REMEDIES else "refused", answer.status, str(body.get("error_description", "")))
    return Later("token_unavailable", system=SYSTEM, operation=OPERATION, status=answer.status)


class Credentials:
    """One company's way to a valid access token; a refresh is shared by everyone who waits for it.

    Client credentials (Fortnox facts, section 2.3) are kept in memory only: a new token costs one call and nothing is
    spent. The authorization-code grant rotates (section 2.2): the new pair is saved before it is used, and a refresh
    once begun is never given up. Token calls take no place in the rate window of the resources.
    """

    def __init__(
        self,
        company: str,
        settings: FortnoxSettings,
        client_secret: str,
        tokens: TokenStore,
        session: ClientSession,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """``clock`` gives aware moments; ``client_secret`` is the resolved secret."""
        self._settings = settings
        self._secret = client_secret
        self._session = session
        self._clock = clock
        self._sleep = sleep
        self._renewal = Renewal(
            company,
            tokens,
            self._ask,
            clock=clock,
            rotates=self.rotates,
            nothing_stored=lambda: _lost("not_connected", None),
        )

    @property
    def rotates(self) -> bool:
        """Whether the company is connected by authorization code, with a refresh token used once."""
        return self._settings.grant == "authorization_code"

    async def token(self) -> str:
        """A valid access token, renewed at least five minutes before it expires.

        Raises ``CredentialsLost`` where a person must connect the company again, ``Unreachable`` or ``Later`` where the
        token endpoint cannot answer now. Nothing of the caller's request has been sent then.
        """
        return await self._renewal.token()

    def invalidate(self, access: str) -> None:
        """Fortnox answered 401 to this access token: the next ``token()`` renews, unless that has happened already."""
        self._renewal.invalidate(access)

    async def keep_alive(self) -> bool:
        """Renew a rotating pair that is older than a day, or of unknown age; tells whether it did."""
        return await self._renewal.keep_alive()

    async def days_left(self) -> float | None:
        """Days until the refresh token dies unused (it lives 45); ``None`` where there is none."""
        stored = await self._renewal.stored()
        if stored is None or stored.refresh is None or stored.refreshed_at is None:
            return None
        return REFRESH_TOKEN_DAYS - (self._clock() - stored.refreshed_at) / timedelta(days=1)

    async def exchange_code(self, code: str, redirect_uri: str) -> None:
        """Trade the code that the browser brought back for a pair, and save it (Fortnox facts, section 2.1).

        A code lives ten minutes and works once. Raises ``CredentialsLost`` where it is refused.
        """
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        await self._renewal.adopt(self._obtain(form))

    async def close(self) -> None:
        """Wait for a renewal that is under way: its pair must reach the disk."""
        await self._renewal.close()

    async def _ask(self, refresh: str | None) -> StoredToken:
        if refresh is None:
            return await self._obtain({"grant_type": "client_credentials"})
        return await self._obtain({"grant_type": "refresh_token", "refresh_token": refresh})

    async def _obtain(self, form: Mapping[str, str]) -> StoredToken:
        """One token call; nothing is saved here."""
        answer = await self._post(form)
        body = _object(answer)
        access, lifetime = body.get("access_token"), body.get("expires_in", 3600)
        refresh = body.get("refresh_token")
        rotating = form["grant_type"] != "client_credentials"
        usable = isinstance(access, str) and access and isinstance(lifetime, int)
        if answer.status != 200 or not usable or (rotating and not isinstance(refresh, str)):
            raise _fault(answer, self._settings.window_seconds)
        now = self._clock()
        return StoredToken(
            access=str(access),
            expires_at=now + timedelta(seconds=lifetime),
            refresh=refresh if rotating else None,
            refreshed_at=now,
        )

    async def _post(self, form: Mapping[str, str]) -> Answer:
        pair = f"{self._settings.client_id}:{self._secret}".encode()
        headers = {
            "Authorization": f"Basic {b64encode(pair).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        if form["grant_type"] == "client_credentials":
            headers["TenantId"] = str(self._settings.tenant_id)
        body = urlencode(form).encode()
        try:
            return await repeat_not_sent(self._sleep)(
                call,
                self._session,
                "POST",
                f"{self._settings.oauth_url}/token",
                headers=headers,
                body=body,
                timeout_seconds=TOKEN_TIMEOUT_SECONDS,
            )
        except NotSent as e:
            raise Unreachable(e.reason, system=SYSTEM, operation=OPERATION) from e
        except NoAnswer as e:
            raise Later("token_unavailable", system=SYSTEM, operation=OPERATION, detail=e.reason) from e
