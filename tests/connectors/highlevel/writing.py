"""HighLevel as a target in front of the stand-in, and the commands that tests give it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.base import Json, Link, Settled, Target, Task, Write
from connectors.highlevel.marks import mark_of
from handlers.commands import EnsureSenderNote, EnsureSenderTask, SenderCommand, SetSenderFields
from handlers.values import Ref
from tests.connectors.fortnox.stand import MemoryLinks
from tests.connectors.highlevel.bodies import CONTACT, contact
from tests.connectors.highlevel.reading import Reading, reading
from tests.stand_ins.highlevel import State

FIELD = "Fx7mQ2vT9sLr4KbWc1Pd"
BACK = {"notes": True, "tasks": True, "customer_number_field": FIELD}
THING = Ref(system="ghl", kind="response_sender_note", id="r1/detractor")
CUSTOMER = Ref(system="ghl", kind="customer", id=CONTACT)
MARK = mark_of(THING.thing("demo"))


@dataclass
class Stand:
    """The target, with what it is asked."""

    place: Reading
    target: Target

    @property
    def state(self) -> State:
        """What the account holds."""
        return self.place.state

    def task(self, command: SenderCommand, link: Link | None = None, number: str = "17") -> Task:
        """The command as delivery hands it over."""
        return Task(
            company="to:ghl",
            command=command,  # type: ignore[arg-type]
            thing=command.thing.thing("demo"),
            link=link,
            refs={ref: Link("customer", number, {}) for ref in command.refs},
            looking=False,
            links=MemoryLinks(),
        )

    async def send(self, task: Task) -> Settled:
        """Plan a write, and send it."""
        write = await self.planned(task)
        async with self.target.place(1):
            return await self.target.perform(task, write)

    async def planned(self, task: Task) -> Write:
        """What would be sent."""
        write = await self.target.plan(task)
        assert isinstance(write, Write)
        return write

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Method and path of every call that changed something."""
        return [(call["method"], call["path"]) for call in self.state.calls if call["method"] != "GET"]


@asynccontextmanager
async def standing(**more: Any) -> AsyncIterator[Stand]:
    """The target of a reader whose settings let everything be written."""
    state = State()
    state.add("contacts", contact(customFields=[{"id": "other", "value": "kept"}], tags=["vip"]))
    async with reading(state=state, back=BACK, **more) as place:
        target = place.reader.target()
        assert target is not None
        yield Stand(place, target)


def note(**fields: Any) -> EnsureSenderNote:
    """A note on the contact."""
    given: Json = {"target": "ghl", "company": "demo", "thing": THING, "record": "contact", "id": CONTACT}
    return EnsureSenderNote(**given | {"text": "NPS 2: för dyrt"} | fields)


def job(**fields: Any) -> EnsureSenderTask:
    """A task on the contact."""
    given: Json = {"target": "ghl", "company": "demo", "thing": THING, "record": "contact", "id": CONTACT}
    return EnsureSenderTask(**given | {"title": "Ring upp", "text": "NPS 2", "due": date(2026, 11, 20)} | fields)


def number() -> SetSenderFields:
    """The customer's number on the contact."""
    told = Ref(system="ghl", kind="customer_told", id=CONTACT)
    numbers = (("customer_number", CUSTOMER),)
    return SetSenderFields(target="ghl", company="demo", thing=told, record="contact", id=CONTACT, numbers=numbers)


def numbered(kind: str = "order") -> SetSenderFields:
    """The numbers of an order's documents."""
    told = Ref(system="ghl", kind=f"{kind}_told", id="o1")
    sale = Ref(system="ghl", kind=kind, id="o1")
    numbers = (("order_number", sale), ("invoice_number", sale.model_copy(update={"kind": "order_invoice"})))
    return SetSenderFields(target="ghl", company="demo", thing=told, record="order", id="o1", numbers=numbers)
