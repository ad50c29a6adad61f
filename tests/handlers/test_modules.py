"""Which documents an order becomes at each status, by the company's module; nothing is mixed."""

from typing import Literal

import pytest
from pydantic import ValidationError

from handlers.commands import (
    BookInvoice,
    Command,
    EnsureCancelled,
    EnsureCredit,
    EnsureCustomer,
    EnsureInvoice,
    EnsureOffer,
    EnsureOrder,
)
from handlers.invoice import book_own_invoice
from handlers.order import book_order, things_of
from handlers.settings import Documents
from handlers.values import Ref, Skipped
from tests.handlers.examples import Status, company, order, paid_invoice

Module = Literal["invoice", "order", "order+offer"]
MONEY = ["book_invoice", "ensure_payment", "book_payment"]
THINGS = things_of(Ref(system="shop", kind="order", id="SO-20931"))


def commands(module: Module, status: Status, **documents: object) -> tuple[Command, ...]:
    """What the example order becomes."""
    choices = Documents.model_validate({"module": module, **documents})
    return book_order(order(status=status), company(documents=choices))


@pytest.mark.capability("004-05", "004-09", "004-18", "004-19")
@pytest.mark.parametrize(
    ("module", "status", "kinds"),
    [
        ("invoice", "won", ["ensure_customer", "ensure_invoice"]),
        ("invoice", "invoiced", ["ensure_customer", "ensure_invoice"]),
        ("invoice", "paid", ["ensure_customer", "ensure_invoice", *MONEY]),
        ("order", "won", ["ensure_customer", "ensure_order"]),
        ("order", "invoiced", ["ensure_customer", "ensure_order", "ensure_invoice"]),
        ("order", "paid", ["ensure_customer", "ensure_order", "ensure_invoice", *MONEY]),
        ("order+offer", "offer", ["ensure_customer", "ensure_offer"]),
        ("order+offer", "won", ["ensure_customer", "ensure_order"]),
        ("order+offer", "invoiced", ["ensure_customer", "ensure_order", "ensure_invoice"]),
        ("order+offer", "paid", ["ensure_customer", "ensure_order", "ensure_invoice", *MONEY]),
    ],
)
def test_each_module_makes_its_documents(module: Module, status: Status, kinds: list[str]) -> None:
    """The order of the commands is the order in which they must become true."""
    assert [command.kind for command in commands(module, status)] == kinds


@pytest.mark.capability("004-09")
@pytest.mark.parametrize("module", ["invoice", "order"])
def test_an_offer_is_passed_by_where_the_module_has_none(module: Module) -> None:
    """With the reason that explain shows."""
    with pytest.raises(Skipped, match=r"documents\.module"):
        commands(module, "offer")


@pytest.mark.capability("004-21")
@pytest.mark.parametrize("module", ["offer", "invoice+order", ["invoice", "order"], ""])
def test_modules_are_never_mixed(module: object) -> None:
    """One of three words, for the whole company."""
    with pytest.raises(ValidationError):
        Documents.model_validate({"module": module})


def test_all_stages_say_the_same_content_of_the_same_things() -> None:
    """Customer, rows and totals are equal in offer, order and invoice; each knows the others by name."""
    (_, offer) = commands("order+offer", "offer")
    (_, made, invoice, *_) = commands("order+offer", "paid")
    assert isinstance(offer, EnsureOffer)
    assert isinstance(made, EnsureOrder)
    assert isinstance(invoice, EnsureInvoice)
    assert (offer.thing, made.thing, invoice.thing) == (THINGS.offer, THINGS.order, THINGS.invoice)
    assert offer.rows == made.rows == invoice.rows
    assert offer.total == made.total == invoice.total
    assert (made.offer, made.invoice, invoice.order) == (THINGS.offer, THINGS.invoice, THINGS.order)
    assert set(invoice.optional_refs) == {THINGS.order, THINGS.offer, THINGS.credit}
    assert offer.dated == made.dated == invoice.dated


@pytest.mark.capability("004-14")
@pytest.mark.parametrize("may", [False, True])
def test_a_customer_is_made_by_a_sale_not_by_an_offer(may: bool) -> None:
    """Unless the company wants offers to make customers too."""
    (customer, _) = commands("order+offer", "offer", offers_create_customers=may)
    assert isinstance(customer, EnsureCustomer)
    assert customer.create is may
    (sold, *_) = commands("order+offer", "won", offers_create_customers=may)
    assert isinstance(sold, EnsureCustomer)
    assert sold.create


@pytest.mark.capability("004-08")
@pytest.mark.parametrize("module", ["invoice", "order", "order+offer"])
def test_a_lost_order_is_taken_back_newest_stage_first(module: Module) -> None:
    """Whatever module there is now, another may have been in force before: what is not there costs nothing."""
    first, second, third = commands(module, "cancelled")
    for command, document, thing, later in (
        (first, "invoice", THINGS.invoice, ()),
        (second, "order", THINGS.order, (THINGS.invoice,)),
        (third, "offer", THINGS.offer, (THINGS.order, THINGS.invoice)),
    ):
        assert isinstance(command, EnsureCancelled)
        assert (command.document, command.thing, command.later) == (document, thing, later)
        assert command.booked == "hold"
        assert command.refs == ()
        assert command.optional_refs == (thing, *later)


@pytest.mark.capability("004-08")
def test_a_booked_invoice_is_credited_where_settings_say_so() -> None:
    """Cancelled if unbooked, else credited, and the credit booked; then the order and the offer."""
    first, credit, booked, *others = commands("order", "cancelled", credit_cancelled="credit")
    assert isinstance(first, EnsureCancelled)
    assert first.booked == "credit"
    assert credit == EnsureCredit(thing=Ref(system="shop", kind="order_credit", id="SO-20931"), invoice=THINGS.invoice)
    assert booked == BookInvoice(thing=credit.thing)
    assert [command.kind for command in others] == ["ensure_cancelled", "ensure_cancelled"]


def test_what_takes_back_and_what_makes_give_way_to_each_other() -> None:
    """Unsent, only the last of them goes: a sale that was lost and won again is not cancelled after it was made."""
    (_, made) = commands("order", "won")
    (*_, invoice) = commands("order", "invoiced")
    taken = commands("order", "cancelled", credit_cancelled="credit")
    back = {(command.kind, command.thing) for command in taken}
    assert back - set(made.supersedes) == set()
    assert back - set(invoice.supersedes) == set()
    by = {purpose for command in taken for purpose in command.supersedes}
    assert {(made.kind, made.thing), (invoice.kind, invoice.thing), ("book_invoice", invoice.thing)} <= by


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ("issued", ["ensure_customer", "ensure_invoice"]),
        ("paid", ["ensure_customer", "ensure_invoice", *MONEY]),
        ("voided", ["ensure_cancelled"]),
    ],
)
def test_a_source_s_own_invoice_at_each_status(status: Literal["issued", "paid", "voided"], kinds: list[str]) -> None:
    """Issued: made and left unbooked; voided: taken back."""
    made = book_own_invoice(paid_invoice(status=status), company())
    assert [command.kind for command in made] == kinds
    if status != "voided":
        (_, invoice, *_) = made
        assert isinstance(invoice, EnsureInvoice)
        assert invoice.to_be_booked is (status == "paid")


def test_a_voided_invoice_is_credited_where_settings_say_so() -> None:
    """The credit is a thing of its own."""
    choices = company(documents=Documents(credit_cancelled="credit"))
    first, credit, booked = book_own_invoice(paid_invoice(status="voided"), choices)
    assert isinstance(first, EnsureCancelled)
    assert first.booked == "credit"
    assert credit.thing == Ref(system="shop", kind="invoice_credit", id="F-7")
    assert booked == BookInvoice(thing=credit.thing)
