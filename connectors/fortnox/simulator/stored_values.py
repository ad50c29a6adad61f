"""The simulator's own values as JSON and back, without loss: decimals, dates, moments, bytes, sets, tuples, records."""

import base64
import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_PACKAGE = "connectors.fortnox.simulator."
_TAG, _VALUE = "$", "value"


class StoredValueError(ValueError):
    """A value cannot be stored, or what was stored cannot be read by this version; the text says which."""


def _bytes_text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


_TEXTS: Mapping[type, tuple[str, Callable[[Any], str], Callable[[str], Any]]] = {
    Decimal: ("decimal", str, Decimal),
    datetime: ("moment", datetime.isoformat, datetime.fromisoformat),
    date: ("date", date.isoformat, date.fromisoformat),
    bytes: ("bytes", _bytes_text, lambda text: base64.b64decode(text, validate=True)),
}
# Looked at before anything else, also where `stored` would be called: most of a state is plain.
_PLAIN = frozenset({type(None), bool, int, float, str})
_COLLECTIONS: Mapping[str, Callable[[Any], Any]] = {"tuple": tuple, "set": set, "frozenset": frozenset}
_READERS = {name: read for name, _write, read in _TEXTS.values()}


def _tagged(tag: str, value: Any) -> dict[str, Any]:
    return {_TAG: tag, _VALUE: value}


def _own_name(kind: type) -> str:
    if not kind.__module__.startswith(_PACKAGE):
        raise StoredValueError(f"a {kind.__qualname__} cannot be stored")
    return f"{kind.__module__.removeprefix(_PACKAGE)}.{kind.__qualname__}"


def stored(value: Any) -> Any:
    """Give a value as JSON can hold it.

    Raises:
        StoredValueError: for a type that is neither a plain value nor a data class of the simulator.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is list:
        return [item if type(item) in _PLAIN else stored(item) for item in value]
    if kind is dict:
        return _stored_mapping(value)
    if kind in _TEXTS:
        tag, write, _read = _TEXTS[kind]
        return _tagged(tag, write(value))
    if kind.__name__ in _COLLECTIONS:
        return _tagged(kind.__name__, [stored(item) for item in value])
    if isinstance(value, tuple):
        return _tagged(_own_name(kind), [stored(item) for item in value])
    if is_dataclass(value):
        held = {item.name: stored(getattr(value, item.name)) for item in fields(value)}
        return _tagged(_own_name(kind), held)
    raise StoredValueError(f"a {kind.__qualname__} cannot be stored")


def _stored_mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    if all(type(key) is str for key in value) and _TAG not in value:
        return {key: item if type(item) in _PLAIN else stored(item) for key, item in value.items()}
    return _tagged("map", [[stored(key), stored(item)] for key, item in value.items()])


def restored(value: Any) -> Any:
    """Give back what `stored` was given.

    Raises:
        StoredValueError: for a tag, class or property that this version does not know.
    """
    if isinstance(value, list):
        return [restored(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _TAG not in value:
        return {key: restored(item) for key, item in value.items()}
    try:
        return _restored(str(value[_TAG]), value[_VALUE])
    except (ArithmeticError, LookupError, TypeError, ValueError) as problem:
        raise StoredValueError(f"{value[_TAG]}: {problem}") from problem


def _restored(tag: str, value: Any) -> Any:
    if tag in _READERS:
        return _READERS[tag](value)
    if tag in _COLLECTIONS:
        return _COLLECTIONS[tag](restored(item) for item in value)
    if tag == "map":
        return {restored(key): restored(item) for key, item in value}
    kind = _own_class(tag)
    if isinstance(value, list):
        return kind(*(restored(item) for item in value))
    return _filled(kind, value)


def _own_class(name: str) -> type:
    """Find a data class of the simulator by name; nothing else can be made from a file."""
    module, _, class_name = name.partition(".")
    kind = getattr(sys.modules.get(_PACKAGE + module), class_name, None)
    if not isinstance(kind, type) or not (is_dataclass(kind) or issubclass(kind, tuple)):
        raise StoredValueError("this version knows no such thing")
    return kind


def _filled(kind: type, given: Mapping[str, Any]) -> Any:
    known = {item.name: item for item in fields(kind)}
    unknown = given.keys() - known.keys()
    if unknown:
        raise StoredValueError(f"this version knows no {', '.join(sorted(unknown))}")
    made: Any = object.__new__(kind)
    for name, item in known.items():
        if name in given:
            value = restored(given[name])
        elif item.default_factory is not MISSING:
            value = item.default_factory()
        elif item.default is not MISSING:
            value = item.default
        else:
            raise StoredValueError(f"{name} is missing")
        object.__setattr__(made, name, value)
    return made
