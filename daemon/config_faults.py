"""Faults of the configuration in words: key path, reason, and the value given where it is no secret."""

import json
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from connectors.base import SecretReference
from connectors.nearest import meant

SHOWN_CHARACTERS = 80
EMPTY = frozenset({"string_too_short", "too_short"})
DATES = frozenset({"date_from_datetime_inexact", "date_from_datetime_parsing", "date_parsing", "date_type"})
SECRETS_BY_NAME = frozenset({"state_key"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: ``key`` is its key path (``companies.demo.start``), ``given`` its value as TOML, if shown."""

    key: str
    reason: str
    given: str | None = None

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}" + (f" (given: {self.given})" if self.given is not None else "")


class ConfigRejected(Exception):
    """The configuration cannot be used; ``faults`` has everything that is wrong with it, at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def faults_of(error: ValidationError, model: type[BaseModel], prefix: tuple[str, ...] = ()) -> list[Fault]:
    """The faults of one pydantic validation, in our words; ``prefix`` is where the model stands in the file."""
    return [_fault(item, model, prefix) for item in error.errors(include_url=False)]


def _fault(item: Mapping[str, Any], model: type[BaseModel], prefix: tuple[str, ...]) -> Fault:
    where = tuple(part for part in item["loc"] if part != "[key]")
    kind = str(item["type"])
    path = key_path((*prefix, *where))
    if kind == "missing":
        return Fault(path, "is missing")
    if kind == "extra_forbidden":
        # The value stays out: an unknown key may be a misspelt secret.
        return Fault(path, "is not a known key" + meant(str(where[-1]), _keys(model, where[:-1])))
    shown = None if _is_secret(model, where) or "[key]" in item["loc"] else given(item["input"])
    return Fault(path or "(top)", _reason(item), shown)


def _reason(item: Mapping[str, Any]) -> str:
    kind = str(item["type"])
    if kind in {"model_type", "dict_type"}:
        return "must be a table"
    if kind in EMPTY:
        return "must not be empty"
    if kind in DATES:
        return "must be a day such as 2026-11-28"
    text = str(item["msg"]).removeprefix("Value error, ")
    for subject in ("Input", "String"):
        text = text.replace(f"{subject} should", "must")
    return text


def key_path(parts: Iterable[str | int]) -> str:
    """``companies.demo.retry_steps_seconds[2]``; a key that needs quotes gets them."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            plain = part.replace("_", "").replace("-", "")
            key = part if plain.isascii() and plain.isalnum() else json.dumps(part)
            path += f".{key}" if path else key
    return path


def given(value: object) -> str | None:
    """A short value as TOML writes it; ``None`` for tables, lists and addresses that may carry a password."""
    if isinstance(value, (dict, list, tuple)) or (isinstance(value, str) and "@" in value):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    text = json.dumps(value, ensure_ascii=True) if isinstance(value, str) else str(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


def _is_secret(model: type[BaseModel], where: tuple[str | int, ...]) -> bool:
    if not where:
        return False
    if where[-1] in SECRETS_BY_NAME:
        return True
    owner = _model_at(model, where[:-1])
    field = _field(owner, where[-1]) if owner else None
    return field is not None and SecretReference in _options(field.annotation)


def _keys(model: type[BaseModel], where: tuple[str | int, ...]) -> list[str]:
    owner = _model_at(model, where)
    return [field.alias or name for name, field in owner.model_fields.items()] if owner else []


def _model_at(model: type[BaseModel], where: tuple[str | int, ...]) -> type[BaseModel] | None:
    current: Any = model
    for part in where:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = _field(current, part)
            current = _table_in(field.annotation) if field else None
        elif get_origin(current) is dict:
            current = get_args(current)[1]
        else:
            return None
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def _table_in(annotation: Any) -> Any:
    """The model of a table that may be left out; any other annotation as it is."""
    return next((option for option in _options(annotation) if option is not type(None)), annotation)


def _field(model: type[BaseModel], key: str | int) -> FieldInfo | None:
    return next((field for name, field in model.model_fields.items() if key == (field.alias or name)), None)


def _options(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in {Union, types.UnionType} else (annotation,)
