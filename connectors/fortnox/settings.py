"""What a company's Fortnox section of the configuration may say."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from connectors.addresses import checked_address
from connectors.base import SecretReference
from connectors.fortnox.topics import Topic
from handlers.values import Frozen

FORTNOX_HOSTS = frozenset({"api.fortnox.se", "apps.fortnox.se"})
PUSH_HOST = "ws.fortnox.se"
Rung = Literal["own_number", "email"]
_STREAM_SCHEMES = {"wss": "https", "ws": "http"}


class FortnoxSettings(Frozen):
    """One company at Fortnox: where, with which grant, at what pace, and how customers are looked up.

    ``client_secret`` and ``refresh_token`` are references to secrets, never the secrets. ``refresh_token``, for the
    authorization-code grant only, is the one that connects the company: used once, later ones lie in the store.
    ``tenant_id`` is the number that Fortnox calls
    ``DatabaseNumber`` (Fortnox facts, section 2.3); the client-credentials grant needs it. ``organisation_numbers``
    says how the company stores them, because the search matches exactly as stored (section 5): ``both`` looks up both
    forms. ``further_rungs`` are keys looked up besides the buyer's strongest one. Times are seconds.

    With ``push`` the company's events are listened to at ``push_url`` (section 7): those of its registers, and those of
    the topics in ``push_topics``.
    ``register`` keeps a local copy of the company's registers, which counts as fresh for ``register_hours`` after a
    sweep; changes are swept every ``sweep_minutes``, everything every ``whole_sweep_hours``. ``trust_register`` lets a
    customer be made without an exact look-up while the copy is fresh and the push stream alive and current.
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
    push: bool = False
    push_url: str = f"wss://{PUSH_HOST}/topics-v1"
    push_topics: tuple[Topic, ...] = ()
    register_on: bool = Field(default=True, alias="register")
    register_hours: float = Field(default=24.0, gt=0, le=24 * 31)
    trust_register: bool = False
    sweep_minutes: float = Field(default=60.0, gt=0, le=24 * 60)
    sweep_overlap_minutes: float = Field(default=10.0, ge=2, le=24 * 60)
    whole_sweep_hours: float = Field(default=12.0, gt=0, le=24 * 31)

    @field_validator("rest_url", "oauth_url")
    @classmethod
    def _address(cls, value: str) -> str:
        return checked_address(value)

    @field_validator("push_url")
    @classmethod
    def _stream_address(cls, value: str) -> str:
        scheme, colon, rest = value.partition("://")
        if scheme not in _STREAM_SCHEMES or not colon:
            raise ValueError("an address that begins with wss:// is needed (ws:// on this machine)")
        checked = checked_address(f"{_STREAM_SCHEMES[scheme]}://{rest}")
        return f"{scheme}{checked[checked.index(':') :]}"

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
        self._check_register()
        hosts = {urlsplit(self.rest_url).hostname, urlsplit(self.oauth_url).hostname}
        if hosts & FORTNOX_HOSTS and not hosts <= FORTNOX_HOSTS:
            raise ValueError("rest_url and oauth_url must both be Fortnox's own, or neither")
        if self.push and (urlsplit(self.push_url).hostname == PUSH_HOST) != (hosts <= FORTNOX_HOSTS):
            raise ValueError("push_url must be Fortnox's own where rest_url is, and only there")
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

    def _check_register(self) -> None:
        if self.trust_register and not (self.register_on and self.push):
            raise ValueError("trust_register needs register and push")
        if self.register_on and self.whole_sweep_hours >= self.register_hours:
            raise ValueError("whole_sweep_hours must be shorter than register_hours: the copy would grow old between")

    @property
    def kind(self) -> Literal["live", "test", "simulator"]:
        """``simulator`` for any host but Fortnox's own; else what the person states."""
        hosts = {urlsplit(self.rest_url).hostname, urlsplit(self.oauth_url).hostname}
        return self.stated_kind if hosts <= FORTNOX_HOSTS else "simulator"

    @property
    def is_source(self) -> bool:
        """Whether the company is a source of its own besides: what stands in its Fortnox is told or asked for."""
        return self.push or self.register_on

    @property
    def app(self) -> str:
        """What stands behind one connection of the push stream: one integration of Fortnox's developer portal."""
        return f"{self.client_id}@{self.push_url}"
