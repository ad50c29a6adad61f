"""The visible table: which rules hear which event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from handlers.commands import Command
from handlers.comments import follow_comments
from handlers.contact import keep_contact
from handlers.events import (
    CommentsAdded,
    ContactGiven,
    DocumentChanged,
    EntryChanged,
    Event,
    EventBase,
    InvoiceChanged,
    NoteAdded,
    OrderChanged,
    PartyChanged,
    PaymentReceived,
    PayoutMade,
    RecordGiven,
    Refunded,
    SurveySubmitted,
)
from handlers.facts import Facts
from handlers.following import follow_document, follow_entry
from handlers.invoice import book_own_invoice
from handlers.note import fill_known_party, note_text
from handlers.order import book_order
from handlers.payment import book_received_payment
from handlers.payout import book_payout
from handlers.record import write_record
from handlers.refund import book_refund
from handlers.settings import CompanySettings
from handlers.survey_at_sender import survey_at_sender
from handlers.survey_rules import note_survey, survey_rules
from handlers.telling import tell_of_invoice, tell_of_order, tell_of_party

EventT = TypeVar("EventT", bound=EventBase)
Decide = Callable[[EventT, CompanySettings, Facts], tuple[Command, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule; ``decide`` is pure and raises nothing but ``Question`` and ``Skipped`` (``handlers.values``).

    The name stands in stored command keys and in ``pause``: once in use it is never given to another rule.
    """

    name: str
    decide: Callable[[Event, CompanySettings, Facts], tuple[Command, ...]]


def _rule(name: str, heard: type[EventT], decide: Decide[EventT]) -> Rule:
    """Name a rule that hears one class of events; another class is a fault in this table."""

    def decide_checked(event: Event, settings: CompanySettings, facts: Facts) -> tuple[Command, ...]:
        if not isinstance(event, heard):
            raise TypeError(f"rule {name} hears {heard.__name__}, not {type(event).__name__}")
        return decide(event, settings, facts)

    return Rule(name, decide_checked)


ROUTES: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {
        "order_changed": (
            _rule("book_order", OrderChanged, book_order),
            _rule("tell_order", OrderChanged, tell_of_order),
        ),
        "refunded": (_rule("book_refund", Refunded, book_refund),),
        "invoice_changed": (
            _rule("book_paid_invoice", InvoiceChanged, book_own_invoice),
            _rule("tell_invoice", InvoiceChanged, tell_of_invoice),
        ),
        "payment_received": (_rule("book_received_payment", PaymentReceived, book_received_payment),),
        "payout_made": (_rule("book_payout", PayoutMade, book_payout),),
        "survey_submitted": (
            _rule("note_survey", SurveySubmitted, note_survey),
            _rule("survey_rules", SurveySubmitted, survey_rules),
            _rule("survey_at_sender", SurveySubmitted, survey_at_sender),
            _rule("tell_respondent", SurveySubmitted, tell_of_party),
        ),
        "party_changed": (
            _rule("fill_known_party", PartyChanged, fill_known_party),
            _rule("tell_party", PartyChanged, tell_of_party),
        ),
        "note_added": (_rule("note_text", NoteAdded, note_text),),
        "contact_given": (_rule("keep_contact", ContactGiven, keep_contact),),
        "record_given": (_rule("write_record", RecordGiven, write_record),),
        "entry_changed": (_rule("follow_entry", EntryChanged, follow_entry),),
        "comments_added": (_rule("follow_comments", CommentsAdded, follow_comments),),
        "document_changed": (_rule("follow_document", DocumentChanged, follow_document),),
        # Nothing is to be true outside: the person's task of that mark is done (store/todo_ends.py).
        "task_completed": (),
        # Its run begins with the event (daemon/workflows); the run's steps make the commands.
        "workflow_asked": (),
        # Nothing is to be true outside: the company's gate asks Fortnox (daemon/rechecking.py).
        "consent_changed": (),
    }
)
"""Event kind to its rules, in the order in which their commands are stored; an empty entry means ignored on purpose."""
