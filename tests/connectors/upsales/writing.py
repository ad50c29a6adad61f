"""Upsales as a target over its stand-in, and the commands that tests carry out there."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from connectors.base import Json, Link, Settled, Target, Task, Write
from connectors.sources import WritesBack
from handlers.commands import Command, EnsureSenderRecord, SetSenderFields
from handlers.values import Ref
from tests.connectors.upsales.stand import Stand, standing
from tests.stand_ins import upsales

BACK = {
    "offer_number_field": 31,
    "order_number_field": 32,
    "invoice_number_field": 33,
    "stages": True,
    "companies": "all",
    "products": True,
    "price_list": "A",
}
NUMBER = {"fieldId": 8, "value": "1027", "valueArray": ["1027"], "valueInteger": 1027}
MAIL = {"fieldId": 9, "value": "faktura@batservice.example.com"}
VISIT = {"type": "Visit", "address": "Bryggan 2", "zipcode": "18540", "city": "Vaxholm", "country": "SE"}
POST = {"type": "Mail", "address": "Varvsvägen 11\nc/o Öhman", "zipcode": "18542", "city": "Vaxholm", "country": "SE"}
CUSTOMER, INVOICE = Ref(system="ups", kind="customer", id="318"), Ref(system="ups", kind="invoice", id="4711")


WORDS = {
    "name": "Skärgårdens Båtservice AB",
    "organisation_number": "559902-1085",
    "phone": "+46846500411",
    "address1": "Varvsvägen 12",
    "zip_code": "185 42",
    "country": "SE",
}


class NoMemory:
    """Nothing is linked but what a task says; Upsales is never asked about it."""

    async def linked_elsewhere(self, company: str, kind: str, numbers: Sequence[str], thing: str) -> frozenset[str]:
        """Never asked."""
        raise AssertionError(thing)

    async def payments_on(self, company: str, invoice: str, thing: str) -> Mapping[str, Json]:
        """Never asked."""
        raise AssertionError(thing)

    async def same_sale(self, thing: str, days: int) -> tuple[str, str | None] | None:
        """Never asked."""
        raise AssertionError(thing)

    async def reserve_document(self, company: str, thing: str, most: int) -> bool:
        """Never asked."""
        raise AssertionError(thing)


@dataclass
class Bench:
    """The target over its stand-in, with one command after another."""

    target: Target
    stand: Stand

    @property
    def state(self) -> upsales.State:
        """The stand-in's records, calls and writes."""
        return self.stand.state

    def record(self, kind: str, number: object) -> Json:
        """What stands there."""
        return self.state.records[kind][str(number)]

    async def planned(self, command: Command, link: Link | None = None, **numbers: str) -> Write | Settled:
        """What would be done."""
        return await self.target.plan(task(command, link, **numbers))

    async def carry(self, command: Command, link: Link | None = None, **numbers: str) -> Settled:
        """Plan and perform until it is settled, as delivery does."""
        for _ in range(4):
            asked = task(command, link, **numbers)
            planned = await self.target.plan(asked)
            settled = planned
            if isinstance(planned, Write):
                assert planned.far_object in {None, self.target.far_object(asked)}
                async with self.target.place(1):
                    settled = await self.target.perform(asked, planned)
            assert isinstance(settled, Settled)
            if not settled.again:
                return settled
            link = settled.link
        raise AssertionError("it does not settle")


def task(command: Command, link: Link | None = None, **numbers: str) -> Task:
    """The command at the head of its lane; ``numbers`` are those of what it refers to, by kind."""
    refs = {ref: Link(ref.kind, numbers[ref.kind], {}) for ref in command.refs}
    return Task("to:ups", command, "thing", link, refs, looking=False, links=NoMemory())


def tells(record: str, number: int, *, stage: str | None = None, **numbers: Ref) -> SetSenderFields:
    """A record is told its stage, or numbers of ours."""
    return SetSenderFields(
        target="ups",
        company="demo",
        thing=Ref(system="ups", kind=f"{record}_told", id=str(number)),
        record=record,
        id=str(number),
        fields={} if stage is None else {"stage": stage},
        numbers=tuple(numbers.items()),
    )


def follows(number: str, record: str = "account", **more: Any) -> EnsureSenderRecord:
    """What stands under a number in Fortnox also stands at Upsales."""
    thing = Ref(system="ups", kind=f"{record}_of_fortnox", id=number)
    return EnsureSenderRecord(target="ups", company="demo", thing=thing, record=record, number=number, **more)


@asynccontextmanager
async def bench(**section: Any) -> AsyncIterator[Bench]:
    """A reader that writes back, and its stand-in."""
    fields = {"customer_number_field": 8, "email_field": 9, "write_back": BACK, **section}
    async with standing(**fields) as stand:
        stand.state.now = lambda: stand.clock.wall
        assert isinstance(stand.reader, WritesBack)
        target = stand.reader.target()
        assert target is not None
        yield Bench(target, stand)
