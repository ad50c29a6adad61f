"""Invoices of a source's own: as a paid order, but never on top of one."""

from handlers.commands import EnsureInvoice
from handlers.invoice import book_own_invoice
from handlers.order import book_order
from handlers.settings import Bookkeeping
from handlers.values import Ref
from tests.handlers.examples import company, order, paid_invoice


def test_a_paid_invoice_is_booked_with_its_payment() -> None:
    """The invoice is the event's own thing, and asks to be held where an order made the same sale lately."""
    commands = book_own_invoice(paid_invoice(), company(bookkeeping=Bookkeeping(hold_same_total_days=45)))
    invoice = commands[1]
    assert [command.kind for command in commands] == [
        "ensure_customer",
        "ensure_invoice",
        "book_invoice",
        "ensure_payment",
        "book_payment",
    ]
    assert isinstance(invoice, EnsureInvoice)
    assert invoice.thing == paid_invoice().thing
    assert (invoice.made_from, invoice.hold_same_total_days) == ("invoice", 45)
    assert invoice.origin == "shop invoice F-7"
    assert commands[3].thing == Ref(system="shop", kind="invoice_payment", id="F-7")


def test_an_order_and_an_invoice_share_only_the_customer() -> None:
    """Their invoices and payments are different things, also where the source numbers both alike."""
    alike = paid_invoice().model_copy(update={"thing": Ref(system="shop", kind="invoice", id="SO-20931")})
    things = [
        {command.thing for command in commands}
        for commands in (book_order(order(), company()), book_own_invoice(alike, company()))
    ]
    assert things[0] & things[1] == {Ref(system="shop", kind="customer", id="C-778")}
