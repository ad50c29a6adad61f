"""The way back of a sale: each document that it may have is cancelled, the newest stage first."""

from collections.abc import Iterator

from handlers.commands import BookInvoice, Command, EnsureCancelled, EnsureCredit
from handlers.document import Things
from handlers.settings import CompanySettings
from handlers.values import Ref


def cancelled(things: Things, settings: CompanySettings, *, credit: bool = False) -> tuple[Command, ...]:
    """Whatever of invoice, order and offer stands there is cancelled; what is not linked costs nothing.

    An invoice that is booked is held for a person, or credited in full where ``documents.credit_cancelled`` or
    ``credit`` says so.
    """
    return tuple(_commands(things, settings, credit=credit or settings.documents.credit_cancelled == "credit"))


def _commands(things: Things, settings: CompanySettings, *, credit: bool) -> Iterator[Command]:
    credited = things.credit if credit else None
    yield EnsureCancelled(thing=things.invoice, document="invoice", booked="credit" if credited else "hold")
    if credited is not None:
        yield from _credit(things.invoice, credited, settings)
    if things.order is not None:
        yield EnsureCancelled(thing=things.order, document="order", later=(things.invoice,))
    if things.offer is not None:
        later = (things.invoice,) if things.order is None else (things.order, things.invoice)
        yield EnsureCancelled(thing=things.offer, document="offer", later=later)


def _credit(invoice: Ref, credit: Ref, settings: CompanySettings) -> Iterator[Command]:
    yield EnsureCredit(thing=credit, invoice=invoice)
    yield BookInvoice(thing=credit, round_off_account=settings.bookkeeping.round_off_account)
