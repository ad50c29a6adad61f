"""Links for an administrator elsewhere: kept sealed for days, each good for one code, for a company that is known."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from cryptography.fernet import Fernet, MultiFernet

from connectors.fortnox.consent import ConsentRefused, code_in
from daemon.clock import Clock
from daemon.credentials import Secret
from daemon.requests import Connect, OfferConsent
from daemon.subjects import Answer
from store.acting import NotPossible
from store.db import Database
from store.tokens import SealedTokens, Unsealable

PURPOSE = "consent_link"
"""Under which a company's newest link is kept; an older one ends with it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a link: the company that was connected, or why not, in a sentence for whoever sent the link."""

    company_name: str | None = None
    sentence: str = ""


class ConsentLinks:
    """Outlives a restart. The state itself is not kept, only its digest: who reads the disk cannot make the link."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        keys: Callable[[], tuple[Secret, ...]],
        perform: Callable[[Connect], Awaitable[Answer]],
    ) -> None:
        """``keys`` are the state keys in force; ``perform`` connects as a person would."""
        self._database = database
        self._clock = clock
        self._keys = keys
        self._perform = perform

    async def offer(self, request: OfferConsent) -> datetime:
        """Keep the link; returns until when it is good."""
        until = self._clock.now() + timedelta(days=request.days)
        kept = {
            "state": _digest(request.state),
            "until": until.isoformat(),
            "redirect_uri": request.redirect_uri,
            "scopes": " ".join(request.scopes),
            "person": request.person,
        }
        await self._sealed().write(request.company, PURPOSE, kept)
        return until

    async def withdraw(self, company: str) -> None:
        """No link of the company is good any more."""
        await self._sealed().remove(company, PURPOSE)

    async def came(self, company: str, address: str) -> Ended | None:
        """A browser came to ``address`` (path and query); ``None`` where it has no link of ours.

        A link whose code was traded is used, however that ended; one that was denied may be opened once more.
        """
        kept, state = await self._kept(company), _state(address)
        if kept is None or not hmac.compare_digest(kept["state"], _digest(state)):
            return None
        if self._clock.now() >= datetime.fromisoformat(kept["until"]):
            return None
        try:
            code = code_in(address, state)
        except ConsentRefused as refused:
            return Ended(sentence=str(refused))
        await self.withdraw(company)
        return await self._connected(company, code, kept)

    async def _connected(self, company: str, code: str, kept: dict[str, str]) -> Ended:
        asked = Connect(
            person=kept["person"],
            company=company,
            code=code,
            redirect_uri=kept["redirect_uri"],
            scopes=tuple(kept["scopes"].split()),
        )
        try:
            made = await self._perform(asked)
        except NotPossible as refused:
            return Ended(sentence=str(refused))
        return Ended(company_name=str(made["companies"][0]["company_name"]))

    async def _kept(self, company: str) -> dict[str, str] | None:
        try:
            return await self._sealed().read(company, PURPOSE)
        except Unsealable:
            return None

    def _sealed(self) -> SealedTokens:
        keys = MultiFernet([Fernet(key.reveal()) for key in self._keys()])
        return SealedTokens(self._database, keys, self._clock.now)


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()


def _state(address: str) -> str:
    try:
        return parse_qs(urlsplit(address).query).get("state", [""])[-1]
    except ValueError:
        return ""
