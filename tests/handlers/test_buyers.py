"""Whose card a sale gets: keys in the company's order, kinds of buyers, one customer for all private persons."""

import pytest

from handlers.buyers import CONSUMER
from handlers.commands import EnsureCustomer, EnsureInvoice
from handlers.events import Party
from handlers.order import book_order
from handlers.party import is_private
from handlers.settings import Customers, Vat
from handlers.values import Question, Ref
from tests.handlers.examples import DOCUMENT, company, order

NUMBER, VAT_NUMBER = "559904-2032", "SE559904203201"
BUYER = Party(name="Tallbacken", organisation_number=NUMBER, vat_number=VAT_NUMBER, own_number="7", email="A@b.se")
PERSON = Party(name="Kim Ek", email="kim@example.com", kind="private")
CONSUMERS = Customers(default_consumer="9999", default_consumers_abroad={"EUVAT": "9998"})


def customer(party: Party, choices: Customers) -> EnsureCustomer:
    """The customer that a won order of this buyer is made for."""
    made, *_ = book_order(order(DOCUMENT.model_copy(update={"customer": party}), "won"), company(customers=choices))
    assert isinstance(made, EnsureCustomer)
    return made


@pytest.mark.capability("f45")
@pytest.mark.parametrize(
    ("match", "keys"),
    [
        ((), ["organisation_number", "vat_number", "own_number", "email"]),
        (("email", "vat_number"), ["email", "vat_number"]),
        (("own_number",), ["own_number"]),
    ],
)
def test_only_the_named_keys_match_in_their_order(match: tuple[str, ...], keys: list[str]) -> None:
    """Also the name that a buyer without an id of its own gets follows the strongest."""
    made = customer(BUYER, Customers.model_validate({"match": match}))
    assert [name for name, _ in made.match_keys] == keys
    assert made.thing == Ref(system="key", kind="customer", id=":".join(made.match_keys[0]))
    assert dict(made.match_keys).get("vat_number", VAT_NUMBER) == VAT_NUMBER


@pytest.mark.capability("f47")
@pytest.mark.parametrize(
    ("number", "country", "known"),
    [
        ("se 5599042032 01", None, VAT_NUMBER),
        ("559904203201", "SE", VAT_NUMBER),
        ("SE559904203301", "SE", None),
        ("094259216", "GR", "EL094259216"),
        ("none", "SE", None),
    ],
)
def test_a_vat_number_is_a_key_only_with_a_right_check(number: str, country: str | None, known: str | None) -> None:
    """In one form, whatever it was written like."""
    party = Party(name="Tallbacken", vat_number=number, country=country)
    choices = Vat(reverse_charge_account=3108)
    document = DOCUMENT.model_copy(update={"customer": party, "total_vat": None, "total": None})
    lines = tuple(line.model_copy(update={"vat_rate": None}) for line in DOCUMENT.lines)
    event = order(document.model_copy(update={"lines": lines}) if country == "GR" else DOCUMENT, "won")
    event = event.model_copy(update={"document": event.document.model_copy(update={"customer": party})})
    made, *_ = book_order(event, company(vat=choices))
    assert isinstance(made, EnsureCustomer)
    assert (made.vat_number, made.is_private) == (known, False)


@pytest.mark.parametrize(
    ("party", "private"),
    [
        (PERSON, True),
        (Party(name="Kim"), True),
        (Party(name="Kim", kind="company"), False),
        (Party(name="Kim", organisation_number="640823-3234"), False),
        (Party(name="Kim", vat_number="DE1"), False),
    ],
)
def test_who_is_a_private_person(party: Party, private: bool) -> None:
    """As the source says, else whoever has no number; a sole trader has one."""
    assert is_private(party) is private


@pytest.mark.capability("f45")
def test_one_customer_stands_for_all_private_persons() -> None:
    """Nothing that is theirs stands in any command, and equal sums of two of them are no sign of one sale."""
    mine = {"customer": PERSON, "your_reference": "Kim Ek", "comments": "Ring Kim Ek"}
    made = book_order(order(DOCUMENT.model_copy(update=mine), "won"), company(customers=CONSUMERS))
    shared, invoice = made
    assert isinstance(invoice, EnsureInvoice)
    assert shared == EnsureCustomer(
        thing=Ref(system="key", kind="customer", id="own_number:9999"),
        name=CONSUMER,
        own_number="9999",
        create=False,
        required=True,
    )
    assert invoice.hold_same_total_days == 0
    assert not any(word in command.model_dump_json() for command in made for word in ("Kim", "kim@"))
    assert customer(BUYER, CONSUMERS).name == "Tallbacken"


def test_a_private_person_abroad_needs_a_customer_of_its_own_regime() -> None:
    """The card's regime is the document's, so the one for sales within the country cannot serve."""
    vat = Vat(consumers_in_eu="seller_vat", eu_vat_accounts={"25": 3106}, export_account=3105)
    abroad = PERSON.model_copy(update={"country": "DE"})
    event = order(DOCUMENT.model_copy(update={"customer": abroad}), "won")
    shared, _ = book_order(event, company(customers=CONSUMERS, vat=vat))
    assert isinstance(shared, EnsureCustomer)
    assert shared.own_number == "9998"
    alone = Customers(default_consumer="9999")
    with pytest.raises(Question, match=r"default_consumers_abroad\.EUVAT"):
        book_order(event, company(customers=alone, vat=vat))


@pytest.mark.parametrize(
    ("update", "says"), [("never", ("never", 0)), ("fill", ("fill", 0)), ("overwrite", ("fill", 10))]
)
def test_what_a_sale_may_do_to_a_card(update: str, says: tuple[str, int]) -> None:
    """Fields that are never changed, and what new cards get, go along."""
    chosen = {"update": update, "never_update": ("email",), "terms_of_payment": "30", "price_list": "B"}
    made = customer(BUYER, Customers.model_validate(chosen))
    assert (made.update, len(made.overwrite)) == says
    assert (made.never_update, made.terms_of_payment, made.price_list) == (("email",), "30", "B")
