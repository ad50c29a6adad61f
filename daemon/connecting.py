"""Connects a company to Fortnox and gives the connection up again, as a person asks; every refusal is one sentence."""

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, runtime_checkable

from connectors.base import OutsideError, Target, Throttled, Unreachable
from connectors.fortnox.connecting import Connected
from connectors.fortnox.consent import AGAIN
from connectors.nearest import meant
from daemon.awaited import MINUTES, Awaited, NotAwaited
from daemon.clock import Clock
from daemon.consent_links import ConsentLinks
from daemon.following import Follow
from daemon.requests import AwaitConsent, Connect, Misused, OfferConsent, OnConnection, Revoke
from daemon.settings import Company, Config
from store import companies, pausing
from store.acting import NotPossible, Person
from store.db import Database

Answer = dict[str, Any]
CONNECT_AGAIN = "run `fortnox-bridge connect` again."
REVOKED = "the connection was revoked: connect the company again"
"""The reason of the pause that `revoke` makes; a new connection ends that pause and no other."""


@runtime_checkable
class Connectable(Protocol):
    """What a target offers whose company is connected by a person's consent."""

    async def connect(self, code: str, redirect_uri: str, needed: Collection[str]) -> Connected:
        """Trade the code of a consent that must cover the scopes ``needed``, prove the company, keep the tokens."""
        ...

    async def revoke(self) -> bool:
        """Revoke what is stored and forget it; tells whether there was anything to revoke."""
        ...


class Connections:
    """Carries out ``connect`` and ``revoke``; the company's own target does it, so that a daemon has it at once."""

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        database: Database,
        clock: Clock,
        target: Callable[[str], AbstractAsyncContextManager[Target]],
        follow: Follow,
        links: ConsentLinks,
        awaited: Awaited | None = None,
    ) -> None:
        """``links`` are good for days, ``awaited`` are the browsers that the running daemon may be sent now."""
        self._links = links
        self._awaited = awaited
        self._config = config
        self._database = database
        self._clock = clock
        self._target = target
        self._follow = follow

    async def perform(self, request: OnConnection) -> Answer:
        """Carry one of the requests out. Raises ``NotPossible`` and :class:`Misused`, each with one clear sentence."""
        match request:
            case Connect():
                return await self.connect(request)
            case AwaitConsent():
                return await self.await_consent(request)
            case OfferConsent():
                return await self.offer_consent(request)
            case Revoke():
                return await self.revoke(request)

    async def await_consent(self, request: AwaitConsent) -> Answer:
        """The ``address`` that the browser came to; ``None`` while it has not come."""
        company = self._company(request.company)
        if self._awaited is None:
            raise NotPossible(f"No daemon runs (any more) that a browser could be sent to: {CONNECT_AGAIN}")
        if request.begin:
            self._awaited.expect(company.name, request.state)
        try:
            return {"address": await self._awaited.wait(request.state, request.seconds)}
        except NotAwaited:
            over = f"{MINUTES} minutes are over, or the daemon was restarted"
            raise NotPossible(f"The browser is no longer awaited ({over}): {CONNECT_AGAIN}") from None

    async def offer_consent(self, request: OfferConsent) -> Answer:
        """A link only for a company that is known: whoever opens it cannot put another one in its place."""
        company = self._company(request.company)
        row = (await self._database.write(companies.register([company.name])))[company.name]
        if row.tenant is None and company.fortnox.tenant_id is None:
            raise NotPossible(
                f"Whose link it is must be known before it is sent: set tenant_id of {company.name} (in Fortnox the "
                "number of the company's database), or connect it once here."
            )
        until = await self._links.offer(request)
        return {"until": until.isoformat()}

    async def connect(self, request: Connect) -> Answer:
        """Raises ``NotPossible`` with what failed and what to do next."""
        company = self._company(request.company)
        async with self._target(company.name) as target:
            try:
                made = await _connectable(target).connect(request.code, request.redirect_uri, request.scopes)
            except OutsideError as error:
                raise NotPossible(await self._sentence(company, error)) from None
        await self._go_on(company.name, Person(request.person, self._clock.milliseconds()))
        return {
            "companies": [
                {
                    "name": company.name,
                    "kind": company.kind,
                    "company_name": made.company_name,
                    "organisation_number": made.organisation_number,
                    "tenant": made.tenant,
                    "scopes": list(made.scopes),
                    "grant": made.by,
                }
            ]
        }

    async def revoke(self, request: Revoke) -> Answer:
        """The company is paused first: nothing may leave while its tokens die."""
        company = self._company(request.company)
        person = Person(request.person, self._clock.milliseconds(), REVOKED)
        await self._database.write(companies.register([company.name]))
        await self._database.write(pausing.pause("company", company.name, person))
        self._follow.paused("company", company.name, REVOKED)
        await self._links.withdraw(company.name)
        async with self._target(company.name) as target:
            try:
                revoked = await _connectable(target).revoke()
            except OutsideError as error:
                raise NotPossible(
                    f"{company.name} is paused, but its tokens are still stored, because {_why(error)}; "
                    "run `fortnox-bridge revoke` again."
                ) from None
        return {"companies": [{"name": company.name, "kind": company.kind, "revoked_at_fortnox": revoked}]}

    async def _go_on(self, name: str, person: Person) -> None:
        paused = {pause.name: pause.reason for pause in await self._database.read(companies.pauses)
                  if pause.scope == "company"}  # fmt: skip
        if paused.get(name) == REVOKED:
            await self._database.write(pausing.resume("company", name, person))
            self._follow.resumed("company", name)
        self._follow.connected(name)

    async def _sentence(self, company: Company, error: OutsideError) -> str:
        if error.reason != "another_company":
            return f"{_why(error)}" if error.remedy else f"{_why(error)}; nothing was stored: try again later, {AGAIN}"
        row = await self._database.read(lambda connection: companies.read(connection, company.name))
        known = row.tenant or company.fortnox.tenant_id
        return (
            f"{error.remedy} But {company.name} is {row.kind or company.kind} and belongs to tenant {known}, and a "
            "test database has a tenant of its own: log in to that company in the browser, or give this one a section "
            f"and data folder of its own, {AGAIN}"
        )

    def _company(self, name: str) -> Company:
        known = self._config().companies
        if name not in known:
            raise Misused(f"there is no company {name}{meant(name, known)}")
        return known[name]


def _connectable(target: Target) -> Connectable:
    if not isinstance(target, Connectable):
        raise NotPossible("this company is not connected by consent")
    return target


def _why(error: OutsideError) -> str:
    if isinstance(error, Unreachable):
        return f"Fortnox cannot be reached ({error.reason})"
    if isinstance(error, Throttled):
        return "Fortnox asks for fewer calls just now"
    return error.remedy or f"Fortnox gave no usable answer ({error.reason})"
