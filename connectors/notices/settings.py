"""The ways in which people are told what stands still."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from connectors.addresses import checked_address, is_loopback
from connectors.base import SecretReference
from handlers.values import Frozen

Address = Annotated[str, Field(pattern=r"^[^@\s<>]{1,64}@[^@\s<>]{1,255}$")]
"""A mail address as it stands between the angle brackets."""


class WebhookNotices(Frozen):
    """A receiver of signed webhooks (Standard Webhooks): ``secret`` is the shared one, ``whsec_...``."""

    url: str
    secret: SecretReference
    timeout_seconds: float = Field(default=10, gt=0, le=120)

    @field_validator("url")
    @classmethod
    def _callable(cls, value: str) -> str:
        return checked_address(value)


class MailNotices(Frozen):
    """A mail server that takes mails from us. ``security``: starttls, tls from the first byte, or none (only on this
    machine). ``password`` belongs to ``user``."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: SecretReference | None = None
    sender: Address
    to: tuple[Address, ...] = Field(min_length=1)
    timeout_seconds: float = Field(default=20, gt=0, le=300)

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError("security none is for a mail server on this machine alone: say starttls or tls")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together")
        return self
