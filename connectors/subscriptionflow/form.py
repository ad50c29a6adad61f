"""Reads a form-encoded body, with the brackets that PHP writes for nested data, within bounds."""

import re
from typing import Any
from urllib.parse import parse_qsl

from connectors.json_body import BodyFault

LONGEST_BODY = 1 << 20
MOST_FIELDS = 5000
LONGEST_NAME = 300
LONGEST_PLACE = 10
DEEPEST = 12
"""Levels of brackets in one name; an invoice's charge needs five."""

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")


def read_form(body: bytes) -> dict[str, Any]:
    """The fields of ``application/x-www-form-urlencoded`` in UTF-8; every value is a text.

    ``a[b][0]=x`` gives ``{"a": {"b": ["x"]}}``: names within brackets that are 0, 1, 2 … make a list, others an object,
    ``a[]=x`` appends. A name whose brackets do not match is taken as it stands, and of equal names the last one counts,
    as PHP has it. Raises :class:`BodyFault` for anything beyond the bounds of this module, for text that is not UTF-8,
    for a body without fields, and for a name that is both a value and a table.
    """
    if len(body) > LONGEST_BODY:
        raise BodyFault("the form is too long")
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError:
        raise BodyFault("the form is not UTF-8") from None
    except ValueError:
        raise BodyFault("the form has too many fields") from None
    found = _Tables()
    for name, value in pairs:
        found.put(_path(name), value)
    if not found.root:
        raise BodyFault("the body has no fields")
    return {name: _listed(held) for name, held in found.root.items()}


def _path(name: str) -> list[str]:
    if len(name) > LONGEST_NAME:
        raise BodyFault("a name in the form is too long")
    found = _NAME.fullmatch(name)
    if found is None:
        return [name]
    path = [found[1], *_PART.findall(found[2])]
    if len(path) > DEEPEST:
        raise BodyFault("the form is nested too deeply")
    return path


class _Tables:
    """The tables of a form while they are filled; each knows the place that empty brackets take next."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._next_places: dict[int, int] = {}

    def put(self, path: list[str], value: str) -> None:
        """Set one value. Raises :class:`BodyFault` where a name would be both a value and a table."""
        table, name = self.root, path[0]
        for part in path[1:]:
            table = table.setdefault(name, {})
            if not isinstance(table, dict):
                raise BodyFault("a name in the form is both a value and a table")
            name = self._name(table, part)
        if isinstance(table.get(name), dict):
            raise BodyFault("a name in the form is both a value and a table")
        table[name] = value

    def _name(self, table: dict[str, Any], part: str) -> str:
        """``part`` itself, or for empty brackets the place behind the highest so far."""
        place = self._next_places.get(id(table), 0)
        if not part:
            self._next_places[id(table)] = place + 1
            return str(place)
        if part.isascii() and part.isdigit() and len(part) < LONGEST_PLACE and part == str(int(part)):
            self._next_places[id(table)] = max(place, int(part) + 1)
        return part


def _listed(held: Any) -> Any:
    if not isinstance(held, dict):
        return held
    inner = {name: _listed(value) for name, value in held.items()}
    places = [str(place) for place in range(len(inner))]
    return [inner[place] for place in places] if inner.keys() == set(places) else inner
