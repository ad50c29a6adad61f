"""A target that writes to a stand-in, with commands for it and what delivery remembers of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from connectors.base import Json, Link, Settled, Target, Task, Write
from connectors.sources import WritesBack
from handlers.commands import Command, SetSenderFields
from handlers.values import Ref, short_reference
from tests.connectors.fortnox.stand import MemoryLinks
from tests.connectors.subscriptionflow.bodies import CUSTOMER_ID, INVOICE_ID
from tests.connectors.subscriptionflow.stand import Stand, stand

BUYER = Ref(system="flow", kind="customer", id=CUSTOMER_ID)
BILL = Ref(system="flow", kind="invoice", id=INVOICE_ID)
TOLD = Ref(system="flow", kind="invoice_told", id=INVOICE_ID)
MARK = short_reference(TOLD.thing("demo"))
LINE = f"Fortnox invoice 1042 #{MARK}"
READ_INVOICE, PUT_INVOICE = f"GET /api/v1/invoices/{INVOICE_ID}", f"PUT /api/v1/invoices/{INVOICE_ID}"
READ_CUSTOMER, PUT_CUSTOMER = f"GET /api/v1/customers/{CUSTOMER_ID}", f"PUT /api/v1/customers/{CUSTOMER_ID}"


def told_customer() -> SetSenderFields:
    """The customer gets its number."""
    return SetSenderFields(
        target="flow",
        company="demo",
        thing=Ref(system="flow", kind="customer_told", id=CUSTOMER_ID),
        record="customer",
        id=CUSTOMER_ID,
        numbers=(("customer_number", BUYER),),
    )


def told_invoice(**more: Any) -> SetSenderFields:
    """The invoice gets its line."""
    plain: Json = {"record": "invoice", "id": INVOICE_ID, "numbers": (("invoice_number", BILL),)}
    return SetSenderFields(target="flow", company="demo", thing=TOLD, **plain | more)


@dataclass
class Desk:
    """A target, the instance that it writes to, and what was linked."""

    stand: Stand
    target: Target
    links: dict[Ref, Link] = field(default_factory=dict)

    def task(self, command: Command, number: str = "1042") -> Task:
        """The command as delivery hands it over: the customer is 17 in Fortnox, the invoice ``number``."""
        refs = {BUYER: Link("customer", "17", {}), BILL: Link("invoice", number, {})}
        thing = command.thing.thing("demo")
        link, memory = self.links.get(command.thing), MemoryLinks()
        return Task("to:flow", command, thing, link, refs, looking=False, links=memory)

    async def carry(self, command: Command, number: str = "1042") -> Settled:
        """Plan, and send what is to be sent; the link is remembered."""
        task = self.task(command, number)
        planned = await self.target.plan(task)
        if isinstance(planned, Write):
            async with self.target.place(1):
                planned = await self.target.perform(task, planned)
        if planned.link is not None:
            self.links[command.thing] = planned.link
        return planned

    async def write_of(self, command: Command) -> Write:
        """What would be sent."""
        planned = await self.target.plan(self.task(command))
        assert isinstance(planned, Write)
        return planned

    def stored(self, module: str, number: str) -> Json:
        """A record as the instance holds it."""
        return self.stand.instance.of(module)[number]

    @property
    def note(self) -> Any:
        """What the invoice's note says."""
        return self.stored("invoices", INVOICE_ID)["note"]


@asynccontextmanager
async def desk(**more: Any) -> AsyncIterator[Desk]:
    """Both are switched on; ``more`` is further lines of ``write_back``."""
    async with stand(write_back={"customer_number": True, "invoice_note": True, **more}) as here:
        assert isinstance(here.reader, WritesBack)
        target = here.reader.target()
        assert target is not None
        yield Desk(here, target)
