"""Reads one SubscriptionFlow instance: single records for callbacks, and the invoices that changed."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import quote

from connectors.base import Json, Later, Park, Target
from connectors.rest import Rest
from connectors.sender_target import SenderTarget
from connectors.sources import Page, ReaderFacts, Surroundings, Wanted
from connectors.subscriptionflow.auth import ClientCredentials
from connectors.subscriptionflow.polling import Polling
from connectors.subscriptionflow.settings import SubscriptionFlowSettings
from connectors.subscriptionflow.target import SubscriptionFlowDesk

PATHS = {
    "invoice": "/invoices/{id}",
    "customer": "/customers/{id}",
    "product": "/products/{id}",
    "transactions": "/invoices/{id}/link/transactions",
}
"""Kind of record -> its path below ``/api/v1`` (SubscriptionFlow facts, section 2)."""
LISTS = frozenset({"transactions"})
LIST = "list invoices"
UNKNOWN_PATH = frozenset({400, 405, 422, 501})
"""Besides 404: how an instance may say that it does not know the path to an invoice's transactions."""
MOST_PAGES = 50


class SubscriptionFlowReader:
    """One instance's API: reading, and the target that shares its window and its token."""

    def __init__(
        self, name: str, settings: SubscriptionFlowSettings, secrets: Mapping[str, str], surroundings: Surroundings
    ) -> None:
        """``secrets`` holds ``client_secret``."""
        self._name = name
        self._settings = settings
        self._window = surroundings.windows.of(
            ("subscriptionflow", settings.address, settings.client_id),
            settings.window_calls,
            settings.window_seconds,
            monotonic=surroundings.monotonic,
            sleep=surroundings.sleep,
        )
        self._access = ClientCredentials(
            name,
            settings.address,
            (settings.client_id, secrets["client_secret"]),
            surroundings.session,
            self._window,
            surroundings.clock,
            settings.timeout_seconds,
        )
        self._rest = Rest(
            name,
            f"{settings.address}/api/v1",
            surroundings.session,
            self._window,
            self._access,
            surroundings.sleep,
            settings.timeout_seconds,
        )
        self._polling = Polling(settings, surroundings.clock)

    async def read(self, wanted: Wanted) -> Json | None:
        """The sender's answer as it is (the record in ``data``); of transactions all pages in one list."""
        path = PATHS[wanted.kind].format(id=quote(wanted.id, safe=""))
        if wanted.kind in LISTS:
            return await self._all_pages(f"read {wanted.kind}", path)
        return await self._rest.read(f"read {wanted.kind}", path)

    async def poll(self, cursor: Json | None, since: date) -> Page | None:
        """One page of the invoices that changed; ``None`` where polling is switched off."""
        if not self._settings.poll:
            return None
        walk = self._polling.begin(cursor, since)
        answer = await self._invoices(self._polling.query(walk))
        if self._polling.repeats(walk, self._listed(LIST, answer), answer):
            answer = await self._invoices(self._polling.query_by_offset(walk))
        records = self._listed(LIST, answer)
        if self._polling.repeats(walk, records):
            remedy = "It gives the first page of its invoices again and again: raise page_size of this source."
            raise Park("pages_repeat", system=self._name, operation=LIST, remedy=remedy)
        return self._polling.page(walk, records, answer)

    async def _invoices(self, query: Json) -> Json:
        answer = await self._rest.read(LIST, "/invoices", params=query, priority=5)
        if answer is None:
            raise Park(
                "not_found",
                system=self._name,
                operation=LIST,
                status=404,
                remedy="The address has no list of invoices: check instance or base_url of this source.",
            )
        return answer

    def target(self) -> Target | None:
        """Where commands for the instance go; ``None`` where its settings let nothing be written there."""
        told = self._settings.write_back
        if told is None:
            return None
        desk = SubscriptionFlowDesk(self._name, self._rest, told.invoice_note_field)
        return SenderTarget(self._name, desk, self._window)

    async def keep_alive(self) -> bool:
        """Nothing grows old: a token is had again at any time."""
        return False

    async def facts(self) -> ReaderFacts:
        """The window, and the life of the token at hand."""
        token = self._access.current
        return ReaderFacts(
            left=self._window.free(),
            window=self._window.calls,
            credentials_since=token.since if token else None,
            credentials_until=token.until if token else None,
        )

    async def close(self) -> None:
        """Wait for a token that is being asked for."""
        await self._access.close()

    async def _all_pages(self, operation: str, path: str) -> Json | None:
        found: list[Json] = []
        for number in range(1, MOST_PAGES + 1):
            try:
                answer = await self._rest.read(operation, path, params=self._polling.paging(number))
            except Park as refusal:
                if refusal.status not in UNKNOWN_PATH:
                    raise
                answer = None
            if answer is None:
                return None
            found += self._listed(operation, answer)
            if not self._polling.has_more(answer, number):
                return {"data": found}
        raise Park(
            "too_many",
            system=self._name,
            operation=operation,
            remedy=f"The list has more than {MOST_PAGES} pages. Set paid_date to updated_at for this source.",
        )

    def _listed(self, operation: str, answer: Json) -> list[Json]:
        data = answer.get("data")
        if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
            raise Later("unreadable", system=self._name, operation=operation, status=200)
        return data
