"""What people change in Fortnox becomes commands for the senders that take it back, and for no others."""

import pytest

from handlers.commands import Command, EnsureSenderRecord, SetSenderFields
from handlers.events import DocumentChanged, EntryChanged
from handlers.facts import Facts
from handlers.following import follow_document, follow_entry, followed, sale_of, system_of
from handlers.order import things_of
from handlers.settings import CompanySettings, WriteBack
from handlers.values import Ref, Skipped
from tests.handlers.examples import NOW, TODAY, company

ORDER = Ref(system="crm", kind="order", id="318:7")
CARD = {"name": "Tallbacken AB", "phone": "0500-2", "organisation_number": "559904-2032", "email": ""}


def follows(**backs: WriteBack) -> CompanySettings:
    """A company whose sources take back what their names say."""
    return company().model_copy(update={"write_backs": backs})


def entry(resource: str = "customers", number: str = "12", **fields: object) -> EntryChanged:
    """Something in a register of the company demo."""
    known: dict[str, object] = {"new": False, "changed": (), "after": CARD} | fields
    thing = Ref(system="fortnox:demo", kind=resource.rstrip("s"), id=number)
    return EntryChanged.model_validate(
        {"thing": thing, "version": 1, "occurred_at": NOW, "dated": TODAY, "resource": resource, "number": number}
        | known
    )


def records(commands: tuple[Command, ...]) -> list[EnsureSenderRecord]:
    """All of them, of that kind."""
    assert all(isinstance(command, EnsureSenderRecord) for command in commands)
    return [command for command in commands if isinstance(command, EnsureSenderRecord)]


@pytest.mark.capability("004-15", "004-16")
def test_a_sender_is_told_what_changed_and_where_it_makes_parties_the_rest_besides() -> None:
    """What did not change may be newer there; what is empty here may be known there."""
    settings = follows(
        crm=WriteBack(parties="linked", party="account"), ghl=WriteBack(parties="all"), sf=WriteBack(articles=True)
    )
    linked, every = records(follow_entry(entry(changed=("phone", "email")), settings))
    assert (linked.target, linked.record, linked.number, linked.fields) == ("crm", "account", "12", {"phone": "0500-2"})
    assert (linked.create, linked.made_with) == (False, {})
    assert linked.match == (("organisation_number", "559904-2032"),)
    assert (every.target, every.record, every.create, every.fields) == ("ghl", "contact", True, linked.fields)
    assert every.made_with == {"name": "Tallbacken AB", "organisation_number": "559904-2032"}
    assert not every.replaces_older
    assert linked.thing != every.thing
    new, _ = records(follow_entry(entry(new=True), settings))
    assert new.fields == {name: value for name, value in CARD.items() if value}
    assert follow_entry(entry(changed=("email",)), settings) == ()


@pytest.mark.capability("004-12", "004-13")
def test_a_customer_that_is_gone_loses_its_number_and_is_not_made() -> None:
    """Wherever parties are told of."""
    commands = records(follow_entry(entry(after=None), follows(crm=WriteBack(parties="all"), ghl=WriteBack())))
    assert [(one.target, one.gone, one.create, one.fields) for one in commands] == [("crm", True, False, {})]


@pytest.mark.capability("004-17")
def test_an_article_is_a_product_with_the_price_of_the_one_list_that_counts() -> None:
    """It is made where it is new or unknown; one that is gone is only not active."""
    settings = follows(crm=WriteBack(articles=True, price_list="A"))
    shown = {"name": "Kaffe", "active": "0"}
    (changed,) = records(follow_entry(entry("articles", "K-1", after=shown, changed=("active",)), settings))
    assert (changed.record, changed.number, changed.fields) == ("product", "K-1", {"active": "0"})
    assert (changed.create, changed.made_with, changed.gone) == (True, {"name": "Kaffe"}, False)
    (gone,) = records(follow_entry(entry("articles", "K-1", after=None), settings))
    assert (gone.fields, gone.create, gone.gone) == ({"active": "0"}, False, False)
    price = {"list_price": "12.5"}
    for number, told in {"A:K:1:0": ["K:1"], "A:K:1:0.00": ["K:1"], "A:K-1:10": [], "B:K-1:0": [], "A:": []}.items():
        commands = records(follow_entry(entry("prices", number, after=price, new=True), settings))
        assert [(one.number, one.create) for one in commands] == [(article, False) for article in told]
    assert follow_entry(entry("prices", "A:K-1:0", after=None), settings) == ()


def test_our_own_write_is_told_to_nobody_and_nothing_is_followed_without_a_way_back() -> None:
    """Said in the delivery's story."""
    with pytest.raises(Skipped, match="our own write"):
        follow_entry(entry(new=True), follows(crm=WriteBack(parties="all")), Facts(own_write=True))
    assert followed(follows(crm=WriteBack(notes=True))) == frozenset()
    everything = WriteBack(parties="linked", articles=True, price_list="B", stages=True)
    assert followed(follows(crm=everything)) == {"customers", "articles", "prices:B", "documents"}


@pytest.mark.capability("004-07", "004-08", "004-09")
@pytest.mark.parametrize(("status", "stage"), [("cancelled", "lost"), ("became", "won")])
def test_a_sale_whose_document_was_changed_by_hand_moves_at_its_source_alone(status: str, stage: str) -> None:
    """Not for our own doing, not for an older generation, and only where its source takes stages."""
    settings = follows(crm=WriteBack(stages=True, order="opportunity"), ghl=WriteBack(stages=True))
    event = document(status, ORDER)
    (command,) = follow_document(event, settings)
    assert isinstance(command, SetSenderFields)
    assert (command.target, command.record, command.id, command.fields) == (
        "crm",
        "opportunity",
        "318:7",
        {"stage": stage},
    )
    with pytest.raises(Skipped, match="our own write"):
        follow_document(event, settings, Facts(own_write=True))
    with pytest.raises(Skipped, match="made anew"):
        follow_document(event, settings, Facts(generation=2))
    assert follow_document(event, follows(crm=WriteBack())) == ()


def document(status: str, order: Ref) -> DocumentChanged:
    """An offer of the company demo."""
    return DocumentChanged.model_validate(
        {
            "thing": Ref(system=system_of("demo"), kind="offer", id="7"),
            "version": 1,
            "occurred_at": NOW,
            "dated": TODAY,
            "document": "offer",
            "status": status,
            "order": order,
        }
    )


def test_whose_document_it_is_must_be_proved_by_its_thing() -> None:
    """The lane says the order, also one with a colon in its id; the key in the store says which generation."""
    for generation in (1, 3):
        order = ORDER.model_copy(update={"generation": generation})
        invoice = things_of(order).invoice.thing("demo")
        assert sale_of("crm:order:318:7", "invoice", invoice, "demo") == order
        assert sale_of("crm:order:318:7", "order", invoice, "demo") is None
        assert sale_of("crm:order:318", "invoice", invoice, "demo") is None
        assert sale_of("crm:order:318:7", "invoice", invoice, "other") is None
    assert sale_of("crm:invoice:318:7", "invoice", ORDER.thing("demo"), "demo") is None
    assert sale_of("crm:order:", "order", ORDER.thing("demo"), "demo") is None
