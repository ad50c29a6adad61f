"""One call of a client: its query, company and body, read strictly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from connectors.json_body import BodyFault, read_object
from daemon.endpoints.answers import Refusal, not_found
from daemon.settings_clients import Client

LONGEST_WAIT = 30
MOST_FAULTS = 50
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a client that proved itself; ``named`` are the names in its path, ``query`` is decoded."""

    client: Client
    named: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, Sequence[str]]
    body: bytes

    def text(self, name: str) -> str | None:
        """A parameter of the query that may stand there once. Raises :class:`Refusal` 400."""
        values = self.query.get(name, ())
        if len(values) > 1 or (values and (not values[0] or len(values[0]) > 200)):
            raise Refusal(400, "bad_query", f"{name} must stand there once, with 1 to 200 characters")
        return values[0] if values else None

    def company(self) -> str:
        """The company that is meant: the key's only one, or the one that ``company`` names. Raises :class:`Refusal`."""
        named = self.text("company")
        if named is None:
            if len(self.client.companies) == 1:
                return self.client.companies[0]
            raise Refusal(400, "company_missing", "this key serves several companies: name one with ?company=")
        if named not in self.client.companies:
            raise not_found()
        return named

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from 0 to ``most`` in the query. Raises :class:`Refusal` 400."""
        text = self.text(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= most):
            raise Refusal(400, "bad_query", f"{name} must be a whole number from 0 to {most}")
        return int(text)

    def wait(self) -> float:
        """For how many seconds the client wants to wait for the result; 0: not at all. Raises :class:`Refusal` 400."""
        text = self.text("wait")
        try:
            seconds = Decimal(text or 0)
        except InvalidOperation:
            seconds = Decimal(-1)
        if not (seconds.is_finite() and 0 <= seconds <= LONGEST_WAIT):
            raise Refusal(400, "bad_query", f"wait must be a number of seconds from 0 to {LONGEST_WAIT}")
        return float(seconds)

    def object(self) -> dict[str, Any]:
        """The body as one JSON object. Raises :class:`Refusal` 400 or 415."""
        kinds = self.headers.get("content-type", ())
        if len(kinds) != 1 or kinds[0].partition(";")[0].strip().casefold() != "application/json":
            raise Refusal(415, "not_json", "the body must be JSON: Content-Type: application/json")
        try:
            return read_object(self.body)
        except BodyFault as fault:
            raise Refusal(400, "bad_json", str(fault)) from None

    def read(self, shape: type[M]) -> M:
        """The body in this shape. Raises :class:`Refusal` 422 with every fault by its field."""
        try:
            return shape.model_validate(self.object())
        except ValidationError as error:
            raise Refusal(422, "bad_fields", "fields are missing or wrong", faults=faults_of(error)) from None


def faults_of(error: ValidationError) -> tuple[str, ...]:
    """Field paths with one reason each; never a value of the call."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    texts = []
    for fault in found[:MOST_FAULTS]:
        path = ".".join(str(part) for part in fault["loc"] if not str(part).startswith("function-"))
        texts.append(f"{path or 'body'}: {fault['msg'].removeprefix('Value error, ')}")
    return tuple(texts)
