"""Fortnox's notices that a consent was given or taken back: nobody is believed, they only make us ask Fortnox."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from connectors.base import SecretReference
from connectors.signing import matching_token, tokens_in_force
from connectors.sources import Delivery, RawRequest, Refused, SourceSettings, Stored
from handlers.events import ConsentChanged, Event
from handlers.values import Ref, stockholm_date


class ConsentNoticeSettings(SourceSettings):
    """``path_token`` is the last part of the address that stands in the developer portal.

    A portal address belongs to an app, so a notice is of every company that is connected through the app of
    ``company``: which one it names is not read.
    """

    path_token: SecretReference
    previous_path_token: SecretReference | None = None

    @model_validator(mode="after")
    def _one_company(self) -> Self:
        if self.companies:
            raise ValueError("name one company; a notice is of all companies of its app anyway")
        return self


class ConsentNotices:
    """The webhooks "consent created" and "consent revoked" of the developer portal.

    Their body, a signature and when they come again are unconfirmed (Fortnox facts, section 2.5). So a secret in the
    path keeps strangers out, the body is stored and never read, and each arrival is a delivery of its own: who comes
    twice causes one more question to Fortnox, and nothing else.
    """

    retry_status = 503
    kept_headers = frozenset({"content-type", "user-agent"})

    def __init__(self, name: str, _settings: ConsentNoticeSettings, secrets: Mapping[str, str]) -> None:
        """``secrets`` holds ``path_token`` and maybe the previous one. Raises ``ValueError`` naming the field."""
        self.name = name
        self._tokens = tokens_in_force(secrets, "path_token")

    def verify(self, request: RawRequest, now: datetime) -> Delivery:
        """Only the secret in the path counts. Raises :class:`Refused` (signature)."""
        matched = matching_token(request.rest.partition("/")[0], self._tokens)
        if matched is None:
            raise Refused("signature")
        return Delivery(key=f"{now.isoformat()} {hashlib.sha256(request.body).hexdigest()[:32]}", matched=matched)

    def events(self, stored: Stored) -> Sequence[Event]:
        """Something may have changed, whatever the body says."""
        return (
            ConsentChanged(
                thing=Ref(system=self.name, kind="consent", id="app"),
                version=Decimal(str(stored.received_at.timestamp())),
                occurred_at=stored.received_at,
                dated=stockholm_date(stored.received_at),
            ),
        )
