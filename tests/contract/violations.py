"""Where an exchange differs from Fortnox's description: operation, side, place and kind."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from jsonschema import ValidationError
from jsonschema.protocols import Validator

from tests.contract.description import Described, Description

Exchange = Mapping[str, Any]
_KINDS = {
    "additionalProperties": "undeclared",
    "enum": "value",
    "format": "format",
    "maxLength": "length",
    "maximum": "range",
    "minimum": "range",
    "minLength": "length",
    "required": "missing",
}


class Violation(NamedTuple):
    """One difference; `at` is the place in the body without the rows' numbers, `side` request, answer or error."""

    operation: str
    side: str
    at: str
    kind: str


def violations(description: Description, exchange: Exchange) -> Iterator[Violation]:
    """Every difference of one exchange.

    A request is held to the description where our client sent it; what a test sends by itself may be wrong on purpose.
    """
    operation = description.find(exchange["method"], exchange["path"])
    if operation is None:
        if exchange["client"] or (exchange["status"] or 400) < 400:
            # A path that is not described has no name but its own; its keys are numbers or words of a test.
            yield Violation(f"{exchange['method']} {_named(exchange['path'])}", "request", "", "operation")
        return
    if exchange["client"]:
        yield from _request(operation, exchange)
    if exchange["status"] is not None:
        yield from _answer(operation, exchange)


def _named(path: str) -> str:
    """A path with its object's key left open: the segment behind the resource's name."""
    parts = path.strip("/").split("/")
    return "/" + "/".join("{}" if place == 2 else part for place, part in enumerate(parts))


def _request(operation: Described, exchange: Exchange) -> Iterator[Violation]:
    for name, value in exchange["query"].items():
        declared = operation.query.get(name)
        if declared is None:
            yield Violation(operation.name, "request", f"?{name}", "undeclared")
        elif value not in declared.get("enum", (value,)):
            yield Violation(operation.name, "request", f"?{name}", "value")
    if exchange["request"] is not None:
        if operation.request is None:
            yield Violation(operation.name, "request", "", "body")
        else:
            yield from _body(operation.name, "request", operation.request, exchange["request"])


def _answer(operation: Described, exchange: Exchange) -> Iterator[Violation]:
    status, body = exchange["status"], exchange["answer"]
    side = "error" if status >= 400 else "answer"
    declared, validator = operation.answer(status)
    if not declared:
        yield Violation(operation.name, side, "", f"status {status}")
    elif body is None:
        if side == "answer" and operation.is_json(status):
            yield Violation(operation.name, side, "", "media")
    elif validator is not None:
        yield from _body(operation.name, side, validator, body)
    elif side == "answer":
        yield Violation(operation.name, side, "", "media")


def _body(operation: str, side: str, validator: Validator, body: Any) -> Iterator[Violation]:
    for error in validator.iter_errors(body):
        where = [str(part) for part in error.absolute_path if not isinstance(part, int)]
        for name, kind in _faults(error):
            yield Violation(operation, side, "/".join([*where, name] if name else where), kind)


def _faults(error: ValidationError) -> Iterator[tuple[str, str]]:
    """The property that is meant, where the description names it, and the kind of fault."""
    if error.instance is None:
        yield "", "null"
    elif error.validator == "type":
        yield "", f"{_type(error.instance)} for {error.validator_value}"
    elif error.validator == "additionalProperties" and isinstance(error.schema, Mapping):
        yield from ((name, "undeclared") for name in _beyond(error.instance, error.schema["properties"]))
    elif error.validator == "required":
        yield from ((name, "missing") for name in _beyond(error.validator_value, error.instance))
    elif error.validator == "minLength" and error.instance == "":
        yield "", "empty"
    else:
        yield "", _KINDS.get(str(error.validator), str(error.validator))


def _beyond(names: Any, known: Any) -> list[str]:
    return sorted(set(names) - set(known))


def _type(value: Any) -> str:
    names = {bool: "boolean", str: "string", dict: "object", list: "array"}
    return names.get(type(value), "number")
