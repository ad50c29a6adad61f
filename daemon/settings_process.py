"""The sections of the configuration that belong to the process itself."""

from typing import Annotated, Literal

from pydantic import Field, IPvAnyNetwork, field_validator

from connectors.addresses import checked_address
from connectors.notices.settings import MailNotices, WebhookNotices
from handlers.values import Frozen

Seconds = Annotated[float, Field(gt=0, le=31_536_000, allow_inf_nan=False)]
"""A time in seconds, above zero and at most a year."""


class Http(Frozen):
    """The listener; ``port`` 0 takes a free one. ``header_seconds`` also ends an idle connection.

    ``public_address`` is where browsers reach the listener from outside (a proxy ends TLS there): then Fortnox sends
    them back to the running daemon when a company is connected. ``trusted_proxies`` are networks, besides this machine,
    whose ``X-Forwarded-For`` names the client in the log.
    """

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8099, ge=0, le=65535)
    body_limit_bytes: int = Field(default=1_048_576, ge=1024, le=67_108_864)
    header_seconds: Seconds = 30
    body_seconds: Seconds = 10
    connections: int = Field(default=500, ge=1, le=16_000)
    backlog: int = Field(default=4096, ge=1, le=65535)
    trusted_proxies: tuple[IPvAnyNetwork, ...] = ()
    public_address: str = ""

    @field_validator("public_address")
    @classmethod
    def _reachable(cls, value: str) -> str:
        return value and checked_address(value)


class Delivery(Frozen):
    """How the outbox is worked off. ``settle_seconds`` is how late a far effect may still come."""

    settle_seconds: Seconds = 120
    retry_steps_seconds: tuple[Seconds, ...] = Field(
        default=(10, 60, 300, 900, 3600, 10800, 21600, 43200, 86400), min_length=1, max_length=50
    )
    probe_seconds: Seconds = 30
    concurrency: int = Field(default=64, ge=1, le=1000)


class Retention(Frozen):
    """How long handled bodies, delivered commands and scores of surveys stay; ``digest_hours`` dedupes by digest."""

    bodies_days: int = Field(default=30, ge=1, le=3660)
    commands_days: int = Field(default=90, ge=1, le=3660)
    responses_days: int = Field(default=1095, ge=1, le=36_600)
    seal_bodies: bool = False
    digest_hours: int = Field(default=24, ge=1, le=8760)


class LogSettings(Frozen):
    """The lowest level that is written."""

    level: Literal["info", "warning", "error", "critical"] = "info"


class SchedulerSettings(Frozen):
    """How often the jobs run."""

    heartbeat_seconds: Seconds = 60
    prune_hours: float = Field(default=24, gt=0, le=8760, allow_inf_nan=False)
    token_hours: float = Field(default=24, gt=0, le=720, allow_inf_nan=False)
    poll_seconds: Seconds = 300


class DoctorSettings(Frozen):
    """How often every company is examined by itself, at each start and reload besides; 0 hours: only by a person."""

    hours: float = Field(default=24, ge=0, le=8760, allow_inf_nan=False)


class NoticeSettings(Frozen):
    """How soon it is said again that something waits for the same answer of a person, and how besides by the log."""

    repeat_hours: float = Field(default=24, gt=0, le=8760, allow_inf_nan=False)
    webhook: WebhookNotices | None = None
    mail: MailNotices | None = None

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways that are named besides the log."""
        return tuple(name for name in ("webhook", "mail") if getattr(self, name) is not None)
