"""A target of ours in front of a simulated Fortnox, with everything a test wants to see or to break."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import ClientSession

from connectors.base import Json, Link, Settled, Task, Write
from connectors.fortnox import answers
from connectors.fortnox.settings import FortnoxSettings
from connectors.fortnox.simulator import CompanySettings, Simulator, SimulatorSettings, serving
from connectors.fortnox.target import FortnoxTarget, open_target
from connectors.transport import open_session
from handlers.commands import (
    BookInvoice,
    BookPayment,
    Command,
    DocumentRow,
    EnsureCustomer,
    EnsureInvoice,
    EnsureNote,
    EnsurePayment,
)
from handlers.values import Ref
from tests.connectors.fortnox.token_server import MemoryTokens

CUSTOMER = Ref(system="shop", kind="customer", id="c1")
INVOICE = Ref(system="shop", kind="order_invoice", id="1042")
PAYMENT = Ref(system="shop", kind="order_payment", id="1042")
NOTE = Ref(system="survey", kind="response", id="r1")
DAY = date(2026, 11, 20)


@dataclass
class MemoryLinks:
    """What our memory answers while a target plans."""

    elsewhere: set[str] = field(default_factory=set)
    same: str | None = None
    known: dict[Ref, Link] = field(default_factory=dict)
    asked: list[tuple[object, ...]] = field(default_factory=list)

    async def linked_elsewhere(self, company: str, kind: str, numbers: Sequence[str], thing: str) -> frozenset[str]:
        """Those that the test declared."""
        return frozenset(number for number in numbers if f"{kind}:{number}" in self.elsewhere)

    async def payments_on(self, company: str, invoice: str, thing: str) -> Mapping[str, Any]:
        """Those that the stand has linked."""
        return {
            link.number: link.state
            for ref, link in self.known.items()
            if link.kind == "payment" and link.state["invoice"] == invoice and ref.thing(company) != thing
        }

    async def same_sale(self, thing: str, days: int) -> tuple[str, str | None] | None:
        """What the test declared."""
        self.asked.append((thing, days))
        return None if self.same is None else (self.same, None)

    async def reserve_document(self, company: str, thing: str, most: int) -> bool:
        """There is always room."""
        return True


class Stand:
    """The target, the simulator's control plane, and the links made so far."""

    def __init__(
        self, url: str, target: FortnoxTarget, session: ClientSession, tokens: MemoryTokens, simulator: Simulator
    ) -> None:
        self.simulator = simulator
        self.url = url
        self.target = target
        self.session = session
        self.tokens = tokens
        self.links = MemoryLinks()
        self.known: dict[Ref, Link] = self.links.known
        self.looking = False

    def task(self, command: Command) -> Task:
        """The command as delivery would hand it over."""
        return Task(
            company="demo",
            command=command,
            thing=command.thing.thing("demo"),
            link=self.known.get(command.thing),
            refs={
                **{ref: self.known[ref] for ref in command.refs},
                **{ref: self.known[ref] for ref in command.optional_refs if ref in self.known},
            },
            looking=self.looking,
            links=self.links,
        )

    async def carry_out(self, command: Command) -> Settled:
        """Plan and perform until the command is settled, keeping the link."""
        while True:
            task = self.task(command)
            decided = await self.target.plan(task)
            settled = decided if isinstance(decided, Settled) else await self.target.perform(task, decided)
            if settled.link is not None:
                self.known[command.thing] = settled.link
            if not settled.again:
                return settled

    async def write_of(self, command: Command) -> Write:
        """Plan a command that must come to a write."""
        decided = await self.target.plan(self.task(command))
        assert isinstance(decided, Write), decided
        return decided

    async def control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A call of the simulator's control plane."""
        async with self.session.request(method, f"{self.url}/_sim/{path}", json=body) as response:
            answer: dict[str, Any] = await response.json()
            assert response.status == 200, answer
            return answer

    async def fault(self, kind: str, method: str | None, path: str | None, **more: Any) -> None:
        """Order a fault for the next matching call; ``path`` is a regular expression."""
        await self.control("POST", "faults", {"fault": kind, "method": method, "path": path, **more})

    async def seed(self, **objects: Any) -> None:
        """Put objects in directly."""
        await self.control("POST", "seed", objects)

    async def stored(self, kind: str) -> list[dict[str, Any]]:
        """All stored objects of one kind."""
        state = await self.control("GET", "state")
        found: list[dict[str, Any]] = state["companies"]["1001"][kind]
        return found

    async def calls(self) -> list[str]:
        """Every REST call so far: method, path without query, status."""
        log = (await self.control("GET", "calls"))["calls"]
        return [f"{one['method']} {one['path'].split('?')[0]}" for one in log if one["kind"] == "rest"]

    async def spent(self) -> int:
        """How many REST calls arrived so far."""
        return len(await self.calls())


@asynccontextmanager
async def stand(
    *,
    company: CompanySettings | None = None,
    pinned: bool = True,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ours: Callable[[], datetime] | None = None,
    **settings: Any,
) -> AsyncIterator[Stand]:
    """A simulator without a rate window, unless the test says otherwise, and a target on client credentials.

    ``ours`` is the target's clock where it is not the simulator's.
    """
    simulated = Simulator(SimulatorSettings(companies=(company or CompanySettings(rate_limit=0),)), clock=clock)
    async with serving(simulated) as server, open_session() as session, ClientSession() as control:
        chosen = FortnoxSettings.model_validate(
            {
                "rest_url": f"{server.url}/3",
                "oauth_url": f"{server.url}/oauth-v1",
                "tenant_id": 1001,
                "client_id": "simulator",
                "client_secret": "plain:simulator",
                "window_calls": 0,
                "timeout_seconds": 5.0,
                **settings,
            }
        )
        tokens = MemoryTokens()

        async def pin(tenant: str, number: str) -> bool:
            return pinned

        async with open_target(
            "demo",
            chosen,
            "simulator",
            tokens,
            session,
            pin,
            clock=ours or clock,
            monotonic=time.monotonic,
            sleep=asyncio.sleep,
        ) as target:
            yield Stand(server.url, target, control, tokens, simulated)


def customer(**fields: Any) -> EnsureCustomer:
    """A buyer; without more, one with an e-mail address only."""
    given: dict[str, Any] = {"thing": CUSTOMER, "name": "Exempel AB", "email": "inkop@example.test"}
    return EnsureCustomer(**{**given, **fields})


def row(**fields: Any) -> DocumentRow:
    """A row of 100 kronor at 25 percent."""
    given: dict[str, Any] = {
        "description": "K-100 Kaffe",
        "quantity": Decimal(2),
        "unit": "st",
        "price": Decimal("50.00"),
        "vat": Decimal(25),
        "account": 3001,
    }
    return DocumentRow(**{**given, **fields})


def invoice(**fields: Any) -> EnsureInvoice:
    """An invoice of 100 kronor and 25 VAT."""
    given: dict[str, Any] = {
        "thing": INVOICE,
        "customer": CUSTOMER,
        "number": "1042",
        "origin": "shop order 1042",
        "made_from": "order",
        "invoice_date": DAY,
        "due_date": date(2026, 12, 20),
        "currency": "SEK",
        "prices_include_vat": False,
        "rows": (row(),),
        "total_excluding_vat": Decimal("100.00"),
        "total_vat": Decimal("25.00"),
        "total": Decimal("125.00"),
    }
    return EnsureInvoice(**{**given, **fields})


def uneven(**fields: Any) -> EnsureInvoice:
    """An invoice of 100.30 with VAT, which Fortnox rounds to 100 kronor."""
    given: dict[str, Any] = {
        "rows": (row(quantity=Decimal(1), price=Decimal("80.24")),),
        "total_excluding_vat": Decimal("80.24"),
        "total_vat": Decimal("20.06"),
        "total": Decimal("100.30"),
    }
    return invoice(**{**given, **fields})


def booking(**fields: Any) -> BookInvoice:
    """The invoice's booking."""
    return BookInvoice(**{"thing": INVOICE, **fields})


def payment(**fields: Any) -> EnsurePayment:
    """The whole invoice paid by bank giro."""
    given: dict[str, Any] = {
        "thing": PAYMENT,
        "invoice": INVOICE,
        "amount": Decimal("125.00"),
        "currency": "SEK",
        "paid": date(2026, 11, 21),
        "mode": "BG",
    }
    return EnsurePayment(**{**given, **fields})


def payment_booking() -> BookPayment:
    """The payment's booking."""
    return BookPayment(thing=PAYMENT, invoice=INVOICE)


def note(**fields: Any) -> EnsureNote:
    """A respondent's line."""
    given: dict[str, Any] = {
        "thing": NOTE,
        "customer": CUSTOMER,
        "dated": DAY,
        "core": "nps-2026 9",
        "detail": "why: snabb leverans",
    }
    return EnsureNote(**{**given, **fields})


def show_only(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """From now on the rows of every list show these fields alone."""

    def thin(*given: Any, **more: Any) -> tuple[list[Json], int, int]:
        rows, total, pages = answers.page_in(*given, **more)
        return [{name: row[name] for name in names if name in row} for row in rows], total, pages

    monkeypatch.setattr("connectors.fortnox.client.page_in", thin)
