"""The way back as plain values: who is told which numbers, on which of its records, and who is told nothing."""

from decimal import Decimal
from typing import Any, Literal

import pytest

from handlers.commands import Command, EnsureInvoice, EnsureOrder, SetSenderFields
from handlers.events import PartyChanged, SurveySubmitted
from handlers.facts import Facts
from handlers.invoice import book_own_invoice
from handlers.order import book_order
from handlers.settings import CompanySettings, Documents, WriteBack
from handlers.telling import tell_of_invoice, tell_of_order, tell_of_party
from handlers.values import Ref
from tests.handlers.examples import DOCUMENT, NOW, TALLBACKEN, TODAY, Status, company, order, paid_invoice, survey

EVERYTHING = frozenset({"customer_number", "offer_number", "order_number", "invoice_number"})
BUYER = Ref(system="shop", kind="customer", id="C-778")
SALE = Ref(system="shop", kind="order", id="SO-20931")
BILL = Ref(system="shop", kind="invoice", id="F-7")
Module = Literal["invoice", "order", "order+offer"]


def back(module: Module = "invoice", source: str = "shop", **more: Any) -> CompanySettings:
    """A company whose source takes everything, but for what is said otherwise."""
    taken = WriteBack(**{"numbers": EVERYTHING, "party": "account", "order": "deal", "invoice": "bill"} | more)
    settings = company(documents=Documents(module=module))
    return settings.model_copy(update={"write_backs": {source: taken}})


def told(commands: tuple[Command, ...]) -> dict[str, dict[str, Ref]]:
    """What each record is told: its kind and id, and which thing's number in which field."""
    found = {}
    for command in commands:
        assert isinstance(command, SetSenderFields)
        assert (command.target, command.company, command.fields) == ("shop", "demo", {})
        found[f"{command.record}:{command.id}"] = dict(command.numbers)
    return found


def test_an_orders_buyer_and_documents_are_told() -> None:
    """Each on its own record, by the things that the documents are made under."""
    commands = tell_of_order(order(), back())
    numbers = {"invoice_number": SALE.model_copy(update={"kind": "order_invoice"})}
    assert told(commands) == {"account:C-778": {"customer_number": BUYER}, "deal:SO-20931": numbers}
    made = {command.thing for command in book_order(order(), back())}
    assert {ref for command in commands for ref in command.refs} <= made
    assert {command.thing.kind for command in commands} == {"customer_told", "order_told"}


def test_an_order_tells_of_its_offer_too_where_there_is_one() -> None:
    """It takes the place of what would have told of the offer and has not left; nothing waits for an offer."""
    offer = SALE.model_copy(update={"kind": "order_offer"})
    statuses: tuple[Status, ...] = ("won", "paid")
    for status in statuses:
        [of_order] = [
            command
            for command in tell_of_order(order(status=status), back("order+offer"))
            if command.thing.id == SALE.id
        ]
        assert isinstance(of_order, SetSenderFields)
        assert of_order.also == (("offer_number", offer),)
        assert of_order.optional_refs == (offer,)
        assert offer not in of_order.refs
    for others in (back("order"), back("order+offer", numbers=frozenset({"order_number"}))):
        told_too = [command.also for command in tell_of_order(order(), others) if isinstance(command, SetSenderFields)]
        assert not any(told_too)


@pytest.mark.parametrize(
    ("module", "status", "fields"),
    [
        ("invoice", "offer", set()),
        ("invoice", "won", {"invoice_number"}),
        ("invoice", "paid", {"invoice_number"}),
        ("order", "offer", set()),
        ("order", "won", {"order_number"}),
        ("order", "invoiced", {"order_number", "invoice_number"}),
        ("order", "paid", {"order_number", "invoice_number"}),
        ("order+offer", "offer", {"offer_number"}),
        ("order+offer", "won", {"order_number"}),
        ("order+offer", "paid", {"order_number", "invoice_number"}),
    ],
)
def test_the_module_decides_which_numbers_there_are(module: Module, status: Status, fields: set[str]) -> None:
    """Each that is told is that of a document which the rule for orders makes."""
    settings = back(module)
    numbers = told(tell_of_order(order(status=status), settings)).get("deal:SO-20931", {})
    assert set(numbers) == fields
    made = {command.thing for command in book_order(order(status=status), settings)} if fields else set()
    assert {*numbers.values()} <= made


@pytest.mark.parametrize("status", ["cancelled", "refunded"])
def test_of_a_sale_that_is_called_off_nothing_new_is_told(status: Status) -> None:
    """Neither of its documents nor of its buyer."""
    assert tell_of_order(order(status=status), back()) == ()


@pytest.mark.capability("003-09")
@pytest.mark.parametrize("status", ["issued", "paid"])
def test_an_own_invoice_and_its_buyer_are_told(status: Literal["issued", "paid"]) -> None:
    """By the thing that the invoice is made under."""
    commands = tell_of_invoice(paid_invoice(status=status), back())
    assert told(commands) == {"account:C-778": {"customer_number": BUYER}, "bill:F-7": {"invoice_number": BILL}}
    made = {command.thing for command in book_own_invoice(paid_invoice(status=status), back())}
    assert {ref for command in commands for ref in command.refs} <= made
    assert all(command.dispensable for command in commands)


def test_of_a_voided_invoice_nothing_new_is_told() -> None:
    """What it was told stays."""
    assert tell_of_invoice(paid_invoice(status="voided"), back()) == ()


def test_an_invoice_is_told_only_where_it_has_a_place_for_it() -> None:
    """A source that takes invoice numbers on its sales need not take them on its invoices."""
    assert "bill:F-7" not in told(tell_of_invoice(paid_invoice(), back(numbers=frozenset({"customer_number"}))))
    assert WriteBack().invoice is None
    assert told(tell_of_invoice(paid_invoice(), back(invoice=None))) == {"account:C-778": {"customer_number": BUYER}}


def test_a_later_generation_is_told_under_the_same_name() -> None:
    """The number is that of the newest documents; what is told is one thing, so it replaces what was told before."""
    second, settings = Facts(generation=2), back()
    sale = tell_of_order(order(), settings), tell_of_order(order(), settings, second)
    bill = tell_of_invoice(paid_invoice(), settings), tell_of_invoice(paid_invoice(), settings, second)
    for (first, later), record in ((sale, "deal:SO-20931"), (bill, "bill:F-7")):
        assert [command.thing for command in first] == [command.thing for command in later]
        before, after = told(first)[record]["invoice_number"], told(later)[record]["invoice_number"]
        assert after == before.model_copy(update={"generation": 2})
        assert told(later)["account:C-778"] == {"customer_number": BUYER}
    made = {one.thing for one in book_order(order(), back(), second) if isinstance(one, EnsureInvoice | EnsureOrder)}
    assert {*told(tell_of_order(order(), back(), second))["deal:SO-20931"].values()} <= made


def test_a_party_and_a_respondent_are_told_their_number() -> None:
    """As the source calls them, and nothing else."""
    changed = PartyChanged(
        thing=Ref(system="shop", kind="party", id="C-778"),
        version=Decimal(1),
        occurred_at=NOW,
        dated=TODAY,
        party=TALLBACKEN,
    )
    answered: SurveySubmitted = survey().model_copy(update={"respondent": TALLBACKEN})
    answered = answered.model_copy(update={"thing": answered.thing.model_copy(update={"system": "shop"})})
    for event in (changed, answered):
        [command] = tell_of_party(event, back())
        assert told((command,)) == {"account:C-778": {"customer_number": BUYER}}
        assert command.thing == Ref(system="shop", kind="customer_told", id="C-778")


@pytest.mark.parametrize("source_id", [None, "", "  "])
def test_a_party_without_an_id_of_the_sources_own_is_told_nothing(source_id: str | None) -> None:
    """The invoice is told all the same."""
    document = DOCUMENT.model_copy(update={"customer": TALLBACKEN.model_copy(update={"source_id": source_id})})
    assert told(tell_of_invoice(paid_invoice(document), back())) == {"bill:F-7": {"invoice_number": BILL}}


def test_a_source_that_takes_nothing_is_told_nothing() -> None:
    """By default, and where it is another source that does."""
    for settings in (company(), back(source="crm"), back(numbers=frozenset())):
        assert tell_of_order(order(), settings) == ()
        assert tell_of_invoice(paid_invoice(), settings) == ()
