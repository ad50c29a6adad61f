"""Lines that people write in comments: notes where the customer or buyer is known, and where they are taken."""

import pytest

from handlers.commands import EnsureSenderNote
from handlers.comments import follow_comments
from handlers.events import CommentsAdded
from handlers.facts import Facts
from handlers.following import followed
from handlers.settings import WriteBack
from handlers.values import Ref, Skipped
from tests.handlers.examples import NOW, TODAY
from tests.handlers.test_following import follows

TAKEN = WriteBack(notes=True, comments=True)


def added(**parties: str) -> CommentsAdded:
    """Two new lines on customer 7, which is these records: source = id there."""
    linked = {Ref(system=name, kind="customer", id=key).thing("demo"): key for name, key in parties.items()}
    return CommentsAdded(
        thing=Ref(system="fortnox:demo", kind="comments", id="7"),
        version=1,
        occurred_at=NOW,
        dated=TODAY,
        number="7",
        lines={"a1": "Ring före nio", "b2": "Ny inköpare"},
        standing=("a1", "b2", "c3"),
        parties=linked,
    )


@pytest.mark.capability("000-28")
def test_each_line_is_a_note_on_each_record_that_takes_it() -> None:
    """Only where comments are taken, and only on a record that the store's key proves."""
    settings = follows(ghl=TAKEN, crm=WriteBack(notes=True), other=TAKEN)
    notes = follow_comments(added(ghl="c1", crm="5"), settings)
    assert all(isinstance(note, EnsureSenderNote) for note in notes)
    assert [(note.target, note.id, note.record, note.text) for note in notes if isinstance(note, EnsureSenderNote)] == [
        ("ghl", "c1", "contact", "In Fortnox: Ring före nio"),
        ("ghl", "c1", "contact", "In Fortnox: Ny inköpare"),
    ]
    assert len({note.thing for note in notes}) == 2
    wrong = added().model_copy(update={"parties": {Ref(system="ghl", kind="customer", id="c2").thing("demo"): "c1"}})
    assert follow_comments(wrong, settings) == ()


@pytest.mark.capability("000-28")
def test_a_line_on_a_document_is_a_note_on_who_bought_where_those_are_taken() -> None:
    """It names the document, and is another thing than the same line on another one, or on the customer."""
    takes = WriteBack(notes=True, document_comments=True)
    event = added(ghl="c1").model_copy(update={"document": "invoice", "number": "10042", "sale": "ghl:order:5"})
    settings = follows(ghl=takes, other=TAKEN)
    note, _ = follow_comments(event, settings)
    assert isinstance(note, EnsureSenderNote)
    assert (note.target, note.id, note.text) == ("ghl", "c1", "In Fortnox, invoice 10042: Ring före nio")
    assert follow_comments(event, follows(ghl=TAKEN)) == follow_comments(added(ghl="c1"), settings) == ()
    others = [event.model_copy(update={"number": "10043"}), event.model_copy(update={"document": "order"})]
    things = {follow_comments(one, settings)[0].thing for one in others} | {note.thing}
    assert len(things) == 3


@pytest.mark.capability("000-28")
def test_a_line_that_became_known_since_its_news_was_noticed_is_told_no_more() -> None:
    """Ours, or told of another document of the sale; of this one it is told again, which is the same note."""
    settings = follows(ghl=WriteBack(notes=True, document_comments=True))
    event = added(ghl="c1").model_copy(update={"document": "invoice", "number": "10042", "sale": "ghl:order:5"})
    (note,) = follow_comments(event, settings, Facts(known_lines={"a1": "order:3", "b2": "invoice:10042"}))
    assert isinstance(note, EnsureSenderNote)
    assert note.text == "In Fortnox, invoice 10042: Ny inköpare"
    with pytest.raises(Skipped, match="known"):
        follow_comments(event, settings, Facts(known_lines={"a1": "order:3", "b2": ""}))


def test_a_line_is_one_thing_for_good_and_another_on_another_record() -> None:
    """So that it is left once, whenever it is told again."""
    settings = follows(ghl=TAKEN)
    (first, _), (again, _) = (follow_comments(added(ghl="c1"), settings) for _ in range(2))
    (other, _) = follow_comments(added(ghl="c2"), settings)
    assert first.thing == again.thing != other.thing


def test_comments_are_followed_only_where_they_are_taken() -> None:
    """Notes alone are ours to leave."""
    assert followed(follows(crm=TAKEN)) == {"comments"}
    assert followed(follows(crm=WriteBack(notes=True, document_comments=True))) == {"document_comments"}
