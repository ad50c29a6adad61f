"""What an access token says of itself: decoded, never verified, because only Fortnox has the key."""

import json
from base64 import urlsafe_b64decode
from typing import Any


def claims_in(access: str) -> dict[str, Any]:
    """The claims of a token (Fortnox facts, section 2.4); empty where the text is no such token."""
    parts = access.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def tenant_in(access: str) -> int | None:
    """The tenant that the token opens, ``None`` where it does not say."""
    tenant = claims_in(access).get("tenantId")
    if isinstance(tenant, str) and tenant.isascii() and tenant.isdigit():
        tenant = int(tenant)
    return tenant if isinstance(tenant, int) and not isinstance(tenant, bool) and tenant > 0 else None


def scopes_in(access: str) -> frozenset[str] | None:
    """The scopes that the token carries, ``None`` where it does not say."""
    scope = claims_in(access).get("scope")
    return frozenset(scope.split()) if isinstance(scope, str) and scope.strip() else None
