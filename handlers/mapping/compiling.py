"""Reads the fields of a mapping against the event's model and the fields that Fortnox takes; gathers every fault."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from handlers.mapping.converters import BadConverter, CannotBeConverted, Converter, Lookups, converter_of
from handlers.mapping.expressions import BadExpression, Expression, compiled
from handlers.mapping.fields import EVENT, Filled, Nested, Row, Rows
from handlers.mapping.shapes import ANYTHING, Meant, Shape, faults_of
from handlers.mapping.targets import CONVERTERS, Target, Targets
from handlers.mapping.values import Constant, Single, Template, UnpairedBrace, constant_of, template_of
from handlers.settings.mapping import FieldSource

Where = tuple[str | int, ...]
SOURCES = ("path", "template", "constant", "number_of")
EACH = "each"
ANY_VALUE = Target("any")
"""A key, of which only Fortnox knows what it may be."""


class Compiling:
    """One section on its way: ``faults`` has what is wrong, each with its keys within the section."""

    def __init__(self, shape: Shape, lookups: Lookups, meant: Meant, things: Sequence[str]) -> None:
        """``things`` are what ``number_of`` may name."""
        self._event = shape
        self._lookups = lookups
        self._meant = meant
        self._things = things
        self.faults: list[tuple[Where, str]] = []
        self.numbers: dict[str, str] = {}

    def within(self, more: Mapping[str, Mapping[str, Shape]]) -> "Compiling":
        """The same, where tables of the whole hold ``more`` fields; faults of both are gathered in one list."""
        wider = {
            name: Shape(fields={**(self._event.below(name).fields or {}), **fields}) for name, fields in more.items()
        }
        shape = Shape(fields={**(self._event.fields or {}), **wider})
        compiling = Compiling(shape, self._lookups, self._meant, self._things)
        compiling.faults = self.faults
        return compiling

    def expression(self, text: str, where: Where, shape: Shape | None = None) -> tuple[Expression | None, Shape]:
        """The expression with the shape of its value; ``None`` where it has a fault."""
        try:
            expression = compiled(text)
        except BadExpression as error:
            self._fault(where, str(error))
            return None, ANYTHING
        faults, result = faults_of(expression, self._event if shape is None else shape, self._meant)
        for fault in faults:
            self._fault(where, fault)
        return (None if faults else expression), result

    def fields(self, given: Mapping[str, Any], targets: Targets, where: Where, shape: Shape | None = None) -> Filled:
        """The fields that could be read; the faults of all others are noted."""
        found: dict[str, Single | Rows | Nested] = {}
        for name, value in given.items():
            node = self._field(value, name, targets, (*where, name), shape or self._event)
            if node is not None:
                found[name] = node
        return found

    def key(self, given: Any, where: Where) -> Single | None:
        """One key of the object that is meant: it is always needed."""
        single = self._single(given, ANY_VALUE, where, self._event)
        return None if single is None else Single(single.source, single.converter, single.default, required=True)

    def _field(
        self, value: Any, name: str, targets: Targets, where: Where, shape: Shape
    ) -> Single | Rows | Nested | None:
        target = targets.get(name)
        if target is None:
            self._fault(where, f"is no field of it{self._meant(name, targets)} (see `fortnox-bridge operations`)")
            return None
        if target.refused:
            self._fault(where, target.refused)
            return None
        if target.kind == "rows":
            return self._rows(value, target, where, shape)
        if target.kind == "object":
            if not isinstance(value, dict):
                self._fault(where, "must be a table of its fields")
                return None
            return Nested(self.fields(value, target.within, where, shape))
        if isinstance(value, dict) and "number_of" in value:
            self._number(value, name, where)
            return None
        return self._single(value, target, where, shape)

    def _rows(self, value: Any, target: Target, where: Where, shape: Shape) -> Rows | None:
        if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
            self._fault(where, "must be a list of tables, one for each row")
            return None
        return Rows([self._row(dict(row), target, (*where, at), shape) for at, row in enumerate(value)])

    def _row(self, row: dict[str, Any], target: Target, where: Where, shape: Shape) -> Row:
        each = row.pop(EACH, None)
        if each is None:
            return Row(self.fields(row, target.within, where, shape))
        if not isinstance(each, str):
            self._fault((*where, EACH), "must be a JMESPath expression that gives a list")
            return Row({})
        expression, listed = self.expression(each, (*where, EACH), shape)
        item = ANYTHING if listed.anything else listed.item
        if item is None or (item.fields is None and not item.anything):
            self._fault((*where, EACH), "gives no list of tables")
            item = ANYTHING
        inner = ANYTHING if item.fields is None else Shape(fields={**item.fields, EVENT: self._event})
        return Row(self.fields(row, target.within, where, inner), expression)

    def _number(self, value: Mapping[str, Any], name: str, where: Where) -> None:
        """Whose number stands in the field: known only when that is in Fortnox."""
        thing = value["number_of"]
        if set(value) != {"number_of"} or not isinstance(thing, str):
            self._fault(where, "number_of stands alone, with a name")
        elif len(where) != 2:
            self._fault(where, "number_of can stand in a field of the object itself only")
        elif thing not in self._things:
            self._fault(where, f"there is no {thing} of this event{self._meant(thing, self._things)}")
        else:
            self.numbers[name] = thing

    def _single(self, value: Any, target: Target, where: Where, shape: Shape) -> Single | None:
        stated = self._stated(value, where)
        if stated is None:
            return None
        converter = self._converter(stated, target, where)
        source = self._source(stated, where, shape)
        if converter is None or source is None:
            return None
        default = None if stated.default is None else constant_of(stated.default).given
        self._try(converter, default, (*where, "default"))
        if isinstance(source, Constant):
            self._try(converter, source.given, where)
        return Single(source, converter, default, stated.required)

    def _stated(self, value: Any, where: Where) -> FieldSource | None:
        """What the configuration says of one value: a text is a path, another single value a constant."""
        if isinstance(value, str):
            return FieldSource(path=value)
        if isinstance(value, bool | int | Decimal | date):
            return FieldSource(constant=value)
        if not isinstance(value, dict):
            self._fault(where, "must be a path, a constant, or a table that says where the value comes from")
            return None
        try:
            stated = FieldSource.model_validate(value)
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                self._fault((*where, str(fault["loc"][0])), self._wrong(fault))
            return None
        if sum(getattr(stated, name) is not None for name in SOURCES[:3]) != 1 or stated.number_of is not None:
            self._fault(where, f"needs exactly one of {', '.join(SOURCES[:3])}")
            return None
        return stated

    def _wrong(self, fault: Mapping[str, Any]) -> str:
        if fault["type"] == "extra_forbidden":
            return "is not a known key" + self._meant(str(fault["loc"][0]), (*SOURCES, "default", "required", "as"))
        return "must be a single value of the right kind"

    def _source(self, stated: FieldSource, where: Where, shape: Shape) -> Expression | Template | Constant | None:
        if stated.constant is not None:
            return constant_of(stated.constant)
        if stated.path is not None:
            before = len(self.faults)
            expression, result = self.expression(stated.path, where, shape)
            self.faults[before:] = [(at, _no_path(reason)) for at, reason in self.faults[before:]]
            if result.fields is not None:
                self._fault(where, "gives a table: name one of its values")
            return expression
        try:
            template = template_of(stated.template or "")
        except (BadExpression, UnpairedBrace) as error:
            self._fault((*where, "template"), str(error))
            return None
        for part in template.parts:
            if isinstance(part, Expression):
                self.expression(part.text, (*where, "template"), shape)
        return template

    def _converter(self, stated: FieldSource, target: Target, where: Where) -> Converter | None:
        plain, fitting = CONVERTERS[target.kind]
        try:
            converter = converter_of(stated.converter or plain, self._lookups)
        except BadConverter as error:
            self._fault((*where, "as"), str(error))
            return None
        if converter.name not in {*fitting, "lookup"}:
            self._fault((*where, "as"), f"{converter.name} does not fit a field of the kind {target.kind}")
            return None
        return converter

    def _try(self, converter: Callable[[Any], Any], given: Any, where: Where) -> None:
        """What the configuration itself states is converted once now, so that a wrong one never waits for an event."""
        if given is None:
            return
        try:
            converter(given)
        except CannotBeConverted as error:
            self._fault(where, str(error))

    def _fault(self, where: Where, reason: str) -> None:
        self.faults.append((where, reason))


def _no_path(reason: str) -> str:
    """A fault of a field's path; where nothing near is known, a text may have been meant that never changes."""
    unknown = reason.startswith("there is no ") and "did you mean" not in reason
    return f'{reason} (a text is a path: one that never changes is {{ constant = "..." }})' if unknown else reason
