"""A mapping as a rule: an event that it hears becomes at most one operation, with the customer that it needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from handlers.commands import Command
from handlers.events import Event, SurveySubmitted
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.mapping.data import data_of
from handlers.mapping.expressions import CannotBeEvaluated, Expression, holds, text_of
from handlers.mapping.fields import Filled, filled, read
from handlers.mapping.things import CUSTOMER, customer_of, document_of, mapped_thing
from handlers.mapping.values import Single
from handlers.settings import CompanySettings
from handlers.values import Question, Ref

MOST_KEY_CHARACTERS = 100
BY_DIGEST = "makes money, and nothing but a digest of its body tells this delivery from others: add an id at its source"


class Make(Protocol):
    """Makes the command of an operation of Fortnox's table."""

    def __call__(
        self,
        thing: Ref,
        *,
        keys: tuple[str, ...],
        record: Ref | None,
        fields: dict[str, Any],
        numbers: Mapping[str, Ref],
    ) -> Command:
        """The command."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What a mapping would send: keys and fields, before it is a command."""

    keys: tuple[str, ...]
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MappingRule:
    """One section, checked and compiled. ``tidy`` gives texts as Fortnox takes them, ``check`` says what is wrong with
    fields that it would refuse. ``money``: a thing made twice by it is money twice.

    ``keys`` are pairs of the key's name and its value; ``numbers`` are fields and whose number stands in them.
    """

    name: str
    sources: frozenset[str]
    condition: Expression | None
    keys: Sequence[tuple[str, Single]]
    record: str | None
    fields: Filled
    numbers: Mapping[str, str]
    make: Make
    money: bool
    tidy: Callable[[Mapping[str, Any]], dict[str, Any]]
    check: Callable[[Mapping[str, Any]], Sequence[str]]

    def decide(self, event: Event, settings: CompanySettings, facts: Facts = NOTHING_KNOWN) -> tuple[Command, ...]:
        """The commands for an event of the kind that it hears. Raises :class:`~handlers.values.Question` only."""
        try:
            filling = self.filling(event)
            if filling is None:
                return ()
            needed = CUSTOMER in {self.record, *self.numbers.values()}
            customer = [customer_of(event, settings)] if needed else []
            known = {CUSTOMER: customer[0].thing} if customer else {}
            numbers = {field: self._thing(event, name, known, facts) for field, name in self.numbers.items()}
            record = None if self.record is None else self._thing(event, self.record, known, facts)
        except Question as error:
            raise Question(f"mapping {self.name}: {error}") from None
        thing = mapped_thing(event, self.name, 1 if record is None else record.generation)
        made = self.make(thing, keys=filling.keys, record=record, fields=filling.fields, numbers=numbers)
        return (*customer, made)

    def filling(self, event: Event) -> Filling | None:
        """Keys and fields for an event, ``None`` where the mapping does not concern it. Raises ``Question``."""
        if self.sources and event.thing.system not in self.sources:
            return None
        data = data_of(event)
        if self.condition is not None and not holds(_condition(self.condition, data)):
            return None
        if self.money and told_by_digest(event):
            raise Question(BY_DIGEST)
        fields = self.tidy(filled(self.fields, data))
        standing_in = dict.fromkeys(self.numbers, "1")
        faults = self.check({**fields, **standing_in})
        if faults:
            raise Question("; ".join(faults))
        return Filling(tuple(key_of(single, data, name) for name, single in self.keys), fields)

    def _thing(self, event: Event, name: str, known: Mapping[str, Ref], facts: Facts) -> Ref:
        """Something of the event's by its name, else what another mapping made of it."""
        if name in known:
            return known[name]
        return document_of(event, name, facts) if name in _DOCUMENTS else mapped_thing(event, name)


_DOCUMENTS = frozenset({"offer", "order", "invoice", "credit"})


def told_by_digest(event: Event) -> bool:
    """Whether the same could come once more without being known."""
    return isinstance(event, SurveySubmitted) and event.by_digest


def _condition(condition: Expression, data: Any) -> Any:
    try:
        return condition.value(data)
    except CannotBeEvaluated as error:
        raise Question(f"when: {error}") from None


def key_of(single: Single, data: Any, name: str) -> str:
    """One part of the path of the object that is meant: nothing that could mean another path."""
    key = text_of(read(single, data, name))
    if not key.strip(". ") or len(key) > MOST_KEY_CHARACTERS or not key.isprintable():
        raise Question(f"{name}: is no key of an object in this event")
    return key
