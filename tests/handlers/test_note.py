"""What a source says of a party: a note becomes a line, a change fills a card that is known."""

from decimal import Decimal

import pytest

from handlers.commands import EnsureCustomer, EnsureNote
from handlers.events import Address, NoteAdded, Party, PartyChanged
from handlers.note import fill_known_party, note_text
from handlers.settings import Survey
from handlers.values import Question, Ref, Skipped
from tests.handlers.examples import NOW, TALLBACKEN, TODAY, company

NOTE = Ref(system="ghl", kind="note", id="n-1")
PARTY = Ref(system="ghl", kind="customer", id="c-1")


def note(text: str, about: Party = TALLBACKEN) -> NoteAdded:
    """A note about somebody."""
    return NoteAdded(thing=NOTE, version=Decimal(1), occurred_at=NOW, dated=TODAY, about=about, text=text)


def changed(party: Party) -> PartyChanged:
    """A contact was changed."""
    return PartyChanged(thing=PARTY, version=Decimal(1), occurred_at=NOW, dated=TODAY, party=party)


def test_a_note_is_a_dated_line_on_the_card() -> None:
    """One line, whatever line breaks it had, cut where the company's room ends."""
    customer, line = note_text(note(" Ring\n på  måndag "), company())
    assert isinstance(customer, EnsureCustomer)
    assert isinstance(line, EnsureNote)
    assert (line.thing, line.customer, line.dated) == (NOTE, customer.thing, TODAY)
    assert (line.core, line.detail) == ("note", "Ring på måndag")
    _, short = note_text(note("ord " * 100), company(survey=Survey(detail_characters=20)))
    assert isinstance(short, EnsureNote)
    assert (len(short.detail) <= 20, short.detail.endswith("...")) == (True, True)


@pytest.mark.parametrize("create", ["always", "with_organisation_number", "never"])
def test_a_note_makes_a_customer_as_a_survey_does(create: str) -> None:
    """By the same setting."""
    settings = company(survey=Survey.model_validate({"create_customers": create}))
    person = Party(name="P", email="p@example.com")
    made = [note_text(note("x", about), settings)[0] for about in (TALLBACKEN, person)]
    assert [isinstance(one, EnsureCustomer) and one.create for one in made] == {
        "always": [True, True],
        "with_organisation_number": [True, False],
        "never": [False, False],
    }[create]


def test_a_note_without_words_is_nothing_and_one_about_nobody_a_question() -> None:
    """Nothing is made of either."""
    with pytest.raises(Skipped, match="note is empty"):
        note_text(note(" \n "), company())
    with pytest.raises(Question, match="no name"):
        note_text(note("x", Party(name=" ")), company())


def test_a_changed_party_fills_a_known_card_and_nothing_else() -> None:
    """Not searched for, not made, nothing overwritten; what cannot be true is left out."""
    party = TALLBACKEN.model_copy(
        update={"email": "none", "address": Address(street="Sågvägen 3", city="Östersund"), "own_number": "17"}
    )
    (customer,) = fill_known_party(changed(party), company(survey=Survey(overwrite=("name",))))
    assert isinstance(customer, EnsureCustomer)
    assert customer.thing == PARTY
    assert (customer.update, customer.create, customer.search, customer.overwrite) == ("fill", False, False, ())
    assert (customer.email, customer.address1, customer.city, customer.own_number) == (
        None,
        "Sågvägen 3",
        "Östersund",
        "17",
    )


def test_an_email_alone_joins_a_changed_party_to_no_card() -> None:
    """A change of contact data is no reason to ask who is who; an organisation number is."""
    (customer,) = fill_known_party(changed(TALLBACKEN), company())
    assert [name for name, _ in customer.match_keys] == ["organisation_number"]
    with pytest.raises(Skipped, match="no name"):
        fill_known_party(changed(Party(name=" ", email="p@example.com")), company())
