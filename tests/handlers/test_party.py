"""Parties: which thing a customer is, which keys it has, and what is left out or asked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.commands import EnsureCustomer
from handlers.events import Party, SurveySubmitted
from handlers.party import buyer, looks_like_email, respondent
from handlers.settings import Survey
from handlers.values import Question, Ref
from tests.handlers.examples import DOCUMENT, TALLBACKEN, order, paid_invoice, survey


def respondent_of(event: SurveySubmitted, settings: Survey) -> EnsureCustomer:
    """The customer that a survey's note is added to."""
    return respondent(event.thing, event.respondent, settings)


def bought_by(party: Party) -> EnsureCustomer:
    """The customer of the example order, bought by ``party``."""
    return buyer(order(DOCUMENT.model_copy(update={"customer": party})))


def test_a_source_id_names_the_customer() -> None:
    """The source's own id is the thing; the card of a buyer is never changed."""
    customer = bought_by(TALLBACKEN)
    assert customer.thing == Ref(system="shop", kind="customer", id="C-778")
    assert customer.update == "never"
    assert customer.create
    assert customer.match_keys == (
        ("organisation_number", "559904-2032"),
        ("email", "inkop.tallbacken@example.com"),
    )


@pytest.mark.parametrize(
    ("changes", "thing"),
    [
        ({}, Ref(system="key", kind="customer", id="organisation_number:559904-2032")),
        ({"organisation_number": None}, Ref(system="key", kind="customer", id="email:inkop.tallbacken@example.com")),
        ({"organisation_number": None, "email": None}, Ref(system="shop", kind="order_customer", id="SO-20931")),
    ],
)
def test_without_a_source_id_the_strongest_key_names_it(changes: dict[str, str | None], thing: Ref) -> None:
    """All sources share a thing named by a key; without any key it is made once per document."""
    party = TALLBACKEN.model_copy(update={"source_id": None, **changes})
    assert bought_by(party).thing == thing


def test_the_same_key_from_two_sources_is_one_thing() -> None:
    """A survey and an order meet on one customer, however the e-mail and the number are written."""
    bought = bought_by(TALLBACKEN.model_copy(update={"source_id": None, "organisation_number": "SE559904203201"}))
    answered = respondent_of(survey(TALLBACKEN.model_copy(update={"source_id": None})), Survey())
    assert bought.thing == answered.thing
    shouted = TALLBACKEN.model_copy(
        update={"source_id": None, "organisation_number": None, "email": " Inkop.Tallbacken@EXAMPLE.com "}
    )
    assert bought_by(shouted).thing.id == "email:inkop.tallbacken@example.com"
    assert bought_by(shouted).email == "Inkop.Tallbacken@EXAMPLE.com"


def test_an_invoice_without_a_key_has_its_own_customer() -> None:
    """The kind of the document stands in the thing, so that order 7 and invoice 7 do not share a nameless buyer."""
    party = Party(name="Lagunda Kaffe & Te AB")
    event = paid_invoice(DOCUMENT.model_copy(update={"customer": party}))
    assert buyer(event).thing == Ref(system="shop", kind="invoice_customer", id="F-7")


@pytest.mark.capability("f47")
@pytest.mark.parametrize("country", [None, "SE", "se"])
def test_a_wrong_swedish_number_stops_money_and_not_a_survey(country: str | None) -> None:
    """A document is held without naming the number; a survey goes on without it, and is known by its e-mail."""
    party = TALLBACKEN.model_copy(update={"source_id": None, "organisation_number": "559904-2033", "country": country})
    with pytest.raises(Question, match="organisation number") as question:
        bought_by(party)
    assert "559904" not in str(question.value)
    answered = respondent_of(survey(party), Survey())
    assert answered.organisation_number is None
    assert answered.thing.id == "email:inkop.tallbacken@example.com"


def test_a_foreign_number_is_kept_as_it_stands() -> None:
    """Only a given foreign country frees a number from the Swedish form."""
    party = TALLBACKEN.model_copy(update={"organisation_number": " DE 811-569869 ", "country": "de"})
    customer = bought_by(party)
    assert (customer.organisation_number, customer.country) == ("DE 811-569869", "DE")


@pytest.mark.parametrize(("name", "country"), [("  ", "SE"), ("Tallbacken", "Sverige"), ("Tallbacken", "ÅÄ")])
def test_a_buyer_has_a_name_and_a_country_code(name: str, country: str) -> None:
    """An invoice to nobody, or to a country that Fortnox refuses, is held."""
    with pytest.raises(Question):
        bought_by(TALLBACKEN.model_copy(update={"name": name, "country": country}))


@pytest.mark.parametrize("email", ["no address", "a@b@c.se", "@example.com", "a b@example.com", "inkop@"])
def test_what_is_no_address_is_never_sent(email: str) -> None:
    """A respondent's is left out of card and keys; a buyer's is a question: match keys are never altered."""
    party = TALLBACKEN.model_copy(update={"email": email})
    with pytest.raises(Question, match="e-mail"):
        bought_by(party)
    customer = respondent_of(survey(party), Survey())
    assert customer.email is None
    assert [key for key, _ in customer.match_keys] == ["organisation_number"]


def test_a_survey_fills_and_overwrites_only_what_is_listed() -> None:
    """The settings' list travels with the command."""
    customer = respondent_of(survey(), Survey(overwrite=("name", "phone")))
    assert (customer.update, customer.overwrite) == ("fill", ("name", "phone"))


def test_a_name_made_from_a_key_overwrites_nothing() -> None:
    """A respondent without a name gets a card named by the strongest key, and an old card keeps its name."""
    party = Party(name="", email="par.lindh@example.com")
    customer = respondent_of(survey(party), Survey(overwrite=("name", "phone")))
    assert (customer.name, customer.overwrite) == ("par.lindh@example.com", ("phone",))


def test_a_respondent_without_name_and_keys_is_a_question() -> None:
    """Nobody to write about."""
    with pytest.raises(Question, match="no name"):
        respondent_of(survey(Party(name=" ", phone="+46701740605", email="none", source_id="c1")), Survey())


@pytest.mark.parametrize(
    ("choice", "number", "create"),
    [
        ("always", None, True),
        ("with_organisation_number", None, False),
        ("with_organisation_number", "559904-2033", False),
        ("with_organisation_number", "559904-2032", True),
        ("never", "559904-2032", False),
    ],
)
def test_settings_say_whether_a_survey_makes_customers(choice: str, number: str | None, create: bool) -> None:
    """Only a right organisation number counts as one."""
    party = TALLBACKEN.model_copy(update={"organisation_number": number})
    settings = Survey.model_validate({"create_customers": choice})
    assert respondent_of(survey(party), settings).create is create


@given(st.text())
def test_an_address_has_one_sign_and_no_space(text: str) -> None:
    """Whatever passes has exactly one ``@`` with something on both sides and no white space."""
    if looks_like_email(text):
        assert len(text.split("@")) == 2
        assert all(text.split("@"))
        assert text.split() == [text]
