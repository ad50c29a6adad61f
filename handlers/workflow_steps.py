"""What the steps of a workflow do, as pure functions of what its run knows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from handlers.commands import Command, EnsureCustomer, EnsureNote
from handlers.events import Event, InvoiceChanged, NoteAdded, OrderChanged, Party, PartyChanged, SurveySubmitted
from handlers.mapping.expressions import CannotBeEvaluated, Expression, holds, text_of
from handlers.mapping.fields import Filled, filled
from handlers.mapping.rule import Make, key_of
from handlers.mapping.values import Single, Template
from handlers.party import respondent, single_line
from handlers.settings import CompanySettings
from handlers.survey import shortened
from handlers.values import Question, Ref
from handlers.workflow import Known, Todo

LONGEST_TITLE = 500
LONGEST_NAME = 200
CORE = "note"

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def always(_known: Known) -> bool:
    """A step, or a flow, without a condition."""
    return True


def when_true(condition: Expression, known: Known) -> bool:
    """Whether the condition holds. Raises :class:`Question` where it has no answer."""
    try:
        return holds(condition.value(known))
    except CannotBeEvaluated as error:
        raise Question(f"when: {error}") from None


def named_by(expression: Expression | None, known: Known) -> str | None:
    """The name that an expression gives a run, where it gives one."""
    if expression is None:
        return None
    try:
        text = single_line(text_of(expression.value(known)))
    except CannotBeEvaluated:
        return None
    return text[:LONGEST_NAME] or None


@dataclass(frozen=True, slots=True)
class Write:
    """One operation of Fortnox's table; ``tidy`` and ``check`` as in a mapping."""

    fields: Filled
    keys: Sequence[tuple[str, Single]]
    make: Make
    tidy: Callable[[Mapping[str, Any]], dict[str, Any]]
    check: Callable[[Mapping[str, Any]], Sequence[str]]

    def __call__(self, known: Known, thing: Ref, _settings: CompanySettings) -> tuple[Command, ...]:
        """The one command. Raises :class:`Question` for a field or key that what is known does not give."""
        fields = self.tidy(filled(self.fields, known))
        faults = self.check(fields)
        if faults:
            raise Question("; ".join(faults))
        keys = tuple(key_of(single, known, name) for name, single in self.keys)
        return (self.make(thing, keys=keys, record=None, fields=fields, numbers={}),)


@dataclass(frozen=True, slots=True)
class Noted:
    """A dated line on the card of the event's party."""

    text: Template

    def __call__(self, known: Known, thing: Ref, settings: CompanySettings) -> tuple[Command, ...]:
        """The customer, and the line. Raises :class:`Question`."""
        event = event_of(known)
        customer = _customer(event, settings)
        detail = shortened(single_line(text_of_step(self.text, known)), settings.survey.detail_characters)
        return customer, EnsureNote(thing=thing, customer=customer.thing, dated=event.dated, core=CORE, detail=detail)


@dataclass(frozen=True, slots=True)
class Told:
    """A task for a person."""

    title: Template
    days: int | None
    awaited: bool
    at_sender: bool = False

    def __call__(self, known: Known) -> Todo:
        """The task. Raises :class:`Question` where its title is empty."""
        title = single_line(text_of_step(self.title, known))
        if not title:
            raise Question("todo: the task has no title for this run")
        return Todo(shortened(title, LONGEST_TITLE), self.days, self.awaited, self.at_sender)


def as_customer(known: Known, _thing: Ref, settings: CompanySettings) -> tuple[Command, ...]:
    """The event's party as a customer. Raises :class:`Question`."""
    return (_customer(event_of(known), settings),)


def _customer(event: Event, settings: CompanySettings) -> EnsureCustomer:
    return respondent(event.thing, party_of(event), settings.survey, settings.customers)


def party_of(event: Event) -> Party:
    """Whom the event speaks of. Raises :class:`Question`."""
    party = party_in(event)
    if party is None:
        raise Question("the event that started this workflow names no party")
    return party


def party_in(event: Event) -> Party | None:
    """Whom the event speaks of; ``None`` where it names nobody."""
    match event:
        case SurveySubmitted():
            return event.respondent
        case OrderChanged() | InvoiceChanged():
            return event.document.customer
        case PartyChanged():
            return event.party
        case NoteAdded():
            return event.about
        case _:
            return None


def event_of(known: Known) -> Event:
    """The event that started the run. Raises :class:`Question`."""
    if not known.get("event"):
        raise Question("this workflow was not started by an event, and this step speaks of its party")
    try:
        return _EVENT.validate_python(known["event"])
    except ValidationError:
        raise Question("the event was stored by another version of the program: start the workflow anew") from None


def text_of_step(template: Template, known: Known) -> str:
    """The template with what is known in its places. Raises :class:`Question`."""
    try:
        return template.value(known)
    except CannotBeEvaluated as error:
        raise Question(str(error)) from None
