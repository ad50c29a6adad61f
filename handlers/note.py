"""Rules for what a source says of a party: a note becomes a line on the card, a change fills a known card."""

from handlers.commands import Command, EnsureNote
from handlers.events import NoteAdded, PartyChanged
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.party import known_party, respondent, single_line
from handlers.settings import CompanySettings
from handlers.survey import shortened
from handlers.values import Skipped

CORE = "note"


def note_text(event: NoteAdded, settings: CompanySettings, _facts: Facts = NOTHING_KNOWN) -> tuple[Command, ...]:
    """The customer (made as a survey would make it) and one dated line with the note's text.

    Raises :class:`~handlers.values.Question` where nobody can be named, and :class:`Skipped` for an empty note.
    """
    text = single_line(event.text)
    if not text:
        raise Skipped("the note is empty")
    customer = respondent(event.thing, event.about, settings.survey, settings.customers)
    detail = shortened(text, settings.survey.detail_characters)
    return customer, EnsureNote(thing=event.thing, customer=customer.thing, dated=event.dated, core=CORE, detail=detail)


def fill_known_party(
    event: PartyChanged, settings: CompanySettings, _facts: Facts = NOTHING_KNOWN
) -> tuple[Command, ...]:
    """The empty fields of a customer that we know already; an unknown party costs no call and makes nothing.

    Raises :class:`Skipped` for a party without a name.
    """
    customer = known_party(event.thing, event.party, settings.customers)
    if customer is None:
        raise Skipped("the party has no name")
    return (customer,)
