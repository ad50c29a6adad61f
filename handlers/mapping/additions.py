"""Fields that a company adds to the customers and documents of a built-in rule: its rows and sums stay the rule's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.commands import Command, DocumentCommand, EnsureCustomer
from handlers.events import EventBase
from handlers.mapping.data import data_of
from handlers.mapping.fields import Filled, filled
from handlers.values import Question

COMMANDS: Mapping[str, str] = {
    "customer": "ensure_customer", "offer": "ensure_offer", "order": "ensure_order", "invoice": "ensure_invoice",
}  # fmt: skip
"""What can be completed, and the command that makes it."""


@dataclass(frozen=True, slots=True)
class Addition:
    """The fields of one kind of document; ``tidy`` and ``check`` as a mapping has them."""

    fields: Filled
    tidy: Callable[[Mapping[str, Any]], dict[str, Any]]
    check: Callable[[Mapping[str, Any]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Additions:
    """All of one rule, by what they complete."""

    rule: str
    of: Mapping[str, Addition]

    def completed(self, commands: Sequence[Command], event: EventBase) -> tuple[Command, ...]:
        """The commands with their further fields. Raises :class:`~handlers.values.Question` naming the field."""
        named = {COMMANDS[name]: (name, addition) for name, addition in self.of.items()}
        data = data_of(event)
        return tuple(
            self._with(command, *named[command.kind], data) if command.kind in named else command
            for command in commands
        )

    def _with(self, command: Command, name: str, addition: Addition, data: Any) -> Command:
        assert isinstance(command, DocumentCommand | EnsureCustomer)
        try:
            extra = addition.tidy(filled(addition.fields, data, f"{name}."))
        except Question as error:
            raise Question(f"fields of {self.rule}: {error}") from None
        faults = addition.check(extra) if extra else ()
        if faults:
            raise Question(f"fields of {self.rule}: {name}: {'; '.join(faults)}")
        # Validated anew, so that decimals lie in it as text.
        return type(command).model_validate(dict(command) | {"extra": extra})
