"""Connects a company with the code that the browser brought: traded, checked against what is known, then kept."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace

from connectors.base import CredentialsLost, Park, StoredToken
from connectors.fortnox.auth import Credentials, Granted
from connectors.fortnox.client import Client
from connectors.fortnox.consent import AGAIN, CODE_MINUTES
from connectors.fortnox.errors import SYSTEM
from connectors.fortnox.settings import FortnoxSettings
from connectors.fortnox.wire import text_of

OPERATION = "connect"


@dataclass(frozen=True, slots=True)
class Connected:
    """What a company is connected to. ``by`` is the grant that gets its tokens from now on."""

    company_name: str
    organisation_number: str
    tenant: str
    scopes: tuple[str, ...]
    by: str


class GivenToken:
    """An access token that is not kept yet, for the calls that check whose it is."""

    def __init__(self, access: str) -> None:
        self._access = access
        self._refused = False

    async def token(self) -> str:
        """The token, until it was refused."""
        if self._refused:
            raise _stopped("unauthorized", "Fortnox refuses the token that it has just given; wait a minute, " + AGAIN)
        return self._access

    def invalidate(self, access: str) -> None:
        """Fortnox answered 401."""
        self._refused = True


class Connecting:
    """Checks first and stores last: whatever fails, the company's former connection stands as it was."""

    def __init__(
        self,
        settings: FortnoxSettings,
        credentials: Credentials,
        client: Client,
        pin: Callable[[str, str], Awaitable[bool]],
    ) -> None:
        """``pin`` is asked with tenant and organisation number, and is false for another company than before."""
        self._settings = settings
        self._credentials = credentials
        self._client = client
        self._pin = pin

    async def connect(self, code: str, redirect_uri: str, needed: Collection[str]) -> Connected:
        """Trade the code, prove the company and the scopes, and keep the tokens.

        Raises ``Park`` with a sentence for a person, or what a call raises.
        """
        granted = await self._granted(code, redirect_uri)
        missing = sorted(set(needed) - granted.scopes)
        if missing:
            raise _stopped(
                "missing_scope",
                f"The consent does not cover {', '.join(missing)}: tick that in the developer portal, " + AGAIN,
            )
        client = replace(self._client, credentials=GivenToken(granted.token.access), priority=0)
        about = await client.read("read_company")
        tenant, number = text_of(about.get("DatabaseNumber")), text_of(about.get("OrganizationNumber"))
        name = text_of(about.get("CompanyName"))
        if not self._stated(tenant, granted):
            raise _another(name, tenant)
        token = await self._by_service_account(granted, int(tenant))
        if not await self._pin(tenant, number):
            raise _another(name, tenant)
        await self._credentials.adopt(token)
        by = "client_credentials" if token.proved else "authorization_code"
        return Connected(name, number, tenant, tuple(sorted(granted.scopes)), by)

    def _stated(self, tenant: str, granted: Granted) -> bool:
        """Whether Fortnox's answer, the token and the configuration name one and the same tenant."""
        said = (granted.tenant, self._settings.tenant_id)
        return tenant.isascii() and tenant.isdigit() and all(one in {None, int(tenant)} for one in said)

    async def _granted(self, code: str, redirect_uri: str) -> Granted:
        try:
            return await self._credentials.exchange_code(code, redirect_uri)
        except CredentialsLost as refused:
            said = _REFUSED.get(refused.reason)
            if said is None:
                raise
            raise _stopped(refused.reason, said, refused.detail) from None

    async def _by_service_account(self, granted: Granted, tenant: int) -> StoredToken:
        """Where the configuration names the tenant, one token by client credentials proves that this works."""
        token = replace(granted.token, tenant=tenant)
        if self._settings.tenant_id is None:
            return token
        try:
            proved = await self._credentials.by_client_credentials(tenant)
        except CredentialsLost:
            if self._credentials.rotates:
                return token
            raise _stopped(
                "no_service_account",
                "The consent is not one for a service account, which grant client_credentials needs: let only "
                'administrators connect in the developer portal (or set grant = "authorization_code"), ' + AGAIN,
            ) from None
        if self._credentials.rotates:
            return replace(token, proved=1)
        return replace(proved, tenant=tenant, proved=1)


_REFUSED = {
    "invalid_grant": f"Fortnox does not take the code: it lives {CODE_MINUTES} minutes, works once, and belongs to one "
    "redirect address; " + AGAIN,
    "invalid_client": "Fortnox does not accept the client id with this client secret: take both from the developer "
    "portal into the configuration (restart a daemon that runs), " + AGAIN,
}


def _another(name: str, tenant: str) -> Park:
    return _stopped("another_company", f"What was approved is {name or 'a company without a name'}, tenant {tenant}.")


def _stopped(reason: str, remedy: str, detail: str = "") -> Park:
    """Nothing is kept; no gate hears of it, because the former connection stands."""
    return Park(reason, system=SYSTEM, operation=OPERATION, remedy=remedy, detail=detail)
