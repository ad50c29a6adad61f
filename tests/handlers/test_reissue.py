"""What a later generation of a sale asks for: what stood there is taken back first, and everything is named anew."""

from typing import Literal

import pytest

from handlers.commands import BookInvoice, Command, DocumentCommand, EnsureCancelled, EnsureCredit
from handlers.facts import Facts
from handlers.invoice import book_own_invoice
from handlers.order import book_order, things_of
from handlers.settings import Documents
from handlers.values import Ref
from tests.handlers.examples import Status, company, order, paid_invoice

SECOND = Facts(generation=2)
ORDER = Ref(system="shop", kind="order", id="SO-20931")
Module = Literal["invoice", "order", "order+offer"]


def again(ref: Ref, generation: int = 2) -> Ref:
    """The same in a later generation."""
    return ref.model_copy(update={"generation": generation})


def commands(module: Module, status: Status, facts: Facts = SECOND, **documents: object) -> tuple[Command, ...]:
    """What the example order becomes in this generation."""
    choices = Documents.model_validate({"module": module, **documents})
    return book_order(order(status=status), company(documents=choices), facts)


@pytest.mark.capability("f44")
@pytest.mark.parametrize("module", ["invoice", "order", "order+offer"])
@pytest.mark.parametrize("status", ["won", "invoiced", "paid"])
def test_what_stood_before_is_taken_back_between_the_customer_and_the_documents(module: Module, status: Status) -> None:
    """Credited where it is booked, also where a sale that is called off is held; the documents are as ever."""
    first, second = commands(module, status, Facts()), commands(module, status)
    before = things_of(ORDER)
    back = (
        EnsureCancelled(thing=before.invoice, document="invoice", booked="credit"),
        EnsureCredit(thing=Ref(system="shop", kind="order_credit", id="SO-20931"), invoice=before.invoice),
        BookInvoice(thing=Ref(system="shop", kind="order_credit", id="SO-20931")),
        EnsureCancelled(thing=ORDER, document="order", later=(before.invoice,)),
    )
    assert second[1:5] == back
    assert [command.kind for command in (*second[:1], *second[6:])] == [command.kind for command in first]
    assert [command.thing for command in second[6:]] == [again(command.thing) for command in first[1:]]
    for command in second[6:]:
        if isinstance(command, DocumentCommand):
            assert (command.sale, command.replaces) == (again(ORDER), before.invoice)
            assert command.replaces_credit == before.credit
            assert {before.invoice, before.credit} <= set(command.optional_refs)


@pytest.mark.capability("f44")
def test_a_generation_gives_way_to_none_of_what_takes_the_one_before_back() -> None:
    """Else the second invoice would stand beside the first: only its own generation is superseded."""
    (*back, made) = commands("invoice", "won")[1:]
    assert isinstance(made, DocumentCommand)
    assert not {(command.kind, command.thing) for command in back} & set(made.supersedes)
    called_off = commands("invoice", "cancelled")
    assert ("ensure_invoice", made.thing) in {purpose for command in called_off for purpose in command.supersedes}


@pytest.mark.capability("f44", "004-08")
def test_called_off_in_a_later_generation() -> None:
    """The one before is taken back as before, the newest as the company wants a sale that was called off."""
    found = commands("invoice", "cancelled")
    assert [command.thing.generation for command in found] == [1, 1, 1, 1, 1, 2, 2, 2]
    cancelled = [command for command in found if isinstance(command, EnsureCancelled) and command.document == "invoice"]
    assert [command.booked for command in cancelled] == ["credit", "hold"]
    voided = book_own_invoice(paid_invoice(status="voided"), company(), SECOND)
    assert [(command.kind, command.thing.generation) for command in voided] == [
        ("ensure_cancelled", 1),
        ("ensure_credit", 1),
        ("book_invoice", 1),
        ("ensure_cancelled", 2),
    ]


@pytest.mark.capability("f44")
def test_only_the_generation_before_is_taken_back() -> None:
    """A third one replaces the second; the first was taken back before the second was made."""
    third = commands("invoice", "won", Facts(generation=3))
    assert {command.thing.generation for command in third} == {1, 2, 3}
    assert [command.thing.kind for command in third if command.thing.generation == 1] == ["customer"]


@pytest.mark.parametrize("chosen", ["hold", "reissue"])
def test_the_company_s_choice_is_written_in_each_document(chosen: str) -> None:
    """Offers, orders and invoices; a first generation replaces nothing."""
    for status in ("offer", "won", "paid"):
        for command in commands("order+offer", status, Facts(), changed_after_booking=chosen):
            if isinstance(command, DocumentCommand):
                assert command.reissue is (chosen == "reissue")
                assert (command.sale, command.replaces, command.replaces_credit) == (ORDER, None, None)
