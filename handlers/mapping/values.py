"""One value of a mapping: a path, a template or a constant, converted, or the reason why there is none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.mapping.converters import CannotBeConverted, Converter
from handlers.mapping.expressions import CannotBeEvaluated, Expression, compiled, text_of

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class NoValue(Exception):
    """The event gives no value that can be used; the text names the fault, never the value."""


@dataclass(frozen=True, slots=True)
class Constant:
    """The same for every event."""

    given: Any

    def value(self, _data: Any) -> Any:
        """The given value."""
        return self.given


@dataclass(frozen=True, slots=True)
class Template:
    """Texts and expressions in turn; what the event does not have is left empty."""

    parts: Sequence[str | Expression]

    def value(self, data: Any) -> str:
        """The filled text. Raises :class:`CannotBeEvaluated`."""
        return "".join(part if isinstance(part, str) else text_of(part.value(data)) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Single:
    """One field's value: read, then converted; an absent one is ``default``, or a reason to hold where required."""

    source: Expression | Template | Constant
    converter: Converter
    default: Any = None
    required: bool = False

    def value(self, data: Any) -> Any:
        """The value, ``None`` where the event has none. Raises :class:`NoValue`."""
        try:
            found = self.source.value(data)
            if found in (None, "", []):
                found = self.default
            converted = None if found is None else self.converter(found)
        except (CannotBeEvaluated, CannotBeConverted) as error:
            raise NoValue(str(error)) from None
        if converted in (None, "") and self.required:
            raise NoValue("the event has no value for it")
        return None if converted == "" else converted


def template_of(text: str) -> Template:
    """The template of a text; double braces stand for single ones. Raises :class:`expressions.BadExpression`."""
    parts: list[str | Expression] = []
    at = 0
    for found in _PART.finditer(text):
        parts.append(text[at : found.start()])
        if found[1] is not None:
            parts.append(compiled(found[1]))
        elif found[0] in {"{{", "}}"}:
            parts.append(found[0][0])
        else:
            raise UnpairedBrace(f"has a {found[0]} without its pair: write {found[0] * 2} for the sign itself")
        at = found.end()
    return Template([part for part in (*parts, text[at:]) if part != ""])


class UnpairedBrace(ValueError):
    """A template has a brace that belongs to no expression."""


def constant_of(given: Any) -> Constant:
    """A constant as JSON has it: dates as text."""
    return Constant(given.isoformat() if isinstance(given, date) else given)
