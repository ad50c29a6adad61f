"""The way from the listener into the inbox: the one way in for everything from outside."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from cryptography.fernet import Fernet, MultiFernet

from connectors.sources import Delivery
from daemon.settings import Config
from store import senders
from store.db import Database
from store.inbox import Accepted, Arrival, Seal

ACCOUNT = ":account"
"""Stands among the stored headers for the sender's account (no header can be named so): where the table of accounts is
corrected later, intake finds the company by it."""


def seal_of(config: Config) -> Seal | None:
    """What encrypts raw bodies, where the configuration asks for it; its secrets must be resolved."""
    if not config.retention.seal_bodies:
        return None
    return MultiFernet([Fernet(secret.reveal()) for secret in config.state_keys]).encrypt


class Door:
    """Stores verified deliveries and tells intake; fits the listener's idea of an inbox."""

    def __init__(
        self, database: Database, *, seal: Seal | None, digest_seconds: int, arrived: Callable[[], None]
    ) -> None:
        """``seal`` encrypts bodies where the configuration asks for it; ``digest_seconds`` is the digest's window."""
        self._arrivals = database.gathering(
            partial(senders.accept, seal=seal), partial(senders.accept_all, seal=seal), first=True
        )
        self._digest_seconds = digest_seconds
        self._arrived = arrived

    async def accept(
        self,
        *,
        source: str,
        company: str | None,
        delivery: Delivery,
        headers: Mapping[str, str],
        body: bytes,
        received_at: datetime,
    ) -> Accepted:
        """Return after the commit. Raises :class:`store.db.StoreUnavailable`.

        A delivery that cannot be read, or from an account in no table of ours, is stored as parked: nothing is lost,
        nothing is guessed. ``body`` is the raw one; a delivery that brings its own has a secret taken out of it.
        """
        parked = delivery.malformed
        if parked is None and company is None:
            parked = "unknown_account"
        arrival = Arrival(
            source=source,
            company=company or "",
            dedupe_key=delivery.key,
            headers=headers if delivery.account is None else {**headers, ACCOUNT: delivery.account},
            body=body if delivery.body is None else delivery.body,
            received_at=received_at,
            digest_window_s=self._digest_seconds if delivery.digest else None,
            parked=parked,
        )
        accepted = await self._arrivals.write(arrival)
        if not accepted.repeated:
            self._arrived()
        return accepted
