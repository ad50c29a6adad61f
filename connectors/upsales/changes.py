"""What shall stand in a record of Upsales, what of it is lacking, and the body that writes it; pure.

Whether a PUT keeps what its lists leave out is unconfirmed (Upsales facts, section 5): ``custom`` and ``addresses`` are
written whole, with what was read in them.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.base import Json
from connectors.upsales import wire
from connectors.upsales.callbacks import identifier
from handlers.values import swedish_organisation_number

NUMBERS = frozenset({"listPrice", "active"})
"""Plain fields that travel as numbers."""
IMPERSONAL = NUMBERS | {"stage", "articleNo"}

TOLD_ON_ORDERS: Json = {"notify": False}
"""Nobody at Upsales gets a notice for what we write (Upsales facts, section 2)."""

PREFERRED = ("invoice", "mail")
"""Types of address, the one that is read as a buyer's first: that one is written, too."""
NEW_ADDRESS = "Mail"

ADDRESS_PARTS = ("address1", "address2", "zipcode", "city", "country")
"""``address1`` is the first line of Upsales' ``address``, ``address2`` what stands below it."""

MEANT_ELSEWHERE = frozenset({"modDate", "custom", "orderRow"})


@dataclass(frozen=True, slots=True)
class Change:
    """Texts that shall stand in one record: ``plain`` fields under Upsales' names (``stage`` is its id), ``custom``
    fields by their ids (an empty text: nothing), and parts of its postal ``address``."""

    plain: Mapping[str, str] = field(default_factory=dict)
    custom: Mapping[str, str] = field(default_factory=dict)
    address: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return bool(self.plain or self.custom or self.address)

    @property
    def names(self) -> list[str]:
        """What it is about, for people: no values."""
        return sorted([*self.plain, *(f"custom field {number}" for number in self.custom), *self.address])

    def lacking(self, record: Json) -> "Change":
        """What of it does not stand in the record."""
        address = address_in(record)
        return replace(
            self,
            plain={name: text for name, text in self.plain.items() if not _same(name, text, plain_in(record, name))},
            custom={number: text for number, text in self.custom.items() if custom_in(record, number) != text.strip()},
            address={part: text for part, text in self.address.items() if not _same(part, text, address[part])},
        )

    def before(self, record: Json) -> Json:
        """The state of the record that the change stands on: its time, and what is no personal data."""
        shown = {name: plain_in(record, name) for name in self.plain if name in IMPERSONAL}
        return {"modDate": _text(record.get("modDate")), **shown}

    def body(self, record: Json) -> Json:
        """The body that makes it so; ``record`` is what stands there now (nothing, where it is made)."""
        body: Json = {name: _written(name, text) for name, text in self.plain.items()}
        if self.address:
            body["addresses"] = _merged_addresses(record, self.address)
        if self.custom:
            body["custom"] = _merged_custom(record, self.custom)
        return body

    def prints(self) -> dict[str, str]:
        """What tells later whether it stands there, by its places, without showing any of it."""
        return {
            **{f"plain:{name}": _print(name, text) for name, text in self.plain.items()},
            **{f"custom:{number}": _print("", text) for number, text in self.custom.items()},
            **{f"address:{part}": _print(part, text) for part, text in self.address.items()},
        }


def unlike(prints: Mapping[str, str], record: Json) -> list[str]:
    """The places of :meth:`Change.prints` where the record holds something else."""
    address = address_in(record)
    read: Mapping[str, Callable[[str], str]] = {
        "plain": lambda name: plain_in(record, name),
        "custom": lambda number: custom_in(record, number),
        "address": lambda part: address[part],
    }
    found = []
    for place, meant in prints.items():
        where, _, name = place.partition(":")
        if _print("" if where == "custom" else name, read[where](name)) != meant:
            found.append(f"custom field {name}" if where == "custom" else name)
    return sorted(found)


def filled_in(record: Json) -> list[str]:
    """The fields of the record that hold something, custom fields and rows each by itself."""
    names = [name for name, held in record.items() if name not in MEANT_ELSEWHERE and held not in (None, "", [], {})]
    custom = [f"custom:{number}" for number in _custom_numbers(record) if custom_in(record, number)]
    rows = record.get("orderRow")
    numbered = [identifier(row.get("id")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return sorted([*names, *custom, *(f"orderRow:{number}" for number in numbered if number is not None)])


def custom_in(record: Json, number: str) -> str:
    """The text of a custom field; empty where it holds nothing."""
    for entry in _entries(record, "custom"):
        if identifier(entry.get("fieldId")) == number:
            return _text(entry.get("value"))
    return ""


def plain_in(record: Json, name: str) -> str:
    """The text of a plain field, of ``stage`` its id; empty where it holds nothing."""
    held = record.get(name)
    if name == "stage":
        return (identifier(held.get("id")) if isinstance(held, dict) else None) or ""
    if isinstance(held, bool):
        return "1" if held else "0"
    return _text(held)


def address_in(record: Json) -> dict[str, str]:
    """The parts of the address that is read as the buyer's; empty texts where there is none."""
    entries = _entries(record, "addresses")
    at = _postal(entries)
    entry = {} if at is None else entries[at]
    first, below = _lines(entry)
    return {
        "address1": first,
        "address2": ", ".join(below),
        **{name: _text(entry.get(name)) for name in ("zipcode", "city", "country")},
    }


def normal_number(text: str) -> str:
    """An organisation number as it is compared: the Swedish form where it is one, else trimmed and folded."""
    return swedish_organisation_number(text) or text.strip().casefold()


def _same(name: str, meant: str, stored: str) -> bool:
    return _normal(name, meant) == _normal(name, stored)


def _normal(name: str, text: str) -> str:
    """A text of this field as it is compared."""
    if name == "orgNo":
        return normal_number(text)
    if name == "listPrice":
        return _price(text)
    if name == "zipcode":
        return "".join(text.split())
    return text.strip().upper() if name == "country" else text.strip()


def _print(name: str, text: str) -> str:
    return hashlib.sha256(_normal(name, text).encode()).hexdigest()[:16]


def _price(text: str) -> str:
    try:
        return f"{wire.read_number(text):f}"
    except ValueError:
        return ""


def _written(name: str, text: str) -> object:
    """A plain field as it travels."""
    if name == "stage":
        return {"id": int(text)}
    if name in NUMBERS:
        return wire.read_number(text)
    if name == "orgNo":
        # Upsales usually keeps the ten digits without a hyphen (Upsales facts, section 2).
        swedish = swedish_organisation_number(text)
        return text.strip() if swedish is None else swedish.replace("-", "")
    return text.strip()


def _merged_custom(record: Json, wanted: Mapping[str, str]) -> list[Json]:
    kept = [entry for entry in _entries(record, "custom") if identifier(entry.get("fieldId")) not in wanted]
    return [*kept, *({"fieldId": int(number), "value": text.strip()} for number, text in wanted.items())]


def _merged_addresses(record: Json, wanted: Mapping[str, str]) -> list[Json]:
    entries = [dict(entry) for entry in _entries(record, "addresses")]
    at = _postal(entries)
    if at is None:
        entries.append({"type": NEW_ADDRESS})
        at = len(entries) - 1
    entry = entries[at]
    first, below = _lines(entry)
    if {"address1", "address2"} & wanted.keys():
        lines = [wanted.get("address1", first), *([wanted["address2"]] if "address2" in wanted else below)]
        entry["address"] = "\n".join(line.strip() for line in lines if line.strip())
    entry.update({name: wanted[name].strip() for name in ("zipcode", "city") if name in wanted})
    if "country" in wanted:
        entry["country"] = wanted["country"].strip().upper()
    return entries


def _postal(entries: Sequence[Json]) -> int | None:
    """Where the address stands that is read as the buyer's: the first of the preferred types."""
    types = [_text(entry.get("type")).casefold() for entry in entries]
    return next((types.index(wanted) for wanted in PREFERRED if wanted in types), None)


def _lines(entry: Json) -> tuple[str, list[str]]:
    held = entry.get("address")
    lines = [line.strip() for line in held.splitlines() if line.strip()] if isinstance(held, str) else []
    return (lines[0] if lines else ""), lines[1:]


def _custom_numbers(record: Json) -> list[str]:
    numbers = [identifier(entry.get("fieldId")) for entry in _entries(record, "custom")]
    return [number for number in numbers if number is not None]


def _entries(record: Json, name: str) -> list[Json]:
    held = record.get(name)
    return [entry for entry in held if isinstance(entry, dict)] if isinstance(held, list) else []


def _text(value: Any) -> str:
    try:
        return "" if value is None else str(wire.read_text(value))
    except ValueError:
        return ""
