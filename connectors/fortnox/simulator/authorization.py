"""The OAuth endpoints under `/oauth-v1/`: consent, token, refresh, client credentials, revoke (Fortnox facts, 2)."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from connectors.fortnox.simulator.company import Company
from connectors.fortnox.simulator.settings import SimulatorSettings
from connectors.fortnox.simulator.tokens import Consent, TokenRegister
from connectors.fortnox.simulator.wire import Answer, encode

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_ERROR_TYPES = {401: "text/plain;charset=UTF-8", 400: "text/html; charset=UTF-8"}


@dataclass(frozen=True, slots=True)
class TokenCall:
    """What a token or revoke call brings; `in_flight` is the consent its refresh token had on arrival."""

    client: str | None
    form: Mapping[str, str]
    tenant: str | None
    in_flight: Consent | None

    @property
    def grant(self) -> str:
        """The grant type asked for, empty if none."""
        return self.form.get("grant_type", "")


def refused(status: int, error: str, description: str) -> Answer:
    """Give a token error with the content type recorded for its status (Fortnox facts, 2.6)."""
    body = encode({"error": error, "error_description": description})
    return Answer(status, body, _ERROR_TYPES[status], dict(_NO_STORE))


def invalid_refresh_token() -> Answer:
    """Give the answer for a used, expired or unknown refresh token."""
    return refused(400, "invalid_grant", "Invalid refresh token")


class Authorization:
    """Answers the OAuth endpoints for every app and company of the simulator."""

    def __init__(self, settings: SimulatorSettings, companies: Mapping[int, Company], tokens: TokenRegister) -> None:
        self._settings = settings
        self._companies = companies
        self._tokens = tokens

    def client_of(self, header: str | None) -> str | None:
        """Give the app whose id and secret the Basic header carries, None if they are wrong."""
        kind, _, credentials = (header or "").partition(" ")
        try:
            client, _, secret = base64.b64decode(credentials, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, ValueError):
            return None
        expected = self._settings.clients.get(client)
        if kind.lower() != "basic" or expected is None:
            return None
        return client if hmac.compare_digest(secret.encode(), expected.encode()) else None

    def read_call(self, header: str | None, tenant: str | None, body: bytes) -> TokenCall:
        """Read a token or revoke call, noting whether its refresh token was good on arrival."""
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        client = self.client_of(header)
        in_flight = None
        if client is not None and form.get("grant_type") == "refresh_token":
            in_flight = self._tokens.live_consent(form.get("refresh_token", ""), client)
        return TokenCall(client, form, tenant, in_flight)

    def company_of(self, call: TokenCall) -> int | None:
        """Give the tenant a call is about, as far as it can be known before it is carried out."""
        if call.tenant is not None and call.tenant.isascii() and call.tenant.isdigit():
            return int(call.tenant)
        if call.grant == "refresh_token":
            return self._tokens.company_of(call.form.get("refresh_token", ""))
        return None

    def consent(self, client: str, tenant_id: int, scope: str) -> Consent:
        """Give a new consent of a company to an app."""
        return Consent(client, tenant_id, scope)

    def authorize(self, query: Mapping[str, str]) -> Answer:
        """Approve at once and send the browser back with a code; no redirect address answers JSON (*simulator choice*).

        The company is the first one, or the one in the extra parameter `tenant`; the extra parameter `deny` denies
        (*simulator choices*).
        """
        redirect = query.get("redirect_uri")
        allowed = self._settings.redirect_uris
        if redirect is not None and allowed and redirect not in allowed:
            return refused(400, "invalid_request", "Redirect address is not registered")
        tenant = query.get("tenant") or str(next(iter(self._companies)))
        company = self._companies.get(int(tenant)) if tenant.isascii() and tenant.isdigit() else None
        result = self._authorize(query, company, redirect)
        if "state" in query:
            result["state"] = query["state"]
        if redirect is None:
            return Answer(400 if "error" in result else 200, encode(result))
        joined = "&" if "?" in redirect else "?"
        return Answer(302, headers={"Location": f"{redirect}{joined}{urlencode(result)}"})

    def _authorize(self, query: Mapping[str, str], company: Company | None, redirect: str | None) -> dict[str, str]:
        client, scope = query.get("client_id", ""), query.get("scope", "")
        if client not in self._settings.clients:
            return {"error": "unauthorized_client"}
        if query.get("response_type") != "code" or not query.get("state") or company is None:
            return {"error": "invalid_request"}
        if query.get("account_type", "service") != "service":
            return {"error": "invalid_request"}
        if not scope.split() or not set(scope.split()) <= set(company.settings.scopes):
            return {"error": "invalid_scope"}
        if "deny" in query:
            return {"error": "access_denied"}
        return {"code": self._tokens.issue_code(self.consent(client, company.settings.tenant_id, scope), redirect)}

    def token(self, call: TokenCall) -> Answer:
        """Carry out a token call."""
        if call.client is None:
            return refused(401, "invalid_client", "The client credentials are invalid")
        if call.grant == "authorization_code":
            return self._from_code(call, call.client)
        if call.grant == "refresh_token":
            return self._refreshed(call)
        if call.grant == "client_credentials":
            return self._from_credentials(call, call.client)
        return refused(400, "unsupported_grant_type", "The grant type is not supported")

    def revoke(self, call: TokenCall) -> Answer:
        """Carry out a revoke call; an unknown token is revoked too."""
        if call.client is None:
            return refused(401, "invalid_client", "The client credentials are invalid")
        self._tokens.revoke(call.form.get("token", ""))
        return Answer(200, encode({"revoked": True}))

    def pair(self, consent: Consent, used: str | None) -> dict[str, Any]:
        """Issue the next pair of a consent and give the token answer's properties."""
        life = self._companies[consent.tenant_id].settings.access_token_seconds
        access, refresh = self._tokens.rotate(consent, used, life)
        return {
            "access_token": access,
            "refresh_token": refresh,
            "scope": consent.scope,
            "expires_in": int(life),
            "token_type": "bearer",
        }

    def _from_code(self, call: TokenCall, client: str) -> Answer:
        consent = self._tokens.take_code(call.form.get("code", ""), client, call.form.get("redirect_uri"))
        if consent is None:
            return refused(400, "invalid_grant", "Authorization code is invalid or has expired")
        return Answer(200, encode(self.pair(consent, None)), headers=dict(_NO_STORE))

    def _refreshed(self, call: TokenCall) -> Answer:
        if call.in_flight is None:
            return invalid_refresh_token()
        return Answer(200, encode(self.pair(call.in_flight, call.form["refresh_token"])), headers=dict(_NO_STORE))

    def _from_credentials(self, call: TokenCall, client: str) -> Answer:
        tenant = self.company_of(call)
        company = self._companies.get(tenant) if tenant is not None else None
        if company is None or not company.settings.service_consent:
            return refused(400, "invalid_grant", "No service account consent for this tenant")
        scope, life = " ".join(company.settings.scopes), company.settings.access_token_seconds
        body = {
            "access_token": self._tokens.issue_access(client, company.settings.tenant_id, scope, life),
            "scope": scope,
            "expires_in": int(life),
            "token_type": "bearer",
        }
        return Answer(200, encode(body), headers=dict(_NO_STORE))
