"""The rule of the null target: one small command for each order, so that the way itself is measured."""

from handlers.commands import Command, EnsureNote
from handlers.events import Event, OrderChanged
from handlers.facts import Facts
from handlers.settings import CompanySettings
from handlers.values import Ref

BUYER = Ref(system="shop", kind="customer", id="C-778")
"""The customer of every order; linked before the measurement."""


def note_order(event: Event, _: CompanySettings, _facts: Facts) -> tuple[Command, ...]:
    """A note on the buyer's card that names the order."""
    if not isinstance(event, OrderChanged):
        raise TypeError(type(event).__name__)
    note = event.thing.model_copy(update={"kind": "order_note"})
    return (EnsureNote(thing=note, customer=BUYER, dated=event.dated, core=event.document.number),)
