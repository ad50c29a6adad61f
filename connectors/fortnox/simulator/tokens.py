"""Access tokens, rotating refresh tokens and authorization codes (Fortnox facts, 2.1 to 2.5)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

CODE_LIFE = timedelta(minutes=10)
REFRESH_LIFE = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token stands for."""

    client: str
    tenant_id: int
    scopes: frozenset[str]
    expires: datetime


@dataclass(slots=True)
class Consent:
    """One authorization: its app, company and scopes, and the pair issued last."""

    client: str
    tenant_id: int
    scope: str
    refresh_token: str = ""
    refresh_expires: datetime | None = None
    access_token: str = ""


@dataclass(frozen=True, slots=True)
class _Code:
    consent: Consent
    redirect_uri: str | None
    expires: datetime


def _segment(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


class TokenRegister:
    """Issues, finds, rotates and kills every token of the simulator."""

    def __init__(self, clock: Callable[[], datetime], random: Random) -> None:
        self._clock = clock
        self._random = random
        self._key = random.randbytes(32)
        self._access: dict[str, Access] = {}
        self._refresh: dict[str, Consent] = {}
        self._codes: dict[str, _Code] = {}

    def issue_access(self, client: str, tenant_id: int, scope: str, life_seconds: float) -> str:
        """Issue a JWT-shaped access token (HS256 with a key nobody else has)."""
        now = self._clock()
        expires = now + timedelta(seconds=life_seconds)
        claims = {
            "userId": 1,
            "tenantId": tenant_id,
            "clientId": client,
            "scopes": scope.split(),
            "scope": scope,
            "authsource": "OAUTH2",
            "id": self._random.randrange(10**9),
            "jti": self._random.randbytes(16).hex(),
            "iss": "https://api.fortnox.se/oauth2",
            "aud": client,
            "sub": f"1@{tenant_id}",
            "iat": int(now.timestamp()),
            "exp": int(expires.timestamp()),
            "token_type": "access_token",
        }
        head = {"alg": "HS256", "typ": "JWT"}
        signed = ".".join(_segment(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
        signature = hmac.new(self._key, signed.encode("ascii"), hashlib.sha256).digest()
        token = f"{signed}.{_segment(signature)}"
        self._access[token] = Access(client, tenant_id, frozenset(scope.split()), expires)
        return token

    def find_access(self, token: str) -> Access | None:
        """Give what a token stands for, even when it has expired; None for an unknown one."""
        return self._access.get(token)

    def is_live(self, access: Access) -> bool:
        """Tell whether the token's time has not run out."""
        return self._clock() < access.expires

    def kill_access(self, tenant_id: int) -> None:
        """End every access token of a company, as if its time had run out."""
        for token, access in self._access.items():
            if access.tenant_id == tenant_id:
                self._access[token] = replace(access, expires=self._clock())

    def issue_code(self, consent: Consent, redirect_uri: str | None) -> str:
        """Issue an authorization code: 10 minutes, once."""
        code = self._random.randbytes(20).hex()
        self._codes[code] = _Code(consent, redirect_uri, self._clock() + CODE_LIFE)
        return code

    def take_code(self, code: str, client: str, redirect_uri: str | None) -> Consent | None:
        """Use up a code; None if it is unknown, used, too old, another app's or for another redirect address."""
        entry = self._codes.pop(code, None)
        if entry is None or entry.consent.client != client or self._clock() >= entry.expires:
            return None
        if entry.redirect_uri is not None and entry.redirect_uri != redirect_uri:
            return None
        return entry.consent

    def live_consent(self, refresh_token: str, client: str) -> Consent | None:
        """Give the consent a refresh token belongs to while the token is unused, unexpired and this app's."""
        consent = self._refresh.get(refresh_token)
        if consent is None or consent.client != client or consent.refresh_expires is None:
            return None
        return consent if self._clock() < consent.refresh_expires else None

    def company_of(self, refresh_token: str) -> int | None:
        """Give the tenant a refresh token belongs to, if it is known."""
        consent = self._refresh.get(refresh_token)
        return None if consent is None else consent.tenant_id

    def rotate(self, consent: Consent, used: str | None, life_seconds: float) -> tuple[str, str]:
        """Issue a new access and refresh token for a consent and kill its last refresh token.

        If another refresh rotated since this one was let in (`used` is no longer the consent's token), that other pair
        dies whole, so that only the pair issued last works (Fortnox facts, 2.2); otherwise the previous access token
        lives on until its own expiry.
        """
        if used is not None and consent.refresh_token != used:
            overtaken = self._access[consent.access_token]
            self._access[consent.access_token] = replace(overtaken, expires=self._clock())
        self._refresh.pop(consent.refresh_token, None)
        consent.refresh_token = self._random.randbytes(20).hex()
        consent.refresh_expires = self._clock() + REFRESH_LIFE
        consent.access_token = self.issue_access(consent.client, consent.tenant_id, consent.scope, life_seconds)
        self._refresh[consent.refresh_token] = consent
        return consent.access_token, consent.refresh_token

    def revoke(self, refresh_token: str) -> None:
        """Kill a refresh token; an unknown one is no error."""
        self._refresh.pop(refresh_token, None)

    def saved(self) -> dict[str, Any]:
        """Give what is to be stored; an access token that has run out is left out unless a consent names it."""
        named = {consent.access_token for consent in self._refresh.values()}
        access = {token: one for token, one in self._access.items() if token in named or self.is_live(one)}
        return {"key": self._key, "access": access, "refresh": self._refresh, "codes": self._codes}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take back what was stored."""
        self._key, self._access = saved["key"], saved["access"]
        self._refresh, self._codes = saved["refresh"], saved["codes"]

    def clear(self) -> None:
        """Forget every token and code."""
        self._access.clear()
        self._refresh.clear()
        self._codes.clear()
