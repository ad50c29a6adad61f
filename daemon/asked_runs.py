"""Dry runs that a person asks for: of a stored delivery, or of a body that nobody has sent yet."""

from base64 import b64decode
from binascii import Error
from collections.abc import Callable

from connectors.base import Json
from connectors.nearest import meant
from connectors.sources import Delivery, RawRequest, Refused, Source, StoresOtherwise, Unreadable
from daemon.clock import Clock
from daemon.door import ACCOUNT
from daemon.dry_run import DryRuns
from daemon.dry_run_answer import answer_of
from daemon.named_delivery import named_delivery
from daemon.requests import DryRun, Misused
from daemon.settings import Config
from store.db import Database
from store.inbox import Waiting


class AskedRuns:
    """Finds what is to be run dry, and tells what came of it."""

    def __init__(self, *, config: Callable[[], Config], database: Database, clock: Clock, runs: DryRuns) -> None:
        self._config = config
        self._database = database
        self._clock = clock
        self._runs = runs

    async def answer(self, request: DryRun) -> Json:
        """Run it. Raises :class:`Misused` and :class:`store.acting.NotPossible`, each with one clear line."""
        given = request.id
        row = self._given(request) if given is None else await named_delivery(self._database.read, given, "run dry")
        told = await self._runs.run(row, offline=request.offline)
        about = self._config().companies.get(told.row.company)
        return answer_of(told, kind=None if about is None else about.kind)

    def _given(self, request: DryRun) -> Waiting:
        """A body as if it had just come and its sender were proved."""
        name = request.source or ""
        configured = self._config().sources.get(name)
        if configured is None or configured.source is None:
            raise Misused(f"there is no source {name}{meant(name, self._config().sources)}")
        body = _bytes(request.body or "")
        try:
            delivery = _delivery(configured.source, RawRequest(request.path, {}, body))
        except Unreadable as fault:
            raise Misused(f"the body would be refused at the door: {fault}") from None
        company = request.company or configured.settings.company_for(delivery.account)
        if company is None:
            raise Misused(f"the body names no account of source {name} that belongs to a company: say --company")
        known = self._config().companies
        if company not in known:
            raise Misused(f"there is no company {company}{meant(company, known)}")
        if not configured.settings.serves(company):
            raise Misused(f"source {name} does not send to company {company}")
        headers = {} if delivery.account is None else {ACCOUNT: delivery.account}
        kept = body if delivery.body is None else delivery.body
        return Waiting(0, name, company, delivery.key, self._clock.now(), headers, sealed=False, body=kept)


def _delivery(source: Source, request: RawRequest) -> Delivery:
    if isinstance(source, StoresOtherwise):
        try:
            return source.unproved(request)
        except Refused as refused:
            raise Unreadable(refused.reason) from None
    return Delivery(key="dry-run", digest=True, account=None, matched="nothing")


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (Error, ValueError):
        raise Misused("the body is not base64") from None
