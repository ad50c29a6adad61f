"""A caller of the simulator over real HTTP, with a clock that only moves when told."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import urlencode

import aiohttp

from connectors.fortnox.simulator import CompanySettings, Simulator, SimulatorServer, SimulatorSettings, serving

UNLIMITED = CompanySettings(rate_limit=0)
ROW: dict[str, Any] = {"Description": "Rådgivning", "DeliveredQuantity": "1", "Price": 100, "VAT": 25}


class Clock:
    """Wall clock and monotonic clock in one, standing still until moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
        self.ticks = 1000.0

    def move(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        self.now += timedelta(seconds=seconds)
        self.ticks += seconds


@dataclass(frozen=True)
class Reply:
    """A whole answer; `json` holds numbers as int or Decimal."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.text, parse_float=Decimal)

    @property
    def code(self) -> int:
        """The error code, whatever the casing of its keys."""
        information = {name.lower(): value for name, value in self.json["ErrorInformation"].items()}
        assert information["error"] == 1
        assert information["message"]
        return int(information["code"])

    @property
    def one(self) -> dict[str, Any]:
        """The only object in the envelope."""
        (inner,) = self.json.values()
        assert isinstance(inner, dict)
        return inner


@dataclass
class Caller:
    """Calls the simulator as one company with a token of its own."""

    session: aiohttp.ClientSession
    server: SimulatorServer
    clock: Clock
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def send(self, method: str, path: str, **options: Any) -> Reply:
        """Send a request as it is given."""
        async with self.session.request(method, self.server.url + path, **options) as response:
            return Reply(response.status, dict(response.headers), await response.text())

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Send an authorised REST call, with a JSON body if one is given."""
        sent = {"Authorization": f"Bearer {self.token}", **self.headers, **headers}
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        return await self.send(method, path, data=data, headers=sent)

    async def get(self, path: str) -> Reply:
        """Read."""
        return await self.call("GET", path)

    async def numbers(self, plural: str, key: str = "DocumentNumber", **query: Any) -> list[str]:
        """List a resource whose path is its envelope's name in lower case; give the numbers found."""
        reply = await self.get(f"/3/{plural.lower()}?{urlencode(query)}")
        assert reply.status == 200, reply.text
        return [one[key] for one in reply.json[plural]]

    async def customer(self, **fields: Any) -> dict[str, Any]:
        """Create a customer."""
        reply = await self.call("POST", "/3/customers", {"Customer": {"Name": "Exempel AB", **fields}})
        assert reply.status == 201, reply.text
        return reply.one

    async def post_article(self, **fields: Any) -> Reply:
        """Try to create an article."""
        return await self.call("POST", "/3/articles", {"Article": {"Description": "Timme", **fields}})

    async def article(self, **fields: Any) -> dict[str, Any]:
        """Create an article."""
        reply = await self.post_article(**fields)
        assert reply.status == 201, reply.text
        return reply.one

    async def post_price(self, **fields: Any) -> Reply:
        """Try to set a price that does not exist yet, of article A1 in list A."""
        return await self.call("POST", "/3/prices", {"Price": {"ArticleNumber": "A1", "PriceList": "A", **fields}})

    async def post_invoice(self, **fields: Any) -> Reply:
        """Try to create an invoice for customer 1 with one plain row."""
        return await self.call(
            "POST", "/3/invoices", {"Invoice": {"CustomerNumber": "1", "InvoiceRows": [ROW], **fields}}
        )

    async def invoice(self, **fields: Any) -> dict[str, Any]:
        """Create an invoice."""
        reply = await self.post_invoice(**fields)
        assert reply.status == 201, reply.text
        return reply.one

    async def post_order(self, **fields: Any) -> Reply:
        """Try to create an order of customer 1 with one plain row, all of it delivered."""
        row = {**ROW, "OrderedQuantity": ROW["DeliveredQuantity"]}
        return await self.call("POST", "/3/orders", {"Order": {"CustomerNumber": "1", "OrderRows": [row], **fields}})

    async def order(self, **fields: Any) -> dict[str, Any]:
        """Create an order."""
        reply = await self.post_order(**fields)
        assert reply.status == 201, reply.text
        return reply.one

    async def post_offer(self, **fields: Any) -> Reply:
        """Try to create an offer to customer 1 with one plain row."""
        row = {name: value for name, value in ROW.items() if name != "DeliveredQuantity"} | {"Quantity": "1"}
        return await self.call("POST", "/3/offers", {"Offer": {"CustomerNumber": "1", "OfferRows": [row], **fields}})

    async def offer(self, **fields: Any) -> dict[str, Any]:
        """Create an offer."""
        reply = await self.post_offer(**fields)
        assert reply.status == 201, reply.text
        return reply.one

    async def act(self, kind: str, action: str, number: str = "1") -> Reply:
        """Carry out an action on a document of a kind (`orders` and so on)."""
        return await self.call("PUT", f"/3/{kind}/{number}/{action}")

    async def booked(self, **fields: Any) -> dict[str, Any]:
        """Create an invoice and book it."""
        made = await self.invoice(**fields)
        reply = await self.call("PUT", f"/3/invoices/{made['DocumentNumber']}/bookkeep")
        assert reply.status == 200, reply.text
        return reply.one

    async def post_payment(self, **fields: Any) -> Reply:
        """Try to record a payment."""
        return await self.call("POST", "/3/invoicepayments", {"InvoicePayment": fields})

    async def control(self, method: str, name: str, body: Any = None) -> Any:
        """Use the control plane; the answer must be 200."""
        reply = await self.send(method, f"/_sim/{name}", data=None if body is None else json.dumps(body).encode())
        assert reply.status == 200, reply.text
        return reply.json

    async def fault(self, kind: str, **description: Any) -> None:
        """Order a fault."""
        await self.control("POST", "faults", {"fault": kind, **description})

    async def state(self, tenant: int = 1001) -> dict[str, Any]:
        """Read everything a company holds."""
        companies: dict[str, dict[str, Any]] = (await self.control("GET", "state"))["companies"]
        return companies[str(tenant)]

    async def names(self) -> list[str]:
        """The names of all stored customers."""
        return [customer["Name"] for customer in (await self.state())["customers"]]

    async def token_call(
        self, form: Mapping[str, str], secret: str = "simulator", tenant: str | None = None, endpoint: str = "token"
    ) -> Reply:
        """Call the token or revoke endpoint with Basic authentication."""
        headers = {"Authorization": aiohttp.encode_basic_auth("simulator", secret)}
        if tenant is not None:
            headers["TenantId"] = tenant
        return await self.send("POST", f"/oauth-v1/{endpoint}", data=dict(form), headers=headers)

    async def log_in(self, tenant: int = 1001) -> None:
        """Take an access token by client credentials."""
        reply = await self.token_call({"grant_type": "client_credentials"}, tenant=str(tenant))
        assert reply.status == 200, reply.text
        self.token = reply.json["access_token"]


@asynccontextmanager
async def opened(*companies: CompanySettings, **settings: Any) -> AsyncIterator[Caller]:
    """Serve a new simulator and give a caller logged in to its first company (without a rate window by default)."""
    clock = Clock()
    simulator = Simulator(
        SimulatorSettings(companies=companies or (UNLIMITED,), **settings),
        clock=lambda: clock.now,
        monotonic=lambda: clock.ticks,
        random=Random(1),
    )
    async with serving(simulator) as server, aiohttp.ClientSession() as session:
        caller = Caller(session, server, clock)
        await caller.log_in(next(iter(simulator.companies)))
        yield caller
