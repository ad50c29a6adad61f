"""What a company's Fortnox section of the configuration may say."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from connectors.addresses import checked_address
from connectors.base import SecretReference
from handlers.values import Frozen

FORTNOX_HOSTS = frozenset({"api.fortnox.se", "apps.fortnox.se"})
Rung = Literal["own_number", "email"]


class FortnoxSettings(Frozen):
    """One company at Fortnox: where, with which grant, at what pace, and how customers are looked up.

    ``client_secret`` and ``refresh_token`` are references to secrets, never the secrets. ``refresh_token``, for the
    authorization-code grant only, is the one that connects the company: used once, later ones lie in the store.
    ``tenant_id`` is the number that Fortnox calls
    ``DatabaseNumber`` (Fortnox facts, section 2.3); the client-credentials grant needs it. ``organisation_numbers``
    says how the company stores them, because the search matches exactly as stored (section 5): ``both`` looks up both
    forms. ``further_rungs`` are keys looked up besides the buyer's strongest one. Times are seconds.
    """

    stated_kind: Literal["live", "test"] = Field(default="live", alias="kind")
    rest_url: str = "https://api.fortnox.se/3"
    oauth_url: str = "https://apps.fortnox.se/oauth-v1"
    grant: Literal["client_credentials", "authorization_code"] = "client_credentials"
    tenant_id: int | None = Field(default=None, ge=1)
    client_id: str = Field(min_length=1)
    client_secret: SecretReference
    refresh_token: SecretReference | None = None
    window_calls: int = Field(default=25, ge=0, le=25)
    window_seconds: float = Field(default=5.0, gt=0, le=60)
    timeout_seconds: float = Field(default=30.0, gt=0, le=300)
    organisation_numbers: Literal["both", "hyphen", "digits"] = "both"
    further_rungs: tuple[Rung, ...] = ()

    @field_validator("rest_url", "oauth_url")
    @classmethod
    def _address(cls, value: str) -> str:
        return checked_address(value)

    @field_validator("refresh_token")
    @classmethod
    def _given_by_fortnox(cls, value: SecretReference | None) -> SecretReference | None:
        if value is not None and value.startswith("generated:"):
            raise ValueError("comes from Fortnox and cannot be generated")
        return value

    @model_validator(mode="after")
    def _whole(self) -> "FortnoxSettings":
        if self.grant == "client_credentials" and self.tenant_id is None:
            raise ValueError("client_credentials needs tenant_id")
        if self.refresh_token is not None and self.grant != "authorization_code":
            raise ValueError("refresh_token belongs to grant authorization_code")
        hosts = {urlsplit(self.rest_url).hostname, urlsplit(self.oauth_url).hostname}
        if hosts & FORTNOX_HOSTS and not hosts <= FORTNOX_HOSTS:
            raise ValueError("rest_url and oauth_url must both be Fortnox's own, or neither")
        if self.kind != "simulator" and (self.window_calls == 0 or self.window_seconds < 5.0):
            raise ValueError("at Fortnox itself the window is at most 25 calls in at least 5 seconds")
        return self

    def budget(self, company: str, pinned: str | None) -> tuple[str, ...]:
        """What Fortnox counts calls by: the client id and the tenant (Fortnox facts, section 3).

        Where the settings state no tenant it is the ``pinned`` one; before that is known, the company stands for it.
        """
        tenant = pinned if self.tenant_id is None else str(self.tenant_id)
        account = f"company:{company}" if tenant is None else f"tenant:{tenant}"
        return "fortnox", self.rest_url, self.client_id, account

    @property
    def kind(self) -> Literal["live", "test", "simulator"]:
        """``simulator`` for any host but Fortnox's own; else what the person states."""
        hosts = {urlsplit(self.rest_url).hostname, urlsplit(self.oauth_url).hostname}
        return self.stated_kind if hosts <= FORTNOX_HOSTS else "simulator"
