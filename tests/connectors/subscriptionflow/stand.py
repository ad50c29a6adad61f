"""A reader that speaks with a stand-in over loopback, on a clock that a test moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.base import Json, StoredToken
from connectors.registry import SOURCES
from connectors.sources import Found, Reader, Surroundings
from connectors.subscriptionflow.settings import SubscriptionFlowSettings
from connectors.transport import open_session
from tests.connectors.subscriptionflow.bodies import CLIENT_SECRET, customer, invoice, section, transaction
from tests.fakes.clock import ManualClock
from tests.stand_ins.serving import State, serving
from tests.stand_ins.subscriptionflow import Instance, served

SINCE = date(2026, 11, 1)


class NoTokens:
    """A token store that nobody may use: this sender's tokens are kept in memory."""

    async def load(self, company: str) -> StoredToken | None:
        """Never asked."""
        raise AssertionError(company)

    async def save(self, company: str, token: StoredToken) -> None:
        """Never asked."""
        raise AssertionError(company)

    async def forget(self, company: str) -> None:
        """Never asked."""
        raise AssertionError(company)


@dataclass
class Stand:
    """A reader and the instance that it reads."""

    reader: Reader
    instance: Instance
    clock: ManualClock

    @property
    def asked(self) -> list[str]:
        """Method and path of every call so far."""
        return [f"{call['method']} {call['path']}" for call in self.instance.state.calls]

    def queries(self, path: str) -> list[dict[str, str]]:
        """The queries of every call of ``path``."""
        return [dict(call["query"]) for call in self.instance.state.calls if call["path"] == path]

    async def poll_all(self, cursor: Json | None = None, *, most: int = 50) -> tuple[list[Found], Json]:
        """Page by page until there is no more; everything that was found, and the cursor."""
        found: list[Found] = []
        for _ in range(most):
            page = await self.reader.poll(cursor, SINCE)
            assert page is not None
            found += page.found
            cursor = page.cursor
            if not page.more:
                return found, cursor
        raise AssertionError("polling does not end")


@asynccontextmanager
async def stand(**more: Any) -> AsyncIterator[Stand]:
    """A stand-in with the example's records, and its reader."""
    instance = Instance(State())
    instance.state.put("invoices", invoice())
    instance.state.put("customers", customer())
    instance.state.put("transactions", transaction())
    clock = ManualClock()
    async with serving(served(instance)) as address, open_session() as session:
        fields = {name: held for name, held in section(**more).items() if name != "instance"}
        settings = SubscriptionFlowSettings.model_validate({"base_url": address} | fields)
        surroundings = Surroundings(session, NoTokens(), lambda: clock.wall, lambda: clock.seconds, clock.sleep)
        reader = SOURCES["subscriptionflow"].open_reader(
            "flow", settings, {"client_secret": CLIENT_SECRET}, surroundings
        )
        assert reader is not None
        yield Stand(reader, instance, clock)
        await reader.close()
