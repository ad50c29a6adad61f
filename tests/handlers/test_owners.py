"""Who owns a field of a customer's card: what each event may do to it, and what of it senders are told."""

from collections.abc import Mapping

import pytest

from handlers.commands import EnsureCustomer, EnsureSenderRecord
from handlers.events import Event, PartyChanged
from handlers.following import follow_entry
from handlers.mapping.things import customer_of
from handlers.party import FIELDS
from handlers.settings import CompanySettings, Customers, Survey, WriteBack
from handlers.values import Ref
from tests.handlers.examples import DOCUMENT, NOW, TALLBACKEN, TODAY, company, order, survey
from tests.handlers.test_following import CARD, entry

PARTY = PartyChanged(
    thing=Ref(system="shop", kind="customer", id="C-778"), version=1, occurred_at=NOW, dated=TODAY, party=TALLBACKEN
)
SALE = order(DOCUMENT.model_copy(update={"customer": TALLBACKEN}), "won")
OWNERS = {"phone": "fortnox", "email": "source", "city": "source"}


def owned(owners: Mapping[str, str], update: str = "never", overwrite: tuple[str, ...] = ()) -> CompanySettings:
    """A company with owners of fields."""
    customers = Customers.model_validate({"update": update, "never_update": ("name",), "owners": owners})
    return company(customers=customers, survey=Survey.model_validate({"overwrite": overwrite}))


def made(event: Event, settings: CompanySettings) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """What the event's customer command may do to a card that is there."""
    customer = customer_of(event, settings)
    assert isinstance(customer, EnsureCustomer)
    return customer.update, customer.overwrite, customer.never_update


@pytest.mark.capability("000-15", "f69")
def test_whatever_a_source_says_writes_the_fields_that_it_owns_and_none_that_fortnox_owns() -> None:
    """By sales, surveys and changes of a party; the company's other choices hold for the other fields."""
    kept = ("name", "phone")
    assert made(SALE, owned(OWNERS)) == ("listed", ("email", "city"), kept)
    assert made(SALE, owned(OWNERS, "fill")) == ("fill", ("email", "city"), kept)
    assert made(SALE, owned(OWNERS, "overwrite")) == ("fill", FIELDS, kept)
    assert made(PARTY, owned(OWNERS)) == ("fill", ("email", "city"), kept)
    assert made(survey(), owned(OWNERS, overwrite=("name",))) == ("fill", ("name", "email", "city"), kept)


def test_without_an_owner_everything_is_as_it_was() -> None:
    """And what Fortnox owns alone is no reason to look at a card."""
    assert made(SALE, owned({})) == ("never", (), ("name",))
    assert made(SALE, owned({"phone": "fortnox"})) == ("never", (), ("name", "phone"))
    assert made(PARTY, owned({})) == ("fill", (), ("name",))


def test_a_name_made_from_a_key_is_nobodys_word() -> None:
    """Also where the source owns the name."""
    nameless = survey(TALLBACKEN.model_copy(update={"name": ""}))
    customers = Customers.model_validate({"owners": {"name": "source", "phone": "source"}})
    assert customer_of(nameless, company(customers=customers)).overwrite == ("phone",)
    assert customer_of(survey(), company(customers=customers)).overwrite == ("name", "phone")


@pytest.mark.capability("000-15", "f69")
def test_a_sender_is_told_of_no_field_that_it_owns_but_a_record_that_is_made_gets_all() -> None:
    """What Fortnox owns, and what nobody owns, is told."""
    backs = {"crm": WriteBack(parties="all"), "ghl": WriteBack(parties="linked")}
    settings = owned({"phone": "source", "name": "fortnox"}).model_copy(update={"write_backs": backs})
    assert follow_entry(entry(changed=("phone",)), settings) == ()
    shown = {name: value for name, value in CARD.items() if value}
    rest = {name: value for name, value in shown.items() if name != "phone"}
    for told, fields in (
        (entry(changed=("phone", "name")), {"name": CARD["name"]}),
        (entry(new=True), rest),
    ):
        every, linked = follow_entry(told, settings)
        assert isinstance(every, EnsureSenderRecord)
        assert isinstance(linked, EnsureSenderRecord)
        assert (every.fields, every.made_with | every.fields) == (fields, shown)
        assert (linked.fields, linked.made_with) == (fields, {})
    everything = owned(dict.fromkeys(FIELDS, "source")).model_copy(update={"write_backs": backs})
    new, _ = follow_entry(entry(new=True), everything)
    assert isinstance(new, EnsureSenderRecord)
    assert (new.fields, new.made_with) == ({}, shown)
    assert len(follow_entry(entry(after=None), everything)) == 2
