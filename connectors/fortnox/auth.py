"""The access token of one company: got, renewed one at a time, and on disk before use where it rotates."""

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession

from connectors.base import CredentialsLost, Later, StoredToken, Throttled, TokenStore, Unreachable
from connectors.fortnox.claims import claims_in, tenant_in
from connectors.fortnox.settings import FortnoxSettings
from connectors.renewal import SPENT, Renewal, lifetime
from connectors.transport import Answer, NoAnswer, NotSent, call, repeat_not_sent

SYSTEM = "fortnox"
OPERATION = "token"
REFRESH_TOKEN_DAYS = 45
USUAL_LIFETIME = timedelta(hours=1)
"""Of an access token (Fortnox facts, section 2.1)."""

TOKEN_TIMEOUT_SECONDS = 120.0
PROOFS = 2
"""Tokens by client credentials after which the refresh token is no longer kept."""
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


@dataclass(frozen=True, slots=True)
class Granted:
    """What the token endpoint answered: the token, and the scopes that it carries."""

    token: StoredToken
    scopes: frozenset[str]

    @property
    def tenant(self) -> int | None:
        """Whom the token opens, as it says itself."""
        return tenant_in(self.token.access)


def nobody_listens() -> None:
    """The default where nobody is told of a migration."""


class Credentials:
    """One company's way to a valid access token; a refresh is shared by everyone who waits for it.

    Client credentials (Fortnox facts, section 2.3) are kept in memory only: a new token costs one call and nothing is
    spent. The authorization-code grant rotates (section 2.2): the new pair is saved before it is used, and a refresh
    once begun is never given up. Where the tenant of such a pair is known, client credentials are asked first: once
    granted twice, the refresh token goes (section 2.3: the consent of a service account lasts until it is revoked).
    Token calls take no place in the rate window of the resources.

    Who was refused does not ask again and again: lost credentials stay lost, without a call, until
    :meth:`ask_again` or a new consent; and one refresh token is never sent again after it was refused.
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
        migrated: Callable[[], None] = nobody_listens,
    ) -> None:
        """``clock`` gives aware moments; ``client_secret`` is the resolved secret.

        ``migrated`` is told once that the company needs its refresh token no more.
        """
        self._settings = settings
        self._secret = client_secret
        self._session = session
        self._clock = clock
        self._sleep = sleep
        self._migrated = migrated
        self._no_service_account = False
        self._refused: str | None = None
        self._lost: CredentialsLost | None = None
        self._renewal = Renewal(
            company,
            tokens,
            self._ask,
            clock=clock,
            rotates=self.rotates,
            nothing_stored=lambda: _lost("not_connected", None),
            instead=self._instead_of_refreshing if self.rotates else None,
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
        self._raise_lost()
        try:
            return await self._renewal.token()
        except CredentialsLost as lost:
            self._lost = lost
            raise

    def ask_again(self) -> None:
        """Something may have changed at Fortnox: the next caller finds out whether lost credentials work again."""
        if self._lost is not None:
            self._lost = None
            self._no_service_account = False

    def invalidate(self, access: str) -> None:
        """Fortnox answered 401 to this access token: the next ``token()`` renews, unless that has happened already."""
        self._renewal.invalidate(access)

    def distrust(self) -> None:
        """The consent may have changed: the next ``token()`` is a new one (Fortnox facts, section 2.5)."""
        self._renewal.distrust()

    async def keep_alive(self) -> bool:
        """Renew a rotating pair that is older than a day, or of unknown age; tells whether it did."""
        self._raise_lost()
        try:
            return await self._renewal.keep_alive()
        except CredentialsLost as lost:
            self._lost = lost
            raise

    async def days_left(self) -> float | None:
        """Days until the refresh token dies unused (it lives 45); ``None`` where there is none."""
        stored = await self._renewal.stored()
        if stored is None or stored.refresh is None or stored.refreshed_at is None:
            return None
        return REFRESH_TOKEN_DAYS - (self._clock() - stored.refreshed_at) / timedelta(days=1)

    async def exchange_code(self, code: str, redirect_uri: str) -> Granted:
        """Trade the code that the browser brought back for a pair (Fortnox facts, section 2.1); nothing is kept yet.

        A code lives ten minutes and works once. Raises ``CredentialsLost`` where it is refused.
        """
        return await self._obtain({"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri})

    async def by_client_credentials(self, tenant: int) -> StoredToken:
        """One token for a tenant whose consent is a service account's (Fortnox facts, section 2.3)."""
        return (await self._obtain({"grant_type": "client_credentials"}, tenant)).token

    async def adopt(self, token: StoredToken) -> None:
        """Keep and use what a new consent gave."""
        await self._renewal.adopt(token)
        self._lost = None
        self._no_service_account = False

    async def revoke(self) -> bool:
        """Revoke the stored refresh token at Fortnox and forget what is stored; tells whether there was one to revoke.

        Raises ``Unreachable``, ``Later`` or ``CredentialsLost``; then everything is still stored.
        """
        stored = await self._renewal.stored()
        refresh = None if stored is None else stored.refresh
        if refresh is not None:
            answer = await self._post({"token_type_hint": "refresh_token", "token": refresh}, "revoke")
            if answer.status != 200:
                raise _fault(answer, self._settings.window_seconds)
        await self._renewal.forget()
        return refresh is not None

    async def close(self) -> None:
        """Wait for a renewal that is under way: its pair must reach the disk."""
        await self._renewal.close()

    async def _ask(self, refresh: str | None) -> StoredToken:
        if refresh is None:
            return (await self._obtain({"grant_type": "client_credentials"}, self._settings.tenant_id)).token
        if refresh == self._refused:
            raise _lost(SPENT, None)
        try:
            granted = await self._obtain({"grant_type": "refresh_token", "refresh_token": refresh})
        except CredentialsLost as lost:
            if lost.reason == SPENT:
                # Its refusal is final (Fortnox facts, section 2.6).
                self._refused = refresh
            raise
        return replace(granted.token, tenant=granted.tenant or self._settings.tenant_id)

    def _raise_lost(self) -> None:
        if self._lost is not None:
            raise self._lost.with_traceback(None)

    async def _instead_of_refreshing(self, stored: StoredToken) -> StoredToken | None:
        """A token by client credentials where the consent allows that; asked for in vain once at most in a run."""
        if stored.tenant is None or (self._no_service_account and stored.refresh is not None):
            return None
        try:
            made = await self.by_client_credentials(stored.tenant)
        except CredentialsLost:
            if stored.refresh is None:
                raise
            self._no_service_account = True
            return None
        proved = min(stored.proved + 1, PROOFS)
        if proved < PROOFS:
            return replace(stored, access=made.access, expires_at=made.expires_at, proved=proved)
        if stored.refresh is not None:
            self._migrated()
        return replace(made, seed=stored.seed, tenant=stored.tenant, proved=proved)

    async def _obtain(self, form: Mapping[str, str], tenant: int | None = None) -> Granted:
        """One token call; nothing is saved here."""
        answer = await self._post(form, "token", tenant)
        body = _object(answer)
        access, refresh = body.get("access_token"), body.get("refresh_token")
        rotating = form["grant_type"] != "client_credentials"
        usable = isinstance(access, str) and access
        if answer.status != 200 or not usable or (rotating and not isinstance(refresh, str)):
            raise _fault(answer, self._settings.window_seconds)
        now = self._clock()
        token = StoredToken(
            access=str(access),
            expires_at=now + lifetime(body.get("expires_in"), USUAL_LIFETIME),
            refresh=refresh if rotating else None,
            refreshed_at=now,
        )
        scope = body.get("scope") or claims_in(token.access).get("scope") or ""
        return Granted(token, frozenset(str(scope).split()))

    async def _post(self, form: Mapping[str, str], to: str, tenant: int | None = None) -> Answer:
        pair = f"{self._settings.client_id}:{self._secret}".encode()
        headers = {
            "Authorization": f"Basic {b64encode(pair).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        if tenant is not None:
            headers["TenantId"] = str(tenant)
        body = urlencode(form).encode()
        try:
            return await repeat_not_sent(self._sleep)(
                call,
                self._session,
                "POST",
                f"{self._settings.oauth_url}/{to}",
                headers=headers,
                body=body,
                timeout_seconds=TOKEN_TIMEOUT_SECONDS,
            )
        except NotSent as e:
            raise Unreachable(e.reason, system=SYSTEM, operation=OPERATION) from e
        except NoAnswer as e:
            raise Later("token_unavailable", system=SYSTEM, operation=OPERATION, detail=e.reason) from e
