"""Commands for the documents of one sale: articles, offer, order, invoice, the way back."""

from decimal import Decimal
from typing import Any

from connectors.base import UnknownEnd, Write
from handlers.commands import EnsureArticle, EnsureCancelled, EnsureCredit, EnsureInvoice, EnsureOffer, EnsureOrder
from handlers.values import Ref
from tests.connectors.fortnox.stand import CUSTOMER, DAY, INVOICE, Stand, customer, invoice, row

ORDER = Ref(system="shop", kind="order", id="1042")
OFFER = Ref(system="shop", kind="order_offer", id="1042")
CREDIT = Ref(system="shop", kind="order_credit", id="1042")
ARTICLE = Ref(system="key", kind="article", id="K-100")
SALE = {"invoice": INVOICE, "order": ORDER, "offer": OFFER, "credit": CREDIT}

CONTENT: dict[str, Any] = {
    "customer": CUSTOMER,
    "number": "1042",
    "origin": "shop order 1042",
    "currency": "SEK",
    "prices_include_vat": False,
    "rows": (row(),),
    "total_excluding_vat": Decimal("100.00"),
    "total_vat": Decimal("25.00"),
    "total": Decimal("125.00"),
}
"""100 kronor and 25 of VAT."""


def others(thing: Ref) -> dict[str, Ref]:
    """The sale's documents but this one."""
    return {name: ref for name, ref in SALE.items() if ref != thing}


def order(**fields: Any) -> EnsureOrder:
    """The sale's order."""
    return EnsureOrder(**{"thing": ORDER, **CONTENT, **others(ORDER), "order_date": DAY, **fields})


def offer(**fields: Any) -> EnsureOffer:
    """The sale's offer."""
    return EnsureOffer(**{"thing": OFFER, **CONTENT, **others(OFFER), "offer_date": DAY, **fields})


def invoiced(**fields: Any) -> EnsureInvoice:
    """The sale's invoice, which knows the sale's other documents."""
    return invoice(**{**others(INVOICE), **fields})


def cancelled(document: str, **fields: Any) -> EnsureCancelled:
    """One document of the sale taken back."""
    things = {"invoice": INVOICE, "order": ORDER, "offer": OFFER}
    later = {"invoice": (), "order": (INVOICE,), "offer": (ORDER, INVOICE)}
    given: dict[str, Any] = {"thing": things[document], "document": document, "later": later[document]}
    return EnsureCancelled(**{**given, **fields})


def credit(**fields: Any) -> EnsureCredit:
    """The sale's invoice credited."""
    return EnsureCredit(**{"thing": CREDIT, "invoice": INVOICE, **fields})


def article(**fields: Any) -> EnsureArticle:
    """The article that the row names."""
    given: dict[str, Any] = {
        "thing": ARTICLE,
        "number": "K-100",
        "description": "Kaffe",
        "unit": "st",
        "vat": Decimal(25),
        "account": 3001,
    }
    return EnsureArticle(**{**given, **fields})


async def with_customer(here: Stand) -> None:
    """A known buyer."""
    await here.carry_out(customer())


async def lose(here: Stand, command: Any, fault: str = "answer_lost", **more: Any) -> Write:
    """Send the command's write and lose its answer; gives the write."""
    write = await here.write_of(command)
    await here.fault(fault, write.method, f"/3{write.path}", **more)
    try:
        await here.target.perform(here.task(command), write)
    except UnknownEnd:
        return write
    raise AssertionError("the answer came")


async def found(here: Stand, command: Any, write: Write) -> Any:
    """What a look for the lost write finds; its link is kept, as delivery would keep it."""
    sighting = await here.target.look(here.task(command), write.operation, write.evidence)
    if sighting.settled is not None and sighting.settled.link is not None:
        here.known[command.thing] = sighting.settled.link
    return sighting.settled
